import math

import numpy as np
import pytest

from nbnas.errors import ObservationError
from nbnas.records.goals.boxes import nondominated_boxes
from nbnas.records.goals.pareto import hypervolume

NAN = math.nan


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("digits", [1, 9])
def test_each_point_that_is_not_dominated_lies_in_one_box(k, digits):
    rng = np.random.default_rng(k)
    front, low = rng.normal(size=(12, k)).round(digits), np.full(k, -1.0)
    thrown = rng.uniform(-1.5, 4.0, size=(2_000, k))
    lower, upper = nondominated_boxes(front, low)
    inside = (lower <= thrown[:, None]) & (thrown[:, None] < upper)
    dominated = (front[:, None] > thrown).all(axis=2).any(axis=0)
    expected = (thrown >= low).all(axis=1) & ~dominated
    assert inside.all(axis=2).sum(axis=1).tolist() == expected.tolist()
    assert (lower < upper).all()


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_boxes_below_a_corner_are_what_the_front_leaves(k):
    front = np.random.default_rng(k).uniform(size=(15, k))
    lower, upper = nondominated_boxes(front, np.zeros(k))
    left = np.clip(np.minimum(upper, 1.0) - np.minimum(lower, 1.0), 0, None).prod(axis=1).sum()
    assert left == pytest.approx(1 - hypervolume(front, np.zeros(k)), abs=1e-12)


def test_two_goals_need_a_box_more_than_points():
    stairs = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [1.0, 1.0], [NAN, 9.0], [9.0, 0.0]])
    lower, upper = nondominated_boxes(stairs, np.zeros(2))
    assert lower.tolist() == [[3, 0], [2, 1], [1, 2], [0, 3]]
    assert upper.tolist() == [[math.inf, end] for end in (1, 2, 3, math.inf)]


@pytest.mark.parametrize("k", [1, 2, 3])
def test_without_points_all_is_left(k):
    lower, upper = nondominated_boxes(np.empty((0, k)), np.ones(k))
    assert (lower.tolist(), upper.tolist()) == ([[1.0] * k], [[math.inf] * k])


def test_what_is_no_front():
    with pytest.raises(ObservationError, match="the front to be finite"):
        nondominated_boxes(np.array([[math.inf, 1.0]]), np.zeros(2))
    with pytest.raises(ObservationError, match="reference to be 2 finite numbers"):
        nondominated_boxes(np.ones((1, 2)), np.zeros(3))
    with pytest.raises(ObservationError, match=r"gains to be numbers \(n, k\)"):
        nondominated_boxes(np.ones(2), np.zeros(2))
