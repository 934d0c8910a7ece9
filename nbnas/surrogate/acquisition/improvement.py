"""Acquisition functions: how much it is worth to evaluate a candidate, larger is better.

Those of this file need no more than the mean and the standard deviation of each candidate; those
that ask the whole posterior follow `PosteriorAcquisition`, see `thompson` and `noisy`
beside this file. All of them work on the warped scale.

Notation
    n, m      number of observations and of candidates
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

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from nbnas.checks import REAL, Rule, either, offering, real, settle, whole
from nbnas.errors import ObservationError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.model import ModelPosterior, check_scored

_COUNT = whole(1)
_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
_SMALLEST_STDDEV = 1e-12


class Acquisition(Protocol):
    """Scores candidates. Implementations are frozen values.

    One of your own inherits from this class and draws itself then. Where scores are logarithms,
    it says so by `in_logs: ClassVar[bool] = True`.
    """

    @abstractmethod
    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)` of candidates with means and standard deviations `(m,)`."""


@runtime_checkable
class PosteriorAcquisition(Protocol):
    """Scores candidates by more of the posterior than each one's mean and standard deviation.

    One of your own inherits from this class and draws itself then.
    """

    @abstractmethod
    def score(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """Scores `(m,)` of `m` candidates; `rng` is the only source of randomness."""


ACQUISITION: Rule[Acquisition | PosteriorAcquisition] = either(
    offering("an acquisition function", "LogExpectedImprovement()", "__call__"),
    offering("one that scores", "ThompsonSampling()", "score"),
)


def acquisition_scores(
    acquisition: Acquisition | PosteriorAcquisition,
    posterior: ModelPosterior,
    candidates: Sequence[Architecture],
    rng: np.random.Generator,
) -> Tensor:
    """Scores `(m,)` of `m` candidates, whichever of the two protocols a function follows."""
    if isinstance(acquisition, PosteriorAcquisition):
        return acquisition.score(posterior, candidates, rng)
    mean, stddev = posterior.latent(candidates)
    return acquisition(mean, stddev, float(posterior.z.max()))


def in_logs(acquisition: Acquisition | PosteriorAcquisition) -> bool:
    """Whether the scores are logarithms, as those of log EI are. Averages must know."""
    return bool(getattr(acquisition, "in_logs", False))


def draws(acquisition: object) -> bool:
    """Whether it draws anew in each call, so that scores of two calls cannot be compared."""
    return isinstance(getattr(acquisition, "base", acquisition), PosteriorAcquisition)


@dataclass(frozen=True, slots=True)
class ExpectedImprovement:
    """E[max(f - best, 0)] = σ h(u)."""

    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)`, at least 0."""
        return expected_improvement(mean, stddev, best)


@dataclass(frozen=True, slots=True)
class LogExpectedImprovement:
    """log E[max(f - best, 0)]: ranks like EI, but stays finite where EI underflows to 0."""

    in_logs: ClassVar[bool] = True

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

    Raises:
        SettingError: If it is no such number.
    """

    beta: float = 2.0

    def __post_init__(self) -> None:
        settle(self, beta=real(0))

    def __call__(self, mean: Tensor, stddev: Tensor, best: float) -> Tensor:
        """Scores `(m,)`; the incumbent does not matter."""
        return upper_confidence_bound(mean, stddev, self.beta)


@dataclass(frozen=True, slots=True)
class GrowingUpperConfidenceBound:
    """μ + scale √β_n σ with β_n = 2 log(m n² π² / 6δ), which grows with the observations.

    With `scale` 1 the regret is bounded with probability 1 - δ (theorem 1 of the reference, on a
    finite space). That bound is cautious; the authors divide β by 5 in their experiments.

    Args:
        delta: δ, the probability that the bound fails, in (0, 1).
        scale: What √β_n is multiplied by, above 0.

    Raises:
        SettingError: If one of them is out of its range.

    References:
        Srinivas et al., Gaussian process optimization in the bandit setting, ICML 2010, section 4.
    """

    delta: float = 0.1
    scale: float = 5**-0.5

    def __post_init__(self) -> None:
        settle(self, delta=real(above=0, below=1), scale=real(above=0))

    def beta(self, n: int, m: int) -> float:
        """β_n after `n` observations, with `m` candidates."""
        n, m = _COUNT("n", n), _COUNT("m", m)
        return 2 * math.log(m * n**2 * math.pi**2 / (6 * self.delta))

    def score(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """Scores `(m,)`; nothing is drawn."""
        check_scored(posterior, rng)
        mean, stddev = posterior.latent(candidates)
        beta = self.beta(len(posterior.z), len(candidates))
        return upper_confidence_bound(mean, stddev, self.scale * math.sqrt(beta))


def expected_improvement(mean: Tensor, stddev: Tensor, best: float) -> Tensor:
    """σ h(u) `(m,)`; for σ = 0 it is max(μ - best, 0)."""
    u, sigma = _standardised(mean, stddev, best)
    return sigma * h(u).clamp_min(0.0)


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
    mean, stddev, _ = _numbers(mean, stddev, 0.0)
    return mean + beta * stddev


def h(u: Tensor) -> Tensor:
    """φ(u) + u Φ(u), which rounding may leave a little below 0 far in the tail."""
    value: Tensor = torch.exp(-0.5 * u**2 - _LOG_SQRT_2PI) + u * torch.special.ndtr(u)
    return value


def log_h(u: Tensor) -> Tensor:
    """log h(u), by three branches (Ament et al. 2023, equation 9).

    For u > -1 as it stands. Below, h(u) = φ(u) (1 - |u| R(|u|)) with Mills' ratio R taken from
    erfcx, which does not underflow. Below -1000 the bracket is 1 / u² to double precision.
    Every branch sees inputs from its own range only, so that no NaN enters the gradient.
    """
    upper = u.clamp_min(-1.0)
    middle = u.clamp(-1000.0, -1.0)
    lower = u.clamp_max(-1000.0)
    near = torch.log(h(upper))
    mills = math.sqrt(math.pi / 2) * torch.special.erfcx(-middle / math.sqrt(2))
    tail = -0.5 * middle**2 - _LOG_SQRT_2PI + torch.log1p(middle * mills)
    far = -0.5 * lower**2 - _LOG_SQRT_2PI - 2 * torch.log(-lower)
    return torch.where(u > -1.0, near, torch.where(u > -1000.0, tail, far))


def _standardised(mean: Tensor, stddev: Tensor, best: float) -> tuple[Tensor, Tensor]:
    mean, stddev, best = _numbers(mean, stddev, best)
    sigma = stddev.clamp_min(_SMALLEST_STDDEV)
    return (mean - best) / sigma, sigma


def _numbers(mean: Tensor, stddev: Tensor, best: float) -> tuple[Tensor, Tensor, float]:
    """What is predicted in float64, if it is numbers of one shape."""
    try:
        first, second = (torch.as_tensor(x, dtype=torch.float64) for x in (mean, stddev))
        torch.broadcast_tensors(first, second)  # type: ignore[no-untyped-call]
    except (TypeError, ValueError, RuntimeError) as error:
        raise ObservationError(
            "expected mean and stddev to be numbers (m,) each, as posterior.latent(candidates) "
            f"gives them, got {shown(mean)} and {shown(stddev)}"
        ) from error
    return first, second, REAL.raising(ObservationError)("best", best)
