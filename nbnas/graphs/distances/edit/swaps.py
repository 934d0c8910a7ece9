"""Matchings of two graphs' vertices, improved by exchanging two of them at a time.

Notation
    V, A, B, p   vertices, edges and a matching as in `nbnas.graphs.distances.edit.search`
    P (S, V)     S matchings p that are improved side by side
    C (S,)       what they cost, in edits
    T (S, V, V)  T[s, k, j]: the edits at vertex j of the second graph if p[k] stood there and all
                 else stayed; what k and j themselves have to do with each other is wrong in it
    D (S, V, V)  D[s, k, j]: by how much exchanging p[k] and p[j] changes C

Exchanging p[k] and p[j] replaces T[k, k] + T[j, j] by T[k, j] + T[j, k]. The edges between k and j
are then counted twice before, and against absent ones after; D puts that right.

References:
    Riesen and Bunke, Improving bipartite graph edit distance approximation using various search
    strategies, Pattern Recognition 48, 2015 (exchanges after the assignment).
    Lourenço, Martin and Stützle, Iterated local search, in: Handbook of Metaheuristics, 2003.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]
Two = tuple[Integers, Integers]

ROUNDS = 2  # of shaking the best matching and improving what comes out
SHAKEN = 12  # matchings that a round makes of the best one
MOVED = 5  # vertices that shaking moves around in a ring


class Exchanges:
    """Two graphs whose matchings are improved.

    Args:
        labels: The vertex labels `(V,)` of both graphs as integers.
        edges: A and B `(V, V)`, 0 = no edge.
    """

    def __init__(
        self, labels: tuple[Integers, Integers], edges: tuple[Integers, Integers]
    ) -> None:
        self.vertices = vertices = len(labels[0])
        self.labels, self.edges = labels, edges
        self.relabelled = (labels[0][:, None] != labels[1]).astype(np.float32)
        words = np.unique(np.concatenate(edges))
        one, two = (_one_hot(x, words) for x in edges)
        self.around, self.other = one, two.reshape(vertices, -1).T
        self.degrees = (edges[1] > 0).astype(np.float32) + (edges[1].T > 0)
        inner = np.triu(np.ones((vertices, vertices), dtype=bool), 1)
        inner[0] = inner[:, -1] = False
        self.allowed = inner

    def costs(self, p: Integers) -> Integers:
        """C `(S,)` of P `(S, V)`."""
        (first, second), (a, b) = self.labels, self.edges
        edges = a[p[:, :, None], p[:, None, :]] != b
        return cast(Integers, (first[p] != second).sum(axis=1) + edges.sum(axis=(1, 2)))

    def changes(self, p: Integers) -> Floats:
        """D `(S, V, V)` of P `(S, V)`; infinite where the two cannot be exchanged."""
        t = self._placed(p)
        (a, b) = self.edges
        between = a[p[:, :, None], p[:, None, :]]
        back = between.transpose(0, 2, 1)
        before, after = between != b, back != b
        wrong = (between > 0).astype(np.float32) + (back > 0) + self.degrees
        own = np.diagonal(t, axis1=1, axis2=2)
        d = _both_ways(t) - own[:, :, None] - own[:, None, :] - 2 * wrong
        d += _both_ways(before.astype(np.float32)) + _both_ways(after.astype(np.float32))
        d[:, ~self.allowed] = np.inf
        return d

    def _placed(self, p: Integers) -> Floats:
        """T `(S, V, V)`."""
        size, vertices = p.shape
        around = self.around[:, p].transpose(1, 0, 2, 3).reshape(size, vertices, -1)
        edits = 2 * vertices - around @ self.other + self.relabelled  # [s, i, j], i of the first
        return cast(Floats, np.take_along_axis(edits, p[:, :, None], axis=1))

    def descend(self, p: Integers) -> tuple[Integers, Integers]:
        """Exchange the two vertices that save the most, as long as any do.

        Args:
            p: P `(S, V)`.

        Returns:
            P at its end, and C.
        """
        p, going = p.copy(), np.arange(len(p))
        while len(going):
            d = self.changes(p[going]).reshape(len(going), -1)
            best = d.argmin(axis=1)
            saves = np.take_along_axis(d, best[:, None], axis=1)[:, 0] < 0
            going = going[saves]
            k, j = np.divmod(best[saves], self.vertices)
            p[going, k], p[going, j] = p[going, j], p[going, k]
        return p, self.costs(p)


def improved(exchanges: Exchanges, starts: Integers, lower: int) -> tuple[Integers, int]:
    """The best matching that exchanges lead to, from several starts and then from near the best.

    Args:
        exchanges: The two graphs.
        starts: Matchings to start from `(S, V)`.
        lower: A cost below which there is none, so that nothing better is looked for.

    Returns:
        The matching `(V,)` and its cost: the same for the same graphs.
    """
    found, costs = exchanges.descend(starts)
    best, cost = found[costs.argmin()], int(costs.min())
    rng = np.random.default_rng(0)
    for _ in range(ROUNDS if exchanges.vertices > 4 else 0):  # 2 inner vertices: all was tried
        if cost <= lower:
            break
        found, costs = exchanges.descend(_shaken(best, rng))
        if costs.min() < cost:
            best, cost = found[costs.argmin()], int(costs.min())
    return best, cost


def _shaken(p: Integers, rng: np.random.Generator) -> Integers:
    """Copies of a matching `(SHAKEN, V)`, each with some inner vertices moved around in a ring."""
    copies = np.repeat(p[None], SHAKEN, axis=0)
    moved = 1 + rng.random((SHAKEN, len(p) - 2)).argsort(axis=1)[:, :MOVED]
    values = np.take_along_axis(copies, moved, axis=1)
    np.put_along_axis(copies, moved, np.roll(values, 1, axis=1), axis=1)
    return copies


def _one_hot(edges: Integers, words: Integers) -> Floats:
    """`(V, V, 2 L)`: which of the L operations lead from a vertex to each, and from each to it."""
    out = edges[:, :, None] == words
    return np.concatenate([out, out.transpose(1, 0, 2)], axis=2).astype(np.float32)


def _both_ways(square: Floats) -> Floats:
    return square + square.transpose(0, 2, 1)
