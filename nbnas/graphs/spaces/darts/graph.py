"""Genotypes as graphs and back.

Notation
    0, 1, 2    the vertices "cells", "c_{k-2}" and "c_{k-1}": what a cell reads
    3 … 6      the vertices 2 … 5 of the normal cell, labelled "normal"
    7 … 10     those of the reduction cell, labelled "reduce"
    11         "output"

An edge carries an operation; one of the reduction cell is another one than that of the same name
in the normal cell, and has ":reduce" behind it: it takes other numbers of channels, and steps of
two pixels where it reads what the cell reads. "none" does nothing and "skip_connect" between
vertices of a cell gives what it reads, in both, and so they bear their names alone. The edges to
the output say which cell's they are.
"""

import functools

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.graph import CELLS, IDENTITY, ZERO, Edge, holds_cells
from nbnas.graphs.spaces.darts.genotype import (
    JOINED,
    NORMAL,
    REDUCE,
    VERTICES,
    Cell,
    Genotype,
    read_genotype,
    vertex_of,
)

INPUTS = ("c_{k-2}", "c_{k-1}")
CONCAT = "concat"
NODES = (CELLS, *INPUTS, *(NORMAL,) * VERTICES, *(REDUCE,) * VERTICES, "output")
LABELS = (CELLS, NORMAL, REDUCE, CONCAT)  # what no operation of a user's own can be called
OUTPUT = len(NODES) - 1
_FIRST = {NORMAL: 1, REDUCE: 1 + VERTICES}  # what is added to the number of an inner vertex


@functools.lru_cache(maxsize=50_000)
def architecture_of(genotype: Genotype) -> Architecture:
    """The architecture of a genotype."""
    edges = [(0, v, label) for v, label in enumerate(INPUTS, 1)]
    for name, cell in ((NORMAL, genotype.normal), (REDUCE, genotype.reduce)):
        edges += _edges(name, cell)
    return Architecture(NODES, tuple(sorted(edges)), str(genotype))


def genotype_of(architecture: Architecture) -> Genotype:
    """The genotype of an architecture of a `DartsSpace`, of any operations.

    Raises:
        ArchitectureError: If it is no such architecture.
    """
    if holds_cells(architecture):
        genotype = read_genotype(architecture.text, None)
        if architecture_of(genotype) == architecture.bare:
            return genotype
    raise ArchitectureError(
        f"expected a genotype, an architecture of a DartsSpace, got {architecture.text!r:.200}; "
        "read a text by DartsSpace().parse(text)"
    )


def place_in_graph(cell: str, vertex: int) -> int:
    """The number of a vertex of a cell in the graph.

    Args:
        cell: "normal" or "reduce".
        vertex: 0 and 1 for what the cell reads, 2 to 5 for its own.

    Example:
        >>> place_in_graph("normal", 2), place_in_graph("reduce", 2), place_in_graph("reduce", 0)
        (3, 7, 1)
    """
    return vertex + _FIRST[cell] if vertex in JOINED else vertex + 1


def name_of_vertex(number: int) -> str:
    """What a vertex of the graph is called within its cell.

    Example:
        >>> name_of_vertex(1), name_of_vertex(3), name_of_vertex(7)
        ('k-2', '2', '2')
    """
    if 0 < number <= len(INPUTS):
        return INPUTS[number - 1][3:-1]
    inner = number - 1 - len(INPUTS)
    if 0 <= inner < 2 * VERTICES:
        return str(JOINED[inner % VERTICES])
    return NODES[number] if number < len(NODES) else str(number)


def edge_word(cell: str, operation: str, source: int) -> str:
    """What an edge of the graph is called.

    Example:
        >>> edge_word("reduce", "skip_connect", 0), edge_word("reduce", "skip_connect", 2)
        ('skip_connect:reduce', 'skip_connect')
    """
    same = operation == ZERO or (operation == IDENTITY and source in JOINED)
    return operation if same or cell == NORMAL else f"{operation}:{cell}"


def _edges(name: str, cell: Cell) -> list[Edge]:
    inner = [
        (
            place_in_graph(name, source),
            place_in_graph(name, vertex_of(place)),
            edge_word(name, operation, source),
        )
        for place, (operation, source) in enumerate(cell)
    ]
    last = CONCAT if name == NORMAL else f"{CONCAT}:{name}"
    return [*inner, *((place_in_graph(name, v), OUTPUT, last) for v in JOINED)]
