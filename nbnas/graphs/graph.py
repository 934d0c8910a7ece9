"""The words of labelled graphs: the labels of edges that mean something, and what a graph offers.

Notation
    V   number of vertices; vertex 0 is the input, vertex V - 1 the output
    nodes[v]          label of vertex v, such as "input", "sum", "output"
    (u, v, label)     an edge from u to v (u < v) with its operation
    ZERO, IDENTITY    the two operations with a meaning of their own: an edge that carries nothing
                      and an edge that carries its source unchanged
    LINK              the label of every edge of a space whose operations are at the vertices;
                      "link:port" where it matters which input of the vertex it is
    CELLS             the label of the input of a graph that holds several cells, each of which is
                      built on its own
    POOLS             operations without weights: two of one kind that read the same are one
"""

from collections.abc import Hashable
from typing import Protocol

ZERO = "none"
IDENTITY = "skip_connect"
LINK = "link"
CELLS = "cells"
POOLS = ("max_pool_3x3", "avg_pool_3x3")

Edge = tuple[int, int, str]


class Graph(Hashable, Protocol):
    """A frozen labelled directed acyclic graph; an `Architecture` is one."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """The label of each vertex, in topological order."""

    @property
    def edges(self) -> tuple[Edge, ...]:
        """`(source, target, operation)`, sorted."""


def holds_cells(graph: Graph) -> bool:
    """Whether a graph holds several cells, such as a normal and a reduction cell.

    Then the vertices that the input leads to are what all cells read; those of a cell have its
    name for a label, and all of them lead to the output.
    """
    return graph.nodes[0] == CELLS
