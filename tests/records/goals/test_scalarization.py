import math

import numpy as np
import pytest
import torch
from botorch.utils.multi_objective.scalarization import get_chebyshev_scalarization

from nbnas.errors import ObservationError, SettingError
from nbnas.records.goals.pareto import pareto
from nbnas.records.goals.scalarization import augmented_chebyshev, random_weights

NAN = math.nan


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("rho", [0.05, 0.5, 0.0])
def test_it_equals_botorch(k, rho):
    rng = np.random.default_rng(k)
    among, gains, weights = (
        rng.normal(size=(20, k)),
        rng.normal(size=(9, k)),
        random_weights(k, rng),
    )
    theirs = get_chebyshev_scalarization(torch.tensor(weights), torch.tensor(among), alpha=rho)
    found = augmented_chebyshev(gains, weights, among=among, rho=rho)
    np.testing.assert_allclose(found, theirs(torch.tensor(gains)).numpy(), rtol=1e-12, atol=1e-15)
    own = augmented_chebyshev(among, weights, rho=rho)
    np.testing.assert_allclose(own, theirs(torch.tensor(among)).numpy(), rtol=1e-12, atol=1e-15)
    assert own.max() <= 0


def test_by_hand():
    gains = np.array([[0.0, 10.0], [2.0, 0.0], [1.0, 5.0]])
    found = augmented_chebyshev(gains, [0.75, 0.25], rho=0.1)
    np.testing.assert_allclose(found, [-0.825, -0.275, -0.425])


def test_the_best_is_on_the_front_and_each_of_a_hollow_front_is_once_the_best():
    """A weighted sum would never find the middle of a front that bends inwards."""
    rng = np.random.default_rng(0)
    first = np.linspace(0, 1, 6)
    front = np.stack([first, (1 - first) ** 2], axis=1)
    gains = np.vstack([front, front - 0.05])
    best = {int(augmented_chebyshev(gains, random_weights(2, rng)).argmax()) for _ in range(500)}
    assert best == set(np.flatnonzero(pareto(gains)))
    sums = {int((gains @ random_weights(2, rng)).argmax()) for _ in range(500)}
    assert sums == {0, 5}


def test_what_failed_and_what_is_equal():
    gains = np.array([[0.0, 1.0], [NAN, 5.0], [2.0, 1.0]])
    found = augmented_chebyshev(gains, [0.5, 0.5])
    np.testing.assert_allclose(found, [-0.525, NAN, 0.0])
    assert np.isnan(augmented_chebyshev(gains[1:2], [1.0, 1.0])).all()
    assert augmented_chebyshev(gains[:0], [1.0, 1.0]).shape == (0,)
    lower = augmented_chebyshev(gains - [0, 3], [0.5, 0.5], among=gains)
    assert lower[2] == pytest.approx(-0.5 * 3 * 1.05)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_weights_are_even_on_the_simplex(k):
    """Each has the mean 1/k and the variance (k - 1) / (k² (k + 1))."""
    rng = np.random.default_rng(k)
    weights = np.array([random_weights(k, rng) for _ in range(4_000)])
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.mean(axis=0), 1 / k, atol=0.02)
    np.testing.assert_allclose(weights.var(axis=0), (k - 1) / (k**2 * (k + 1)), atol=0.006)
    again = random_weights(k, np.random.default_rng(k))
    assert again.tolist() == weights[0].tolist()


@pytest.mark.parametrize("weights", [[1.0], [1.0, -0.1], [1.0, NAN], "ab", None, [[1.0, 0.0]]])
def test_weights_have_to_fit(weights):
    with pytest.raises(SettingError, match="weights to be 2 numbers from 0"):
        augmented_chebyshev(np.ones((3, 2)), weights)


def test_what_else_has_to_fit():
    with pytest.raises(ObservationError, match="the 2 goals of gains, got 3"):
        augmented_chebyshev(np.ones((3, 2)), [1, 1], among=np.ones((3, 3)))
    with pytest.raises(ObservationError, match=r"numbers \(n, k\)"):
        augmented_chebyshev(np.ones(3), [1, 1])
    with pytest.raises(ObservationError, match="finite or NaN"):
        augmented_chebyshev(np.array([[math.inf, 1.0]]), [1, 1])
    with pytest.raises(SettingError, match="rho to be a finite number from 0"):
        augmented_chebyshev(np.ones((3, 2)), [1, 1], rho=-1)
    with pytest.raises(SettingError, match="goals to be a whole number from 1"):
        random_weights(0, np.random.default_rng(0))
    with pytest.raises(SettingError, match="rng"):
        random_weights(2, "ab")
