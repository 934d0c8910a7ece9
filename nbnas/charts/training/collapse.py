"""Whether a relaxation collapses: entropy, the share of skip connections, and its measure.

Notation
    entropy    of the weights of an edge, in nats: ln O where all O operations weigh the same, 0
               where one has all the weight; the mean of all edges is drawn
    skips      the share of the edges of the architecture that skip connections are on
"""

import math
from collections.abc import Sequence
from typing import cast

import altair as alt

from nbnas.brief import cut, of_planned
from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.notation import notation
from nbnas.records import ACCURACY, Measure, RelaxationReport

_TICKS = 8  # of an axis of epochs
LETTERS = 100  # of an architecture that is named


def collapse(
    reports: Sequence[RelaxationReport],
    *,
    measure: Measure = ACCURACY,
    epoch: int | None = None,
    epochs: int = 0,
    width: float = 225,
    height: float = 105,
) -> theme.AnyChart:
    """Draw three panels by epoch: the entropy, the share of skip connections, the measure.

    Args:
        reports: Those of a relaxation so far.
        measure: What their `value` is.
        epoch: An epoch to mark by a rule.
        epochs: How many epochs are planned, where that is known.
        width: Width of each panel in pixels.
        height: Their height in pixels.

    Returns:
        The chart.
    """
    shown = [report for report in reports if report.epoch == epoch] or reports
    heading = theme.title("Does it collapse?", told(shown, measure, epochs, stands=True))
    if not reports:
        return theme.note("no epoch has ended yet", 3 * width, height / 3, heading)
    x = _epochs(reports, epochs)
    most = max(math.log(len(cell.operations)) for cell in reports[-1].weights)
    values = [report.value for report in reports]
    bounds = scales.domain(values, 1e9, measure)
    size = {"width": width, "height": height}
    named = scales.axis(measure, bounds, f"supernet's {measure.noun}")
    panels = (
        ("entropy", theme.PURPLE, alt.Axis(title="entropy (nats)", tickCount=4), (0, 1.05 * most)),
        (
            "skips",
            theme.VERMILLION,
            alt.Axis(title="skip connections", format=".0%", tickCount=4),
            (0, 1.02),
        ),
        ("value", theme.BLUE, named, bounds),
    )
    drawn = [
        _panel(reports, name, color, (x, alt.Y(f"{name}:Q", axis=axis, scale=theme.scale(ends))))
        for name, color, axis, ends in panels
    ]
    found = [
        theme.layered(*_rules(epoch, x, most if i == 0 else None), each, **size)
        for i, each in enumerate(drawn)
    ]
    return theme.beside(*found, heading=heading)


def told(
    reports: Sequence[RelaxationReport],
    measure: Measure = ACCURACY,
    epochs: int = 0,
    *,
    stands: bool = False,
) -> str:
    """Where a relaxation stands.

    Args:
        reports: Those so far.
        measure: What their `value` is.
        epochs: How many are planned, where that is known.
        stands: Whether a second line says for which architecture it stands.
    """
    if not reports:
        return "No epoch has ended yet."
    last = reports[-1]
    most = max(math.log(len(cell.operations)) for cell in last.weights)
    done = of_planned(last.epoch, epochs)
    return (
        f"after epoch {done}: entropy {last.entropy:.2f} of {most:.2f} nats, "
        f"{100 * last.skips:.0f} % skips, the supernet has {measure.text(last.value)}"
    ) + (f"\nit stands for {cut(notation(last.architecture), LETTERS)}" if stands else "")


def _epochs(reports: Sequence[RelaxationReport], epochs: int) -> alt.X:
    """From the first epoch to the last that is planned, or has come."""
    last = max(reports[-1].epoch, epochs, 2)
    few = {"values": list(range(last + 1))} if last <= _TICKS else {"tickCount": _TICKS}
    ticks = alt.Axis(title="epoch", format="d", tickMinStep=1, grid=False, **few)
    return alt.X("epoch:Q", axis=ticks, scale=theme.scale((1, last)))


def _panel(
    reports: Sequence[RelaxationReport], name: str, color: str, at: tuple[alt.X, alt.Y]
) -> alt.LayerChart:
    rows: theme.Rows = [{"epoch": r.epoch, name: getattr(r, name)} for r in reports]
    base = Chart(theme.rows(rows)).encode(x=at[0], y=at[1])
    dots = base.mark_circle(size=30 if len(rows) <= 30 else 12, opacity=1, color=color)
    return theme.layered(base.mark_line(strokeWidth=2.2, strokeJoin="round", color=color), dots)


def _rules(epoch: int | None, x: alt.X, most: float | None) -> list[alt.Chart]:
    """The epoch that is marked, and the entropy of equal weights."""
    found = []
    if epoch is not None:
        rule = Chart(theme.rows([{"epoch": epoch}])).mark_rule(color=theme.INK, opacity=0.45)
        found.append(rule.encode(x=x))
    if most is not None:
        level = Chart(theme.rows([{"entropy": most}]))
        rule = level.mark_rule(color=theme.INK, opacity=0.45, strokeDash=[2, 3])
        found.append(rule.encode(y="entropy:Q"))
    return cast(list[alt.Chart], found)
