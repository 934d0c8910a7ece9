"""Architectures as pictures of their data flow.

The vertices stand on one line in topological order; an edge to the next vertex is straight, a
longer one is an arc above or below, and edges that meet at a vertex leave it at different angles,
so that no two edges run over each other. Colour and dash say the operation; an edge that
cannot matter, since nothing reaches it or nothing after it reaches the output, is faint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.choices import chosen
from nbnas.charts.graphs.layout import Layout, lay_out
from nbnas.charts.graphs.network import links, network, networks
from nbnas.charts.graphs.notation import (
    flow,
    notation,
    operations_of,
    settings_said,
    settings_within,
    useful,
)
from nbnas.graphs.architecture import ZERO, Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.values import is_of_choices

FAINT, IDLE = 0.5, 0.38
LETTER = 5.3  # pixels of a letter of a notation
LABEL = 62  # pixels between two vertices that an operation's full name needs


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is drawn of one or several architectures: rows for curves, arrows, vertices, words."""

    curves: theme.Rows
    arrows: theme.Rows
    vertices: theme.Rows
    words: theme.Rows


def architecture(
    architecture: Architecture,
    *,
    width: float = 460,
    height: float | None = None,
    heading: str = "",
    subtitle: str = "",
    numbered: bool = False,
) -> alt.LayerChart:
    """Draw one architecture with its operations named at the edges.

    Args:
        architecture: Any labelled graph of up to about ten vertices; one with its operations at
            the vertices is drawn by `nbnas.charts.graphs.network.network`, one of choices by
            `nbnas.charts.graphs.choices.chosen`.
        width: Width in pixels.
        height: Height in pixels; by default what the arcs need.
        heading: A title; by default the architecture's notation.
        subtitle: What is to be seen; by default how many edges carry data.
        numbered: Whether the vertices of one with operations at the vertices have their numbers.

    Returns:
        The chart.
    """
    if is_of_choices(architecture.nodes):
        return chosen((architecture,), heading=heading, subtitle=subtitle, numbered=numbered)
    own = settings_said(architecture)
    if has_vertex_operations(architecture):
        said = _lines(subtitle or links(architecture), own)
        return network(architecture, heading=heading, subtitle=said, numbered=numbered)
    layout = lay_out(architecture, width, height)
    parts = _parts(architecture, layout, 0, named=True)
    text = notation(architecture.bare)
    short = text if len(text) < 60 else f"An architecture of {len(architecture.nodes)} vertices"
    words = theme.title(heading or short, _lines(subtitle or flow(architecture), own))
    known = theme.styles(operations_of([architecture]))
    return _draw(parts, (width, layout.height), known, None, words)


def gallery(
    architectures: Sequence[Architecture],
    *,
    columns: int = 4,
    width: float = 210,
    heading: str = "",
    subtitle: str = "",
) -> theme.AnyChart:
    """Draw several architectures side by side, with one legend for all.

    Args:
        architectures: What to draw, in reading order.
        columns: How many stand beside each other.
        width: Width of one of them in pixels.
        heading: A title.
        subtitle: What is to be seen.

    Returns:
        The chart.
    """
    if not architectures:
        return theme.note("no architectures to draw", 460, 80)
    if all(is_of_choices(a.nodes) for a in architectures):
        return chosen(architectures, heading=heading, subtitle=subtitle)
    if any(map(has_vertex_operations, architectures)):
        return networks(architectures, heading=heading, subtitle=subtitle)
    layouts = [lay_out(a, width, None, small=True) for a in architectures]
    letters = int(width / LETTER)
    settings = [settings_within(each, letters) for each in architectures]
    below = 14 if any(settings) else 0
    height = max(layout.height for layout in layouts) + 26 + below
    columns = min(columns, len(architectures))
    lines = -(-len(architectures) // columns)
    parts = _Parts([], [], [], [])
    for index, (each, layout) in enumerate(zip(architectures, layouts, strict=True)):
        dx, dy = (index % columns) * (width + 16), (lines - 1 - index // columns) * height
        _add(parts, _parts(each, layout, index, named=False), dx, dy)
        for line, text in enumerate(filter(None, (notation(each.bare), settings[index]))):
            short = cut(text, letters)
            high = dy + layout.height + 8 + below - 14 * line
            parts.words.append(_word(dx + width / 2, high, short, 0.9))
    legend = alt.Legend(
        orient="bottom", title=None, symbolType="stroke", symbolSize=1100, symbolStrokeWidth=3
    )
    known = theme.styles(operations_of(architectures))
    words = theme.title(heading or theme.count(len(architectures), "architecture"), subtitle)
    return _draw(parts, (columns * (width + 16), lines * height), known, legend, words)


def _lines(*texts: str) -> str:
    """Texts below each other, without those that are empty."""
    return "\n".join(filter(None, texts))


def _parts(architecture: Architecture, layout: Layout, index: int, *, named: bool) -> _Parts:
    known = theme.styles(operations_of([architecture]))
    parts = _Parts([], [], _vertices(architecture, layout), [])
    carrying, room = useful(architecture), layout.places[1][0] - layout.places[0][0]
    brief = room - 2 * layout.radius < LABEL
    for edge, (curve, on) in enumerate(zip(layout.curves, carrying, strict=True)):
        operation = architecture.edges[edge][2]
        opacity = 1.0 if on else FAINT if operation == ZERO else IDLE
        shared = {
            "edge": f"{index}.{edge}",
            "operation": known[operation].name,
            "opacity": opacity,
        }
        parts.curves.extend(
            {**shared, "t": t, "x": x, "y": y} for t, (x, y) in enumerate(curve.points)
        )
        if operation != ZERO:
            x, y = curve.arrow
            parts.arrows.append({**shared, "x": x, "y": y, "angle": curve.angle})
        if named and operation != ZERO:
            x, y = curve.label
            name = known[operation].short if brief else known[operation].name
            parts.words.append(_word(x, y, name, 1.0 if on else 0.6))
    return parts


def _vertices(architecture: Architecture, layout: Layout) -> theme.Rows:
    last, size = len(architecture.nodes) - 1, (2 * layout.radius) ** 2
    names = {0: "in", last: "out"}
    return [
        {"x": x, "y": y, "size": size, "text": names.get(vertex, str(vertex))}
        for vertex, (x, y) in enumerate(layout.places)
    ]


def _word(x: float, y: float, text: str, opacity: float) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "opacity": opacity}


def _add(parts: _Parts, more: _Parts, dx: float, dy: float) -> None:
    for name in ("curves", "arrows", "vertices", "words"):
        moved = [{**row, "x": row["x"] + dx, "y": row["y"] + dy} for row in getattr(more, name)]
        getattr(parts, name).extend(moved)


def _draw(
    parts: _Parts,
    size: tuple[float, float],
    known: dict[str, theme.Style],
    legend: alt.Legend | None,
    title: alt.TitleParams,
) -> alt.LayerChart:
    names = [style.name for style in known.values()]
    color = alt.Color(
        "operation:N",
        scale=alt.Scale(domain=names, range=[style.color for style in known.values()]),
        legend=legend,
    )
    dash = alt.StrokeDash(
        "operation:N",
        scale=alt.Scale(domain=names, range=[style.dash for style in known.values()]),
        legend=legend,
    )
    opacity = alt.Opacity("opacity:Q", scale=None, legend=None)
    place = {
        "x": alt.X("x:Q", axis=None, scale=theme.scale((0, size[0]))),
        "y": alt.Y("y:Q", axis=None, scale=theme.scale((0, size[1]))),
    }
    small = len(parts.vertices) > 10
    curves = Chart(theme.rows(parts.curves)).mark_line(
        strokeWidth=2.2 if small else 3, strokeCap="butt", interpolate="linear"
    )
    arrows = Chart(theme.rows(parts.arrows)).mark_point(
        shape="triangle", filled=True, size=45 if small else 95
    )
    circles = Chart(theme.rows(parts.vertices)).mark_circle(
        opacity=1, fill=theme.PAPER, stroke=theme.INK, strokeWidth=1.6
    )
    labels = Chart(theme.rows(parts.vertices)).mark_text(
        color=theme.INK, fontSize=9 if small else theme.NORMAL, fontWeight=600
    )
    words = Chart(theme.rows(parts.words)).mark_text(color=theme.INK, fontSize=theme.SMALL)
    return theme.layered(
        curves.encode(
            **place, color=color, strokeDash=dash, opacity=opacity, detail="edge:N", order="t:O"
        ),
        arrows.encode(
            **place, color=color, opacity=opacity, angle=alt.Angle("angle:Q", scale=None)
        ),
        circles.encode(**place, size=alt.Size("size:Q", scale=None, legend=None)),
        labels.encode(**place, text="text:N"),
        words.encode(**place, text="text:N", opacity=opacity),
        width=size[0],
        height=size[1],
        title=title,
    )
