import itertools

import numpy as np
import pytest

from nbnas.graphs.distances.edit import swaps as edit_swaps
from nbnas.graphs.distances.edit.search import fewest_edits
from nbnas.graphs.distances.edit.swaps import Exchanges, improved


def random_graphs(rng, vertices):
    """Labels and edges of two graphs; edges lead in any direction, as after padding."""
    labels = tuple(rng.integers(0, 4, vertices) for _ in range(2))
    edges = tuple(rng.integers(0, 3, (vertices, vertices)) for _ in range(2))
    for square in edges:
        np.fill_diagonal(square, 0)
    return labels, edges


def matchings(rng, vertices, n):
    inner = [rng.permutation(np.arange(1, vertices - 1)) for _ in range(n)]
    return np.array([[0, *p, vertices - 1] for p in inner])


def cost(labels, edges, p):
    differing = sum(labels[0][p[v]] != labels[1][v] for v in range(len(p)))
    pairs = itertools.product(range(len(p)), repeat=2)
    return differing + sum(edges[0][p[u], p[v]] != edges[1][u, v] for u, v in pairs)


@pytest.mark.parametrize("vertices", [2, 3, 4, 7, 10])
def test_the_change_of_every_exchange_is_what_it_saves(rng, vertices):
    labels, edges = random_graphs(rng, vertices)
    exchanges = Exchanges(labels, edges)
    p = matchings(rng, vertices, 3)
    before, changes = exchanges.costs(p), exchanges.changes(p)
    for s, (k, j) in itertools.product(range(3), np.ndindex(vertices, vertices)):
        if not 1 <= k < j < vertices - 1:
            assert changes[s, k, j] == np.inf
            continue
        swapped = p[s].copy()
        swapped[[k, j]] = swapped[[j, k]]
        assert before[s] == cost(labels, edges, p[s])
        assert changes[s, k, j] == cost(labels, edges, swapped) - before[s]


def test_descending_ends_where_no_exchange_saves_an_edit(rng):
    labels, edges = random_graphs(rng, 9)
    exchanges = Exchanges(labels, edges)
    p = matchings(rng, 9, 6)
    found, costs = exchanges.descend(p)
    assert (costs <= exchanges.costs(p)).all()
    assert (costs == [cost(labels, edges, x) for x in found]).all()
    assert exchanges.changes(found).min() >= 0
    assert (np.sort(found) == np.arange(9)).all()


def test_shaking_keeps_the_ends_and_moves_a_few(rng):
    p = matchings(rng, 12, 1)[0]
    for copy in edit_swaps._shaken(p, rng):
        assert sorted(copy) == list(range(12))
        assert (copy[0], copy[-1]) == (0, 11)
        assert (copy != p).sum() == edit_swaps.MOVED


def test_it_is_the_same_each_time_and_close_to_the_best(rng):
    found, best = [], []
    for _ in range(12):
        labels, edges = random_graphs(rng, 8)
        exchanges, starts = Exchanges(labels, edges), matchings(rng, 8, 2)
        p, least = improved(exchanges, starts, 0)
        assert least == cost(labels, edges, p) == improved(exchanges, starts, 0)[1]
        codes = [np.concatenate([x, e.ravel()]) for x, e in zip(labels, edges, strict=True)]
        found.append(least)
        best.append(fewest_edits(*codes, 8).cost)
    assert all(f >= b for f, b in zip(found, best, strict=True))
    assert sum(f == b for f, b in zip(found, best, strict=True)) >= 9


def test_it_stops_at_the_lower_bound(rng, monkeypatch):
    labels, edges = random_graphs(rng, 8)
    exchanges, starts = Exchanges(labels, edges), matchings(rng, 8, 2)
    reached = int(exchanges.descend(starts)[1].min())
    monkeypatch.setattr(edit_swaps, "_shaken", None)  # calling it would raise
    assert improved(exchanges, starts, reached)[1] == reached
