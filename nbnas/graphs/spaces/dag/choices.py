"""Graphs with operations at their vertices as rows of choices: the upper half of their matrix.

Notation
    graph    `(operations, edges)` as in `nbnas.graphs.spaces.dag.cell`
    V        number of vertices of the matrix; a graph may have fewer
"""

import functools
import itertools
from collections.abc import Sequence

from nbnas.graphs.spaces.choices import Choices, chosen
from nbnas.graphs.spaces.dag.cell import OPERATIONS, Graph, Pair

EDGE_STATES = ("absent", "present")


@functools.lru_cache(maxsize=16)
def matrix_choices(vertices: int) -> Choices:
    """Whether each edge (u, v) with u < v of V vertices is there; then the operations."""
    return (EDGE_STATES,) * len(_pairs(vertices)) + (OPERATIONS,) * (vertices - 2)


def encode_graph(graph: Graph, vertices: int) -> tuple[int, ...]:
    """What a graph of at most V vertices, in topological order, chooses of `matrix_choices`.

    Its inner vertices come first; those that it lacks have no edge and the first operation. Other
    rows give the same graph once it is pruned.
    """
    operations, edges = graph
    last = len(operations) + 1
    there = {(u, vertices - 1 if v == last else v) for u, v in edges}
    names = (OPERATIONS.index(name) for name in operations)
    missing = (0,) * (vertices - 2 - len(operations))
    return (*(int(pair in there) for pair in _pairs(vertices)), *names, *missing)


def decode_graph(indices: Sequence[int], vertices: int) -> Graph:
    """The graph of a row of choices; not all of its vertices need be live.

    Raises:
        ArchitectureError: If the row does not fit the choices.
    """
    names = chosen(matrix_choices(vertices), indices)
    pairs = _pairs(vertices)
    present = (pair for pair, name in zip(pairs, names, strict=False) if name == EDGE_STATES[1])
    return names[len(pairs) :], tuple(present)


def _pairs(vertices: int) -> tuple[Pair, ...]:
    return tuple(itertools.combinations(range(vertices), 2))
