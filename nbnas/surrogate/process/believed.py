"""The posterior that believes what is pending, where most of it was solved for earlier proposals.

Notation
    X0         the k architectures that are solved for; those that the parameters were fitted to
    E          the e architectures beyond: evaluated since, and behind them the pending ones
    X*         the m candidates
    c, s²      constant mean and noise variance; z the warped values, believed ones included
    L          Cholesky factor of k(X, X) + s² I for X = (X0, E), in blocks: L0 `(k, k)`,
               B = k(E, X0) L0⁻ᵀ `(e, k)`, and M `(e, e)` with M Mᵀ = k(E, E) + s² I - B Bᵀ
    W0         L0⁻¹ k(X0, X*) `(k, m)`, which is kept while X0 and the parameters stay
    U          k(E, X*) - B W0 `(e, m)`; so are its rows, each computed for itself

What is kept is computed from (prior, X0, X*) alone, and the rest from it in the same steps whoever
asks: a proposal that is made again is the same to the last digit.

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, appendix A.3.
    Ginsbourger, Le Riche and Carraro, Kriging is well-suited to parallelize optimization, 2010.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Protocol

import numpy as np
import torch
from gpytorch.kernels import Kernel
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.kept import Kept
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.kernels.covariance import no_covariance
from nbnas.surrogate.process.posterior import Posterior, Prior, check_variance
from nbnas.surrogate.table import REMEMBERED
from nbnas.surrogate.warp import FittedWarp, Warp, moments, warp_gains
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
ROWS = 300  # that are kept of candidates: more than there can be workers


class Believing(Prior, Protocol):
    """What is asked of a prior beyond what a posterior asks for: a `GaussianProcess`."""

    @property
    def noise(self) -> float:
        """s²."""

    @property
    def warp(self) -> Warp:
        """The warp before it is fitted."""

    @property
    def kernel(self) -> Kernel:
        """k, which no other prior has."""


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """What is kept of X0.

    Attributes:
        architectures: X0.
        factor: L0.
        rows: The rows of B, by their architectures.
    """

    architectures: tuple[Architecture, ...]
    factor: torch.Tensor
    rows: Kept = field(default_factory=lambda: Kept(ROWS))

    def row(self, prior: Prior, architecture: Architecture) -> torch.Tensor:
        """L0⁻¹ k(X0, a) `(k,)`."""

        def solve() -> torch.Tensor:
            cross = _covariance(prior, self.architectures, (architecture,))
            solved: torch.Tensor = torch.linalg.solve_triangular(self.factor, cross, upper=False)
            return solved[:, 0]

        return self.rows.get(architecture, solve)


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """What is kept of candidates.

    Attributes:
        candidates: X*.
        white: W0.
        prior: k(x, x) of each candidate x `(m,)`.
        variance: That of the posterior given X0 alone `(m,)`.
        left: The rows of U, by their architectures.
    """

    candidates: tuple[Architecture, ...]
    white: torch.Tensor
    prior: torch.Tensor
    variance: torch.Tensor
    left: Kept = field(default_factory=lambda: Kept(ROWS))


@dataclass(frozen=True, slots=True, eq=False)
class BelievedPosterior(Posterior):
    """A posterior given evaluations and believed ones; made by `GaussianProcess.believe`.

    Attributes:
        prior: The prior with its parameters.
        base: What was solved before.
    """

    prior: Believing
    base: Base

    @undisturbed()
    def latent(self, architectures: Sequence[Architecture]) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and standard deviation `(m,)`; quickly of a long tuple that was passed before."""
        weights = _whitened(self.factor, self.z - self.prior.mean)
        if len(architectures) < REMEMBERED or not isinstance(architectures, tuple):
            cross = _covariance(self.prior, self.observations.architectures, architectures)
            white = torch.linalg.solve_triangular(self.factor, cross, upper=False)
            prior = torch.from_numpy(self.prior.variance(architectures))
            return _moments(self.prior.mean + weights @ white, prior, prior, white)
        base, k = self.base, len(self.base.architectures)
        solved = self.prior.table.solved.get(
            (base, id(architectures)), lambda: self._solve(architectures)
        )
        left = torch.stack([self._left(a, solved) for a in self.observations.architectures[k:]])
        white = _inverse(self.factor[k:, k:]) @ left
        mean = self.prior.mean + weights[:k] @ solved.white + weights[k:] @ white
        return _moments(mean, solved.prior, solved.variance, white)

    def _solve(self, architectures: tuple[Architecture, ...]) -> Solved:
        cross = _covariance(self.prior, self.base.architectures, architectures)
        white = _inverse(self.base.factor) @ cross
        prior = torch.from_numpy(self.prior.variance(architectures))
        variance = prior - torch.linalg.vecdot(white, white, dim=0)
        return Solved(architectures, white, prior, variance)

    def _left(self, architecture: Architecture, solved: Solved) -> torch.Tensor:
        """A row of U: the covariances `(m,)` of the posterior given X0 alone."""

        def subtract() -> torch.Tensor:
            row = _covariance(self.prior, (architecture,), solved.candidates)[0]
            return row - self.base.row(self.prior, architecture) @ solved.white

        return solved.left.get(architecture, subtract)


def believe(
    prior: Believing,
    observations: Observations,
    pending: Sequence[Architecture],
    size: int,
) -> BelievedPosterior:
    """The posterior if every pending evaluation came out at its mean, one after the other.

    Args:
        prior: The prior with its parameters.
        observations: `n` trials.
        pending: `p` architectures; the warp is fitted anew after each of them.
        size: k, at most n.

    Returns:
        The posterior, whose observations are the `n` and the `p` imagined ones.

    Raises:
        NotPositiveDefiniteError: If the kernel is no covariance on these architectures.
    """
    architectures = (*observations.architectures, *pending)
    first, later = architectures[:size], architectures[size:]
    base = prior.table.solved.get(
        (prior.kernel, first), lambda: Base(first, _cholesky(prior, first))
    )
    factor = _factor(prior, base, later)
    values, warp, z = _beliefs(prior, observations, factor)
    imagined = (Evaluation(a, v) for a, v in zip(pending, values, strict=True))
    believed = reduce(operator.add, imagined, observations)
    return BelievedPosterior(prior, believed, warp, z, factor, base)


def _factor(prior: Believing, base: Base, later: tuple[Architecture, ...]) -> torch.Tensor:
    """L, in blocks."""
    below, k = torch.stack([base.row(prior, a) for a in later]), len(base.architectures)
    factor = torch.zeros(k + len(later), k + len(later), dtype=torch.float64)
    factor[:k, :k], factor[k:, :k] = base.factor, below
    factor[k:, k:] = _cholesky(prior, later, below @ below.T)
    return factor


def _cholesky(
    prior: Believing, architectures: Sequence[Architecture], less: torch.Tensor | None = None
) -> torch.Tensor:
    """The Cholesky factor of k(A, A) + s² I, less what is known of it."""
    covariance = prior.covariance(architectures, architectures)
    noisy = torch.from_numpy(covariance) + prior.noise * torch.eye(
        len(architectures), dtype=torch.float64
    )
    factor, failed = torch.linalg.cholesky_ex(noisy if less is None else noisy - less)
    if failed:
        raise no_covariance(covariance, prior.noise)
    found: torch.Tensor = factor
    return found


def _beliefs(
    prior: Believing,
    observations: Observations,
    factor: torch.Tensor,
) -> tuple[list[float], FittedWarp, Array]:
    """The believed values, and the warp and warped values `(n + p,)` given all of them."""
    measure, values = observations.measure, list[float]()
    gains = np.array(
        [np.nan if e.value is None else measure.gain(e.value) for e in observations], np.float64
    )
    inverse, diagonal = _inverse(factor).numpy(), factor.diagonal().numpy()
    warp, z = warp_gains(prior.warp, gains, measure)
    for i in range(len(gains), len(factor)):
        # row i of L, left of its diagonal, times the inverse of what is above it
        mean = prior.mean - diagonal[i] * (inverse[i, :i] @ (z - prior.mean))
        stddev = max(diagonal[i] ** 2 - prior.noise, 0.0) ** 0.5
        values.append(float(moments(warp, np.array([mean]), np.array([stddev]))[0][0]))
        gains = np.append(gains, measure.gain(values[-1]))
        warp, z = warp_gains(prior.warp, gains, measure)
    return values, warp, z


def _whitened(factor: torch.Tensor, values: Array) -> torch.Tensor:
    """L⁻¹ of values `(n,)`."""
    column = torch.from_numpy(values)[:, None]
    white: torch.Tensor = torch.linalg.solve_triangular(factor, column, upper=False)[:, 0]
    return white


def _inverse(factor: torch.Tensor) -> torch.Tensor:
    """Of a Cholesky factor: for many candidates a product is quicker than to solve for them."""
    unit = torch.eye(len(factor), dtype=torch.float64)
    inverse: torch.Tensor = torch.linalg.solve_triangular(factor, unit, upper=False)
    return inverse


def _moments(
    mean: torch.Tensor, prior: torch.Tensor, before: torch.Tensor, white: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean, and the standard deviation that is left of a variance by rows of L⁻¹ k(X, X*)."""
    variance = before - torch.linalg.vecdot(white, white, dim=0)
    check_variance(variance, prior)
    return mean, variance.clamp_min(0.0).sqrt()


def _covariance(
    prior: Prior, a: Sequence[Architecture], b: Sequence[Architecture]
) -> torch.Tensor:
    """k(a, b) `(n, m)`, which lies in memory row by row, however it was looked up."""
    return torch.from_numpy(np.ascontiguousarray(prior.covariance(a, b)))
