"""Acquisition functions: how much it is worth to evaluate a candidate, larger is better.

Notation
    μ, σ      posterior mean and standard deviation of a candidate, `(m,)` each
    best      the incumbent's value, on the same scale
    u         (μ - best) / σ
    φ, Φ      density and distribution function of the standard normal
    h(u)      φ(u) + u Φ(u)

References:
    Jones, Schonlau and Welch, Efficient global optimization, J. Global Optim. 13, 1998 (EI).
    Ament et al., Unexpected improvements to expected improvement, NeurIPS 2023 (log EI).
    Kushner, A new method of locating the maximum point, J. Basic Eng. 86, 1964 (PI).
    Srinivas et al., Gaussian process optimization in the bandit setting, ICML 2010 (UCB).
"""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from nbnas.errors import SettingError

_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
_SMALLEST_STDDEV = 1e-12


class Acquisition(Protocol):
    """Scores candidates. Implementations are frozen values."""

    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)` of candidates with means and standard deviations `(m,)`."""


@dataclass(frozen=True, slots=True)
class ExpectedImprovement:
    """E[max(f - best, 0)] = σ h(u)."""

    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)`, at least 0."""
        return expected_improvement(mean, stddev, best)


@dataclass(frozen=True, slots=True)
class LogExpectedImprovement:
    """log E[max(f - best, 0)]: ranks like EI, but stays finite where EI underflows to 0."""

    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)`."""
        return log_expected_improvement(mean, stddev, best)


@dataclass(frozen=True, slots=True)
class ProbabilityOfImprovement:
    """P(f > best) = Φ(u)."""

    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)` in [0, 1]."""
        return probability_of_improvement(mean, stddev, best)


@dataclass(frozen=True, slots=True)
class UpperConfidenceBound:
    """μ + β σ.

    Args:
        beta: How many standard deviations are added, at least 0.
    """

    beta: float = 2.0

    def __post_init__(self) -> None:
        if not self.beta >= 0:
            raise SettingError(f"expected beta >= 0, got {self.beta}")

    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)`; the incumbent does not matter."""
        return upper_confidence_bound(mean, stddev, self.beta)


def expected_improvement(mean: Tensor, stddev: Tensor, best: float) -> Tensor:
    """σ h(u) `(m,)`; for σ = 0 it is max(μ - best, 0)."""
    u, sigma = _standardised(mean, stddev, best)
    density = torch.exp(-0.5 * u**2 - _LOG_SQRT_2PI)
    h: Tensor = density + u * torch.special.ndtr(u)
    return sigma * h.clamp_min(0.0)


def log_expected_improvement(mean: Tensor, stddev: Tensor, best: float) -> Tensor:
    """log σ + log h(u) `(m,)`, finite with finite gradients far in the tail."""
    u, sigma = _standardised(mean, stddev, best)
    return torch.log(sigma) + log_h(u)


def probability_of_improvement(mean: Tensor, stddev: Tensor, best: float) -> Tensor:
    """Φ(u) `(m,)`."""
    u, _ = _standardised(mean, stddev, best)
    probability: Tensor = torch.special.ndtr(u)
    return probability


def upper_confidence_bound(mean: Tensor, stddev: Tensor, beta: float) -> Tensor:
    """μ + β σ `(m,)`."""
    return mean + beta * stddev


def log_h(u: Tensor) -> Tensor:
    """log(φ(u) + u Φ(u)), by three branches (Ament et al. 2023, equation 9).

    For u > -1 as it stands. Below, h(u) = φ(u) (1 - |u| R(|u|)) with Mills' ratio R taken from
    erfcx, which does not underflow. Below -1000 the bracket is 1 / u² to double precision.
    Every branch sees inputs from its own range only, so that no NaN enters the gradient.
    """
    upper = u.clamp_min(-1.0)
    middle = u.clamp(-1000.0, -1.0)
    lower = u.clamp_max(-1000.0)
    near = torch.log(
        torch.exp(-0.5 * upper**2 - _LOG_SQRT_2PI) + upper * torch.special.ndtr(upper)
    )
    mills = math.sqrt(math.pi / 2) * torch.special.erfcx(-middle / math.sqrt(2))
    tail = -0.5 * middle**2 - _LOG_SQRT_2PI + torch.log1p(middle * mills)
    far = -0.5 * lower**2 - _LOG_SQRT_2PI - 2 * torch.log(-lower)
    return torch.where(u > -1.0, near, torch.where(u > -1000.0, tail, far))


def _standardised(mean: Tensor, stddev: Tensor, best: float) -> tuple[Tensor, Tensor]:
    mean, stddev = (torch.as_tensor(x, dtype=torch.float64) for x in (mean, stddev))
    sigma = stddev.clamp_min(_SMALLEST_STDDEV)
    return (mean - best) / sigma, sigma
