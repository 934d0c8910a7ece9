import dataclasses

import gpytorch
import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from nbnas.errors import NotPositiveDefiniteError, ObservationError, SettingError
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.negative_log_error import NegativeLogError
from nbnas.surrogate.process.prior import GaussianProcess

CELLS = CellSpace().sample(0, 60)


@pytest.fixture(scope="module")
def observations(table):
    return Observations(tuple(table(a) for a in CELLS[:40]))


@pytest.fixture(scope="module")
def fitted(observations):
    return GaussianProcess().fit(observations)


def test_log_marginal_likelihood_equals_scipy(fitted, observations):
    covariance = fitted.covariance(CELLS[:40], CELLS[:40]) + fitted.noise * np.eye(40)
    z = fitted.warp.fit(observations.values).forward(observations.values)
    expected = multivariate_normal(np.full(40, fitted.mean), covariance).logpdf(z)
    assert fitted.log_marginal_likelihood(observations) == pytest.approx(expected, abs=1e-6)


def test_log_marginal_likelihood_equals_gpytorch(fitted, observations, exact_gp):
    z = torch.from_numpy(fitted.warp.fit(observations.values).forward(observations.values))
    index = fitted.table.indices(CELLS[:40])
    model = exact_gp(fitted, index, z)
    model.train()
    likelihood = gpytorch.mlls.ExactMarginalLogLikelihood(model.likelihood, model)
    with gpytorch.settings.fast_computations(False, False, False), torch.no_grad():
        per_point = likelihood.model.likelihood(model(index)).log_prob(z)
    assert fitted.log_marginal_likelihood(observations) == pytest.approx(
        per_point.item(), abs=1e-6
    )


def test_fit_raises_the_likelihood_and_leaves_the_prior_alone(observations):
    prior = GaussianProcess()
    before = prior.log_marginal_likelihood(observations)
    fitted = prior.fit(observations)
    assert fitted is not prior
    assert prior.log_marginal_likelihood(observations) == before
    assert fitted.log_marginal_likelihood(observations) > before + 1


def test_a_warm_start_finds_the_same_optimum(fitted, observations):
    again = fitted.fit(observations)
    assert again.log_marginal_likelihood(observations) == pytest.approx(
        fitted.log_marginal_likelihood(observations), abs=0.05
    )


def test_weights_of_several_distances_are_learned(observations):
    """NASBOT's kernel: a sum over distances. One that is noise gets little weight."""
    rng = np.random.default_rng(0)
    noise = {a: rng.random() for a in CELLS}

    @dataclasses.dataclass(frozen=True)
    class Shuffled(HammingDistance):
        def matrix(self, a, b):
            return 9 * np.abs(np.subtract.outer([noise[x] for x in a], [noise[x] for x in b]))

    kernel = DistanceKernel(HammingDistance()) + DistanceKernel(Shuffled())
    before = GaussianProcess(kernel)
    fitted = before.fit(observations)
    useful, useless = (part.outputscale.item() for part in fitted.kernel.kernels)
    assert useful > 3 * useless
    assert fitted.log_marginal_likelihood(observations) > before.log_marginal_likelihood(
        observations
    )


def test_fit_recovers_a_known_noise():
    prior = GaussianProcess(DistanceKernel(HammingDistance()), warp=NegativeLogError())
    cells = CellSpace().sample(5, 150)
    rng = np.random.default_rng(0)
    root = np.linalg.cholesky(prior.covariance(cells, cells) + 1e-9 * np.eye(150))
    z = root @ rng.standard_normal(150) + rng.normal(0, np.sqrt(0.1), 150)
    accuracy = 1 - np.exp(-(2 + 0.5 * z))
    trials = Observations(tuple(map(Evaluation, cells, accuracy.clip(0.01, 0.999).tolist())))
    assert 0.02 < prior.fit(trials).noise < 0.3


def test_samples_have_the_prior_covariance():
    prior = GaussianProcess(mean=0.5)
    draws = prior.sample(CELLS[:8], rng=0, k=40_000)
    assert draws.shape == (40_000, 8)
    assert np.abs(draws.mean(axis=0) - 0.5).max() < 0.03
    assert np.abs(np.cov(draws.T) - prior.covariance(CELLS[:8], CELLS[:8])).max() < 0.05
    assert np.array_equal(prior.sample(CELLS[:8], 3, 2), prior.sample(CELLS[:8], 3, 2))


def test_is_frozen_and_works_on_a_copy_of_the_kernel(observations):
    kernel = WeisfeilerLehmanKernel() + DistanceKernel(HammingDistance(), 2.0)
    prior = GaussianProcess(kernel)
    with pytest.raises(dataclasses.FrozenInstanceError):
        prior.noise = 1.0
    prior.fit(observations)
    assert kernel.kernels[1].lengthscale.item() == pytest.approx(2.0)
    assert kernel.kernels[0].table is None


def test_refuses_what_it_cannot_do(observations):
    with pytest.raises(ObservationError, match="at least 2 trials"):
        GaussianProcess().fit(Observations(observations.evaluations[:1]))
    with pytest.raises(ObservationError, match="at least one observation"):
        GaussianProcess().condition(Observations())
    with pytest.raises(SettingError, match="noise to be a finite number above 0"):
        GaussianProcess(noise=0.0)


class Indefinite(HammingDistance):
    """A distance whose kernel is no covariance: it forgets the triangle inequality."""

    __slots__ = ()

    def matrix(self, a, b):
        return np.where(super().matrix(a, b) <= 4, 0.0, 50.0) * (super().matrix(a, b) > 0)


def test_a_kernel_that_is_no_covariance_is_named(observations):
    prior = GaussianProcess(DistanceKernel(Indefinite()), noise=1e-4)
    with pytest.raises(NotPositiveDefiniteError, match=r"smallest eigenvalue .* is -"):
        prior.condition(observations)
    with pytest.raises(NotPositiveDefiniteError, match="DistanceKernel"):
        prior.log_marginal_likelihood(observations)
    with pytest.raises(NotPositiveDefiniteError):
        prior.sample(CELLS, 0, 1)


def test_the_edit_kernel_stays_a_covariance(observations):
    prior = GaussianProcess(DistanceKernel(EditDistance())).fit(observations)
    mean, stddev = prior.condition(observations).predict(CELLS)
    assert np.isfinite(mean).all()
    assert (stddev >= 0).all()
