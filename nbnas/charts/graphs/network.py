"""Whole networks, and cells with operations at their vertices, as pictures from top to bottom.

A vertex is a box on the line of its depth, which is the longest path from the input; a link to the
next line is straight, a longer one goes around at the side. Colour says the kind of a layer.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart, HConcatChart
from nbnas.charts.graphs.network_layout import BOX, Plan, plan_of
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.settings import COMMA, write_settings


def network(
    architecture: Architecture,
    *,
    heading: str = "",
    subtitle: str = "",
    numbered: bool = False,
) -> alt.LayerChart:
    """Draw a network or a cell with operations at its vertices.

    Args:
        architecture: Any graph whose labels are at its vertices.
        heading: A title; by default how many layers there are.
        subtitle: What is to be seen; by default the number of links.
        numbered: Whether the number of each vertex stands beside it.

    Returns:
        The chart.
    """
    count = len(architecture.nodes) - 2
    words = theme.title(
        heading or f"A network of {theme.count(count, 'layer')}",
        subtitle or links(architecture),
    )
    plan = plan_of(architecture)
    size, boxes = (plan.width, plan.height), box_rows(architecture, plan)
    above = [_numbers(plan, size)] if numbered else []
    return draw(boxes, link_rows(plan), size, kinds([architecture]), words, above=above)


def links(architecture: Architecture) -> str:
    """How many links a network has."""
    return f"{theme.count(len(architecture.edges), 'link')}, from top to bottom."


def networks(
    architectures: Sequence[Architecture], *, heading: str = "", subtitle: str = ""
) -> alt.HConcatChart:
    """Draw several networks side by side.

    Args:
        architectures: Graphs whose labels are at their vertices.
        heading: A title.
        subtitle: What is to be seen.

    Returns:
        The chart.
    """
    panels = [network(each, subtitle=_settings(each)) for each in architectures]
    row = HConcatChart(hconcat=panels, spacing=30, title=theme.title(heading, subtitle))
    return theme.apart(row)


def _settings(architecture: Architecture) -> str:
    """The links and the settings of a network, each setting on a line; empty without settings."""
    said = write_settings(architecture.settings).split(COMMA)
    return "\n".join([links(architecture), *said]) if architecture.settings else ""


def kinds(architectures: Sequence[Architecture]) -> dict[str, theme.Style]:
    """A style for every kind of layer in some networks; kinds of one family share a colour."""
    found = theme.styles({kind_of(label) for a in architectures for label in a.nodes})
    return {
        kind: dataclasses.replace(style, color=_family(kind) or style.color)
        for kind, style in found.items()
    }


def _family(kind: str) -> str:
    """The colour of the first family whose word is part of a kind; empty if there is none."""
    if kind == "x":
        return theme.GREY
    return next((color for word, color in _FAMILIES if word in kind), "")


_FAMILIES = (
    ("conv1x1", theme.VERMILLION),
    ("conv3x3", theme.BLUE),
    ("conv5x5", theme.SKY),
    ("conv7x7", theme.VERMILLION),
    ("pool", theme.GREEN),
    ("softmax", theme.ORANGE),
    *((word, theme.PURPLE) for word in ("fc", "dense", "linear")),
    *((word, theme.GREY) for word in ("image", "input", "output", "relu", "h_prev")),
    ("tanh", theme.SKY),
    ("sigm", theme.ORANGE),
    ("prod", theme.BLUE),
    ("sum", theme.VERMILLION),
    ("blend", theme.GREEN),
)


def kind_of(label: str) -> str:
    """The kind of the layer that a label stands for."""
    return label.partition(":")[0]


def box_rows(architecture: Architecture, plan: Plan, shift: float = 0.0) -> theme.Rows:
    """A row for each box, moved to the right by `shift` pixels."""
    return [
        {"x": x + shift, "y": y, "text": shorten(label), "kind": kind_of(label)}
        for label, (x, y) in zip(architecture.nodes, plan.places, strict=True)
    ]


def link_rows(plan: Plan, shift: float = 0.0, name: str = "") -> theme.Rows:
    """Rows for the points of all links, moved to the right by `shift` pixels."""
    return [
        {"edge": f"{name}{e}", "t": t, "x": x + shift, "y": y}
        for e, points in enumerate(plan.links)
        for t, (x, y) in enumerate(points)
    ]


def shorten(label: str, most: int = 16) -> str:
    """A label that fits into its box, as a person says it.

    Example:
        >>> shorten("conv3x3:64:s2"), shorten("activation_leaky_relu"), shorten("nor_conv_3x3")
        ('conv3x3 64 /2', 'leaky_relu', 'conv 3×3')
    """
    label = theme.styles([label])[label].name
    label = label.removeprefix("activation_").removeprefix("elementwise_")
    kind, _, rest = label.partition(":")
    units, _, stride = rest.partition(":s")
    text = " ".join(part for part in (kind, units, f"/{stride}" if stride else "") if part)
    return text if len(text) <= most else text[: most - 1] + "…"


def draw(
    boxes: theme.Rows,
    links: theme.Rows,
    size: tuple[float, float],
    known: Mapping[str, theme.Style],
    title: alt.TitleParams,
    below: Sequence[alt.Chart] = (),
    above: Sequence[alt.Chart] = (),
) -> alt.LayerChart:
    """Put links, boxes and their labels over each other.

    Args:
        boxes: From `box_rows`.
        links: From `link_rows`.
        size: Width and height in pixels.
        known: The style of each kind.
        title: What stands above.
        below: Charts in the same pixels that lie behind all else.
        above: Charts in the same pixels that lie before all else.

    Returns:
        The chart.
    """
    place = places(size)
    color = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=list(known), range=[s.color for s in known.values()]),
        legend=None,
    )
    lines = Chart(theme.rows(links)).mark_line(
        color=theme.INK, strokeWidth=1.3, opacity=0.55, interpolate="linear"
    )
    paper = Chart(theme.rows(boxes)).mark_rect(
        width=BOX[0], height=BOX[1], fill=theme.PAPER, opacity=1, cornerRadius=6
    )
    frames = Chart(theme.rows(boxes)).mark_rect(
        width=BOX[0], height=BOX[1], cornerRadius=6, fillOpacity=0.14, strokeWidth=1.8
    )
    texts = Chart(theme.rows(boxes)).mark_text(color=theme.INK, fontSize=theme.SMALL)
    return theme.layered(
        *below,
        lines.encode(**place, detail="edge:N", order="t:O"),
        paper.encode(**place),
        frames.encode(**place, fill=color, stroke=color),
        texts.encode(**place, text="text:N"),
        *above,
        width=size[0],
        height=size[1],
        title=title,
    )


def _numbers(plan: Plan, size: tuple[float, float]) -> alt.Chart:
    """The number of each vertex, at the left of its box."""
    rows: theme.Rows = [
        {"x": x - BOX[0] / 2 - 3, "y": y, "text": str(v)} for v, (x, y) in enumerate(plan.places)
    ]
    mark = Chart(theme.rows(rows)).mark_text(
        align="right", color=theme.INK, fontSize=theme.SMALL - 2, opacity=0.8
    )
    return cast(alt.Chart, mark.encode(**places(size), text="text:N"))


def places(size: tuple[float, float]) -> dict[str, Any]:
    """Encodings for rows whose x and y are pixels."""
    return {
        "x": alt.X("x:Q", axis=None, scale=theme.scale((0, size[0]))),
        "y": alt.Y("y:Q", axis=None, scale=theme.scale((0, size[1]))),
    }
