"""Against Optuna, a naive peeling of fronts, and the example of the paper's figure."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from optuna.samplers.nsgaii._elite_population_selection_strategy import _calc_crowding_distance
from optuna.study._multi_objective import _fast_non_domination_rank

from nbnas.errors import ObservationError, SettingError
from nbnas.records.goals.ranking import crowding_distances, domination_ranks, preferred, survivors

NAN = math.nan
STAIRS = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [1.0, 1.0], [0.0, 2.5], [0.0, 0.0]])


def drawn(k, n=80, digits=1):
    return np.random.default_rng(k).normal(size=(n, k)).round(digits)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("digits", [0, 1, 9])
def test_ranks_equal_those_of_optuna(k, digits):
    gains = drawn(k, digits=digits)
    ranks = domination_ranks(gains)
    assert ranks.dtype == np.int64
    assert ranks.tolist() == _fast_non_domination_rank(-gains).tolist()


def test_ranks_by_hand_and_of_what_failed():
    gains = np.vstack([STAIRS, [[NAN, 9.0], [NAN, NAN]]])
    assert domination_ranks(gains).tolist() == [0, 0, 0, 1, 1, 2, 3, 3]
    assert domination_ranks(gains[6:]).tolist() == [0, 0]
    assert domination_ranks(gains[:0]).shape == (0,)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_distances_equal_those_of_optuna(k):
    """Without ties, among which each implementation chooses in its own way."""
    gains = drawn(k, digits=12)
    ranks = domination_ranks(gains)
    found = crowding_distances(gains, ranks)
    for rank in set(ranks):
        front = np.flatnonzero(ranks == rank)
        population = [SimpleNamespace(number=i, values=gains[i].tolist()) for i in front]
        theirs = _calc_crowding_distance(population)
        np.testing.assert_allclose(found[front], [theirs[i] for i in front], rtol=1e-12)


def test_distances_by_hand():
    """Of five points on a line: the ends are beyond compare, the middle has half the range."""
    line = np.array([[0.0, 10.0], [2.0, 8.0], [3.0, 7.0], [7.0, 3.0], [10.0, 0.0]])
    found = crowding_distances(line, np.zeros(5, dtype=int))
    np.testing.assert_allclose(found, [math.inf, 0.6, 1.0, 1.4, math.inf])


def test_distances_where_a_front_is_equal():
    level = np.array([[0.0, 1.0], [1.0, 1.0], [4.0, 1.0]])
    assert crowding_distances(level, np.zeros(3, int)).tolist() == [math.inf, 1.0, math.inf]
    assert crowding_distances(np.ones((3, 2)), np.zeros(3, int)).tolist() == [0, 0, 0]
    assert crowding_distances(np.ones((1, 2)), np.zeros(1, int)).tolist() == [0]
    assert crowding_distances(np.array([[NAN, 1.0]]), np.zeros(1, int)).tolist() == [0]


def test_a_range_beyond_all_numbers_tells_nothing():
    wide = np.array([[-1e308, 2.0], [0.0, 1.0], [1e308, 0.0]])
    assert crowding_distances(wide, np.zeros(3, int)).tolist() == [math.inf, 1.0, math.inf]


def test_the_order_is_by_rank_then_by_crowding_then_by_age():
    gains = np.vstack([[[NAN, NAN]], STAIRS, STAIRS[3:4]])
    order = preferred(gains)
    assert sorted(order) == list(range(8))
    ranks = domination_ranks(gains)[order]
    assert (np.diff(ranks) >= 0).all()
    assert order.tolist()[:3] == [1, 3, 2]
    assert order.tolist()[-2:] == [6, 0]


def test_the_survivors_of_one_goal_are_the_best():
    gains = drawn(1, n=20, digits=9)
    assert survivors(gains, 5).tolist() == np.argsort(-gains[:, 0])[:5].tolist()


@pytest.mark.parametrize("size", [0, 3, 80, 100])
def test_survivors_are_the_preferred_ones(size):
    gains = drawn(2)
    found = survivors(gains, size)
    assert found.tolist() == preferred(gains)[:size].tolist()
    assert len(found) == min(size, 80)


def test_what_cannot_be_ranked():
    with pytest.raises(ObservationError, match="finite or NaN"):
        preferred(np.array([[math.inf, 1.0]]))
    for ranks in (np.zeros(5, int), np.zeros(6), [0, math.nan] * 3, [[1], [1, 2]], None):
        with pytest.raises(ObservationError, match="a rank for each of the 6 points"):
            crowding_distances(STAIRS, ranks)
    for ask in (domination_ranks, preferred):
        with pytest.raises(ObservationError, match=r"numbers \(n, k\)"):
            ask(np.ones(3))
    for size in (-1, 1.5, None):
        with pytest.raises(SettingError, match="size to be a whole number from 0"):
            survivors(STAIRS, size)
