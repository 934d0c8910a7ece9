import math

import numpy as np
import pytest
import torch
from botorch.acquisition.analytic import _log_ei_helper
from scipy.integrate import quad
from scipy.stats import norm

from nbnas.errors import SettingError
from nbnas.surrogate.acquisition.improvement import (
    ExpectedImprovement,
    LogExpectedImprovement,
    ProbabilityOfImprovement,
    UpperConfidenceBound,
    log_h,
)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("mean", [-2.0, -0.3, 0.5, 0.9, 3.0])
@pytest.mark.parametrize("stddev", [0.01, 0.4, 2.0])
def test_ei_equals_quadrature(mean, stddev):
    best = 0.5
    integral, _ = quad(
        lambda f: (f - best) * norm.pdf(f, mean, stddev),
        best,
        max(best, mean) + 12 * stddev,
        points=sorted({max(best, mean - 8 * stddev), max(best, mean)}),
        epsabs=1e-13,
        limit=200,
    )
    value = ExpectedImprovement()(tensor(mean), tensor(stddev), best)
    assert value.item() == pytest.approx(integral, abs=1e-9)
    if integral > 1e-8:
        logarithm = LogExpectedImprovement()(tensor(mean), tensor(stddev), best)
        assert logarithm.item() == pytest.approx(math.log(integral), abs=1e-6)


def test_known_value():
    """At the incumbent's own mean with unit deviation, EI is the normal density at 0."""
    value = ExpectedImprovement()(tensor(0.0), tensor(1.0), 0.0)
    assert value.item() == pytest.approx(0.3989422804014327, abs=1e-15)


@pytest.mark.parametrize("u", [-1e8, -1e4, -1000.0, -999.0, -30.0, -1.0, -0.999, 0.0, 30.0])
def test_log_h_and_its_gradient_are_finite_and_equal_botorch(u):
    x = tensor(u).requires_grad_()
    value = log_h(x)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert torch.isfinite(x.grad).all()
    assert value.item() == pytest.approx(_log_ei_helper(tensor(u)).item(), rel=1e-9)


def test_log_ei_far_in_the_tail():
    """At z = -30 the expansion of h is known: φ(z) / z² (1 - 3/z² + 15/z⁴)."""
    z = -30.0
    mean = tensor(z).requires_grad_()
    value = LogExpectedImprovement()(mean, tensor(1.0), 0.0)
    value.sum().backward()
    expansion = norm.logpdf(z) - 2 * math.log(-z) + math.log(1 - 3 / z**2 + 15 / z**4)
    assert value.item() == pytest.approx(expansion, abs=1e-6)
    assert mean.grad.item() == pytest.approx(30.0666, abs=1e-3)
    assert ExpectedImprovement()(tensor(-60.0), tensor(1.0), 0.0).item() == 0.0


def test_pi_and_ucb():
    mean, stddev = tensor(0.0, 1.0), tensor(1.0, 2.0)
    pi = ProbabilityOfImprovement()(mean, stddev, 0.5)
    assert np.allclose(pi.numpy(), norm.sf(0.5, mean.numpy(), stddev.numpy()), atol=1e-12)
    assert UpperConfidenceBound(3.0)(mean, stddev, 0.5).tolist() == [3.0, 7.0]
    with pytest.raises(SettingError, match="beta to be a finite number from 0"):
        UpperConfidenceBound(-1.0)


def test_without_uncertainty():
    mean, stddev = tensor(0.4, 0.6), tensor(0.0, 0.0)
    assert ExpectedImprovement()(mean, stddev, 0.5).tolist() == pytest.approx([0.0, 0.1])
    assert torch.isfinite(LogExpectedImprovement()(mean, stddev, 0.5)).all()
