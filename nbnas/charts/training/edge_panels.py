"""The panels of the edges of a cell, one for each, as the numbers of a matrix stand.

Those of a row enter the same vertex; all have the same scales.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.training.relaxed_words import vertices
from nbnas.records import CellWeights

PANEL, NARROW = 118.0, 88.0  # pixels of a panel, where there are few beside each other and many
GAP, HIGH, ABOVE = 12.0, 62.0, 34.0  # pixels between two panels, of their height, of the words
LEFT = 34.0  # pixels of the numbers of an axis
FEW = 3  # panels beside each other


@dataclass(frozen=True, slots=True)
class Place:
    """Where the panel of an edge is, and its scales.

    Attributes:
        left: Its left side, in pixels from that of the picture.
        top: Its upper side, in pixels from that of the picture.
        width: Its width in pixels.
        epochs: The first and the last epoch.
        most: The greatest weight; the least is 0.
    """

    left: float
    top: float
    width: float
    epochs: tuple[int, int]
    most: float

    def x(self, epoch: float) -> float:
        """Where an epoch is."""
        first, last = self.epochs
        return self.left + self.width * (epoch - first) / max(last - first, 1)

    def y(self, weight: float) -> float:
        """Where a weight is."""
        return self.top + HIGH * (1 - weight / self.most)


def places_of(courses: Sequence[CellWeights], epochs: tuple[int, int]) -> list[Place]:
    """A row for each vertex that is entered, in it the edges from the first to the last source."""
    order, edges = vertices(courses[0]), courses[0].edges
    entered = [target for _, target in edges]
    rows = [name for name in order if name in entered]
    wide = PANEL if max(map(entered.count, rows)) <= FEW else NARROW
    most = max(value for cell in courses for row in cell.values for value in row)
    most = min(math.ceil(10 * most + 0.5) / 10, 1.0)
    found = []
    for source, target in edges:
        beside = sorted((s for s, t in edges if t == target), key=order.index)
        left = LEFT + beside.index(source) * (wide + GAP)
        top = ABOVE + rows.index(target) * (HIGH + ABOVE)
        found.append(Place(left, top, wide, epochs, most))
    return found


def frames(
    places: Sequence[Place], operations: int, epoch: int | None, at: dict[str, Any]
) -> list[alt.Chart]:
    """Below the lines: the base of each panel, equal weights, and the epoch that is marked."""
    base: theme.Rows = []
    for place in places:
        first, last = place.epochs
        ends = {"x": place.x(first), "x2": place.x(last)}
        base += [
            {**ends, "y": place.y(weight), "y2": place.y(weight), "dotted": weight > 0}
            for weight in (0.0, 1 / operations)
        ]
        if epoch is not None:
            upright = {"x": place.x(epoch), "x2": place.x(epoch), "dotted": False}
            base.append({**upright, "y": place.y(0), "y2": place.y(place.most)})
    drawn = []
    for dotted, dash in ((False, [1, 0]), (True, [2, 3])):
        rows = theme.rows([row for row in base if row["dotted"] == dotted])
        rules = Chart(rows).mark_rule(color=theme.INK, opacity=0.45, strokeDash=dash)
        drawn.append(rules.encode(**at, x2="x2:Q", y2="y2:Q"))
    return drawn


def axes(places: Sequence[Place], at: dict[str, Any]) -> list[alt.Chart]:
    """The ends of the axes, at the panels on the left and at the lowest ones."""
    ticks: theme.Rows = []
    for place in places:
        if place.left == LEFT:
            ticks += [
                {"x": LEFT - 4, "y": place.y(weight), "text": f"{weight:.0%}"}
                for weight in (0.0, place.most)
            ]
    lowest = max(place.top for place in places)
    epochs: theme.Rows = [
        {"x": place.x(number) + inside, "y": place.y(0) + 10, "text": str(number)}
        for place in places
        if place.top == lowest
        for number, inside in zip(place.epochs, (4, -6), strict=True)
    ]
    return [texts(ticks, at, align="right"), texts(epochs, at, align="center")]


def texts(rows: theme.Rows, at: dict[str, Any], **options: Any) -> alt.Chart:  # noqa: ANN401
    """Words at places in pixels."""
    mark = Chart(theme.rows(rows)).mark_text(
        baseline="middle", fontSize=theme.SMALL, color=theme.INK, **options
    )
    return cast(alt.Chart, mark.encode(**at, text="text:N"))
