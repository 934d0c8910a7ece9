"""The posterior that believes what is pending, where most of it was solved for earlier proposals.

Notation
    X0         the k architectures that are solved for; those that the parameters were fitted to
    E          the e architectures beyond: f evaluated since, and behind them the pending ones
    X*         the m candidates
    c, s²      constant mean and noise variance; z the warped values, believed ones included
    L          Cholesky factor of k(X, X) + s² I for X = (X0, E), in blocks: L0 `(k, k)`,
               B = k(E, X0) L0⁻ᵀ `(e, k)`, and M `(e, e)` with M Mᵀ = k(E, E) + s² I - B Bᵀ
    W0         L0⁻¹ k(X0, X*) `(k, m)`, which is kept while X0 and the parameters stay
    U          k(E, X*) - B W0 `(e, m)`; so are its rows, each computed for itself, and the first f
               of M and of M⁻¹ U, each from those above it

What is kept is computed from (prior, X0, X*) and the evaluated of E alone, and the rest from it in
the same steps whoever asks: a proposal that is made again is the same to the last digit. For it
vectors are copied where they begin elsewhere in memory from case to case, which BLAS feels.

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, appendix A.3.
    Ginsbourger, Le Riche and Carraro, Kriging is well-suited to parallelize optimization, 2010.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.kernels.covariance import no_covariance
from nbnas.surrogate.process.posterior import Posterior, check_variance, cholesky, inverse
from nbnas.surrogate.process.solved import Base, Believing, Solved, covariance
from nbnas.surrogate.table import REMEMBERED
from nbnas.surrogate.warp import FittedWarp, moments, warp_gains
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
Moments = tuple[Tensor, Tensor]  # mean and standard deviation (m,)


@dataclass(frozen=True, slots=True, eq=False)
class BelievedPosterior(Posterior):
    """A posterior given evaluations and believed ones; made by `GaussianProcess.believe`.

    Attributes:
        prior: The prior with its parameters.
        base: What was solved before.
        pending: How many of the observations are believed, the last ones.
        known: What was computed for long tuples of candidates.
    """

    prior: Believing
    base: Base
    pending: int
    known: list[tuple[Solved, Moments]] = field(default_factory=list)

    @undisturbed()
    def latent(self, architectures: Sequence[Architecture]) -> Moments:
        """Mean and standard deviation `(m,)`; quickly of a long tuple that was passed before.

        Some of such a tuple are looked up.
        """
        if len(architectures) < REMEMBERED or not isinstance(architectures, tuple):
            return self._looked_up(architectures) or self._of_others(architectures)
        solved = solved_for(self.prior, self.base, architectures)
        found = self._of(solved)
        self.known[:] = [(solved, found)]
        return found

    def _looked_up(self, architectures: Sequence[Architecture]) -> Moments | None:
        for solved, (mean, stddev) in tuple(self.known):
            places = solved.places(architectures)
            if places is not None:
                return mean[places], stddev[places]
        return None

    def _of_others(self, architectures: Sequence[Architecture]) -> Moments:
        cross = covariance(self.prior, self.observations.architectures, architectures)
        white = torch.linalg.solve_triangular(self.factor, cross, upper=False)
        prior = torch.from_numpy(self.prior.variance(architectures))
        return _moments(self.prior.mean + self._weights @ white, prior, prior, white)

    def _of(self, solved: Solved) -> Moments:
        k, m = len(self.base.architectures), len(solved.candidates)
        later, f = self.observations.architectures[k:], len(self.z) - k - self.pending
        below, own, weights = self.factor[k:, :k], self.factor[k:, k:], self._weights

        def left(i: int) -> Tensor:
            return solved.left(self.prior, later[i], below[i].clone())

        white = solved.finished.upto(
            later[:f], m, lambda i, above: (left(i) - own[i, :i].clone() @ above) / own[i, i]
        )
        variances = solved.variances.upto(
            later[:f], m, lambda i, above: (above[-1] if i else solved.variance) - white[i] ** 2
        )
        mean = self.prior.mean + weights[:k] @ solved.white + weights[k : k + f] @ white
        rest = torch.empty(0, m, dtype=torch.float64)
        if self.pending:
            rest = torch.stack([left(i) for i in range(f, len(later))]) - own[f:, :f] @ white
            rest = inverse(own[f:, f:]) @ rest
        before = variances[-1] if f else solved.variance
        return _moments(mean + weights[k + f :] @ rest, solved.prior, before, rest)

    @property
    def _weights(self) -> Tensor:
        """L⁻¹ (z - c) `(n,)`."""
        column = torch.from_numpy(self.z - self.prior.mean)[:, None]
        white: Tensor = torch.linalg.solve_triangular(self.factor, column, upper=False)[:, 0]
        return white


def believe(
    prior: Believing,
    observations: Observations,
    pending: Sequence[Architecture],
    size: int,
    candidates: tuple[Architecture, ...] | None = None,
) -> BelievedPosterior:
    """The posterior if every pending evaluation came out at its mean, one after the other.

    Args:
        prior: The prior with its parameters.
        observations: `n` trials.
        pending: `p` architectures; the warp is fitted anew after each of them.
        size: k, at most n.
        candidates: Those that will be asked for, a long tuple, if they are known.

    Returns:
        The posterior, whose observations are the `n` and the `p` imagined ones.

    Raises:
        NotPositiveDefiniteError: If the kernel is no covariance on these architectures.
    """
    architectures = observations.architectures
    base = base_of(prior, architectures[:size])
    solved = None if candidates is None else solved_for(prior, base, candidates)
    met = base.meet(prior, (*architectures[size:], *pending), solved)
    factor = _factor(prior, base, architectures[size:], met)
    values, warp, z = _beliefs(prior, observations, factor)
    believed = observations
    for architecture, value in zip(pending, values, strict=True):
        believed += Evaluation(architecture, value, measure=observations.measure)
    return BelievedPosterior(prior, believed, warp, z, factor, base, len(pending))


def base_of(prior: Believing, architectures: tuple[Architecture, ...]) -> Base:
    """What is kept of X0, or is from now on."""
    return prior.table.solved.get(
        (prior.kernel, architectures), lambda: Base(prior, architectures)
    )


def solved_for(prior: Believing, base: Base, candidates: tuple[Architecture, ...]) -> Solved:
    """What is kept of a long tuple of candidates, or is from now on."""
    return prior.table.solved.get((base, id(candidates)), lambda: Solved(prior, base, candidates))


def _factor(
    prior: Believing,
    base: Base,
    evaluated: tuple[Architecture, ...],
    met: tuple[Tensor, Tensor],
) -> Tensor:
    """L, in blocks, from B and k(E, E)."""
    below, between = met
    k, f, e = len(base.architectures), len(evaluated), len(below)

    def row(i: int, above: Tensor) -> Tensor:
        rest = (between[i, :i] - below[:i] @ below[i].clone())[:, None]
        before = above[:, k : k + i].clone()
        own = torch.linalg.solve_triangular(before, rest, upper=False)[:, 0]
        square = between[i, i] + prior.noise - below[i] @ below[i] - own @ own
        if not square > 0:
            raise no_covariance(between.numpy(), prior.noise)
        return torch.cat([below[i], own, square.sqrt()[None]])

    factor = torch.zeros(k + e, k + e, dtype=torch.float64)
    factor[:k, :k], factor[k + f :, :k] = base.factor, below[f:]
    factor[k : k + f, : k + f] = base.finished.upto(evaluated, k + f, row)
    rest = between[f:, f:] - below[f:] @ below[f:].T
    if f:
        cross = between[:f, f:] - below[:f] @ below[f:].T
        across = torch.linalg.solve_triangular(factor[k : k + f, k : k + f], cross, upper=False)
        factor[k + f :, k : k + f], rest = across.T, rest - across.T @ across
    factor[k + f :, k + f :] = cholesky(rest, prior.noise)
    return factor


def _beliefs(
    prior: Believing,
    observations: Observations,
    factor: Tensor,
) -> tuple[list[float], FittedWarp, Array]:
    """The believed values, and the warp and warped values `(n + p,)` given all of them."""
    measure, values, n = observations.measure, list[float](), len(observations)
    gains = np.empty(len(factor))
    gains[:n] = observations.known_gains
    upside, diagonal = inverse(factor).numpy(), factor.diagonal().numpy()
    warp, z = warp_gains(prior.warp, gains[:n], measure)
    for i in range(n, len(factor)):
        # row i of L, left of its diagonal, times the inverse of what is above it
        mean = prior.mean - diagonal[i] * (upside[i, :i] @ (z - prior.mean))
        stddev = max(diagonal[i] ** 2 - prior.noise, 0.0) ** 0.5
        values.append(float(moments(warp, np.array([mean]), np.array([stddev]))[0][0]))
        gains[i] = measure.gain(values[-1])
        warp, z = warp_gains(prior.warp, gains[: i + 1], measure)
    return values, warp, z


def _moments(mean: Tensor, prior: Tensor, before: Tensor, white: Tensor) -> Moments:
    """The mean, and the standard deviation that is left of a variance by rows of L⁻¹ k(X, X*)."""
    variance = before - torch.linalg.vecdot(white, white, dim=0)
    check_variance(variance, prior)
    return mean, variance.clamp_min(0.0).sqrt()
