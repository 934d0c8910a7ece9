import itertools

import numpy as np
import pytest

from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace

EDIT = EditDistance()
SPACE = CellSpace()
APPROXIMATE = EditDistance(approximate=True)


@pytest.mark.slow
def test_beyond_the_exact_size_an_upper_bound_stands_in_where_asked_for():
    cells = RecurrentSpace(nodes=(9, 18)).sample(3, 14)
    assert max(len(a.nodes) for a in cells) > 12
    d = APPROXIMATE.matrix(cells, cells)
    assert (np.diag(d) == 0).all()
    assert (d == d.T).all()
    for i, a in enumerate(cells):
        for j, b in enumerate(cells):
            lower, upper = APPROXIMATE.bounds(a, b)
            exact = max(len(a.nodes), len(b.nodes)) <= 12
            assert d[i, j] == APPROXIMATE.distance(a, b) == len(APPROXIMATE.explain(a, b))
            assert d[i, j] == (EDIT.distance(a, b) if exact else upper)
            assert lower <= d[i, j] <= upper
    assert (APPROXIMATE.matrix(cells[:3], cells[5:]) == d[:3, 5:]).all()


def test_bounds_are_symmetric(rng, random_graph):
    for _ in range(20):
        a, b = (random_graph(rng, int(rng.integers(9, 18))) for _ in range(2))
        assert EDIT.bounds(a, b) == EDIT.bounds(b, a)


def test_the_upper_bound_is_close_to_the_exact_distance():
    cells = [a for a in RecurrentSpace(nodes=(5, 9)).sample(7, 24) if 8 <= len(a.nodes) <= 12]
    pairs = list(itertools.combinations(cells[:10], 2))
    exact = np.array([EDIT.distance(a, b) for a, b in pairs])
    upper = np.array([EDIT.bounds(a, b)[1] for a, b in pairs])
    assert (upper >= exact).all()
    assert (upper == exact).mean() > 0.8
    assert upper.sum() < 1.03 * exact.sum()


def test_it_finds_most_renumberings_of_large_graphs(rng, renumbered):
    cells = [a for a in RecurrentSpace(nodes=(12, 18)).sample(1, 30) if len(a.nodes) > 13][:12]
    found = [APPROXIMATE.distance(a, renumbered(a, rng)) for a in cells]
    assert sum(d == 0 for d in found) >= 10


def test_where_it_is_exact_both_are_the_same():
    cells = SPACE.sample(5, 12)
    assert (APPROXIMATE.matrix(cells, cells) == EDIT.matrix(cells, cells)).all()


def test_an_approximate_distance_says_so():
    assert (repr(EDIT), repr(APPROXIMATE)) == ("EditDistance()", "EditDistance(approximate=True)")
    assert not APPROXIMATE.is_metric
    assert APPROXIMATE != EDIT
    assert len({EDIT, APPROXIMATE, EditDistance(workers=2)}) == 2


@pytest.mark.slow
def test_the_length_scale_of_the_approximate_one_is_positive_definite_on_recurrent_cells():
    cells = list(dict.fromkeys(RecurrentSpace(nodes=(8, 16)).sample(0, 40)))
    kernel = np.exp(-APPROXIMATE.matrix(cells, cells) / APPROXIMATE.max_lengthscale)
    assert np.linalg.eigvalsh(kernel)[0] > 0
