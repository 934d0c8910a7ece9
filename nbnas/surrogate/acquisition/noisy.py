"""Noisy expected improvement: the incumbent's own value is uncertain, too.

Notation
    X, X*      the n evaluated architectures, the m candidates
    K, K*      k(X, X) `(n, n)`, k(X, X*) `(n, m)`;  c and s² the constant mean and noise variance
    f          the noise-free values at X, normal with mean and covariance given the noisy ones
    k          number of draws of f

EI is averaged over draws of f. Given a draw, the model has no noise: its mean is that of f, its
variance at X* is the same for all draws, and the incumbent is the largest entry of f.

References:
    Letham, Karrer, Ottoni and Bakshy, Constrained Bayesian optimization with noisy experiments,
    Bayesian Analysis 14, 2019, equation 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from nbnas.checks import settle, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.acquisition.improvement import log_expected_improvement
from nbnas.surrogate.model import ModelPosterior, check_scored
from nbnas.surrogate.process.posterior import Posterior

_JITTER = 1e-6  # of the largest prior variance, so that a noise-free K can be factorised


@dataclass(frozen=True, slots=True)
class NoisyExpectedImprovement:
    """log of EI averaged over what the evaluated architectures may really be worth.

    For objectives that give another value when they are asked again. Plain EI takes the luckiest
    evaluation for the incumbent and wants the next one to beat that.

    Args:
        draws: Number of draws k.

    Raises:
        SettingError: If there is no draw.
    """

    draws: int = 32
    in_logs: ClassVar[bool] = True

    def __post_init__(self) -> None:
        settle(self, draws=whole(1))

    def score(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """Scores `(m,)`.

        Raises:
            SettingError: If the model is no Gaussian process.
        """
        rng = check_scored(posterior, rng)
        if not isinstance(posterior, Posterior):
            raise SettingError(
                "expected the posterior of a Gaussian process, which knows its noise, got "
                f"{type(posterior).__name__}; take LogExpectedImprovement with it"
            )
        f, means, stddev = _noise_free(posterior, candidates, rng, self.draws)
        scores = torch.full((len(candidates),), -torch.inf, dtype=torch.float64)
        for draw, mean in zip(f, means, strict=True):
            scores = torch.logaddexp(
                scores, log_expected_improvement(mean, stddev, float(draw.max()))
            )
        return scores - math.log(self.draws)


def _noise_free(
    posterior: Posterior, candidates: Sequence[Architecture], rng: np.random.Generator, k: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Draws of f `(k, n)`, the means they lead to `(k, m)`, and the standard deviation `(m,)`."""
    prior, observed = posterior.prior, posterior.observations.architectures
    covariance = torch.from_numpy(prior.covariance(observed, observed))
    jitter = _JITTER * covariance.diagonal().max() * torch.eye(len(observed), dtype=torch.float64)
    f = _draw(posterior, covariance, jitter, rng, k)
    factor = torch.linalg.cholesky(covariance + jitter)
    cross = torch.from_numpy(prior.covariance(observed, candidates))
    means = prior.mean + torch.cholesky_solve((f - prior.mean).T, factor).T @ cross
    white = torch.linalg.solve_triangular(factor, cross, upper=False)
    variance = torch.from_numpy(prior.variance(candidates)) - (white**2).sum(dim=0)
    return f, means, variance.clamp_min(0.0).sqrt()


def _draw(
    posterior: Posterior, covariance: Tensor, jitter: Tensor, rng: np.random.Generator, k: int
) -> Tensor:
    """Draws `(k, n)` of the noise-free values at the evaluated architectures."""
    mean, _ = posterior.latent(posterior.observations.architectures)
    white = torch.linalg.solve_triangular(posterior.factor, covariance, upper=False)
    root = torch.linalg.cholesky(covariance - white.T @ white + jitter)
    normal = torch.from_numpy(rng.standard_normal((k, len(mean))))
    draws: Tensor = mean + normal @ root.T
    return draws
