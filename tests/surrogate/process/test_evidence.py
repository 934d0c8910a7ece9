import numpy as np
import pytest
from scipy.stats import multivariate_normal

from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.kernels.distance import DistanceKernel, SquaredDistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.evidence import Evidence, lengthscales, weights, with_parameters
from nbnas.surrogate.process.prior import GaussianProcess

CELLS = CellSpace().sample(0, 12)


@pytest.fixture
def observations():
    values = np.random.default_rng(0).uniform(0.5, 0.9, len(CELLS))
    return Observations(tuple(Evaluation(c, float(v)) for c, v in zip(CELLS, values, strict=True)))


@pytest.fixture
def prior():
    return GaussianProcess(
        WeisfeilerLehmanKernel(1) + DistanceKernel(HammingDistance(), lengthscale=3.0), noise=0.1
    )


def test_likelihood_is_that_of_a_normal_vector(prior, observations):
    """Checked with scipy's density, at parameters other than the first ones."""
    changed = with_parameters(prior, weights=(0.3, 1.2), lengthscales=(1.5,), noise=0.05)
    d = HammingDistance().matrix(CELLS, CELLS)
    alone = GaussianProcess(WeisfeilerLehmanKernel(1)).covariance(CELLS, CELLS)
    k = 0.3 * alone + 1.2 * np.exp(-d / 1.5) + 0.05 * np.eye(len(CELLS))
    z = prior.warp.fit(observations.values).forward(observations.values)
    expected = multivariate_normal(np.zeros(len(z)), k).logpdf(z)
    assert Evidence(changed, observations).log_marginal_likelihood == pytest.approx(expected)


def test_other_parameters_leave_the_prior_alone(prior):
    before = prior.covariance(CELLS, CELLS)
    changed = with_parameters(prior, lengthscales=(1.0,))
    assert lengthscales(prior.kernel) == pytest.approx((3.0,))
    assert lengthscales(changed.kernel) == pytest.approx((1.0,))
    assert weights(changed.kernel) == weights(prior.kernel)
    assert changed.noise == prior.noise
    assert np.array_equal(prior.covariance(CELLS, CELLS), before)
    assert not np.allclose(changed.covariance(CELLS, CELLS), before)


def test_profile_goes_through_the_parameters_as_they_are(prior, observations):
    evidence = Evidence(prior, observations)
    found = evidence.by_lengthscale((0.5, 1.0, 2.0))
    longer = Evidence(with_parameters(prior, lengthscales=(6.0,)), observations)
    assert found[1] == pytest.approx(evidence.log_marginal_likelihood)
    assert found[2] == pytest.approx(longer.log_marginal_likelihood)


def test_a_length_scale_that_is_not_allowed_is_nan_in_a_profile(observations):
    evidence = Evidence(GaussianProcess(DistanceKernel(EditDistance())), observations)
    assert np.isfinite(evidence.by_lengthscale((0.5,))).all()
    assert np.isnan(evidence.by_lengthscale((1e6,))).all()


def test_no_covariance_is_nan(observations):
    kernel = SquaredDistanceKernel(EditDistance(), lengthscale=0.7)
    wild = with_parameters(GaussianProcess(kernel, noise=1e-5), weights=(1e6,))
    k = wild.covariance(CELLS, CELLS)
    positive = np.linalg.eigvalsh(k)[0] > -1e-5
    assert np.isfinite(Evidence(wild, observations).log_marginal_likelihood) == positive


def test_fitting_does_not_lower_it(prior, observations):
    evidence = Evidence(prior, observations)
    assert evidence.fitted.log_marginal_likelihood > evidence.log_marginal_likelihood


def test_wrong_parameters_say_how_many_there_are(prior):
    with pytest.raises(SettingError, match=r"expected 2 weights.* got 1"):
        with_parameters(prior, weights=(1.0,))
    with pytest.raises(SettingError, match=r"expected 1 length-scales.* got 2"):
        with_parameters(prior, lengthscales=(1.0, 2.0))
    edit = GaussianProcess(DistanceKernel(EditDistance()))
    with pytest.raises(SettingError, match="length-scale between 0 and"):
        with_parameters(edit, lengthscales=(1e6,))
    with pytest.raises(SettingError, match="above 0"):
        with_parameters(prior, noise=0.0)


def test_without_observations_a_prior_is_enough(prior):
    with pytest.raises(ObservationError, match="at least one observation"):
        Evidence(prior, Observations())
