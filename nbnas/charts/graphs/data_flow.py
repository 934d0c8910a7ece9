"""What pictures of data flow are made of: edges with their arrows, vertices, and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.layout import Layout
from nbnas.charts.graphs.notation import operations_of
from nbnas.graphs.architecture import ZERO, Architecture

FAINT, IDLE = 0.5, 0.38
LABEL = 62  # pixels between two vertices that an operation's full name needs


@dataclass(frozen=True, slots=True)
class Parts:
    """What is drawn of one or several architectures: rows for curves, arrows, vertices, words."""

    curves: theme.Rows
    arrows: theme.Rows
    vertices: theme.Rows
    words: theme.Rows


def parts_of(
    architecture: Architecture,
    layout: Layout,
    index: int,
    carrying: Sequence[bool],
    *,
    named: bool,
    ends: Mapping[int, str] | None = None,
    needed: float = LABEL,
) -> Parts:
    """What is drawn of an architecture.

    Args:
        architecture: A graph with operations on its edges.
        layout: Where it is drawn.
        index: Its place among those that are drawn together.
        carrying: For each edge, whether it carries data; others are faint.
        named: Whether the operations are named at the edges.
        ends: What is written into vertices in place of their numbers, by default "in" and "out".
        needed: Pixels between two vertices that the operations' full names need; where there are
            fewer, they have their short ones.
    """
    known = theme.styles(operations_of([architecture]))
    parts = Parts([], [], _vertices(architecture, layout, ends), [])
    room = layout.places[1][0] - layout.places[0][0]
    brief = room - 2 * layout.radius < needed
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
            parts.words.append(word(x, y, name, 1.0 if on else 0.6))
    return parts


def _vertices(
    architecture: Architecture, layout: Layout, ends: Mapping[int, str] | None
) -> theme.Rows:
    size = (2 * layout.radius) ** 2
    names = {0: "in", len(architecture.nodes) - 1: "out"} if ends is None else ends
    return [
        {"x": x, "y": y, "size": size, "text": names.get(vertex, str(vertex))}
        for vertex, (x, y) in enumerate(layout.places)
    ]


def word(x: float, y: float, text: str, opacity: float) -> dict[str, Any]:
    """A row for a text at a place."""
    return {"x": x, "y": y, "text": text, "opacity": opacity}


def add(parts: Parts, more: Parts, dx: float, dy: float) -> None:
    """Put parts beside others, moved by so many pixels."""
    for name in ("curves", "arrows", "vertices", "words"):
        moved = [{**row, "x": row["x"] + dx, "y": row["y"] + dy} for row in getattr(more, name)]
        getattr(parts, name).extend(moved)


def draw(
    parts: Parts,
    size: tuple[float, float],
    known: dict[str, theme.Style],
    legend: alt.Legend | None,
    title: alt.TitleParams,
) -> alt.LayerChart:
    """Put edges, arrows, vertices and words over each other.

    Args:
        parts: What is drawn.
        size: Width and height in pixels.
        known: The style of each operation.
        legend: That of the operations, where they are not named at the edges.
        title: What stands above.
    """
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
