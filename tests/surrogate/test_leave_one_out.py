import numpy as np
import pytest
from scipy.stats import kendalltau, norm

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Observations
from nbnas.surrogate.leave_one_out import SHARES, leave_one_out
from nbnas.surrogate.normal_scores import NormalScores
from nbnas.surrogate.process.prior import GaussianProcess


@pytest.fixture
def predicted():
    """Predictions that are right on average, with the deviation they claim."""
    rng = np.random.default_rng(0)
    y = rng.uniform(0.5, 0.9, 4_000)
    warp = NormalScores().fit(y)
    z, stddev = warp.forward(y), np.full(len(y), 0.7)
    return leave_one_out(warp, y, z, z + 0.7 * rng.standard_normal(len(y)), stddev)


def test_a_right_model_covers_what_it_should(predicted):
    for share in SHARES:
        assert predicted.coverage(share) == pytest.approx(share, abs=0.02)
    inside = (predicted.lower <= predicted.truth) & (predicted.truth <= predicted.upper)
    assert predicted.coverage(0.95) == pytest.approx(inside.mean(), abs=1e-3)
    with pytest.raises(SettingError, match="share to be a finite number above 0 and below 1"):
        predicted.coverage(1.0)


def test_densities_are_those_of_the_normal_distribution(predicted):
    density = norm.logpdf(predicted.residuals * 0.7, scale=0.7)
    assert predicted.log_densities == pytest.approx(density)
    assert predicted.log_predictive_density == pytest.approx(density.mean())
    assert predicted.kendall == kendalltau(predicted.mean, predicted.truth)[0]


def test_the_density_is_that_of_refitting_nothing_but_the_data(table):
    cells = CellSpace().sample(0, 30)
    observations = Observations(tuple(table(a) for a in cells))
    prior = GaussianProcess().fit(observations)
    posterior = prior.condition(observations)
    found = posterior.leave_one_out().log_densities
    covariance = prior.covariance(cells, cells) + prior.noise * np.eye(30)
    for i in (0, 11, 29):
        rest = np.delete(np.arange(30), i)
        weights = np.linalg.solve(covariance[np.ix_(rest, rest)], covariance[rest, i])
        mean = prior.mean + weights @ (posterior.z[rest] - prior.mean)
        stddev = np.sqrt(covariance[i, i] - weights @ covariance[rest, i])
        assert found[i] == pytest.approx(norm.logpdf(posterior.z[i], mean, stddev))
