"""How cells with operations on their edges are written: NAS-Bench-201's strings, of any size.

Notation
    V                     number of vertices of a cell
    edges_of(V)[e]        `(source, target)`: all pairs, in the order of the strings
    "|op~0|+|op~0|op~1|"  a cell of three vertices: one group for each vertex but the first
"""

import functools
import itertools
from collections.abc import Sequence

from nbnas.errors import ArchitectureError

Words = tuple[str, ...]
Pair = tuple[int, int]


@functools.cache
def edges_of(vertices: int) -> tuple[Pair, ...]:
    """The edges of a cell, those to vertex 1 first, then those to vertex 2, and so on.

    Example:
        >>> edges_of(3)
        ((0, 1), (0, 2), (1, 2))
    """
    return tuple((source, target) for target in range(1, vertices) for source in range(target))


@functools.cache
def nodes_of(vertices: int) -> Words:
    """The labels of a cell's vertices."""
    return ("input", *("sum",) * (vertices - 2), "output")


def write(operations: Sequence[str], vertices: int) -> str:
    """The string of a cell, from its operations in the order of `edges_of`."""
    edges = edges_of(vertices)
    groups = itertools.groupby(range(len(edges)), key=lambda e: edges[e][1])
    return "+".join(
        "|" + "".join(f"{operations[e]}~{edges[e][0]}|" for e in group) for _, group in groups
    )


def read(text: str, words: Words, vertices: int) -> Words:
    """The operations of a cell, in the order of `edges_of`.

    Args:
        text: The string of a cell.
        words: The operations that there are.
        vertices: Number of vertices.

    Raises:
        ArchitectureError: If it is no string of such a cell; the message says where and why.
    """
    groups = text.split("+")
    if len(groups) != vertices - 1:
        raise ArchitectureError(
            f"expected {vertices - 1} groups joined by '+', got {len(groups)} in {text!r:.200}"
        )
    return tuple(
        operation
        for target, group in enumerate(groups, 1)
        for operation in _read_group(group, target, words)
    )


def _read_group(group: str, target: int, words: Words) -> Words:
    where = f"group {target} ({group!r:.100})"
    parts = group.split("|")
    if len(parts) != target + 2 or parts[0] or parts[-1]:
        raise ArchitectureError(
            f"{where}: expected {target} edges 'operation~source', each closed by '|'"
        )
    edges = enumerate(parts[1:-1])
    return tuple(_read_part(part, source, where, words) for source, part in edges)


def _read_part(part: str, source: int, where: str, words: Words) -> str:
    operation, _, number = part.rpartition("~")
    if number != str(source):
        raise ArchitectureError(f"{where}: expected 'operation~{source}', got {part!r:.100}")
    if operation not in words:
        raise ArchitectureError(
            f"{where}: unknown operation {operation!r:.100}; allowed: {', '.join(words)}"
        )
    return operation
