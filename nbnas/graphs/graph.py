"""The words of labelled graphs: the labels of edges that mean something, and what a graph offers.

Notation
    V   number of vertices; vertex 0 is the input, vertex V - 1 the output
    nodes[v]          label of vertex v, such as "input", "sum", "output"
    (u, v, label)     an edge from u to v (u < v) with its operation
    ZERO, IDENTITY    the two operations with a meaning of their own: an edge that carries nothing
                      and an edge that carries its source unchanged
    LINK              the label of every edge of a space whose operations are at the vertices;
                      "link:port" where it matters which input of the vertex it is
"""

from collections.abc import Hashable
from typing import Protocol

ZERO = "none"
IDENTITY = "skip_connect"
LINK = "link"

Edge = tuple[int, int, str]


class Graph(Hashable, Protocol):
    """A frozen labelled directed acyclic graph; an `Architecture` is one."""

    @property
    def nodes(self) -> tuple[str, ...]:
        """The label of each vertex, in topological order."""

    @property
    def edges(self) -> tuple[Edge, ...]:
        """`(source, target, operation)`, sorted."""
