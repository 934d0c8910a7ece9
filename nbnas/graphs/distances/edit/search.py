"""The fewest edits between two graphs by branch and bound over matchings of their vertices.

Notation
    V          vertices of both graphs, the smaller one padded with absent vertices
    A, B       V × V edge operations as integers, 0 = no edge
    p          a matching: vertex v of the second graph is p[v] of the first; input with input,
               output with output
    M          costs `(V, V)` of matching vertex i with j: their labels, and their edges to the
               vertices that are matched already
    h          a bound for the rest: each pair (i, j) costs M and half of what their edges to
               unmatched vertices differ at least (an edge has two ends); h is the cheapest
               assignment of such costs

References:
    Riesen and Bunke, Approximate graph edit distance computation by means of bipartite graph
    matching, Image and Vision Computing 27, 2009 (the assignment and its upper bound).
    Chang et al., Speeding up GED computation for graph similarity search, ICDE 2020 (the bound
    that counts edges to matched vertices in full).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from nbnas.graphs.distances.edit.swaps import Exchanges, improved
from nbnas.graphs.encoding import Codes

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Matching:
    """A matching p `(V,)` and what it costs, in edits."""

    p: Integers
    cost: int


@dataclass(frozen=True, slots=True)
class _Node:
    """A partial matching.

    Attributes:
        cost: Edits among the matched vertices.
        pairs: The matched vertices (i, j).
        rows: Unmatched vertices i of the first graph.
        columns: Unmatched vertices j of the second graph.
        costs: M `(V, V)`.
    """

    cost: int
    pairs: tuple[tuple[int, int], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    costs: Integers


class _Problem:
    """Two graphs of V vertices, with their edges counted by operation for the bound."""

    def __init__(self, a: Codes, b: Codes, vertices: int) -> None:
        shape = (vertices, vertices)
        self.labels = a[:vertices].astype(np.int64), b[:vertices].astype(np.int64)
        edges = [x[vertices:].reshape(shape).astype(np.int64) for x in (a, b)]
        self.edges = edges[0], edges[1]
        words = np.setdiff1d(np.concatenate(edges), (0,))
        self.planes = tuple(_planes(x, words) for x in self.edges)
        self.degrees = [int(x) for x in (self.edges[0] > 0).sum(0) + (self.edges[0] > 0).sum(1)]
        self.last = vertices - 1

    def root(self) -> _Node:
        """Input matched with input and output with output."""
        every = tuple(range(self.last + 1))
        costs = (self.labels[0][:, None] != self.labels[1][None, :]).astype(np.int64)
        return self.match(
            self.match(_Node(0, (), every, every, costs), 0, 0), self.last, self.last
        )

    def match(self, node: _Node, i: int, j: int) -> _Node:
        """Match i with j as well."""
        a, b = self.edges
        out = a[i][:, None] != b[j][None, :]
        back = a[:, i][:, None] != b[:, j][None, :]
        return _Node(
            node.cost + int(node.costs[i, j]),
            (*node.pairs, (i, j)),
            tuple(row for row in node.rows if row != i),
            tuple(column for column in node.columns if column != j),
            node.costs + out + back,
        )

    def bound(self, node: _Node) -> tuple[int, Matching]:
        """A lower bound of all that can follow, and the complete matching that it suggests."""
        p = np.empty(self.last + 1, dtype=np.int64)
        for i, j in node.pairs:
            p[j] = i
        if not node.rows:
            return node.cost, Matching(p, node.cost)
        rows, columns = np.array(node.rows), np.array(node.columns)
        doubled = 2 * node.costs[np.ix_(rows, columns)] + self._open_edges(rows, columns)
        chosen = linear_sum_assignment(doubled)
        p[columns[chosen[1]]] = rows[chosen[0]]
        return node.cost + -(-int(doubled[chosen].sum()) // 2), Matching(p, self.cost(p))

    def cost(self, p: Integers) -> int:
        """The edits that a matching needs."""
        (a, b), (first, second) = self.edges, self.labels
        return int((first[p] != second).sum() + (a[p][:, p] != b).sum())

    def _open_edges(self, rows: Integers, columns: Integers) -> Integers:
        """By how much the edges of i and j to unmatched vertices differ at least, both ways."""
        a = self.planes[0][:, rows][:, :, rows]
        b = self.planes[1][:, columns][:, :, columns]
        return _count_difference(a.sum(2), b.sum(2)) + _count_difference(a.sum(1), b.sum(1))


def _planes(edges: Integers, words: Integers) -> Integers:
    """For each operation, where it is: `(L, V, V)` zeros and ones."""
    return cast(Integers, (edges[None] == words[:, None, None]).astype(np.int64))


def _count_difference(a: Integers, b: Integers) -> Integers:
    """Fewest edits `(r, r)` between multisets, given as counts `(L, r)`: larger size - common."""
    common = np.minimum(a[:, :, None], b[:, None, :]).sum(axis=0)
    return cast(Integers, np.maximum(a.sum(0)[:, None], b.sum(0)[None, :]) - common)


def fewest_edits(a: Codes, b: Codes, vertices: int) -> Matching:
    """An optimal matching, exactly.

    Args:
        a: Codes `(V + V²,)` of the first graph.
        b: Codes `(V + V²,)` of the second.
        vertices: V.

    Returns:
        A matching of least cost. The effort is exponential in V at worst.
    """
    problem = _Problem(a, b, vertices)
    root = problem.root()
    lower, full = problem.bound(root)
    return _search(problem, root, lower, _improved(problem, full, lower))


def edit_bounds(a: Codes, b: Codes, vertices: int) -> tuple[int, Matching]:
    """A lower bound of the fewest edits, and a matching, whose cost is an upper bound.

    Args:
        a: Codes `(V + V²,)` of the first graph.
        b: Codes `(V + V²,)` of the second.
        vertices: V.

    Returns:
        The larger of the assignment's bound and of the difference in numbers of labels and
        operations; and the better of the assignment's matching and of that by number, after
        exchanges (`nbnas.graphs.distances.edit.swaps`).
    """
    problem = _Problem(a, b, vertices)
    lower, full = problem.bound(problem.root())
    counted = _multiset_edits(*problem.labels) + _multiset_edits(*problem.edges)
    lower = max(lower, counted)
    return lower, _improved(problem, full, lower)


def _multiset_edits(a: Integers, b: Integers) -> int:
    """Fewest changes, insertions and deletions between two multisets of codes; 0 = absent."""
    size = int(max(a.max(), b.max())) + 1
    counts = [np.bincount(x.ravel(), minlength=size)[1:] for x in (a, b)]
    return int(max(counts[0].sum(), counts[1].sum()) - np.minimum(*counts).sum())


def _search(problem: _Problem, node: _Node, lower: int, best: Matching) -> Matching:
    """The best of all matchings that extend a node, or `best` where none is better."""
    if lower >= best.cost or not node.rows:
        return best
    children = []
    for child in _children(problem, node):
        bound, full = problem.bound(child)
        best = min(best, full, key=_cost)
        children.append((bound, child))
    for bound, child in sorted(children, key=lambda pair: pair[0]):
        best = _search(problem, child, bound, best)
    return best


def _children(problem: _Problem, node: _Node) -> Iterator[_Node]:
    """The unmatched vertex with the most edges, matched with each vertex in turn.

    Of absent vertices, and others that look the same everywhere, one is enough.
    """
    i = max(node.rows, key=problem.degrees.__getitem__)
    seen: set[bytes] = set()
    b, labels = problem.edges[1], problem.labels[1]
    for j in node.columns:
        key = np.concatenate([labels[[j]], b[j], b[:, j]]).tobytes()
        if key not in seen:
            seen.add(key)
            yield problem.match(node, i, j)


def _improved(problem: _Problem, full: Matching, lower: int) -> Matching:
    """The best that exchanges find, from the matching by number, if as good, and from another."""
    starts = np.stack([np.arange(problem.last + 1), full.p])
    return Matching(*improved(Exchanges(problem.labels, problem.edges), starts, lower))


def _cost(matching: Matching) -> int:
    return matching.cost
