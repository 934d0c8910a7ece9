import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from nbnas.errors import ObservationError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Measure, Observations
from nbnas.surrogate.half_ranks import HalfRanks
from nbnas.surrogate.negative_log_error import NegativeLogError
from nbnas.surrogate.normal_scores import NormalScores
from nbnas.surrogate.standardized import Standardized
from nbnas.surrogate.warp import expected_excess, fit_warp, moments

VALUES = np.array([0.1, 0.5, 0.55, 0.8, 0.8, 0.9, 0.91, 0.95])
WARPS = [NormalScores(), NegativeLogError(), HalfRanks(), Standardized()]


@pytest.mark.parametrize("warp", WARPS, ids=repr)
def test_is_monotone_and_inverts_itself(warp):
    fitted = warp.fit(VALUES)
    assert np.allclose(fitted.inverse(fitted.forward(VALUES)), VALUES)
    assert np.array_equal(np.argsort(fitted.forward(VALUES), kind="stable"), np.arange(8))
    z = np.linspace(-6, 6, 200)
    y = fitted.inverse(z)
    assert (np.diff(y) >= 0).all()
    assert y.min() >= 0
    assert y.max() <= 1


def test_normal_scores_depend_on_ranks_only():
    z = NormalScores().fit(VALUES).forward(VALUES)
    other = NormalScores().fit(VALUES**3).forward(VALUES**3)
    assert np.allclose(z, other)
    assert z[3] == z[4]  # ties share their rank
    assert abs(z.sum()) < 1e-12


def test_half_ranks_keep_distances_above_the_median():
    z = HalfRanks().fit(VALUES).forward(VALUES)
    spread = np.sqrt(np.mean((VALUES[3:] - 0.8) ** 2))
    assert np.allclose(z[3:], (VALUES[3:] - 0.8) / spread)
    shifted = np.array([*(VALUES[:3] / 2), *VALUES[3:]])
    assert np.allclose(z, HalfRanks().fit(shifted).forward(shifted))  # below, ranks only
    assert np.allclose(z[:3], NormalScores().fit(VALUES).forward(VALUES)[:3])


def test_half_ranks_do_not_spread_what_is_nearly_the_same():
    near = np.array([0.1, 0.3, 0.5, 0.9, 0.9000001, 0.9000002, 0.9000003])
    z = HalfRanks().fit(near).forward(near)
    assert np.ptp(z[3:]) < np.ptp(NormalScores().fit(near).forward(near)[3:]) * 2
    far = np.array([0.1, 0.3, 0.5, 0.6, 0.9, 0.9000001, 0.9000002, 0.9000003])
    assert np.ptp(HalfRanks().fit(far).forward(far)[4:]) < 1e-5


@pytest.mark.parametrize("same", [[0.5], [0.5, 0.5], [0.1, 0.2], [0.1, 0.7, 0.7, 0.7, 0.7]])
def test_half_ranks_of_few_values_are_normal_scores(same):
    y = np.array(same)
    expected = NormalScores().fit(y).forward(y)
    assert np.array_equal(HalfRanks().fit(y).forward(y), expected)


def test_standardized_keep_all_distances():
    values = 40 * VALUES
    fitted = Standardized().fit(values, 0, np.inf)
    assert np.allclose(fitted.forward(values), (values - values.mean()) / values.std())
    assert np.allclose(np.diff(fitted.inverse(np.linspace(0, 5, 6))), values.std())


@pytest.mark.parametrize("same", [[0.5], [0.5, 0.5]])
def test_standardized_of_equal_values_are_normal_scores(same):
    y = np.array(same)
    assert np.array_equal(Standardized().fit(y).forward(y), NormalScores().fit(y).forward(y))


@pytest.mark.parametrize("warp", WARPS, ids=repr)
@pytest.mark.parametrize(("mean", "stddev"), [(-1.0, 0.5), (0.3, 1.0), (1.2, 0.2)])
def test_moments_equal_quadrature(warp, mean, stddev):
    fitted = warp.fit(VALUES)

    def expectation(power):
        return quad(
            lambda z: fitted.inverse(np.array([z]))[0] ** power * norm.pdf(z, mean, stddev),
            mean - 9 * stddev,
            mean + 9 * stddev,
            points=fitted.forward(np.unique(VALUES)),
            epsabs=1e-6,
            epsrel=1e-6,
            limit=500,
        )[0]

    first, second = expectation(1), expectation(2)
    mean_y, stddev_y = moments(fitted, np.array([mean]), np.array([stddev]))
    assert mean_y[0] == pytest.approx(first, abs=2e-3)  # the inverse warp has kinks
    assert stddev_y[0] == pytest.approx(np.sqrt(second - first**2), abs=4e-3)


@pytest.mark.parametrize("warp", WARPS, ids=repr)
@pytest.mark.parametrize(("mean", "stddev"), [(-1.0, 0.5), (0.3, 1.0), (1.6, 0.2)])
def test_expected_improvement_in_accuracy_equals_quadrature(warp, mean, stddev):
    fitted = warp.fit(VALUES)
    best = float(fitted.forward(VALUES).max())

    def gain(z):
        if isinstance(warp, NormalScores | HalfRanks | Standardized):  # linear, not cut off
            return fitted.upper_slope * (z - best)
        return fitted.inverse(np.array([z]))[0] - VALUES.max()

    integral, _ = quad(lambda z: gain(z) * norm.pdf(z, mean, stddev), best, best + 15, limit=500)
    ours = fitted.expected_improvement(np.array([mean]), np.array([stddev]), best)
    assert ours[0] == pytest.approx(integral, abs=1e-9)


def test_ei_in_accuracy_ranks_as_ei_of_the_model():
    """Normal scores: what is shown is proportional to what candidates are ranked by."""
    rng = np.random.default_rng(0)
    fitted = NormalScores().fit(VALUES)
    mean, stddev = rng.normal(size=50), rng.uniform(0.1, 1, 50)
    best = float(fitted.z.max())
    shown = fitted.expected_improvement(mean, stddev, best)
    assert np.array_equal(np.argsort(shown), np.argsort(expected_excess(mean, stddev, best)))


def test_a_perfect_incumbent_leaves_nothing_to_improve():
    fitted = NormalScores().fit(np.array([0.5, 0.7, 1.0]))
    assert fitted.expected_improvement(np.array([3.0]), np.array([1.0]), 0.8)[0] == 0.0


@pytest.mark.parametrize("warp", WARPS, ids=repr)
def test_equal_values_and_single_values_are_no_trouble(warp):
    for values in (np.array([0.3]), np.full(5, 0.3), np.zeros(3), np.ones(3)):
        fitted = warp.fit(values)
        z = fitted.forward(values)
        assert np.isfinite(z).all()
        assert np.isfinite(fitted.inverse(z + 1)).all()


@pytest.mark.parametrize("warp", WARPS, ids=repr)
def test_refuses_what_it_cannot_warp(warp):
    with pytest.raises(ObservationError, match="finite"):
        warp.fit(np.array([0.1, np.nan]))
    with pytest.raises(ObservationError, match="at least one value"):
        warp.fit(np.array([]))


@pytest.mark.parametrize(
    "measure",
    [
        Measure("loss", maximize=False),
        Measure("score"),
        Measure("perplexity", maximize=False, lower=1),
        Measure("error", maximize=False, lower=0.1, upper=0.7),
        Measure("error rate", maximize=False, lower=0, upper=1),
    ],
    ids=lambda measure: measure.name,
)
@pytest.mark.parametrize("n", [1, 2, 12])
def test_any_measure_is_warped_and_stays_within_its_bounds(measure, n):
    low = max(measure.lower, -3.0)
    values = np.random.default_rng(0).uniform(low, min(measure.upper, low + 5), size=n)
    cells = CellSpace().sample(0, n)
    seen = Observations(tuple(map(Evaluation, cells, values.tolist())), measure)
    warp, z = fit_warp(NormalScores(), seen)
    assert np.argmax(z) == np.argmax(measure.gain(values))
    np.testing.assert_allclose(warp.inverse(z), values, atol=1e-9)
    far = warp.inverse(np.linspace(-50, 50, 1001))
    assert np.isfinite(far).all()
    assert (measure.lower <= far).all()
    assert (far <= measure.upper).all()
    assert (np.diff(measure.gain(far)) >= 0).all()


def test_expected_improvement_of_a_loss_is_by_how_much_lower_it_gets():
    """Against samples of the posterior's normal distribution, mapped back one by one."""
    measure = Measure("loss", maximize=False)
    cells = CellSpace().sample(0, 15)
    values = np.random.default_rng(1).normal(3, 1, size=15)
    seen = Observations(tuple(map(Evaluation, cells, values.tolist())), measure)
    warp, z = fit_warp(NormalScores(), seen)
    mean, stddev = np.array([0.5, 2.0]), np.array([1.0, 0.3])
    draws = warp.inverse(mean + stddev * np.random.default_rng(2).standard_normal((200_000, 2)))
    lower = np.maximum(values.min() - draws, 0).mean(axis=0)
    expected = warp.expected_improvement(mean, stddev, float(z.max()))
    np.testing.assert_allclose(expected, lower, rtol=0.02)
    at, spread = moments(warp, mean, stddev)
    np.testing.assert_allclose(at, draws.mean(axis=0), rtol=0.01)
    np.testing.assert_allclose(spread, draws.std(axis=0), rtol=0.02)
