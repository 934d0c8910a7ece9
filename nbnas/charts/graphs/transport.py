"""An optimal transport between the layers of two networks or cells: what matches what.

Each side is a column, a layer below the other, and its links that skip layers go around at the
outer side; so nothing stands between two layers that are matched.
"""

from collections.abc import Sequence
from typing import Protocol, cast

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.network import box_rows, draw, kinds, link_rows, places
from nbnas.charts.graphs.network_layout import BOX, Plan, column_of
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.layer_graph import layer_graph

GAP = 190.0  # pixels between the two columns
SAME, OTHER = "the same kind", "another kind"
THICKEST = 12.0
_HALO = {"color": theme.PAPER, "stroke": theme.PAPER, "strokeWidth": 3}  # over what is crossed
TEXT = (7.0, -12.0)  # from the side of a box, where the mass stands that is not matched


class Match(Protocol):
    """A layer of the one `layer_graph` matched with one of the other, with so much mass."""

    @property
    def source(self) -> int: ...  # noqa: D102
    @property
    def target(self) -> int: ...  # noqa: D102
    @property
    def mass(self) -> float: ...  # noqa: D102
    @property
    def label_cost(self) -> float: ...  # noqa: D102


class Plans(Protocol):
    """What is drawn of an optimal transport, as `TransportPlan` of OTMANN."""

    @property
    def matches(self) -> Sequence[Match]: ...  # noqa: D102
    @property
    def unmatched(self) -> tuple[Sequence[float], Sequence[float]]: ...  # noqa: D102
    @property
    def label(self) -> float: ...  # noqa: D102
    @property
    def structure(self) -> float: ...  # noqa: D102
    @property
    def non_assignment(self) -> float: ...  # noqa: D102


def transport(first: Architecture, second: Architecture, plan: Plans) -> alt.LayerChart:
    """Draw two networks or cells side by side with their layers matched.

    Args:
        first: The one, at the left.
        second: The other, at the right.
        plan: Which layer matches which, and with how much mass.

    Returns:
        The chart; a match is the thicker the more mass it moves, and orange and dashed where it
        costs something that the two layers are of different kinds.
    """
    pair = layer_graph(first), layer_graph(second)
    left, right = (column_of(x, at_the_left=i == 0) for i, x in enumerate(pair))
    shift, height = left.width + GAP, max(left.height, right.height)
    sides = _moved(left, 0.0, height), _moved(right, shift, height)
    size = (shift + right.width, height)
    lines, dots = _matches(sides, plan.matches, size)
    return draw(
        [row for x, side in zip(pair, sides, strict=True) for row in box_rows(x, side)],
        [row for i, side in enumerate(sides) for row in link_rows(side, name="ab"[i])],
        size,
        kinds(pair),
        _title(plan),
        below=[lines],
        above=[dots, *_unmatched(sides, plan.unmatched, size)],
    )


def number(value: float) -> str:
    """A number with about three digits, and none of them an exponent's.

    Example:
        >>> number(207_431.2), number(0.1234), number(0)
        ('207,431', '0.123', '0')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _title(plan: Plans) -> alt.TitleParams:
    parts = number(plan.label), number(plan.structure), number(plan.non_assignment)
    total = plan.label + plan.structure + plan.non_assignment
    return theme.title(
        f"Distance {number(total)}",
        f"{parts[0]} from kinds of layers, {parts[1]} from their places, {parts[2]} from what is "
        "not matched.",
    )


def _moved(plan: Plan, right: float, height: float) -> Plan:
    """The same plan further right, and at the top of a higher picture."""
    up = height - plan.height
    return Plan(
        tuple((x + right, y + up) for x, y in plan.places),
        tuple(tuple((x + right, y + up) for x, y in points) for points in plan.links),
        plan.width,
        height,
    )


def _matches(
    sides: tuple[Plan, Plan], matches: Sequence[Match], size: tuple[float, float]
) -> tuple[alt.Chart, alt.Chart]:
    """Lines between matched layers, to lie behind the boxes, and dots where they end."""
    heaviest = max((m.mass for m in matches), default=1.0)
    rows: theme.Rows = []
    for index, match in enumerate(matches):
        shared = {
            "match": index,
            "kinds": OTHER if match.label_cost else SAME,
            "thick": max(1.5, THICKEST * (match.mass / heaviest) ** 0.5),
        }
        start, end = sides[0].places[match.source], sides[1].places[match.target]
        rows += [
            {**shared, "t": 0, "x": start[0] + BOX[0] / 2, "y": start[1]},
            {**shared, "t": 1, "x": end[0] - BOX[0] / 2, "y": end[1]},
        ]
    color, dash = _looks()
    base = Chart(theme.rows(rows)).encode(**places(size), color=color)
    lines = base.mark_line(opacity=0.45, strokeCap="butt").encode(
        strokeDash=dash,
        strokeWidth=alt.StrokeWidth("thick:Q", scale=None, legend=None),
        detail="match:N",
        order="t:O",
    )
    return lines, base.mark_circle(size=45, opacity=1)


def _looks() -> tuple[alt.Color, alt.StrokeDash]:
    """Colour and dash of a match, with one legend."""
    legend = alt.Legend(
        title="matched with (the thicker, the more mass)",
        titleLimit=400,
        orient="bottom",
        symbolType="stroke",
        symbolStrokeWidth=5,
        symbolSize=300,
        symbolOpacity=1,
    )
    known = (SAME, OTHER)
    colors = theme.series(known, (theme.GREEN, theme.ORANGE))
    dashes = theme.series(known, (theme.DASHES[0], [10, 5]))
    return (
        alt.Color("kinds:N", scale=colors, legend=legend),
        alt.StrokeDash("kinds:N", scale=dashes, legend=legend),
    )


def _unmatched(
    sides: tuple[Plan, Plan],
    unmatched: tuple[Sequence[float], Sequence[float]],
    size: tuple[float, float],
) -> list[alt.Chart]:
    """The mass of each layer that no match takes, beside it."""
    halos: list[alt.Chart] = []
    words: list[alt.Chart] = []
    for plan, masses, side in zip(sides, unmatched, (1, -1), strict=True):
        rows: theme.Rows = [
            {
                "x": x + side * (BOX[0] / 2 + TEXT[0]),
                "y": y + TEXT[1],
                "text": f"{number(mass)} unmatched",
            }
            for (x, y), mass in zip(plan.places, masses, strict=True)
            if mass
        ]
        for layers, look in ((halos, _HALO), (words, {"color": theme.INK})):
            mark = Chart(theme.rows(rows)).mark_text(
                align="left" if side > 0 else "right", fontSize=theme.SMALL - 1, **look
            )
            layers.append(cast(alt.Chart, mark.encode(**places(size), text="text:N")))
    return [*halos, *words]
