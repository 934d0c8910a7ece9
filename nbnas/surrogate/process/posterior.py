"""The posterior: the Gaussian process conditioned on the evaluations so far.

Notation
    X, X*      the n evaluated architectures, the m candidates
    z          warped values `(n,)`, c and s² the constant mean and the noise variance
    L          Cholesky factor of k(X, X) + s² I
    α          (k(X, X) + s² I)⁻¹ (z - c) `(n,)`
    μ, σ       mean and standard deviation at the candidates, in warped units, `(m,)` each

The model lives in warped units (`latent`); what people see is mapped back to the measure.

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1, and
    equations 5.10 to 5.12 for leave-one-out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import torch
from gpytorch.kernels import Kernel
from numpy.typing import NDArray

from nbnas.brief import brief, cut
from nbnas.errors import NotPositiveDefiniteError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import COUNT, Randomness, generator
from nbnas.records import Observations
from nbnas.surrogate.kernels.covariance import no_covariance, root
from nbnas.surrogate.leave_one_out import LeaveOneOut, leave_one_out
from nbnas.surrogate.process.columns import by_columns
from nbnas.surrogate.table import ArchitectureTable
from nbnas.surrogate.warp import FittedWarp
from nbnas.surrogate.warped import WarpedPosterior
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
BAND = 80  # rows of L⁻¹; of 160 it is as quick


class Prior(Protocol):
    """What a posterior asks its prior, with fitted parameters, for: a `GaussianProcess`."""

    @property
    def mean(self) -> float:
        """c."""

    @property
    def kernel(self) -> Kernel:
        """k."""

    @property
    def table(self) -> ArchitectureTable:
        """The architectures that the kernel has met."""

    def covariance(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> Array:
        """k(a, b) `(n, m)`."""

    def variance(self, architectures: Sequence[Architecture]) -> Array:
        """k(a, a) `(m,)`."""


@dataclass(frozen=True, slots=True, eq=False)
class Posterior(WarpedPosterior):
    """A prior conditioned on observations; made by `GaussianProcess.condition`.

    Attributes:
        prior: The prior with its parameters.
        observations: What it was conditioned on.
        warp: The warp, fitted to these observations.
        z: Warped values `(n,)`.
        factor: L `(n, n)`.
    """

    prior: Prior
    observations: Observations
    warp: FittedWarp
    z: Array
    factor: torch.Tensor

    @brief
    def __repr__(self) -> str:
        return f"{cut(self.prior, 130)}, {self.observations!r}"

    @undisturbed()
    def latent(self, architectures: Sequence[Architecture]) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and standard deviation in warped units, which acquisition functions work on.

        Args:
            architectures: `m` candidates; a tuple that is passed again is looked up faster.

        Returns:
            μ and σ `(m,)` in float64, without the noise of an evaluation.

        Raises:
            NotPositiveDefiniteError: If a variance is negative beyond rounding.
        """
        alpha, inverted = self.alpha(), inverse(self.factor)

        def moments(cross: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return cross.T @ alpha, _known(inverted, cross)

        prior, seen = self.prior, self.observations.architectures
        first, second = prior.table.indices(seen), prior.table.indices(architectures)
        parts = by_columns(prior.kernel, prior.table, first, second, moments)
        rest, known = (torch.cat(each) for each in zip(*parts, strict=True))
        mean = self.prior.mean + rest
        prior_variance = torch.from_numpy(self.prior.variance(architectures))
        variance = prior_variance - known
        check_variance(variance, prior_variance)
        return mean, variance.clamp_min(0.0).sqrt()

    @undisturbed()
    def sample(self, architectures: Sequence[Architecture], rng: Randomness, k: int) -> Array:
        """Draw functions from the posterior.

        Args:
            architectures: Where to draw, `m` of them.
            rng: A generator, or a seed.
            k: Number of functions.

        Returns:
            Draws `(k, m)`, in the unit of the measure.

        Raises:
            NotPositiveDefiniteError: If the kernel is no covariance on these architectures.
        """
        rng, k = generator(rng), COUNT("k", k)
        cross = self._cross(architectures)
        white = torch.linalg.solve_triangular(self.factor, cross, upper=False).numpy()
        covariance = _alone(self.prior, architectures) - white.T @ white
        normal = rng.standard_normal((k, len(architectures)))
        mean = self.prior.mean + (cross.T @ self.alpha()).numpy()
        return self.warp.inverse(mean + normal @ root(covariance).T)

    @undisturbed()
    def leave_one_out(self) -> LeaveOneOut:
        """Predict each evaluation from all the others, in closed form.

        The warp and the parameters are those of all evaluations.
        """
        inverse = torch.cholesky_inverse(self.factor)
        variance = 1.0 / inverse.diagonal()  # (n,)
        mean = (torch.from_numpy(self.z) - self.alpha() * variance).numpy()
        stddev = variance.sqrt().numpy()
        seen = self.observations
        return leave_one_out(self.warp, seen.values, self.z, mean, stddev, seen.measure)

    @undisturbed()
    def contributions(self, architecture: Architecture) -> Array:
        """How each evaluation moves the prediction at an architecture.

        Args:
            architecture: A candidate.

        Returns:
            k(a, x_i) α_i `(n,)`, in warped units; their sum is μ - c.
        """
        return (self._cross((architecture,))[:, 0] * self.alpha()).numpy()

    def _cross(self, architectures: Sequence[Architecture]) -> torch.Tensor:
        """k(X, X*) `(n, m)`."""
        return torch.from_numpy(
            self.prior.covariance(self.observations.architectures, architectures)
        )

    def alpha(self) -> torch.Tensor:
        """α `(n,)`, the weights of the evaluations in the posterior mean."""
        centred = torch.from_numpy(self.z - self.prior.mean)[:, None]
        return torch.cholesky_solve(centred, self.factor)[:, 0]


def _known(inverted: torch.Tensor, cross: torch.Tensor) -> torch.Tensor:
    """What the evaluations take from the prior variance `(m,)`, from L⁻¹ and k(X, X*).

    The rows of L⁻¹ are taken in bands, each as far as it is not zero, which is about half of it.
    """
    known = torch.zeros(cross.shape[1], dtype=torch.float64)
    for at in range(0, len(inverted), BAND):
        end = min(at + BAND, len(inverted))
        known += (inverted[at:end, :end] @ cross[:end]).square_().sum(dim=0)
    return known


def _alone(prior: Prior, architectures: Sequence[Architecture]) -> Array:
    """Prior covariance `(m, m)` of architectures, kept nowhere.

    A row of the prior's own table is measured against all that the table holds, often a whole
    space, and a thousand rows that are asked for once would stay in memory.
    """
    if len(prior.table) > 2 * len(architectures):
        prior = cast(Prior, dataclasses.replace(cast(Any, prior), table=ArchitectureTable()))
    return prior.covariance(architectures, architectures)


def check_variance(variance: torch.Tensor, prior: torch.Tensor) -> None:
    """Check that variances `(m,)` are at least 0, to rounding, beside those of the prior.

    Raises:
        NotPositiveDefiniteError: If one is not.
    """
    worst = float((variance / prior).min()) if len(variance) else 0.0
    if worst < -1e-6:
        raise NotPositiveDefiniteError(
            f"expected variances of at least 0, got {worst:.3g} of the prior variance: the kernel "
            "is not positive definite on these architectures; use a shorter length-scale"
        )


def cholesky(matrix: torch.Tensor, noise: float) -> torch.Tensor:
    """The Cholesky factor of a covariance matrix + s² I.

    Raises:
        NotPositiveDefiniteError: If it is none.
    """
    noisy = matrix + noise * torch.eye(len(matrix), dtype=torch.float64)
    factor, failed = torch.linalg.cholesky_ex(noisy)
    if failed:
        raise no_covariance(matrix.numpy(), noise)
    found: torch.Tensor = factor
    return found


def inverse(factor: torch.Tensor) -> torch.Tensor:
    """Of a Cholesky factor: for many candidates a product is quicker than to solve for them."""
    unit = torch.eye(len(factor), dtype=torch.float64)
    inverted: torch.Tensor = torch.linalg.solve_triangular(factor, unit, upper=False)
    return inverted
