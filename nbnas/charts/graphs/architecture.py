"""Architectures as pictures of their data flow.

The vertices stand on one line in topological order; an edge to the next vertex is straight, a
longer one is an arc above or below, and edges that meet at a vertex leave it at different angles,
so that no two edges run over each other. Colour and dash say the operation; an edge that
cannot matter, since nothing reaches it or nothing after it reaches the output, is faint.
"""

from collections.abc import Sequence

import altair as alt

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.graphs.choices import chosen
from nbnas.charts.graphs.data_flow import Parts, add, draw, parts_of, word
from nbnas.charts.graphs.genotype import genotype, genotypes
from nbnas.charts.graphs.layout import lay_out
from nbnas.charts.graphs.network import links, network, networks
from nbnas.charts.graphs.notation import (
    flow,
    notation,
    operations_of,
    settings_said,
    settings_within,
    useful,
)
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.graph import holds_cells
from nbnas.graphs.values import is_of_choices

LETTER = 5.3  # pixels of a letter of a notation


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
        architecture: Any labelled graph of up to about ten vertices; one of several cells is
            drawn by `nbnas.charts.graphs.genotype.genotype`, one with its operations at the
            vertices by `nbnas.charts.graphs.network.network`, one of choices by
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
    if holds_cells(architecture):
        said = _lines(subtitle or flow(architecture), own)
        return genotype(architecture, width=width, heading=heading, subtitle=said)
    if has_vertex_operations(architecture):
        said = _lines(subtitle or links(architecture), own)
        return network(architecture, heading=heading, subtitle=said, numbered=numbered)
    layout = lay_out(architecture, width, height)
    parts = parts_of(architecture, layout, 0, useful(architecture), named=True)
    text = notation(architecture.bare)
    short = text if len(text) < 60 else f"An architecture of {len(architecture.nodes)} vertices"
    words = theme.title(heading or short, _lines(subtitle or flow(architecture), own))
    known = theme.styles(operations_of([architecture]))
    return draw(parts, (width, layout.height), known, None, words)


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
    if all(map(holds_cells, architectures)):
        return genotypes(
            architectures, columns=columns, width=width, heading=heading, subtitle=subtitle
        )
    if any(map(has_vertex_operations, architectures)):
        return networks(architectures, heading=heading, subtitle=subtitle)
    layouts = [lay_out(a, width, None, small=True) for a in architectures]
    letters = int(width / LETTER)
    settings = [settings_within(each, letters) for each in architectures]
    below = 14 if any(settings) else 0
    height = max(layout.height for layout in layouts) + 26 + below
    columns = min(columns, len(architectures))
    lines = -(-len(architectures) // columns)
    parts = Parts([], [], [], [])
    for index, (each, layout) in enumerate(zip(architectures, layouts, strict=True)):
        dx, dy = (index % columns) * (width + 16), (lines - 1 - index // columns) * height
        add(parts, parts_of(each, layout, index, useful(each), named=False), dx, dy)
        for line, text in enumerate(filter(None, (notation(each.bare), settings[index]))):
            short = cut(text, letters)
            high = dy + layout.height + 8 + below - 14 * line
            parts.words.append(word(dx + width / 2, high, short, 0.9))
    legend = alt.Legend(
        orient="bottom", title=None, symbolType="stroke", symbolSize=1100, symbolStrokeWidth=3
    )
    known = theme.styles(operations_of(architectures))
    words = theme.title(heading or theme.count(len(architectures), "architecture"), subtitle)
    return draw(parts, (columns * (width + 16), lines * height), known, legend, words)


def _lines(*texts: str) -> str:
    """Texts below each other, without those that are empty."""
    return "\n".join(filter(None, texts))
