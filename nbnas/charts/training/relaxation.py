"""A relaxation as a whole: its cells, their weights by epoch, and whether it collapses."""

from collections.abc import Sequence

import altair as alt

from nbnas.charts import theme
from nbnas.charts.graphs.notation import notation
from nbnas.charts.training.collapse import collapse, told
from nbnas.charts.training.operation_weights import cell_named, operation_weights
from nbnas.charts.training.relaxed_cell import relaxed_cell
from nbnas.charts.training.relaxed_words import heading_of
from nbnas.errors import SettingError
from nbnas.records import ACCURACY, CellWeights, Measure, RelaxationReport


def relaxation(
    reports: Sequence[RelaxationReport],
    *,
    measure: Measure = ACCURACY,
    epoch: int | None = None,
    epochs: int = 0,
    cell: str = "",
) -> theme.AnyChart:
    """Draw each cell after an epoch, beside it the weights by epoch, and the collapse below.

    Args:
        reports: Those of a relaxation so far.
        measure: What their `value` is.
        epoch: After which epoch the cells are drawn; by default the last one.
        epochs: How many epochs are planned, where that is known.
        cell: The name of the one cell to draw; by default all of them.

    Returns:
        The chart.

    Raises:
        SettingError: If there is no such epoch, or no such cell.
    """
    if not reports:
        return theme.note(told(reports, measure), 560, 70, theme.title("A relaxation"))
    shown = report_of(reports, epoch)
    marked = None if epoch is None else shown.epoch
    names = [cell] if cell else [each.name for each in shown.weights]
    rows = [
        theme.beside(
            _cell(cell_named(shown, name), shown.epoch),
            operation_weights(reports, cell=name, epoch=marked, epochs=epochs),
        )
        for name in names
    ]
    below = collapse(reports, measure=measure, epoch=marked, epochs=epochs)
    return theme.stacked(*rows, below)


def relaxed(report: RelaxationReport) -> theme.AnyChart:
    """Draw the weights of all cells after one epoch.

    Args:
        report: What the epoch gave.

    Returns:
        The chart: the cells below each other, where there are several.
    """
    cells = [_cell(each, report.epoch) for each in report.weights]
    return theme.stacked(*cells) if len(cells) > 1 else cells[0]


def report_of(reports: Sequence[RelaxationReport], epoch: int | None) -> RelaxationReport:
    """The report of an epoch, or the last one where none is asked for."""
    if epoch is None:
        return reports[-1]
    found = [report for report in reports if report.epoch == epoch]
    if not found:
        first, last = reports[0].epoch, reports[-1].epoch
        raise SettingError(f"expected an epoch from {first} to {last}, got {epoch!r}")
    return found[0]


def summary(
    reports: Sequence[RelaxationReport],
    measure: Measure = ACCURACY,
    epoch: int | None = None,
    epochs: int = 0,
) -> str:
    """Where a relaxation stands, in sentences.

    Args:
        reports: Those so far.
        measure: What their `value` is.
        epoch: After which epoch; by default the last one.
        epochs: How many are planned, where that is known.
    """
    if not reports:
        return told(reports, measure)
    shown = report_of(reports, epoch)
    said = told((shown,), measure, epochs)
    return f"{said[0].upper()}{said[1:]}. It stands for {notation(shown.architecture)}."


def _cell(weights: CellWeights, epoch: int) -> alt.LayerChart:
    return relaxed_cell(weights, heading=f"{heading_of(weights)} after epoch {epoch}")
