import numpy as np
import pytest
import torch

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Measure, Observations
from nbnas.surrogate.acquisition.improvement import PosteriorAcquisition, acquisition_scores
from nbnas.surrogate.acquisition.thompson import IndependentThompsonSampling, ThompsonSampling
from nbnas.surrogate.process.prior import GaussianProcess

CELLS = CellSpace().sample(3, 60)


@pytest.fixture(scope="module")
def posterior(table):
    observations = Observations(tuple(table(a) for a in CellSpace().sample(0, 25)))
    return GaussianProcess().fit(observations).condition(observations)


def draws(acquisition, posterior, cells=CELLS, k=400):
    rng = np.random.default_rng(0)
    return torch.stack(
        [acquisition_scores(acquisition, posterior, cells, rng) for _ in range(k)]
    ).numpy()


@pytest.mark.slow
def test_independent_draws_have_the_moments_and_no_correlation(posterior):
    found = draws(IndependentThompsonSampling(), posterior, k=4_000)
    mean, stddev = posterior.latent(CELLS)
    assert np.abs(found.mean(axis=0) - mean.numpy()).max() < 0.1
    assert np.abs(found.std(axis=0) / stddev.numpy() - 1).max() < 0.06
    correlation = np.corrcoef(found.T) - np.eye(len(CELLS))
    assert np.abs(correlation).max() < 0.09


def test_joint_draws_are_correlated_as_the_posterior_is(posterior):
    found = draws(ThompsonSampling(), posterior)
    assert np.array_equal(found[0], posterior.sample(CELLS, np.random.default_rng(0), 1)[0])
    assert np.corrcoef(found.T)[np.triu_indices(len(CELLS), 1)].max() > 0.3


def test_of_many_the_promising_ones_are_drawn_and_some_at_random(posterior):
    cells = CellSpace().sample(5, 400)
    scores = draws(ThompsonSampling(40), posterior, cells, k=1)[0]
    drawn = np.flatnonzero(np.isfinite(scores))
    assert len(drawn) == 40
    mean, stddev = posterior.latent(cells)
    promising = torch.argsort(mean + 2 * stddev, descending=True)[:20].tolist()
    assert set(promising) <= set(drawn)
    with pytest.raises(SettingError, match="drawn to be a whole number from 2"):
        ThompsonSampling(1)


def test_they_ask_the_whole_posterior():
    assert isinstance(ThompsonSampling(), PosteriorAcquisition)
    assert isinstance(IndependentThompsonSampling(), PosteriorAcquisition)


def test_draws_of_a_loss_are_scored_the_other_way_round():
    """Minimising 1 - y is maximising y: the same draw, the same scores but for a constant."""
    cells = CellSpace().sample(0, 30)
    values = np.random.default_rng(0).uniform(0.2, 0.9, 10)
    error = Measure("error rate", maximize=False, lower=0, upper=1)
    up = Observations(tuple(map(Evaluation, cells, values.tolist())))
    down = Observations(tuple(map(Evaluation, cells, (1 - values).tolist())), error)
    prior = GaussianProcess()
    scores = [
        ThompsonSampling().score(prior.condition(seen), cells, np.random.default_rng(1))
        for seen in (up, down)
    ]
    assert torch.allclose(scores[0], 1 + scores[1], atol=1e-8)
