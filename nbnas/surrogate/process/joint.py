"""What trainings of each length and full results have in common, jointly normal.

Notation
    j          a level: trainings of one length, 0 the shortest, K the full ones
    f_j        their noise-free results, in the warped units of that level
    s_j        what f_j gains with one more of f_{j-1}: the slope of the line, by its spread
    g_j        s_{j+1} ... s_K, what the full result gains with one more of f_j; g_K = 1
    R_j        posterior covariance of the rest of f_j around its line `(n, m)`, the line included
    C_j        that of f_j `(n, m)`

The levels are joined as in recursive co-kriging: f_j = s_j f_{j-1} + what is independent of it, so
that C_0 = R_0, C_j = s_j² C_{j-1} + R_j, and cov(f_j, f_K) = g_j C_j. The diagonal of C_j is σ² of
the level's `latent`. What the slopes leave open is in R_j and not in g_j.

References:
    Le Gratiet and Garnier, Recursive co-kriging model for design of computer experiments with
    multiple levels of fidelity, Int. J. Uncertain. Quantif. 4, 2014.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.process.fidelity import FidelityPosterior, line_covariance, signals
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.table import ArchitectureTable
from nbnas.undisturbed import undisturbed

Joint = Posterior | FidelityPosterior


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Trainings of one length, and what they tell of full results.

    Attributes:
        posterior: What is believed of them.
        gain: g.
        noise: Variance of one around f, in its warped units.
    """

    posterior: Joint
    gain: float
    noise: float

    def slopes(self, covariance: Tensor, variance: Tensor) -> Tensor:
        """By how much full results move for each standard deviation of what an evaluation gives.

        Args:
            covariance: C between what is evaluated and other architectures `(..., m)`.
            variance: C of what is evaluated with itself, broadcast with it.

        Returns:
            g C / √(C + noise), in the units of full results.
        """
        return self.gain * covariance / (variance + self.noise).sqrt()


def joined(posterior: object) -> tuple[Level, ...]:
    """The levels of a posterior of full results, the shortest first.

    Raises:
        SettingError: If the model is no Gaussian process.
    """
    if not isinstance(posterior, Posterior | FidelityPosterior):
        raise SettingError(
            "expected the posterior of a Gaussian process, which knows how architectures go "
            f"together, got {type(posterior).__name__}; take LogExpectedImprovement with it"
        )
    own = Level(posterior, 1.0, cast(GaussianProcess, posterior.prior).noise)
    if isinstance(posterior, Posterior):
        return (own,)
    slope = float(_slopes(posterior)[0])
    below = joined(posterior.looks)
    return (*(dataclasses.replace(each, gain=slope * each.gain) for each in below), own)


@undisturbed()
def covariance(posterior: Joint, a: Sequence[Architecture], b: Sequence[Architecture]) -> Tensor:
    """C between architectures `(n, m)`, in warped units and without noise.

    Args:
        posterior: What is believed of one level.
        a: `n` architectures.
        b: `m` architectures.
    """
    prior, seen = posterior.prior, posterior.observations.architectures
    crosses = [torch.from_numpy(prior.covariance(seen, each)) for each in (a, b)]
    found = torch.from_numpy(prior.covariance(a, b))
    if isinstance(posterior, FidelityPosterior):
        u, v = (_line(posterior, each) for each in (a, b))
        crosses = [
            cross + line_covariance(posterior.u, at)
            for cross, at in zip(crosses, (u, v), strict=True)
        ]
        found = found + line_covariance(u, v)
        found = found + _slopes(posterior)[0] ** 2 * covariance(posterior.looks, a, b)
        found = found + _open_sizes(posterior, a, b)
    first, second = (
        torch.linalg.solve_triangular(posterior.factor, cross, upper=False) for cross in crosses
    )
    given: Tensor = found - first.T @ second
    return given


def apart(posterior: Joint) -> Joint:
    """The posterior with tables of its own, so that what is asked of it is kept nowhere.

    A table measures a new row against all that it holds, often a whole space.
    """
    prior = dataclasses.replace(cast(Any, posterior.prior), table=ArchitectureTable())
    if isinstance(posterior, FidelityPosterior):
        return dataclasses.replace(posterior, prior=prior, looks=apart(posterior.looks))
    found = (posterior.observations, posterior.warp, posterior.z, posterior.factor)
    return Posterior(prior, *found)


def _slopes(posterior: FidelityPosterior) -> Tensor:
    """What full results gain with one more of each signal `(p,)`."""
    return posterior.slopes / posterior.spread


def _line(posterior: FidelityPosterior, architectures: Sequence[Architecture]) -> Tensor:
    """u `(m, p)`."""
    mean, _ = signals(posterior.looks, posterior.sizes, architectures)
    return (mean - posterior.centre) / posterior.spread


def _open_sizes(
    posterior: FidelityPosterior, a: Sequence[Architecture], b: Sequence[Architecture]
) -> Tensor:
    """What unknown numbers of parameters leave open, of each architecture by itself `(n, m)`."""
    found = torch.zeros(len(a), len(b), dtype=torch.float64)
    if posterior.sizes is None:
        return found
    variance = (_slopes(posterior)[1] * posterior.sizes.latent(a)[1]) ** 2
    places = {each: i for i, each in enumerate(a)}
    for j, each in enumerate(b):
        if each in places:
            found[places[each], j] = variance[places[each]]
    return found
