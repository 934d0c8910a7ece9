"""A relaxed cell: its edges as ribbons, in which each operation is as thick as its weight.

All operations of an edge lie beside each other, in the order of the legend, and together are as
thick on every edge: an edge that is undecided has many stripes, a decided one is of one colour.
Where there is room, the operation that would be kept is named: the strongest but "none", of which
normalisations hide how much there is. Data flow from left to right. Of a genotype's cell only two
edges into each vertex would be kept, so that the others are faint, and its output joins all
vertices, by thin lines.

Notation
    E, O       number of edges and of operations
    ribbon     pixels that the weights of an edge, which sum to 1, are thick together
    rail       the line below a genotype's cell, by which its vertices are joined
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.layout import Curve, Layout, Point, lay_out
from nbnas.charts.training.relaxed_words import (
    FEW,
    INPUTS,
    around,
    beside,
    has_two_inputs,
    heading_of,
    kept,
    kept_edges,
    legend_of,
    looks,
    percent,
    shown_names,
    solid,
    vertices,
)
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.records import CellWeights

RIBBON, NARROW = (
    20.0,
    9.0,
)  # pixels of a ribbon, where there are few edges and where there are many
FAINT = 0.28  # of an edge that would be dropped
RAIL, OUT = 26.0, "out"  # pixels of height that the rail takes; the vertex at its end
LEAST = 0.35  # pixels of a stripe that is seen
Place = tuple[float, float, float, float]  # x, y, and the direction to the left of it


@dataclass(frozen=True, slots=True)
class _Parts:
    """Rows for the stripes of the ribbons, the vertices and the words."""

    stripes: theme.Rows
    vertices: theme.Rows
    words: theme.Rows
    wires: theme.Rows


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
    names, joined = vertices(weights), has_two_inputs(weights)
    graph = _graph(weights, (*names, OUT) if joined else names)
    layout = lay_out(graph, width, None, below=RAIL if joined else 0.0)
    ribbon = NARROW if len(weights.edges) > FEW else RIBBON
    parts = _parts(weights, names, layout, ribbon)
    words = theme.title(heading or heading_of(weights), subtitle or _said(weights))
    return _draw(parts, (width, layout.height), weights, words)


_INPUTS = "named are the two inputs that each would keep; others are faint"


def _said(weights: CellWeights) -> str:
    """How the picture is read."""
    thick = "operations are as thick as their weights"
    if has_two_inputs(weights):
        return f"{thick}; {OUT} joins the vertices\n{_INPUTS}"
    many = len(weights.edges) > FEW
    return thick if many else f"{thick}; named is what would be kept (never none)"


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
    genotype = len(layout.places) > len(names)
    wires = _wires(layout) if genotype else []
    parts = _Parts([], _circles(weights, names, layout), [], wires)
    taken, stays = around(layout.places, layout.radius), kept_edges(weights)
    for curve, edge in zip(layout.curves, order, strict=True):
        shares = dict(zip(weights.operations, weights.values[edge], strict=True))
        source, target = (layout.places[end] for end in ends[edge])
        path = _along((source, *curve.points, target))  # the ends lie below the circles
        faint = 1.0 if stays[edge] else FAINT
        parts.stripes.extend(_stripes(path, shares, known, ribbon, (edge, faint)))
        word = kept(weights, edge)
        if word and stays[edge] and genotype:
            straight = len(curve.points) == 2  # between two vertices there is little room
            said = known[word].short + ("" if straight else f" {percent(shares[word])}")
            row = beside([point[:2] for point in path], said, ribbon / 2, taken)
            parts.words.extend([row] if row else [])
        elif word and len(ends) <= FEW:
            said = f"{known[word].short} {percent(shares[word])}"
            parts.words.append(_word(curve, path, ribbon, said))
    return parts


def _wires(layout: Layout) -> theme.Rows:
    """The thin lines by which a genotype's vertices lead to the output: down, along, and up."""
    *inner, (right, line) = layout.places[INPUTS:]
    low = RAIL / 2
    ways = [*(((x, y), (x, low)) for x, y in inner)]
    ways.append(((inner[0][0], low), (right, low), (right, line)))
    return [
        {"wire": f"{number}", "t": t, "x": x, "y": y}
        for number, way in enumerate(ways)
        for t, (x, y) in enumerate(way)
    ]


def _stripes(
    path: Sequence[Place],
    shares: dict[str, float],
    known: dict[str, theme.Style],
    ribbon: float,
    which: tuple[int, float],
) -> theme.Rows:
    """The operations of an edge beside each other, from left to right of its direction.

    `which` has the number of the edge, and how much of it is seen.
    """
    rows: theme.Rows = []
    edge, seen = which
    start = ribbon / 2
    for word, style in known.items():
        thick = ribbon * shares[word]
        middle = start - thick / 2
        start -= thick
        if thick < LEAST:
            continue
        shared = {
            **{"operation": style.name, "stripe": f"{edge}.{style.name}"},
            **{"thick": thick, "seen": seen},
        }
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
    said = [*(shown[name] for name in names), OUT]
    return [
        {"x": x, "y": y, "size": size, "text": text}
        for text, (x, y) in zip(said, layout.places, strict=False)
    ]


def _draw(
    parts: _Parts, size: Point, weights: CellWeights, title: alt.TitleParams
) -> alt.LayerChart:
    legend = legend_of(weights.operations, symbolSize=200, symbolStrokeWidth=9)
    color = alt.Color("operation:N", scale=looks(weights.operations, "color"), legend=legend)
    dash = alt.StrokeDash("operation:N", scale=solid(weights.operations), legend=legend)
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
    wires = Chart(theme.rows(parts.wires)).mark_line(
        color=theme.INK, strokeWidth=1, opacity=0.55, interpolate="linear"
    )
    return theme.layered(
        *([wires.encode(**place, detail="wire:N", order="t:O")] if parts.wires else []),
        stripes.encode(
            **place,
            color=color,
            strokeDash=dash,
            strokeWidth=thick,
            opacity=alt.Opacity("seen:Q", scale=None, legend=None),
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
