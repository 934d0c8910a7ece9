"""Expected hypervolume improvement far in the tail, against arithmetic of many digits."""

import math

import mpmath
import pytest
import torch

from nbnas.records.goals.boxes import nondominated_boxes
from nbnas.surrogate.acquisition.hypervolume import (
    expected_hypervolume_improvement,
    log_expected_hypervolume_improvement,
)

FRONT = torch.tensor([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]], dtype=torch.float64)
ORIGIN = torch.zeros(2, dtype=torch.float64)
BOTH = (expected_hypervolume_improvement, log_expected_hypervolume_improvement)


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def exactly(mean, stddev, front, low):
    """The logarithm, in arithmetic of so many digits that nothing cancels or underflows."""
    with mpmath.workdps(60):
        return float(mpmath.log(mpmath.fsum(of_boxes(mean, stddev, front, low))))


def of_boxes(mean, stddev, front, low):
    def above(goal, end):
        if math.isinf(end):
            return mpmath.mpf(0)
        mu, sigma, end = mpmath.mpf(mean[goal]), mpmath.mpf(stddev[goal]), mpmath.mpf(end)
        if sigma == 0:
            return max(mu - end, mpmath.mpf(0))
        u = (mu - end) / sigma
        return sigma * (mpmath.npdf(u) + u * mpmath.erfc(-u / mpmath.sqrt(2)) / 2)

    for lower, upper in zip(*nondominated_boxes(front, low), strict=True):
        yield mpmath.fprod(above(j, lower[j]) - above(j, upper[j]) for j in range(2))


@pytest.mark.parametrize("deviations", [(0.1, 0.05), (0.1, 0.0), (0.0, 0.02), (3.0, 1e-3)])
def test_the_logarithm_is_exact_far_in_the_tail(deviations):
    means = tensor([[1.5, 2.5], [1.9, 1.9], [0.5, 0.5], [2.0, 1.0], [0.1, 0.1]])
    stddev = tensor([deviations] * 5)
    found = log_expected_hypervolume_improvement(means, stddev, FRONT, ORIGIN)
    for mean, value in zip(means.tolist(), found.tolist(), strict=True):
        assert value == pytest.approx(exactly(mean, deviations, FRONT.numpy(), ORIGIN), rel=1e-10)


def test_it_is_ordered_where_the_plain_one_is_zero():
    line = torch.linspace(-1, 1, 50, dtype=torch.float64)
    mean = torch.stack([line, line], dim=1)
    for stddev in (tensor([[0.01, 0.01]]), tensor([[1e-5, 1e-8]])):
        asked = (mean, stddev.expand(50, 2), FRONT, ORIGIN)
        logs = log_expected_hypervolume_improvement(*asked)
        assert expected_hypervolume_improvement(*asked).max() == 0.0
        assert torch.isfinite(logs).all()
        assert (logs.diff() > 0).all()


def test_what_is_surely_dominated_adds_nothing():
    mean, stddev = tensor([[5.0, -0.1], [5.0, 0.0], [5.0, 0.1]]), tensor([[1.0, 0.0]] * 3)
    plain = expected_hypervolume_improvement(mean, stddev, FRONT, ORIGIN)
    logs = log_expected_hypervolume_improvement(mean, stddev, FRONT, ORIGIN)
    assert plain.tolist()[:2] == [0.0, 0.0]
    assert logs.tolist()[:2] == [-math.inf, -math.inf]
    assert logs[2].item() == pytest.approx(math.log(plain[2].item()))


def test_gradients_are_finite_where_something_is_known_or_hopeless():
    mean, stddev = (
        tensor([[5.0, -0.1], [0.1, 0.1], [1.5, 0.5]]),
        tensor([[1, 0], [0, 0], [1e-3] * 2]),
    )
    mean.requires_grad_(), stddev.requires_grad_()
    for score in BOTH:
        found = score(mean, stddev, FRONT, ORIGIN)
        for given in torch.autograd.grad(found[2], (mean, stddev)):
            assert torch.isfinite(given).all()
        parts = score(mean, stddev, FRONT, ORIGIN)
        for given in torch.autograd.grad(parts[torch.isfinite(parts)].sum(), (mean, stddev)):
            assert torch.isfinite(given).all()
