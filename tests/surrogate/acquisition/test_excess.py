"""Expected excesses and volumes against quadrature, Gaussian closed forms and simulation."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

import nbnas as nb
from nbnas.surrogate.acquisition.excess import (
    boxes_above,
    expected_volume,
    known_excess,
    warped_excess,
)
from nbnas.surrogate.acquisition.hypervolume import expected_hypervolume_improvement
from nbnas.surrogate.negative_log_error import NegativeLogError
from nbnas.surrogate.normal_scores import NormalScores
from nbnas.surrogate.warp import warp_gains

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)


class Identity:
    """The warp of what is normal already."""

    def forward(self, y):
        return np.asarray(y, dtype=np.float64)

    inverse = forward


def by_quadrature(warp, measure, mean, stddev, level):
    """E[max(gain - level, 0)] by a sum over many equally likely values."""
    z = norm.ppf((np.arange(200_000) + 0.5) / 200_000, mean, stddev)
    return np.maximum(measure.gain(warp.inverse(z)) - level, 0.0).mean()


@pytest.mark.parametrize("measure", [nb.ACCURACY, LATENCY], ids=lambda m: m.name)
@pytest.mark.parametrize("warp", [NormalScores(), NegativeLogError()], ids=repr)
def test_excess_agrees_with_quadrature_through_the_warp(warp, measure):
    if measure is LATENCY and isinstance(warp, NegativeLogError):
        pytest.skip("for fractions only")
    rng = np.random.default_rng(0)
    values = rng.uniform(0.5, 0.95, 30) * (1 if measure is nb.ACCURACY else 10)
    fitted, z = warp_gains(warp, measure.gain(values), measure)
    levels = np.sort(measure.gain(np.quantile(values, [0.0, 0.3, 0.9, 1.0])))
    mean, stddev = np.array([-1.0, 0.3, 2.2]), np.array([0.2, 1.0, 0.6])
    latent = torch.from_numpy(mean), torch.from_numpy(stddev)
    found = warped_excess(fitted, measure, z, latent, torch.from_numpy(levels)).numpy()
    truth = [
        [by_quadrature(fitted, measure, m, s, level) for level in levels]
        for m, s in zip(mean, stddev, strict=True)
    ]
    exact = isinstance(warp, NormalScores)
    np.testing.assert_allclose(found, truth, rtol=1e-4 if exact else 0.02, atol=1e-6)


def test_what_is_certain_is_what_is_known():
    values = np.linspace(0.6, 0.9, 7)
    fitted, z = warp_gains(NormalScores(), values, nb.ACCURACY)
    levels = torch.tensor([0.6, 0.7, 0.85], dtype=torch.float64)
    latent = torch.from_numpy(z), torch.zeros(7, dtype=torch.float64)
    found = warped_excess(fitted, nb.ACCURACY, z, latent, levels)
    torch.testing.assert_close(found, known_excess(torch.from_numpy(values), levels))


@pytest.mark.parametrize("goals", [2, 3])
def test_volume_of_unwarped_goals_is_the_gaussian_closed_form(goals):
    rng = np.random.default_rng(goals)
    front, reference = rng.uniform(0, 1, (6, goals)), np.full(goals, -0.1)
    mean = torch.from_numpy(rng.uniform(0, 1.2, (20, goals)))
    stddev = torch.from_numpy(rng.uniform(0.01, 0.4, (20, goals)))
    stddev[:, -1] = 0.0  # known
    lower, upper, levels = boxes_above(front, reference)
    measure = nb.Measure("gain")
    covered = [
        warped_excess(
            Identity(), measure, front[:, g], (mean[:, g], stddev[:, g]), levels[:, g].contiguous()
        )
        for g in range(goals)
    ]
    found = expected_volume(covered, lower, upper)
    truth = expected_hypervolume_improvement(
        mean, stddev, torch.from_numpy(front), torch.from_numpy(reference)
    )
    torch.testing.assert_close(found, truth, rtol=1e-6, atol=1e-10)


def test_without_a_front_all_above_the_reference_counts():
    lower, upper, levels = boxes_above(np.empty((0, 2)), np.zeros(2))
    gains = torch.tensor([[2.0, 3.0], [1.0, -1.0]], dtype=torch.float64)
    covered = [known_excess(gains[:, g], levels[:, g]) for g in (0, 1)]
    assert expected_volume(covered, lower, upper).tolist() == [6.0, 0.0]
