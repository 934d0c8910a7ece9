import dataclasses

import gpytorch
import numpy as np
import pytest
import torch

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.table import ArchitectureTable

CELLS = CellSpace().sample(0, 60)
SEEN, NEW = CELLS[:40], CELLS[40:]


@pytest.fixture(scope="module")
def posterior(table):
    observations = Observations(tuple(table(a) for a in SEEN))
    return GaussianProcess().fit(observations).condition(observations)


def test_mean_and_stddev_equal_gpytorch(posterior, exact_gp):
    prior = posterior.prior
    index = prior.table.indices(SEEN)
    model = exact_gp(prior, index, torch.from_numpy(posterior.z))
    model.eval()
    with gpytorch.settings.fast_computations(False, False, False), torch.no_grad():
        expected = model(prior.table.indices(NEW))
    mean, stddev = posterior.latent(NEW)
    assert (mean - expected.mean).abs().max() < 1e-6
    assert (stddev - expected.variance.sqrt()).abs().max() < 1e-6


def test_leave_one_out_equals_leaving_one_out(posterior):
    covariance = posterior.prior.covariance(SEEN, SEEN) + posterior.prior.noise * np.eye(40)
    loo = posterior.leave_one_out()
    for i in (0, 7, 39):
        rest = np.delete(np.arange(40), i)
        weights = np.linalg.solve(covariance[np.ix_(rest, rest)], covariance[rest, i])
        mean = posterior.prior.mean + weights @ (posterior.z[rest] - posterior.prior.mean)
        stddev = np.sqrt(covariance[i, i] - weights @ covariance[rest, i])
        assert loo.lower[i] == pytest.approx(posterior.warp.inverse(mean - 1.959964 * stddev))
        assert loo.upper[i] == pytest.approx(posterior.warp.inverse(mean + 1.959964 * stddev))
    assert np.array_equal(loo.truth, posterior.observations.values)


def test_samples_have_the_posterior_moments(posterior):
    mean, stddev = posterior.predict(NEW)
    draws = posterior.sample(NEW, rng=1, k=20_000)
    assert draws.shape == (20_000, 20)
    assert np.abs(draws.mean(axis=0) - mean).max() < 0.006
    assert np.abs(draws.std(axis=0) - stddev).max() < 0.006


def test_draws_neither_measure_nor_keep_what_the_prior_knows_besides(posterior):
    alone = posterior.sample(NEW, rng=1, k=3)
    prior = dataclasses.replace(posterior.prior, table=ArchitectureTable())
    prior.table.indices(CellSpace().sample(1, 2_000))  # as after a search in a large space
    known = prior.condition(posterior.observations)
    known.latent(NEW)
    measured = measured_rows(prior.table)
    np.testing.assert_allclose(known.sample(NEW, rng=1, k=3), alone, atol=1e-6)
    assert measured_rows(prior.table) == measured


def measured_rows(table):
    """The numbers of the architectures that were compared with all of the table."""
    return {number for rows in table._rows.values() for number in rows.measured}


def test_predictions_are_accuracies_inside_their_band(posterior):
    mean, stddev = posterior.predict(NEW)
    lower, upper = posterior.band(NEW)
    narrow_lower, narrow_upper = posterior.band(NEW, coverage=0.5)
    for numbers in (mean, lower, upper):
        assert ((numbers >= 0) & (numbers <= 1)).all()
    assert ((lower <= narrow_lower) & (narrow_upper <= upper)).all()
    assert ((lower <= mean) & (mean <= upper)).all()
    assert (stddev > 0).all()
    with pytest.raises(SettingError, match="coverage"):
        posterior.band(NEW, coverage=1.5)


def test_what_was_seen_is_predicted_with_little_doubt(posterior):
    _, seen = posterior.latent(SEEN)
    _, new = posterior.latent(NEW)
    assert seen.mean() < new.mean()
    assert (new**2 <= torch.from_numpy(posterior.prior.variance(NEW)) + 1e-12).all()


def test_contributions_add_up_to_the_prediction(posterior):
    mean, _ = posterior.latent(NEW[:1])
    contributions = posterior.contributions(NEW[0])
    assert contributions.shape == (40,)
    assert posterior.prior.mean + contributions.sum() == pytest.approx(mean.item())


def test_expected_improvement_splits_into_its_parts(posterior):
    total, exploitation, exploration = posterior.expected_improvement(NEW)
    assert np.allclose(total, exploitation + exploration)
    assert (exploitation >= 0).all()
    assert (exploration >= 0).all()
    assert total.max() > 0


def test_is_frozen(posterior):
    with pytest.raises(dataclasses.FrozenInstanceError):
        posterior.z = None


def test_failed_trials_are_modelled_as_poor(table):
    good = tuple(table(a) for a in SEEN)
    failed = Evaluation(NEW[0], None, "failed", error="boom")
    prior = GaussianProcess()
    without = prior.condition(Observations(good))
    with_failure = prior.condition(Observations((*good, failed)))
    assert with_failure.predict(NEW[:1])[0] < without.predict(NEW[:1])[0]
    only_failed = prior.condition(Observations((failed,)))
    assert np.isfinite(only_failed.predict(NEW)[0]).all()
