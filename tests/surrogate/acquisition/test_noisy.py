import numpy as np
import pytest
import torch

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.acquisition.improvement import LogExpectedImprovement, acquisition_scores
from nbnas.surrogate.acquisition.noisy import NoisyExpectedImprovement
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.process.prior import GaussianProcess

CELLS = CellSpace().sample(3, 80)
SEEN = CellSpace().sample(0, 20)


def noisy(table, sigma, seed=0):
    rng = np.random.default_rng(seed)
    return Observations(
        tuple(Evaluation(a, table(a).value + sigma * rng.standard_normal()) for a in SEEN)
    )


def score(acquisition, posterior, seed=0):
    return acquisition_scores(acquisition, posterior, CELLS, np.random.default_rng(seed))


def test_without_noise_it_is_expected_improvement(table):
    prior = GaussianProcess(noise=1e-5)
    posterior = prior.condition(noisy(table, 0.0))
    plain = score(LogExpectedImprovement(), posterior)
    likely = plain > -8  # where EI is not next to nothing
    found = score(NoisyExpectedImprovement(64), posterior)
    assert likely.sum() > 10
    assert (found - plain)[likely].abs().max() < 0.15


def test_equals_a_brute_force_average(table):
    """Joint draws at data and candidates, improvement counted draw by draw."""
    prior = GaussianProcess(noise=0.3)
    observations = noisy(table, 0.05)
    posterior = prior.condition(observations)
    both = (*SEEN, *CELLS[:10])
    k = torch.from_numpy(prior.covariance(both, both))
    cross = torch.from_numpy(prior.covariance(SEEN, both))
    noisy_k = cross[:, :20] + prior.noise * torch.eye(20, dtype=torch.float64)
    z = torch.from_numpy(posterior.z)
    mean = cross.T @ torch.linalg.solve(noisy_k, z)
    covariance = k - cross.T @ torch.linalg.solve(noisy_k, cross)
    root = torch.linalg.cholesky(covariance + 1e-8 * torch.eye(len(both), dtype=torch.float64))
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(100_000, len(both), generator=generator, dtype=torch.float64)
    draws = mean + normal @ root.T
    improvement = (draws[:, 20:] - draws[:, :20].amax(dim=1, keepdim=True)).clamp_min(0)
    expected = improvement.mean(dim=0)
    found = score(NoisyExpectedImprovement(3_000), posterior)[:10].exp()
    assert torch.allclose(found, expected, rtol=0.1, atol=2e-3)


def test_a_lucky_evaluation_is_not_taken_at_its_word(table):
    """With much noise the incumbent is doubted, so that beating it is more likely."""
    posterior = GaussianProcess(noise=0.5).condition(noisy(table, 0.1))
    assert (
        score(NoisyExpectedImprovement(), posterior) > score(LogExpectedImprovement(), posterior)
    ).float().mean() > 0.9


def test_needs_a_model_of_the_noise(table):
    posterior = Ensemble(epochs=5).condition(noisy(table, 0.0))
    with pytest.raises(SettingError, match="knows its noise"):
        score(NoisyExpectedImprovement(), posterior)
    with pytest.raises(SettingError, match="draws to be a whole number from 1"):
        NoisyExpectedImprovement(0)
