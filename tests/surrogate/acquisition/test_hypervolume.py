"""Against BoTorch, quadrature and Monte Carlo."""

import math

import numpy as np
import pytest
import torch
from botorch.acquisition.multi_objective import ExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.models import ModelListGP, SingleTaskGP
from botorch.sampling import SobolQMCNormalSampler
from botorch.utils.multi_objective.box_decompositions import NondominatedPartitioning
from botorch.utils.testing import MockModel, MockPosterior
from scipy.integrate import quad
from scipy.stats import norm

from nbnas.errors import ObservationError
from nbnas.records.goals.boxes import nondominated_boxes
from nbnas.records.goals.pareto import hypervolume
from nbnas.surrogate.acquisition.hypervolume import (
    expected_hypervolume_improvement,
    log_expected_hypervolume_improvement,
)
from nbnas.surrogate.acquisition.improvement import expected_improvement

FRONT = torch.tensor([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]], dtype=torch.float64)
ORIGIN = torch.zeros(2, dtype=torch.float64)
BOTH = (expected_hypervolume_improvement, log_expected_hypervolume_improvement)


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def drawn(seed, m=200, n=12, k=2):
    """Means, deviations, a front with dominated points, and a reference point."""
    rng = np.random.default_rng(seed)
    mean, front = rng.normal(size=(m, k)), rng.normal(size=(n, k))
    return tensor(mean), tensor(rng.uniform(0.01, 1.5, (m, k))), tensor(front), tensor([-1.0] * k)


def of_botorch(mean, stddev, front, reference):
    model = MockModel(MockPosterior(mean=mean[:, None], variance=stddev[:, None] ** 2))
    left = NondominatedPartitioning(reference, front)
    asked = ExpectedHypervolumeImprovement(model, reference.tolist(), left)
    return asked(torch.zeros(len(mean), 1, 1, dtype=torch.float64))


@pytest.mark.parametrize("seed", range(10))
def test_it_equals_botorch_on_ten_fronts(seed):
    asked = drawn(seed, n=5 + 5 * seed)
    expected = of_botorch(*asked)
    found = expected_hypervolume_improvement(*asked)
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-13)
    logs = log_expected_hypervolume_improvement(*asked)
    torch.testing.assert_close(logs.exp(), expected, rtol=1e-8, atol=1e-13)


def test_three_goals_equal_botorch():
    asked = drawn(3, k=3)
    expected = of_botorch(*asked)
    torch.testing.assert_close(expected_hypervolume_improvement(*asked), expected)
    torch.testing.assert_close(log_expected_hypervolume_improvement(*asked).exp(), expected)


def test_one_goal_is_expected_improvement():
    mean, stddev, front, low = drawn(0, k=1)
    expected = expected_improvement(mean[:, 0], stddev[:, 0], front.max().item())
    torch.testing.assert_close(
        expected_hypervolume_improvement(mean, stddev, front, low), expected
    )


@pytest.mark.parametrize("known", [0, 1])
def test_a_known_goal_equals_quadrature(known):
    """The improvement of the hypervolume, integrated over the goal that is only believed."""
    mean, stddev, front, low = drawn(known, m=6)
    stddev[:, known] = 0.0
    before = hypervolume(front.numpy(), low.numpy())
    found = expected_hypervolume_improvement(mean, stddev, front, low)
    for point, deviation, value in zip(mean.numpy(), stddev.numpy(), found, strict=True):

        def gained(y, point=point, deviation=deviation):
            reached = point.copy()
            reached[1 - known] = y
            more = hypervolume(np.vstack([front.numpy(), reached]), low.numpy()) - before
            return more * norm.pdf(y, point[1 - known], deviation[1 - known])

        ends = sorted(front[:, 1 - known].tolist())
        top = max(point[1 - known] + 12 * deviation[1 - known], *ends)
        integral, _ = quad(gained, -1.0, top, points=ends, limit=500, epsabs=1e-11)
        assert value.item() == pytest.approx(integral, abs=1e-8)


def test_known_is_the_limit_and_both_known_the_improvement_itself():
    mean, stddev, front, low = drawn(5)
    half = torch.stack([stddev[:, 0], torch.zeros(len(mean))], dim=1)
    close = torch.stack([stddev[:, 0], torch.full((len(mean),), 1e-9)], dim=1)
    for score in BOTH:
        found, limit = (score(mean, s, front, low) for s in (half, close))
        torch.testing.assert_close(found[found > -20], limit[found > -20], rtol=1e-6, atol=1e-8)
    exact = expected_hypervolume_improvement(mean, 0 * stddev, front, low)
    before = hypervolume(front.numpy(), low.numpy())
    more = [hypervolume(np.vstack([front, row]), low.numpy()) - before for row in mean.numpy()]
    np.testing.assert_allclose(exact, more, atol=1e-12)


def test_some_known_and_some_not():
    mean, stddev, front, low = drawn(6)
    stddev[::2, 0], stddev[::3, 1] = 0.0, 0.0
    for score in BOTH:
        alone = [score(mean[i : i + 1], stddev[i : i + 1], front, low) for i in range(len(mean))]
        torch.testing.assert_close(score(mean, stddev, front, low), torch.cat(alone))


def test_it_equals_monte_carlo():
    mean, stddev, front, low = drawn(7, m=3)
    rng = np.random.default_rng(0)
    found = expected_hypervolume_improvement(mean, stddev, front, low)
    lower, upper = nondominated_boxes(front.numpy(), low.numpy())
    for point, deviation, value in zip(mean.numpy(), stddev.numpy(), found, strict=True):
        y = rng.normal(point, deviation, size=(100_000, 2))[:, None]
        gained = (np.minimum(y, upper) - lower).clip(0).prod(axis=2).sum(axis=1)
        error = gained.std() / len(y) ** 0.5
        assert value.item() == pytest.approx(gained.mean(), abs=5 * error + 1e-6)


@pytest.mark.parametrize("score", BOTH)
def test_gradients_equal_finite_differences(score):
    mean, stddev, front, low = drawn(8, m=5)
    asked = (mean.requires_grad_(), stddev.requires_grad_())
    assert torch.autograd.gradcheck(lambda *it: score(*it, front, low), asked)


def test_parts_do_not_matter(monkeypatch):
    asked = drawn(9)
    whole = [score(*asked) for score in BOTH]
    monkeypatch.setattr("nbnas.surrogate.acquisition.hypervolume._AT_ONCE", 30)
    for score, expected in zip(BOTH, whole, strict=True):
        torch.testing.assert_close(score(*asked), expected, rtol=1e-12, atol=1e-15)
        assert score(asked[0][:0], asked[1][:0], *asked[2:]).shape == (0,)


def test_without_a_front_it_is_the_product_of_both():
    mean, stddev, front, low = drawn(1)
    parts = [expected_improvement(mean[:, j], stddev[:, j], -1.0) for j in range(2)]
    found = expected_hypervolume_improvement(mean, stddev, front[:0], low)
    torch.testing.assert_close(found, parts[0] * parts[1])


@pytest.mark.slow
def test_the_order_is_that_of_botorch_with_noise():
    """`qLogNoisyExpectedHypervolumeImprovement`, which draws and smooths, without noise."""
    torch.manual_seed(0)
    seen, asked = (torch.rand(n, 2, dtype=torch.float64) for n in (12, 100))
    goals = torch.stack([torch.sin(5 * seen[:, 0]) + seen[:, 1], -(seen**2).sum(dim=1)], dim=1)
    noise = torch.full((12, 1), 1e-6, dtype=torch.float64)
    model = ModelListGP(*(SingleTaskGP(seen, goals[:, j : j + 1], noise) for j in range(2)))
    low = goals.min(dim=0).values - 0.1
    sampler = SobolQMCNormalSampler(torch.Size([64]), seed=0)
    theirs = qLogNoisyExpectedHypervolumeImprovement(model, low.tolist(), seen, sampler)
    with torch.no_grad():
        expected = theirs(asked[:, None])
        posterior = model.posterior(asked)
        found = log_expected_hypervolume_improvement(
            posterior.mean, posterior.variance.sqrt(), goals, low
        )
    likely = found > found.max() - 3
    assert found.argmax() == expected.argmax()
    torch.testing.assert_close(found[likely], expected[likely], rtol=0, atol=0.3)
    assert likely.sum() > 20


@pytest.mark.parametrize(
    ("mean", "stddev"),
    [
        ([[1.0, 2.0]], [[1.0, -0.1]]),
        ([[1.0, 2.0]], [[1.0, math.nan]]),
        ([[math.nan, 2.0]], [[1.0, 1.0]]),
        ([[math.inf, 2.0]], [[1.0, 1.0]]),
        ([1.0, 2.0], [1.0, 1.0]),
        ([[1.0, 2.0]], [[1.0]]),
        ("ab", [[1.0, 1.0]]),
        (None, None),
    ],
)
def test_predictions_have_to_be_numbers(mean, stddev):
    for score in BOTH:
        with pytest.raises(
            ObservationError, match=r"mean and stddev to be finite numbers \(m, k\)"
        ):
            score(mean, stddev, FRONT, ORIGIN)


def test_the_front_has_to_fit():
    mean, stddev, front, low = drawn(0, k=3)
    for score in BOTH:
        with pytest.raises(ObservationError, match="the 3 goals of the means, got 2"):
            score(mean, stddev, FRONT, ORIGIN)
        with pytest.raises(ObservationError, match="reference to be 3 finite numbers"):
            score(mean, stddev, front, ORIGIN)
        with pytest.raises(ObservationError, match="reference to be 3 finite numbers"):
            score(mean, stddev, front, low * math.nan)
        with pytest.raises(ObservationError, match="the front to be finite"):
            score(mean, stddev, torch.full_like(front, math.inf), low)
        with pytest.raises(ObservationError, match=r"gains to be numbers \(n, k\)"):
            score(mean, stddev, None, low)
