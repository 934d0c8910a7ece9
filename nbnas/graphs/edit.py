"""The graph edit distance: the fewest edits that turn one architecture into another.

Notation
    V          vertices of the larger graph; the smaller one is padded with absent vertices
    codes      the vertex labels and edge operations as integers, see `nbnas.graphs.encoding`
    p          a renumbering of the vertices that keeps the input first and the output last

An edit changes the label of a vertex, inserts or deletes a vertex, changes the operation of an
edge, or inserts or deletes an edge; each costs 1. An edge that carries the zero operation is no
edge. Padded to V vertices, every way of matching vertices is a renumbering, so that the distance
is the smallest number of differing codes over all renumberings p. Up to 8 vertices all of them are
tried, for many pairs at once; up to 12, branch and bound finds the best, pair by pair
(`nbnas.graphs.edit_search`); beyond, there are bounds.

References:
    Sanfeliu and Fu, A distance measure between attributed relational graphs for pattern
    recognition, IEEE Trans. SMC 13, 1983.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.edit_search import Matching, edit_bounds, fewest_edits
from nbnas.graphs.encoding import Codes, encode, encode_all, word_of

MAX_VERTICES = 12
MAX_RENUMBERED = 8  # (8 - 2)! = 720 renumberings


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of an edit script.

    Attributes:
        kind: What is done.
        where: The vertex `(v,)` or the edge `(u, v)`, in the first architecture's numbers; a
            vertex that it lacks is numbered from its vertex count on.
        before: The label or operation in the first architecture; empty for an insertion.
        after: The label or operation in the second; empty for a deletion.
    """

    kind: Literal["change", "insert", "delete"]
    where: tuple[int, ...]
    before: str
    after: str

    def __str__(self) -> str:
        """The edit in words."""
        place = ("edge " if len(self.where) == 2 else "vertex ") + "→".join(map(str, self.where))
        match self.kind:
            case "change":
                return f"{place}: {self.before} becomes {self.after}"
            case "insert":
                return f"{place}: insert {self.after}"
            case "delete":
                return f"{place}: delete {self.before}"


@dataclass(frozen=True, slots=True)
class EditDistance:
    """The exact graph edit distance with unit costs, up to 12 vertices. A metric on graphs.

    Zero exactly for graphs that are equal up to a renumbering of their inner vertices.

    Example:
        >>> from nbnas.graphs.cell import CellSpace
        >>> a, b = CellSpace().sample(0, 2)
        >>> d = EditDistance()
        >>> d.distance(a, b) == len(d.explain(a, b))
        True
    """

    @property
    def is_metric(self) -> bool:
        """True: zero only for equal graphs, symmetric, and with the triangle inequality."""
        return True

    @property
    def max_lengthscale(self) -> float:
        """0.8: below it `exp(-d / l)` is positive definite on the small graphs where we looked.

        Found by eigenvalues, not proved. Among all 2,532 cells of `DagSpace(5)` the smallest one
        is 0.02 at l = 0.8, but -0.1 at l = 1; among the 3,125 cells of NAS-Bench-201 without an
        edge 1 → 2 it is 0 to rounding at l = 1, and -0.1 at l = 1.2 (among 1,500 of them).
        """
        return 0.8

    def distance(self, a: Architecture, b: Architecture) -> float:
        """The fewest edits from `a` to `b`.

        Raises:
            ArchitectureError: If one of them has more than 12 vertices; `bounds` serves any size.
        """
        return float(self.matrix((a,), (b,))[0, 0])

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """The fewest edits `(n, m)` between `n` and `m` architectures.

        Raises:
            ArchitectureError: If one of them has more than 12 vertices; `bounds` serves any size.
        """
        if not a or not b:
            return np.zeros((len(a), len(b)))
        vertices = _vertices(*a, *b)
        if vertices > MAX_RENUMBERED:
            return np.array([[_matched(x, y).cost for y in b] for x in a], dtype=np.float64)
        first, second = encode_all(a, vertices), encode_all(b, vertices)
        if len(a) > len(b):  # renumber the shorter side
            return _fewest_edits(second, first, vertices).T
        return _fewest_edits(first, second, vertices)

    def bounds(self, a: Architecture, b: Architecture) -> tuple[float, float]:
        """A lower and an upper bound of the fewest edits, for graphs of any size.

        Returns:
            `(lower, upper)`: what the cheapest assignment of vertices, and the numbers of labels
            and operations, cost at least; and what one good matching of the vertices costs.

        References:
            Riesen and Bunke, Approximate graph edit distance computation by means of bipartite
            graph matching, Image and Vision Computing 27, 2009.
        """
        vertices = max(len(a.nodes), len(b.nodes))
        lower, best = edit_bounds(encode(a, vertices), encode(b, vertices), vertices)
        return float(lower), float(best.cost)

    def explain(self, a: Architecture, b: Architecture) -> tuple[Edit, ...]:
        """A shortest edit script from `a` to `b`.

        Raises:
            ArchitectureError: If one of them has more than 12 vertices.
        """
        return _script(a, b)


def _vertices(*architectures: Architecture) -> int:
    """V, if the distance is computed for graphs of that size."""
    vertices = max(len(x.nodes) for x in architectures)
    if vertices > MAX_VERTICES:
        raise ArchitectureError(
            f"EditDistance is exact and serves up to {MAX_VERTICES} vertices, got {vertices}; "
            "ask EditDistance.bounds for a lower and an upper bound, or take another distance"
        )
    return vertices


def _matched(a: Architecture, b: Architecture) -> Matching:
    """A matching of the vertices with the fewest edits."""
    vertices = _vertices(a, b)
    return fewest_edits(encode(a, vertices), encode(b, vertices), vertices)


def _fewest_edits(a: Codes, b: Codes, vertices: int) -> NDArray[np.float64]:
    """Fewest differing codes `(n, m)` of `(n, V + V²)`, renumbered, and `(m, V + V²)`."""
    columns = [c for c in range(a.shape[1]) if a[:, c].any() or b[:, c].any()]
    fewest = np.full((len(a), len(b)), np.iinfo(np.int16).max, dtype=np.int16)
    for renumbered in _renumberings(vertices):
        moved = a[:, renumbered]
        used = sorted({*columns, *np.flatnonzero(moved.any(axis=0))})
        edits = np.zeros(fewest.shape, dtype=np.int16)
        for c in used:
            edits += moved[:, c, None] != b[None, :, c]
        np.minimum(fewest, edits, out=fewest)
    return fewest.astype(np.float64)


def _renumberings(vertices: int) -> Iterator[NDArray[np.int64]]:
    """For each p, the columns of the codes that stand at each place after renumbering by p."""
    for inner in itertools.permutations(range(1, vertices - 1)):
        yield _columns(np.array((0, *inner, vertices - 1)))


def _columns(p: NDArray[np.int64]) -> NDArray[np.int64]:
    """The columns `(V + V²,)` of the codes that stand at each place after renumbering by p."""
    square = np.arange(len(p) ** 2).reshape(len(p), len(p)) + len(p)
    return np.concatenate([p, square[np.ix_(p, p)].ravel()])


def _script(a: Architecture, b: Architecture) -> tuple[Edit, ...]:
    vertices = _vertices(a, b)
    first, second = encode(a, vertices), encode(b, vertices)
    tried = _renumberings(vertices) if vertices <= MAX_RENUMBERED else [_columns(_matched(a, b).p)]
    best = min(tried, key=lambda columns: int((first[columns] != second).sum()))
    return tuple(
        _edit(_place(int(best[c]), vertices, len(a.nodes)), first[best[c]], second[c])
        for c in np.flatnonzero(first[best] != second)
    )


def _place(column: int, vertices: int, own: int) -> tuple[int, ...]:
    """The vertex or edge of the first architecture that a column stands for."""
    if column < vertices:
        return (_number(column, vertices, own),)
    source, target = divmod(column - vertices, vertices)
    return _number(source, vertices, own), _number(target, vertices, own)


def _number(vertex: int, vertices: int, own: int) -> int:
    if vertex == vertices - 1:
        return own - 1
    return vertex if vertex < own - 1 else vertex + 1


def _edit(where: tuple[int, ...], before: np.int16, after: np.int16) -> Edit:
    kind: Literal["change", "insert", "delete"] = "change"
    if not before or not after:
        kind = "delete" if before else "insert"
    return Edit(kind, where, word_of(int(before)), word_of(int(after)))
