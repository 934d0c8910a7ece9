"""The weights of a relaxed cell by epoch: a panel for each edge, a line for each operation.

The panels stand like the numbers of a matrix: those of one row enter the same vertex. From
the diamond on the operation that would be kept now, the strongest but "none", has been the one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.training.edge_panels import (
    HIGH,
    NARROW,
    PANEL,
    Place,
    axes,
    frames,
    places_of,
    texts,
)
from nbnas.charts.training.relaxed_words import kept, legend_of, looks, shown_names
from nbnas.errors import SettingError
from nbnas.records import CellWeights, RelaxationReport


@dataclass(frozen=True, slots=True)
class Won:
    """Which operation of an edge would be kept, and since when.

    Attributes:
        operation: Its name; empty where all weigh the same.
        epoch: The epoch from which on it would have been.
    """

    operation: str
    epoch: int


def won(courses: Sequence[CellWeights], epochs: Sequence[int], edge: int) -> Won:
    """Which operation won an edge, and when.

    Args:
        courses: The weights of one cell, epoch by epoch.
        epochs: The numbers of the epochs.
        edge: Which edge.

    Returns:
        The operation that would be kept in the end, and the epoch from which on it would have
        been; an empty name where all weigh the same.
    """
    leading = [kept(cell, edge) for cell in courses]
    others = [at for at, operation in enumerate(leading) if operation != leading[-1]]
    return Won(leading[-1], epochs[others[-1] + 1 if others else 0])


def operation_weights(
    reports: Sequence[RelaxationReport],
    *,
    cell: str = "",
    epoch: int | None = None,
    epochs: int = 0,
) -> theme.AnyChart:
    """Draw the weights of a cell's operations by epoch, and when one of them won.

    Args:
        reports: Those of a relaxation so far.
        cell: The name of the cell; by default the first one.
        epoch: An epoch to mark by a rule.
        epochs: How many epochs are planned, where that is known.

    Returns:
        The chart: a row of panels for each vertex that is entered.

    Raises:
        SettingError: If there is no such cell.
    """
    said = "by epoch; from the diamond on this operation would be kept"
    heading = theme.title("The weights of each edge", said)
    if not reports:
        return theme.note("no epoch has ended yet", 3 * PANEL, HIGH, heading)
    courses = [cell_named(report, cell) for report in reports]
    numbers = [report.epoch for report in reports]
    places = places_of(courses, (min(1, numbers[0]), max(numbers[-1], epochs, 2)))
    return _draw(courses, numbers, places, epoch, heading)


def cell_named(report: RelaxationReport, name: str) -> CellWeights:
    """The weights of the cell of this name; of the first one where the name is empty."""
    found = [cell for cell in report.weights if cell.name == name or not name]
    if not found:
        known = ", ".join(repr(cell.name) for cell in report.weights)
        raise SettingError(f"expected the name of a cell, one of {known}, got {name!r}")
    return found[0]


def _draw(
    courses: Sequence[CellWeights],
    numbers: Sequence[int],
    places: Sequence[Place],
    epoch: int | None,
    heading: alt.TitleParams,
) -> alt.LayerChart:
    operations = courses[0].operations
    legend = legend_of(operations, symbolSize=500, symbolStrokeWidth=2.5)
    color = alt.Color("operation:N", scale=looks(operations, "color"), legend=legend)
    dash = alt.StrokeDash("operation:N", scale=looks(operations, "dash"), legend=legend)
    width = max(place.left + place.width for place in places)
    height = max(place.top for place in places) + HIGH + 16
    at = {
        "x": alt.X("x:Q", axis=None, scale=theme.scale((0, width))),
        "y": alt.Y("y:Q", axis=None, scale=theme.scale((height, 0))),
    }
    lines = Chart(theme.rows(_lines(courses, numbers, places))).mark_line(
        strokeWidth=1.8, strokeJoin="round"
    )
    wins = [won(courses, numbers, edge) for edge in range(len(places))]
    marks = Chart(theme.rows(_marks(wins, courses, numbers, places))).mark_point(
        shape="diamond", filled=True, size=75, opacity=1, stroke=theme.PAPER, strokeWidth=1
    )
    return theme.layered(
        *frames(places, len(operations), epoch, at),
        lines.encode(**at, color=color, strokeDash=dash, detail="line:N", order="t:Q"),
        marks.encode(**at, color=color),
        *_words(courses[0], wins, places, at),
        *axes(places, at),
        width=width,
        height=height,
        title=heading,
    )


def _lines(
    courses: Sequence[CellWeights], numbers: Sequence[int], places: Sequence[Place]
) -> theme.Rows:
    """A point for each edge, operation and epoch."""
    known = theme.styles(courses[0].operations)
    return [
        {
            "line": f"{edge}.{word}",
            "operation": known[word].name,
            "t": number,
            "x": place.x(number),
            "y": place.y(cell.values[edge][at]),
        }
        for edge, place in enumerate(places)
        for at, word in enumerate(courses[0].operations)
        for number, cell in zip(numbers, courses, strict=True)
    ]


def _marks(
    wins: Sequence[Won],
    courses: Sequence[CellWeights],
    numbers: Sequence[int],
    places: Sequence[Place],
) -> theme.Rows:
    """Where what would be kept of each edge became it."""
    known = theme.styles(courses[0].operations)
    return [
        {
            "operation": known[each.operation].name,
            "x": place.x(each.epoch),
            "y": place.y(_weight(courses[numbers.index(each.epoch)], edge, each.operation)),
        }
        for edge, (each, place) in enumerate(zip(wins, places, strict=True))
        if each.operation
    ]


def _weight(cell: CellWeights, edge: int, operation: str) -> float:
    return cell.values[edge][cell.operations.index(operation)]


def _words(
    cell: CellWeights, wins: Sequence[Won], places: Sequence[Place], at: dict[str, Any]
) -> list[alt.Chart]:
    """Above each panel its edge and what won it; the numbers of the axes at the outer panels."""
    shown, known = shown_names(cell), theme.styles(cell.operations)
    bold: theme.Rows = []
    plain: theme.Rows = []
    for (source, target), each, place in zip(cell.edges, wins, places, strict=True):
        over = {"x": place.left, "y": place.top - 22}
        bold.append({**over, "text": f"{shown[source]} \N{RIGHTWARDS ARROW} {shown[target]}"})
        style = known.get(each.operation)
        said = "all the same"
        if style is not None:
            said = _won_said(style, each.epoch, brief=place.width == NARROW)
        plain.append({**over, "y": place.top - 8, "text": said})
    return [
        texts(bold, at, align="left", fontWeight=600),
        texts(plain, at, align="left"),
    ]


def _won_said(style: theme.Style, epoch: int, *, brief: bool) -> str:
    """What won an edge, and when, in as many letters as its panel has room for."""
    if brief:
        return f"{cut(style.short, 8)} since {epoch}"
    return f"{cut(style.name, 9)} since epoch {epoch}"
