"""Max-value entropy search: what a training tells of how good the best architecture is.

Notation
    m, k       number of candidates, and of draws of f*
    f*         the highest full result among all architectures
    x, j       a candidate, and the length of its training; see `process.joint` for the levels
    y          what that training gives, standardised
    μ, σ       posterior mean and standard deviation of the full results `(m,)`
    γ          (f* - μ) / σ `(k, m)`
    ρ          correlation of y and the full result of the same architecture `(m,)`

The value of y is its mutual information with f*, where f* tells of y by f_K(x) ≤ f* alone:

    I(γ, ρ) = ρ² γ φ(γ) / 2Φ(γ) - log Φ(γ) + E[Φ(t) log Φ(t)] / Φ(γ),  t = (γ - ρ y) / √(1 - ρ²),

averaged over draws of f*; the expectation is over standard normal y. For ρ² ≥ 1/2 it is an
integral over t, since it is narrow in y then.

References:
    Wang and Jegelka, Max-value entropy search for efficient Bayesian optimization, ICML 2017
    (ρ = 1). Takeno et al., Multi-fidelity Bayesian optimization with max-value entropy search,
    ICML 2020, equation 8.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nbnas.checks import settle, whole
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.acquisition.information import ByLevel
from nbnas.surrogate.kernels.covariance import root
from nbnas.surrogate.process.joint import Joint, Level, apart, covariance

_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
_HIGHEST = 1 - 1e-12  # of ρ², so that t is finite
_LEAST = 1e-300  # of a value, so that its logarithm is finite
_SQRT_2PI = math.sqrt(2 * math.pi)
_Y, _WEIGHTS = np.polynomial.hermite_e.hermegauss(24)
_T = torch.linspace(-9.0, 9.0, 73, dtype=torch.float64)


@dataclass(frozen=True, slots=True)
class MaxValueEntropy(ByLevel):
    """log of what a training tells, in nats, of the highest full result.

    With `BayesianOptimization(fidelities=…)` it chooses how far to train, too: what tells most for
    its cost.

    Args:
        draws: Number of draws of the highest result.
        drawn: Among how many architectures it is drawn, jointly: those of the highest upper
            confidence bounds μ + 2σ. It takes time in their third power.

    Raises:
        SettingError: If there is no draw, or fewer than two architectures.
    """

    draws: int = 10
    drawn: int = 256

    def __post_init__(self) -> None:
        settle(self, draws=whole(1), drawn=whole(2))

    def _values(
        self, levels: Sequence[Level], candidates: Sequence[Architecture], rng: np.random.Generator
    ) -> Tensor:
        full = levels[-1].posterior
        mean, stddev = full.latent(candidates)
        if not len(candidates):
            return mean.expand(len(levels), 0)
        highest = self._highest(full, candidates, mean + 2 * stddev, rng)
        gamma = (highest[:, None] - mean) / stddev.clamp_min(1e-12)
        values = [
            information(gamma, correlation(level, candidates, stddev)).mean(dim=0)
            for level in levels
        ]
        return torch.stack(values).clamp_min(_LEAST).log()

    def _highest(
        self,
        full: Joint,
        candidates: Sequence[Architecture],
        bounds: Tensor,
        rng: np.random.Generator,
    ) -> Tensor:
        """Draws `(k,)` of f*."""
        top = bounds.topk(min(self.drawn, len(bounds))).indices.tolist()
        names = [candidates[i] for i in top]
        own = apart(full)
        roots = root(covariance(own, names, names).numpy())
        normal = rng.standard_normal((self.draws, len(names)))
        draws = own.latent(names)[0] + torch.from_numpy(normal @ roots.T)
        return draws.max(dim=1).values


def correlation(level: Level, candidates: Sequence[Architecture], stddev: Tensor) -> Tensor:
    """ρ `(m,)` of what a training of a level gives and of the full result.

    Args:
        level: The level.
        candidates: The `m` candidates.
        stddev: σ of their full results `(m,)`.
    """
    variance = level.posterior.latent(candidates)[1] ** 2
    return level.slopes(variance, variance) / stddev.clamp_min(1e-12)


def information(gamma: Tensor, rho: Tensor) -> Tensor:
    """I(γ, ρ) `(k, m)` in nats, at least 0.

    Args:
        gamma: γ `(k, m)`.
        rho: ρ `(m,)`.
    """
    square = (rho**2).clamp_max(_HIGHEST)
    log_below = torch.special.log_ndtr(gamma)
    mills = torch.exp(-0.5 * gamma**2 - _LOG_SQRT_2PI - log_below)  # φ / Φ
    expected, close = torch.empty_like(gamma), square >= 0.5
    for expect, where in ((_over_t, close), (_over_y, ~close)):
        expected[:, where] = expect(gamma[:, where], square[where], log_below[:, where])
    gain: Tensor = 0.5 * square * gamma * mills - log_below + expected
    return gain.clamp_min(0.0)


def _over_y(gamma: Tensor, square: Tensor, log_below: Tensor) -> Tensor:
    """E[Φ(t) log Φ(t)] / Φ(γ) `(k, m)` by Gauss-Hermite quadrature."""
    total, rest = torch.zeros_like(gamma), (1 - square).sqrt()
    for y, weight in zip(_Y.tolist(), _WEIGHTS.tolist(), strict=True):
        log_t = torch.special.log_ndtr((gamma - square.sqrt() * y) / rest)
        total += weight / _SQRT_2PI * torch.exp(log_t - log_below) * log_t
    return total


def _over_t(gamma: Tensor, square: Tensor, log_below: Tensor) -> Tensor:
    """The same by the trapezoidal rule, which converges fast for what vanishes at both ends."""
    total, rho, rest = torch.zeros_like(gamma), square.sqrt(), (1 - square).sqrt()
    log_t = torch.special.log_ndtr(_T)
    step = float(_T[1] - _T[0])
    for t, g in zip(_T.tolist(), (log_t.exp() * log_t).tolist(), strict=True):
        y = (gamma - rest * t) / rho
        total += g * torch.exp(-0.5 * y**2 - log_below)
    return total * step * rest / rho / _SQRT_2PI
