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
(`search` beside this file); beyond, there are bounds, the upper of which may stand in for it.

References:
    Sanfeliu and Fu, A distance measure between attributed relational graphs for pattern
    recognition, IEEE Trans. SMC 13, 1983.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import FLAG, settle
from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.distances.edit.script import Edit, columns_of, script
from nbnas.graphs.distances.edit.search import Matching, edit_bounds, fewest_edits
from nbnas.graphs.distances.pairs import Pairs
from nbnas.graphs.encoding import Codes, encode, encode_all
from nbnas.graphs.parallel import WORKERS

MAX_VERTICES = 12
MAX_RENUMBERED = 8  # (8 - 2)! = 720 renumberings


@dataclass(frozen=True, slots=True, repr=False)
class EditDistance:
    """The graph edit distance with unit costs: exact, and a metric, up to 12 vertices.

    Zero exactly for graphs that are equal up to a renumbering of their inner vertices. Beyond 12
    vertices it is an error, or, if you ask for that, the upper bound of `bounds`: the edits that
    one good matching of the vertices needs. That is symmetric and 0 for equal graphs, but may be
    too large, also for a renumbering, and so breaks the triangle rule now and then. How good it
    is, on recurrent cells of NAS-Bench-NLP: it is exact for 97 % of the pairs of 8 to 12 vertices,
    and 0.4 % too large on average; over all sizes, up to 20, it lies 27 % above the lower bound.

    Attributes:
        approximate: Whether pairs with more than 12 vertices have the upper bound.
        workers: Number of processes for a matrix of graphs with more than 8 vertices. `None` takes
            all cores where that saves more than the 2 seconds in which processes start (from
            55 recurrent cells on, with two cores), else one. It changes no result.

    Raises:
        SettingError: If `approximate` is no truth value, or there is no worker.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> a, b = CellSpace().sample(0, 2)
        >>> d = EditDistance()
        >>> d.distance(a, b) == len(d.explain(a, b))
        True
        >>> EditDistance(), EditDistance(approximate=True)
        (EditDistance(), EditDistance(approximate=True))
    """

    approximate: bool = False
    workers: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        settle(self, approximate=FLAG, workers=WORKERS)

    def __repr__(self) -> str:
        """What it is; an exact one is written as ever, so that studies with it stay the same."""
        return f"EditDistance({'approximate=True' if self.approximate else ''})"

    @property
    def is_metric(self) -> bool:
        """Whether it is zero only for equal graphs, symmetric, and obeys the triangle rule.

        True where it is exact; False for an upper bound, which obeys no triangle rule.
        """
        return not self.approximate

    @property
    def max_lengthscale(self) -> float:
        """0.8, or 4: below it `exp(-d / l)` is positive definite on the graphs where we looked.

        Found by eigenvalues, not proved. Among all 2,532 cells of `DagSpace(5)` the smallest one
        is 0.02 at l = 0.8, but -0.1 at l = 1; among the 3,125 cells of NAS-Bench-201 without an
        edge 1 → 2 it is 0 to rounding at l = 1, and -0.1 at l = 1.2 (among 1,500 of them).

        4 for the approximate one, whose graphs are large and some 20 edits apart: on 264 recurrent
        cells of NAS-Bench-NLP the smallest eigenvalue is 0.025 at l = 4, and -0.005 at l = 5. For
        small graphs take the exact one.
        """
        return 4.0 if self.approximate else 0.8

    def distance(self, a: Architecture, b: Architecture) -> float:
        """The fewest edits from `a` to `b`, or the upper bound.

        Raises:
            ArchitectureError: If one of them has more than 12 vertices and it is exact.
        """
        return float(self.matrix((a,), (b,))[0, 0])

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """The fewest edits, or upper bounds, `(n, m)` between `n` and `m` architectures.

        Raises:
            ArchitectureError: If one of them has more than 12 vertices and it is exact.
        """
        check_architectures(a=a, b=b)
        if not len(a) or not len(b):
            return np.zeros((len(a), len(b)))
        vertices = self._vertices(*a, *b)
        if vertices > MAX_RENUMBERED:
            pairs = Pairs.of(a, b)
            return pairs.spread(pairs.solve(_PairEdits(pairs.first, pairs.second), self.workers))
        first, second = encode_all(a, vertices), encode_all(b, vertices)
        if len(a) > len(b):  # renumber the shorter side
            return _fewest_edits(second, first, vertices).T
        return _fewest_edits(first, second, vertices)

    def bounds(self, a: Architecture, b: Architecture) -> tuple[float, float]:
        """A lower and an upper bound of the fewest edits, for graphs of any size; symmetric.

        Returns:
            `(lower, upper)`: what the cheapest assignment of vertices, and the numbers of labels
            and operations, cost at least; and what one good matching of the vertices costs.

        References:
            Riesen and Bunke, Approximate graph edit distance computation by means of bipartite
            graph matching, Image and Vision Computing 27, 2009.
        """
        check_architectures(a=(a,), b=(b,))
        lower, best = _bounds(a, b)
        return float(lower), float(best.cost)

    def explain(self, a: Architecture, b: Architecture) -> tuple[Edit, ...]:
        """A shortest edit script from `a` to `b`, or the one of the upper bound.

        Raises:
            ArchitectureError: If one of them has more than 12 vertices and it is exact.
        """
        check_architectures(a=(a,), b=(b,))
        self._vertices(a, b)
        return script(a, b, _matched(a, b).p)

    def _vertices(self, *architectures: Architecture) -> int:
        """V, if the distance is computed for graphs of that size."""
        vertices = max(len(x.nodes) for x in architectures)
        if vertices > MAX_VERTICES and not self.approximate:
            raise ArchitectureError(
                f"EditDistance is exact and serves up to {MAX_VERTICES} vertices, got {vertices}; "
                "take EditDistance(approximate=True) for an upper bound, ask its bounds for a "
                "lower one too, or take another distance"
            )
        return vertices


@dataclass(frozen=True, slots=True, eq=False)
class _PairEdits:
    """Edits pair by pair; a `PairSolver`. Processes number words in their own ways: no matter."""

    first: tuple[Architecture, ...]
    second: tuple[Architecture, ...]

    def __call__(self, row: int, columns: NDArray[np.int64]) -> NDArray[np.float64]:
        edits = [_matched(self.first[row], self.second[column]).cost for column in columns]
        return np.array(edits, dtype=np.float64)


def _matched(a: Architecture, b: Architecture) -> Matching:
    """A matching of the vertices with the fewest edits, or a good one beyond the exact size."""
    vertices = max(len(a.nodes), len(b.nodes))
    if vertices > MAX_VERTICES:
        return _bounds(a, b)[1]
    return fewest_edits(encode(a, vertices), encode(b, vertices), vertices)


def _bounds(a: Architecture, b: Architecture) -> tuple[int, Matching]:
    """A lower bound and a good matching, found in an order that makes both symmetric."""
    vertices = max(len(a.nodes), len(b.nodes))
    if (len(a.nodes), a.nodes, a.edges) <= (len(b.nodes), b.nodes, b.edges):
        return edit_bounds(encode(a, vertices), encode(b, vertices), vertices)
    lower, best = edit_bounds(encode(b, vertices), encode(a, vertices), vertices)
    return lower, Matching(np.argsort(best.p), best.cost)


def _fewest_edits(a: Codes, b: Codes, vertices: int) -> NDArray[np.float64]:
    """Fewest differing codes `(n, m)` of `(n, V + V²)`, renumbered, and `(m, V + V²)`."""
    columns = [c for c in range(a.shape[1]) if a[:, c].any() or b[:, c].any()]
    fewest = np.full((len(a), len(b)), np.iinfo(np.int16).max, dtype=np.int16)
    for p in _renumberings(vertices):
        moved = a[:, columns_of(p)]
        used = sorted({*columns, *np.flatnonzero(moved.any(axis=0))})
        edits = np.zeros(fewest.shape, dtype=np.int16)
        for c in used:
            edits += moved[:, c, None] != b[None, :, c]
        np.minimum(fewest, edits, out=fewest)
    return fewest.astype(np.float64)


def _renumberings(vertices: int) -> Iterator[NDArray[np.int64]]:
    """All p that keep the input first and the output last."""
    for inner in itertools.permutations(range(1, vertices - 1)):
        yield np.array((0, *inner, vertices - 1))
