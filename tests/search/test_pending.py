import numpy as np
import pytest
import torch
from scipy.stats import norm

from nbnas.errors import SettingError
from nbnas.graphs.canonical import functional_form
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.kept import Kept
from nbnas.records import Evaluation, Observations
from nbnas.search.pending import (
    Fantasies,
    KrigingBeliever,
    LocalPenalization,
    Situation,
)
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.fits import fitted
from nbnas.surrogate.acquisition.improvement import (
    ExpectedImprovement,
    LogExpectedImprovement,
    UpperConfidenceBound,
)
from nbnas.surrogate.acquisition.penalty import lipschitz, log_penalties
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.process.prior import GaussianProcess

SPACE = CellSpace()
CELLS = SPACE.sample(7, 300)
RULES = [KrigingBeliever(), Fantasies(4), LocalPenalization()]


@pytest.fixture(scope="module")
def observations(table):
    return Observations(tuple(table(a) for a in SPACE.sample(0, 25)))


@pytest.fixture(scope="module")
def model(observations):
    return fitted(GaussianProcess(), observations, Kept(8))


LOG = LogExpectedImprovement()


def scores(rule, situation, acquisition=LOG, seed=0):
    return rule.scorer(acquisition, situation, np.random.default_rng(seed))(CELLS)


@pytest.mark.parametrize("rule", RULES)
def test_nothing_pending_changes_nothing(rule, model, observations):
    posterior = model.condition(observations)
    mean, stddev = posterior.latent(CELLS)
    expected = LogExpectedImprovement()(mean, stddev, float(posterior.z.max()))
    found = scores(rule, Situation(model, observations, ()))
    assert torch.allclose(found, expected)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "acquisition", [LogExpectedImprovement(), ExpectedImprovement(), UpperConfidenceBound(2.0)]
)
def test_what_is_pending_is_not_wanted_again(rule, acquisition, model, observations):
    free = scores(rule, Situation(model, observations, ()), acquisition)
    wanted = int(free.argmax())
    after = scores(rule, Situation(model, observations, (CELLS[wanted],)), acquisition)
    assert int(after.argmax()) != wanted
    assert after.isfinite().all()


@pytest.mark.parametrize("rule", RULES)
def test_a_batch_holds_four_different_cells(rule, observations):
    strategy = BayesianOptimization(pending=rule)
    proposal = strategy.propose(SPACE, observations, (), 4, np.random.default_rng(0))
    forms = {functional_form(a) for a in proposal.architectures}
    assert len(forms) == 4
    assert forms.isdisjoint(functional_form(a) for a in observations.architectures)


def test_fantasies_average_over_what_may_come(model, observations):
    """With a draw for the pending one of each kind by hand, the average is that of the EIs."""
    pending = (CELLS[0],)
    draws = model.condition(observations).sample(pending, np.random.default_rng(0), 3)[:, 0]
    each = []
    for value in draws:
        posterior = model.condition(observations + Evaluation(CELLS[0], float(value)))
        mean, stddev = posterior.latent(CELLS)
        each.append(ExpectedImprovement()(mean, stddev, float(posterior.z.max())))
    mean = torch.stack(each).mean(dim=0)
    situation = Situation(model, observations, pending)
    assert torch.allclose(scores(Fantasies(3), situation, ExpectedImprovement()), mean)
    log = scores(Fantasies(3), situation, LogExpectedImprovement())
    assert torch.allclose(log.exp(), mean, rtol=1e-6, atol=1e-12)


def test_the_penalty_is_that_of_the_paper(model, observations):
    posterior = model.condition(observations)
    pending = CELLS[:2]
    mean, stddev = (x.numpy() for x in posterior.latent(pending))
    found = log_penalties(posterior, pending, CELLS).numpy()
    k = model.covariance(CELLS, CELLS)
    for j in range(2):
        distance = np.sqrt(np.maximum(k.diagonal() + k[j, j] - 2 * k[j], 0))
        u = (lipschitz(posterior) * distance - posterior.z.max() + mean[j]) / stddev[j]
        assert found[j] == pytest.approx(norm.logcdf(u), rel=1e-6, abs=1e-9)


def test_the_posterior_mean_obeys_its_lipschitz_constant(model, observations):
    posterior = model.condition(observations)
    mean = posterior.latent(CELLS)[0].numpy()
    k = model.covariance(CELLS, CELLS)
    squared = k.diagonal()[:, None] + k.diagonal() - 2 * k
    distance = np.sqrt(np.maximum(squared, 0))
    slopes = np.abs(mean[:, None] - mean)[distance > 1e-6] / distance[distance > 1e-6]
    assert 0.05 * lipschitz(posterior) < slopes.max() <= lipschitz(posterior) * (1 + 1e-9)


def test_only_a_gaussian_process_knows_how_far_apart_architectures_are(observations):
    situation = Situation(Ensemble(epochs=5), observations, CELLS[:1])
    with pytest.raises(SettingError, match="KrigingBeliever"):
        scores(LocalPenalization(), situation)
    assert scores(KrigingBeliever(), situation).shape == (300,)
    with pytest.raises(SettingError, match="draws to be a whole number from 1"):
        Fantasies(0)
