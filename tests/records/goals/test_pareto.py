"""Against BoTorch, a naive loop, a count of points and volumes that are known by hand."""

import math

import numpy as np
import pytest
import torch
from botorch.utils.multi_objective.hypervolume import Hypervolume, infer_reference_point
from botorch.utils.multi_objective.pareto import is_non_dominated

from nbnas.errors import ObservationError
from nbnas.records.goals.pareto import (
    contributions,
    hypervolume,
    hypervolume_trace,
    pareto,
    reference_point,
)

NAN = math.nan
STAIRS = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]])
ORIGIN = np.zeros(2)


def drawn(seed, n, k, digits):
    """Points; few digits make ties and copies."""
    return np.random.default_rng(seed).normal(size=(n, k)).round(digits)


def undominated_by_loop(gains):
    return [
        not any(all(b >= a) and any(b > a) for b in gains) and not np.isnan(a).any() for a in gains
    ]


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("digits", [0, 1, 9])
def test_the_front_equals_a_loop_and_botorch(k, digits):
    gains = drawn(k, 120, k, digits)
    found = pareto(gains)
    assert found.dtype == bool
    assert found.tolist() == undominated_by_loop(gains)
    assert found.tolist() == is_non_dominated(torch.tensor(gains), deduplicate=False).tolist()


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_front_without_numbers_and_with_infinities(k):
    gains = drawn(k, 60, k, 0)
    gains[::7, -1], gains[::5, 0], gains[::11, 0] = -math.inf, NAN, math.inf
    assert pareto(gains).tolist() == undominated_by_loop(gains)
    assert not pareto(np.full((3, k), NAN)).any()
    assert pareto(np.empty((0, k))).shape == (0,)
    assert pareto(np.full((2, k), -math.inf)).all()


def test_copies_stay_on_the_front_together():
    assert pareto(np.vstack([STAIRS, STAIRS, [[1.0, 2.0]]])).tolist() == [True] * 6 + [False]


def test_the_volume_of_stairs():
    assert hypervolume(STAIRS, ORIGIN) == 6.0
    assert hypervolume(STAIRS, np.array([1.0, 1.0])) == 1.0
    assert hypervolume(np.vstack([STAIRS, [[NAN, 9], [9, -1], [0, 9]]]), ORIGIN) == 6.0
    assert hypervolume(STAIRS[:0], ORIGIN) == 0.0
    assert hypervolume(np.array([[math.inf, 1.0], [1, 2]]), ORIGIN) == math.inf
    assert hypervolume(np.array([[math.inf, -1.0], [1, 2]]), ORIGIN) == 2.0


@pytest.mark.parametrize(("k", "n"), [(1, 9), (2, 60), (3, 40), (4, 15), (5, 8)])
@pytest.mark.parametrize("digits", [0, 9])
def test_the_volume_equals_that_of_botorch(k, n, digits):
    gains, low = drawn(n, n, k, digits), np.full(k, -1.5)
    front = torch.tensor(gains[pareto(gains)])
    expected = Hypervolume(torch.tensor(low)).compute(front) if k > 1 else gains.max() + 1.5
    assert hypervolume(gains, low) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_volume_equals_a_count(k):
    rng = np.random.default_rng(k)
    gains, thrown = rng.uniform(size=(20, k)), rng.uniform(size=(40_000, k))
    inside = np.zeros(len(thrown), dtype=bool)
    for point in gains:
        inside |= (thrown <= point).all(axis=1)
    error = math.sqrt(inside.var() / len(thrown))
    assert hypervolume(gains, np.zeros(k)) == pytest.approx(inside.mean(), abs=5 * error)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_trace_is_the_volume_after_each(k):
    gains, low = drawn(k, 30, k, 1), np.full(k, -1.0)
    gains[4] = NAN
    expected = [hypervolume(gains[: i + 1], low) for i in range(30)]
    np.testing.assert_allclose(hypervolume_trace(gains, low), expected, rtol=1e-14)
    assert hypervolume_trace(gains[:0], low).shape == (0,)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_contribution_is_what_is_lost(k):
    gains, low = drawn(k, 25, k, 1), np.full(k, -2.0)
    whole = hypervolume(gains, low)
    lost = [whole - hypervolume(np.delete(gains, i, axis=0), low) for i in range(25)]
    np.testing.assert_allclose(contributions(gains, low), lost, atol=1e-12)


def test_contributions_of_copies_and_of_what_failed():
    gains = np.vstack([STAIRS, STAIRS[:1], [[NAN, 9.0]]])
    assert contributions(gains, ORIGIN).tolist() == [0, 1, 1, 0, 0]
    with pytest.raises(ObservationError, match="finite or NaN"):
        contributions(np.array([[math.inf, 1.0]]), ORIGIN)


@pytest.mark.parametrize(
    "gains",
    [
        drawn(0, 50, 2, 9),
        drawn(1, 50, 3, 1),
        np.array([[0.0, -4.0]]),
        np.array([[0.0, -4.0], [0.0, -4.0], [-1.0, -4.0]]),
        np.array([[2.0], [1.0]]),
    ],
    ids=["two", "three", "alone", "copies", "one goal"],
)
def test_the_reference_point_is_that_of_botorch(gains):
    points = torch.tensor(gains)
    expected = infer_reference_point(points[is_non_dominated(points)])
    np.testing.assert_allclose(reference_point(gains), expected.numpy(), rtol=1e-15)


def test_the_reference_point_leaves_out_what_is_not_finite():
    gains = np.vstack([STAIRS, [[NAN, 1.0], [math.inf, 9.0]]])
    np.testing.assert_allclose(reference_point(gains), [0.8, 0.8])
    with pytest.raises(ObservationError, match="at least one point with a finite value"):
        reference_point(gains[3:])


@pytest.mark.parametrize("gains", [[1.0, 2.0], [["a", "b"]], [[1.0], [1.0, 2.0]], None, [[]]])
def test_points_have_to_be_a_table(gains):
    for ask in (pareto, reference_point):
        with pytest.raises(ObservationError, match=r"numbers \(n, k\), a row for each point"):
            ask(gains)
    for ask in (hypervolume, hypervolume_trace, contributions):
        with pytest.raises(ObservationError, match=r"numbers \(n, k\), a row for each point"):
            ask(gains, ORIGIN)


@pytest.mark.parametrize("reference", [0.0, [0.0], [0.0, NAN], [0, -math.inf], "ab", None])
def test_the_reference_point_has_to_fit(reference):
    with pytest.raises(ObservationError, match="reference to be 2 finite numbers"):
        contributions(STAIRS, reference)
    for ask in (hypervolume, hypervolume_trace):
        with pytest.raises(ObservationError, match="reference to be 2 finite numbers"):
            ask(STAIRS, reference)
        with pytest.raises(ObservationError, match="reference to be 2 finite numbers"):
            ask(STAIRS[:0], reference)
