"""A relaxed cell: its edges as ribbons, in which each operation is as thick as its weight.

All operations of an edge lie beside each other, in the order of the legend, and together are as
thick on every edge: an edge that is undecided has many stripes, a decided one is of one colour.
Where there is room, the operation that would be kept is named: the strongest but "none", of which
normalisations hide how much there is. Data flow from left to right.

Notation
    E, O       number of edges and of operations
    ribbon     pixels that the weights of an edge, which sum to 1, are thick together
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.layout import Curve, Layout, Point, lay_out
from nbnas.graphs.architecture import LINK, ZERO, Architecture
from nbnas.records import CellWeights

RIBBON, NARROW = (
    20.0,
    9.0,
)  # pixels of a ribbon, where there are few edges and where there are many
FEW = 8  # edges whose operation is named
EQUAL = 1e-6  # by which weights differ that are the same
LEAST = 0.35  # pixels of a stripe that is seen
Place = tuple[float, float, float, float]  # x, y, and the direction to the left of it


@dataclass(frozen=True, slots=True)
class _Parts:
    """Rows for the stripes of the ribbons, the vertices and the words."""

    stripes: theme.Rows
    vertices: theme.Rows
    words: theme.Rows


def relaxed_cell(
    weights: CellWeights,
    *,
    width: float = 460,
    heading: str = "",
    subtitle: str = "",
) -> alt.LayerChart:
    """Draw the weights of one cell along its edges.

    Args:
        weights: How much of each operation its edges carry.
        width: Width in pixels.
        heading: A title; by default the name of the cell.
        subtitle: What is to be seen; by default how the ribbons are read.

    Returns:
        The chart, with a legend of the operations.
    """
    names = vertices(weights)
    many = len(weights.edges) > FEW
    layout = lay_out(_graph(weights, names), width, None)
    ribbon = NARROW if many else RIBBON
    parts = _parts(weights, names, layout, ribbon)
    named = "" if many else "; named is what would be kept (never none)"
    said = subtitle or f"operations are as thick as their weights{named}"
    words = theme.title(heading or heading_of(weights), said)
    return _draw(parts, (width, layout.height), weights, words)


def heading_of(weights: CellWeights) -> str:
    """The name of a cell as a title."""
    return "The relaxed cell" if weights.name == "cell" else f"The relaxed {weights.name} cell"


def vertices(weights: CellWeights) -> tuple[str, ...]:
    """The names of a cell's vertices, each before those that its edges enter."""
    depths = dict.fromkeys((name for edge in weights.edges for name in edge), 0)
    for _ in depths:  # no path is longer
        for source, target in weights.edges:
            depths[target] = max(depths[target], depths[source] + 1)
    return tuple(sorted(depths, key=depths.__getitem__))  # of equal ones the first named


def kept(weights: CellWeights, edge: int) -> str:
    """The operation of an edge that would be kept; empty where all weigh the same.

    It is the strongest but "none", as Liu et al. (DARTS, ICLR 2019) choose; of equal ones the
    first.
    """
    row = weights.values[edge]
    if max(row) - min(row) < EQUAL and len(row) > 1:
        return ""
    shares = dict(zip(weights.operations, row, strict=True))
    names = [word for word in shares if word != ZERO] or [ZERO]
    return max(names, key=shares.__getitem__)


def shown_names(weights: CellWeights) -> dict[str, str]:
    """What is written into the vertices: "in" and "out" where there is one input."""
    names, entered = vertices(weights), {target for _, target in weights.edges}
    one = len(set(names) - entered) == 1
    ends = {names[0]: "in", names[-1]: "out"} if one else {}
    return {name: ends.get(name, _short(name)) for name in names}


def _short(name: str) -> str:
    return name.removeprefix("c_").strip("{}").replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """A weight in words."""
    return f"{100 * share:.0f} %"


def looks(operations: Sequence[str], what: str) -> alt.Scale:
    """The colours or dashes of operations by their names: `what` is "color" or "dash"."""
    known = theme.styles(operations).values()
    return alt.Scale(
        domain=[style.name for style in known], range=[getattr(style, what) for style in known]
    )


def _dashes(operations: Sequence[str]) -> alt.Scale:
    """Stripes are solid, but where an earlier operation has the same colour."""
    known = list(theme.styles(operations).values())
    colors = [style.color for style in known]
    again = [color in colors[:at] for at, color in enumerate(colors)]
    return alt.Scale(
        domain=[style.name for style in known], range=[[6, 3] if it else [1, 0] for it in again]
    )


def legend_of(operations: Sequence[str], **options: Any) -> alt.Legend:  # noqa: ANN401
    """The legend of operations, above what they are in: in two lines where there are many."""
    count = len(operations)
    columns = count if count < FEW else math.ceil(count / 2)
    shape: dict[str, Any] = {"orient": "top", "offset": 4, "symbolType": "stroke"}
    return alt.Legend(title=None, columns=columns, **shape, **options)


def _graph(weights: CellWeights, names: Sequence[str]) -> Architecture:
    """The cell as a graph, for the layout."""
    place = {name: at for at, name in enumerate(names)}
    edges = sorted((place[source], place[target], LINK) for source, target in weights.edges)
    return Architecture(tuple(names), tuple(edges), "relaxed")


def _parts(weights: CellWeights, names: Sequence[str], layout: Layout, ribbon: float) -> _Parts:
    place = {name: at for at, name in enumerate(names)}
    known = theme.styles(weights.operations)
    ends = [(place[source], place[target]) for source, target in weights.edges]
    order = sorted(range(len(ends)), key=ends.__getitem__)  # that of the layout's curves
    parts = _Parts([], _circles(weights, names, layout), [])
    for curve, edge in zip(layout.curves, order, strict=True):
        shares = dict(zip(weights.operations, weights.values[edge], strict=True))
        source, target = (layout.places[end] for end in ends[edge])
        path = _along((source, *curve.points, target))  # the ends lie below the circles
        parts.stripes.extend(_stripes(path, shares, known, ribbon, edge))
        word = kept(weights, edge)
        if word and len(ends) <= FEW:
            said = f"{known[word].short} {percent(shares[word])}"
            parts.words.append(_word(curve, path, ribbon, said))
    return parts


def _stripes(
    path: Sequence[Place],
    shares: dict[str, float],
    known: dict[str, theme.Style],
    ribbon: float,
    edge: int,
) -> theme.Rows:
    """The operations of an edge beside each other, from left to right of its direction."""
    rows: theme.Rows = []
    start = ribbon / 2
    for word, style in known.items():
        thick = ribbon * shares[word]
        middle = start - thick / 2
        start -= thick
        if thick < LEAST:
            continue
        shared = {"operation": style.name, "stripe": f"{edge}.{style.name}", "thick": thick}
        rows += [
            {**shared, "t": t, "x": x + middle * left, "y": y + middle * up}
            for t, (x, y, left, up) in enumerate(path)
        ]
    return rows


def _along(points: Sequence[Point]) -> list[Place]:
    """The points of a curve, each with the unit vector to the left of its direction."""
    found = []
    for at, (x, y) in enumerate(points):
        before, after = points[max(at - 1, 0)], points[min(at + 1, len(points) - 1)]
        along = (after[0] - before[0], after[1] - before[1])
        length = math.hypot(*along)
        found.append((x, y, -along[1] / length, along[0] / length))
    return found


def _word(curve: Curve, path: Sequence[Place], ribbon: float, text: str) -> dict[str, Any]:
    """The operation, outside of the ribbon where it is farthest from the vertices."""
    x, y = curve.label
    side = 1 if y >= path[0][1] else -1
    return {"x": x, "y": y + side * ribbon / 2, "text": text}


def _circles(weights: CellWeights, names: Sequence[str], layout: Layout) -> theme.Rows:
    shown, size = shown_names(weights), (2 * layout.radius) ** 2
    return [
        {"x": x, "y": y, "size": size, "text": shown[name]}
        for name, (x, y) in zip(names, layout.places, strict=True)
    ]


def _draw(
    parts: _Parts, size: Point, weights: CellWeights, title: alt.TitleParams
) -> alt.LayerChart:
    legend = legend_of(weights.operations, symbolSize=200, symbolStrokeWidth=9)
    color = alt.Color("operation:N", scale=looks(weights.operations, "color"), legend=legend)
    dash = alt.StrokeDash("operation:N", scale=_dashes(weights.operations), legend=legend)
    place: dict[str, Any] = {
        "x": alt.X("x:Q", axis=None, scale=theme.scale((0, size[0]))),
        "y": alt.Y("y:Q", axis=None, scale=theme.scale((0, size[1]))),
    }
    stripes = Chart(theme.rows(parts.stripes)).mark_line(
        strokeCap="butt", interpolate="catmull-rom"
    )
    circles = Chart(theme.rows(parts.vertices)).mark_circle(
        opacity=1, fill=theme.PAPER, stroke=theme.INK, strokeWidth=1.6
    )
    labels = Chart(theme.rows(parts.vertices)).mark_text(
        color=theme.INK, fontSize=theme.NORMAL, fontWeight=600
    )
    words = Chart(theme.rows(parts.words)).mark_text(color=theme.INK, fontSize=theme.SMALL)
    thick = alt.StrokeWidth("thick:Q", scale=None, legend=None)
    return theme.layered(
        stripes.encode(
            **place,
            color=color,
            strokeDash=dash,
            strokeWidth=thick,
            detail="stripe:N",
            order="t:O",
        ),
        circles.encode(**place, size=alt.Size("size:Q", scale=None, legend=None)),
        labels.encode(**place, text="text:N"),
        theme.halo(words).encode(**place, text="text:N"),
        words.encode(**place, text="text:N"),
        width=size[0],
        height=size[1],
        title=title,
    )
