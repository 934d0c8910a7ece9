import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.surrogate.acquisition.slope import Slope, settings_gradient
from nbnas.surrogate.process.points import Points, has_points

SPACE = nb.JointSpace(
    nb.CellSpace(),
    batch=nb.Integer(16, 512, log=True),
    optimizer=nb.Categorical("sgd", "adamw"),
    rate=nb.Real(1e-3, 1, log=True),
)
SEEN = SPACE.sample(0, 24)
OTHERS = SPACE.sample(1, 8)
MEAN_AND_STDDEV = (
    nb.LogExpectedImprovement(),
    nb.ExpectedImprovement(),
    nb.ProbabilityOfImprovement(),
    nb.UpperConfidenceBound(),
)


def worth(a):
    rate = np.log10(a.setting("rate"))
    best = -2 if a.setting("optimizer") == "adamw" else -1
    return 0.7 - 0.05 * (rate - best) ** 2 + 0.02 * str(a).count("conv_3x3")


TRIALS = nb.Observations(tuple(nb.Evaluation(a, float(worth(a))) for a in SEEN))


@pytest.fixture(scope="module")
def prior():
    return nb.GaussianProcess().over(SPACE).fit(TRIALS)


@pytest.fixture(scope="module")
def posterior(prior):
    return prior.condition(TRIALS)


def test_at_the_points_of_architectures_it_is_the_posterior(posterior):
    points = Points(posterior)
    for ours, theirs in zip(
        points.latent(points.of(OTHERS)), posterior.latent(OTHERS), strict=True
    ):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-9)


def test_what_is_known_of_graphs_changes_nothing(posterior):
    points = Points(posterior)
    at = points.of(OTHERS)
    known = points.of_graphs(at)
    assert known
    for ours, theirs in zip(points.latent(at, known), points.latent(at), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-12)


def test_points_of_believed_evaluations(prior):
    pending = SPACE.sample(3, 2)
    believed = prior.believe(TRIALS, pending)
    points = Points(believed)
    for ours, theirs in zip(
        points.latent(points.of(OTHERS)), believed.latent(OTHERS), strict=True
    ):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-8)


@pytest.mark.parametrize("acquisition", MEAN_AND_STDDEV, ids=lambda it: type(it).__name__)
def test_the_gradient_is_that_of_finite_differences(posterior, acquisition):
    slope = Slope(acquisition, posterior)
    points = slope.points.of(OTHERS)
    scores, gradient = slope.gradient(points)
    np.testing.assert_allclose(scores.numpy(), slope(points).detach().numpy())
    step = 1e-6
    for i in range(gradient.shape[1]):
        moved = step * torch.eye(points.shape[1], dtype=torch.float64)[1 + i]
        with torch.no_grad():
            expected = (slope(points + moved) - slope(points - moved)) / (2 * step)
        np.testing.assert_allclose(gradient[:, i].numpy(), expected.numpy(), rtol=1e-5, atol=1e-7)


def test_the_gradient_is_right_at_an_observation(posterior):
    slope = Slope(nb.LogExpectedImprovement(), posterior)
    points = slope.points.of(SEEN[:3])
    step, gradient = 1e-5, slope.gradient(points)[1]
    moved = step * torch.eye(points.shape[1], dtype=torch.float64)[4]
    with torch.no_grad():
        expected = (slope(points + moved) - slope(points - moved)) / (2 * step)
    np.testing.assert_allclose(gradient[:, 3].numpy(), expected.numpy(), rtol=1e-3, atol=1e-6)


def test_it_agrees_with_scores_of_architectures(posterior):
    """The same by values that the space gives, through the posterior's own way."""
    acquisition = nb.LogExpectedImprovement()
    a, rate = OTHERS[0], SPACE.dimensions[2]
    scores, gradient = settings_gradient(acquisition, posterior, (a,))
    u = rate.to_unit(a.setting("rate"))
    ends = [
        SPACE.join(a, {**dict(a.settings), "rate": rate.from_unit(u + h)}) for h in (-3e-3, 3e-3)
    ]
    low, high = acquisition(*posterior.latent(ends), float(posterior.z.max())).tolist()
    units = [rate.to_unit(end.setting("rate")) for end in ends]
    assert gradient.shape == (1, 4)
    assert min(low, high) < scores[0] < max(low, high)
    assert gradient[0, 3] == pytest.approx((high - low) / (units[1] - units[0]), rel=0.02)


def test_it_needs_a_kernel_that_sees_settings():
    cells = nb.CellSpace().sample(0, 3)
    trials = nb.Observations(tuple(nb.Evaluation(a, 0.1 * i) for i, a in enumerate(cells)))
    posterior = nb.GaussianProcess().condition(trials)
    assert not has_points(posterior)
    with pytest.raises(nb.NbnasError, match=r"GaussianProcess\(\)\.over\(space\)"):
        settings_gradient(nb.LogExpectedImprovement(), posterior, cells)
    with pytest.raises(nb.NbnasError, match="expected posterior"):
        Slope(nb.LogExpectedImprovement(), None)


def test_it_needs_a_function_of_mean_and_standard_deviation(posterior):
    with pytest.raises(nb.NbnasError, match="expected acquisition"):
        settings_gradient(nb.ThompsonSampling(), posterior, OTHERS)
