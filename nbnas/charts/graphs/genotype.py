"""Genotypes as pictures: the normal cell, and below it the reduction cell.

What a cell reads and its vertices stand on one line; the output, which joins all its vertices, is
not drawn.
"""

from collections.abc import Sequence

import altair as alt

from nbnas.brief import cut
from nbnas.charts import lettering, theme
from nbnas.charts.graphs.data_flow import Parts, add, draw, parts_of, word
from nbnas.charts.graphs.layout import lay_out
from nbnas.charts.graphs.notation import settings_within
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.darts.genotype import (
    JOINED,
    NORMAL,
    Cell,
    Genotype,
    live_inputs,
    vertex_of,
)
from nbnas.graphs.spaces.darts.graph import genotype_of

GAP, HEAD = 18.0, 20.0  # pixels between pictures, and of the name of a cell
LETTER = 5.6  # pixels of a letter
NAMED, FULL = (
    440.0,
    78.0,
)  # pixels of a picture, and between two vertices, that have room for names
_MINUS = "\N{MINUS SIGN}"
ENDS = {0: f"k{_MINUS}2", 1: f"k{_MINUS}1"}
NAMES = ("normal cell", "reduction cell")


def genotype(
    architecture: Architecture, *, width: float = 460, heading: str = "", subtitle: str = ""
) -> alt.LayerChart:
    """Draw both cells with their operations named at the edges.

    Args:
        architecture: One of a `DartsSpace`.
        width: Width in pixels; in less than 440 a legend names the operations.
        heading: A title.
        subtitle: What is to be seen.

    Returns:
        The chart.
    """
    named = width >= NAMED
    parts, height = _both(architecture, 0, width, named=named)
    title = theme.title(heading or "A normal and a reduction cell", subtitle)
    legend = None if named else _legend(columns=3)
    return draw(parts, (width, height), _styles([architecture]), legend, title)


def genotypes(
    architectures: Sequence[Architecture],
    *,
    columns: int = 4,
    width: float = 210,
    heading: str = "",
    subtitle: str = "",
) -> alt.LayerChart:
    """Draw several genotypes side by side, with one legend for all.

    Args:
        architectures: What to draw, in reading order.
        columns: How many stand beside each other.
        width: Width of one of them in pixels.
        heading: A title.
        subtitle: What is to be seen.

    Returns:
        The chart.
    """
    drawn = [_both(each, i, width, small=True) for i, each in enumerate(architectures)]
    letters = int(width / LETTER)
    below = GAP if any(each.settings for each in architectures) else 0.0
    high = max(height for _, height in drawn) + GAP + below
    columns = min(columns, len(drawn))
    lines = -(-len(drawn) // columns)
    parts = Parts([], [], [], [])
    for index, (each, (own, height)) in enumerate(zip(architectures, drawn, strict=True)):
        dx = (index % columns) * (width + GAP)
        dy = (lines - 1 - index // columns) * high + below
        add(parts, own, dx, dy + high - GAP - below - height)
        if said := settings_within(each, letters):
            parts.words.append(word(dx + width / 2, dy - 2, cut(said, letters), 0.9))
    title = theme.title(heading or theme.count(len(drawn), "architecture"), subtitle)
    size = (columns * (width + GAP), lines * high)
    return draw(parts, size, _styles(architectures), _legend(), title)


def cell_graph(cell: Cell) -> Architecture:
    """A cell as a graph of its own: what it reads, then its vertices."""
    edges = ((source, vertex_of(place), word) for place, (word, source) in enumerate(cell))
    labels = ("input", "input", *("sum",) * len(JOINED))
    return Architecture(labels, tuple(sorted(edges)), NORMAL)


def _both(
    architecture: Architecture,
    index: int,
    width: float,
    *,
    small: bool = False,
    named: bool = False,
) -> tuple[Parts, float]:
    """The cells below each other, and the height that they take."""
    found = genotype_of(architecture)
    parts, top = Parts([], [], [], []), 0.0
    for number, (name, cell) in enumerate(reversed([*zip(NAMES, _cells(found), strict=True)])):
        graph = cell_graph(cell)
        layout = lay_out(graph, width, None, small)
        live = live_inputs(cell)
        carrying = [(label, u) in live[v] for u, v, label in graph.edges]
        place = 2 * index + number
        own = parts_of(graph, layout, place, carrying, named=named, ends=ENDS, needed=FULL)
        add(parts, own, 0, top)
        top += layout.height + HEAD
        middle = lettering.width(name, theme.SMALL) / 2 + 4
        parts.words.append(word(middle, top - HEAD / 2, name, 0.9))
    return parts, top


def _legend(columns: int = 0) -> alt.Legend:
    """The operations with their colours and dashes, in one line or in columns."""
    return alt.Legend(
        orient="bottom",
        title=None,
        columns=columns or alt.Undefined,
        symbolType="stroke",
        symbolSize=1100,
        symbolStrokeWidth=3,
    )


def _cells(found: Genotype) -> tuple[Cell, Cell]:
    return found.normal, found.reduce


def _styles(architectures: Sequence[Architecture]) -> dict[str, theme.Style]:
    cells = (cell for each in architectures for cell in _cells(genotype_of(each)))
    return theme.styles({label for cell in cells for label, _ in cell})
