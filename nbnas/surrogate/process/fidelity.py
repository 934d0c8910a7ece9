"""What looks at low fidelities and full trainings tell together of the full result.

Notation
    n, m, p    number of full trainings, of candidates, and of signals
    signals    what full results are explained by: the posterior of the looks, in its warped
               units; and the logarithm of the number of parameters, where it is known
    u          signals less their centre, by their spread at what was trained fully; of these
               `(n, p)`, of candidates `(m, p)`
    s          standard deviations of the signals at the candidates `(m, p)`
    z          warped full results `(n,)`, z = b0 + u b + r: a line in the signals, and the rest
    r          a Gaussian process with the kernel of the prior
    b0, b      normal a priori, with the means 0 and B and the variances V0 and V `(p,)`
    K          k(X, X) + V0 + u diag(V) uᵀ + noise `(n, n)`; L its Cholesky factor
    α          K⁻¹ (z - u B) `(n,)`

The weights of the line are estimated, with their uncertainty. Where the low fidelity tells nothing
its weight goes to 0, and what remains is a Gaussian process of the full results alone; where it is
reversed it is negative. The looks may be such a posterior themselves, beside still shorter ones.

References:
    Kennedy and O'Hagan, Predicting the output from a complex computer code when fast
    approximations are available, Biometrika 87, 2000. Le Gratiet and Garnier, Recursive co-kriging
    model for design of computer experiments with multiple levels of fidelity, 2014.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.brief import brief
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import COUNT, Randomness, generator
from nbnas.records import Observations
from nbnas.surrogate.kernels.covariance import root
from nbnas.surrogate.leave_one_out import LeaveOneOut, leave_one_out
from nbnas.surrogate.process.fit import fit_parameters
from nbnas.surrogate.process.posterior import Posterior, check_variance, cholesky, inverse
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.sizes.parameters import ParameterCounts
from nbnas.surrogate.warp import FittedWarp, fit_warp
from nbnas.surrogate.warped import WarpedPosterior
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
V0 = 1.0
B = torch.tensor((0.3, 0.3), dtype=torch.float64)  # of the looks, and of the parameters
V = torch.tensor((0.49, 0.1), dtype=torch.float64)
# The least spreads, as what was trained fully may be all alike: of warped looks, of logarithms.
NARROW = torch.tensor((0.5, 0.35), dtype=torch.float64)


@dataclass(frozen=True, slots=True, eq=False)
class FidelityPosterior(WarpedPosterior):
    """What is believed of full results, by the looks and the full trainings so far.

    Or of looks, by shorter ones and these.

    Attributes:
        looks: The posterior of the looks.
        sizes: The numbers of parameters, where these are known.
        prior: The prior of the rest, with its parameters.
        observations: The full trainings.
        warp: The warp, fitted to them.
        z: Their warped values `(n,)`.
        centre: Means of the signals at what was trained fully `(p,)`.
        spread: Their standard deviations, not too narrow `(p,)`.
        u: u of what was trained fully `(n, p)`.
        factor: L `(n, n)`.
    """

    looks: Posterior | FidelityPosterior
    sizes: ParameterCounts | None
    prior: GaussianProcess
    observations: Observations
    warp: FittedWarp
    z: Array
    centre: Tensor
    spread: Tensor
    u: Tensor
    factor: Tensor

    @brief
    def __repr__(self) -> str:
        said = f"{len(self.looks.observations)} looks, slope={self.slope:.2f}"
        size = "" if self.sizes is None else f", size={float(self.slopes[1]):.2f}"
        return f"{said}{size}, {self.observations!r}"

    @property
    def slopes(self) -> Tensor:
        """Posterior mean of b `(p,)`: about the correlation of each signal and full results."""
        return self._b + self._v * (self.u.T @ self._alpha)

    @property
    def slope(self) -> float:
        """The slope of the looks."""
        return float(self.slopes[0])

    @property
    def slope_stddev(self) -> float:
        """Its posterior standard deviation."""
        scaled = self._v[0] * self.u[:, :1]
        white = torch.linalg.solve_triangular(self.factor, scaled, upper=False)
        return float((self._v[0] - (white**2).sum()).clamp_min(0.0).sqrt())

    @property
    def trust(self) -> float:
        """How sure it is that looks tell of full results, from 0 to 1: b² / (b² + its variance).

        High, too, where they tell the reverse.
        """
        square = self.slope**2
        return square / (square + self.slope_stddev**2)

    @undisturbed()
    def latent(self, architectures: Sequence[Architecture]) -> tuple[Tensor, Tensor]:
        """μ and σ `(m,)` in float64 and warped units, without the noise of an evaluation.

        What the looks leave open at an architecture is part of σ.
        """
        u, open_ = self._standardised(architectures)
        cross = self._cross(architectures, u)
        mean = u @ self._b + cross.T @ self._alpha
        white = inverse(self.factor) @ cross
        before = torch.from_numpy(self.prior.variance(architectures)) + V0 + u**2 @ self._v
        variance = before - white.square_().sum(dim=0)
        check_variance(variance, before)
        return mean, (variance.clamp_min(0.0) + open_**2).sqrt()

    @undisturbed()
    def sample(self, architectures: Sequence[Architecture], rng: Randomness, k: int) -> Array:
        """`k` functions drawn jointly, in the unit of the measure `(k, m)`.

        What the looks leave open is drawn for each architecture by itself.
        """
        rng, k = generator(rng), COUNT("k", k)
        u, open_ = self._standardised(architectures)
        cross = self._cross(architectures, u)
        white = torch.linalg.solve_triangular(self.factor, cross, upper=False)
        alone = torch.from_numpy(self.prior.covariance(architectures, architectures))
        covariance = alone + line_covariance(u, u) - white.T @ white
        covariance = covariance + torch.diag(open_**2)
        mean = (u @ self._b + cross.T @ self._alpha).numpy()
        normal = rng.standard_normal((k, len(architectures)))
        return self.warp.inverse(mean + normal @ root(covariance.numpy()).T)

    @undisturbed()
    def leave_one_out(self) -> LeaveOneOut:
        """Predict each full result from all others, in closed form; looks and line stay."""
        variance = 1.0 / torch.cholesky_inverse(self.factor).diagonal()
        mean = (torch.from_numpy(self.z) - self._alpha * variance).numpy()
        seen, stddev = self.observations, variance.sqrt().numpy()
        return leave_one_out(self.warp, seen.values, self.z, mean, stddev, seen.measure)

    def _standardised(self, architectures: Sequence[Architecture]) -> tuple[Tensor, Tensor]:
        """u `(m, p)`, and what s leaves open of z `(m,)`, in its units."""
        mean, stddev = signals(self.looks, self.sizes, architectures)
        open_ = stddev / self.spread * self.slopes
        return (mean - self.centre) / self.spread, (open_**2).sum(dim=1).sqrt()

    def _cross(self, architectures: Sequence[Architecture], u: Tensor) -> Tensor:
        """Prior covariance of z and the full results of architectures `(n, m)`."""
        rest = self.prior.covariance(self.observations.architectures, architectures)
        return torch.from_numpy(rest) + line_covariance(self.u, u)

    @property
    def _alpha(self) -> Tensor:
        rest = torch.from_numpy(self.z) - self.u @ self._b
        return torch.cholesky_solve(rest[:, None], self.factor)[:, 0]

    @property
    def _b(self) -> Tensor:
        return B[: self.u.shape[1]]

    @property
    def _v(self) -> Tensor:
        return V[: self.u.shape[1]]


def fit_fidelities(
    prior: GaussianProcess,
    looks: Posterior | FidelityPosterior,
    full: Observations,
    sizes: ParameterCounts | None = None,
) -> GaussianProcess:
    """The prior of the rest, fitted to full trainings beside a line in the signals.

    Args:
        prior: The prior, where the fit begins.
        looks: The posterior of the looks.
        full: At least two full trainings.
        sizes: The numbers of parameters, where these are known.
    """
    _, z = fit_warp(prior.warp, full)
    u = _line(looks, sizes, full)[2]
    kernel, noise = fit_parameters(
        prior.kernel,
        0.0,
        prior.noise,
        prior.table.indices(full.architectures),
        z - (u @ B[: u.shape[1]]).numpy(),
        expected=prior.expected_noise,
        known=line_covariance(u, u),
    )
    return dataclasses.replace(prior, kernel=kernel, noise=noise)


def condition_fidelities(
    prior: GaussianProcess,
    looks: Posterior | FidelityPosterior,
    full: Observations,
    sizes: ParameterCounts | None = None,
) -> FidelityPosterior:
    """The posterior of full results, with the parameters as they are.

    Args:
        prior: The fitted prior of the rest.
        looks: The posterior of the looks.
        full: At least one full training.
        sizes: The numbers of parameters, where these are known.
    """
    warp, z = fit_warp(prior.warp, full)
    centre, spread, u = _line(looks, sizes, full)
    rest = torch.from_numpy(prior.covariance(full.architectures, full.architectures))
    factor = cholesky(rest + line_covariance(u, u), prior.noise)
    return FidelityPosterior(looks, sizes, prior, full, warp, z, centre, spread, u, factor)


def line_covariance(u: Tensor, v: Tensor) -> Tensor:
    """Prior covariance `(n, m)` of the line at u `(n, p)` and at v `(m, p)`."""
    return V0 + (u * V[: u.shape[1]]) @ v.T


def signals(
    looks: Posterior | FidelityPosterior,
    sizes: ParameterCounts | None,
    architectures: Sequence[Architecture],
) -> tuple[Tensor, Tensor]:
    """Means and standard deviations of the signals at some architectures, `(m, p)` each."""
    told = [each.latent(architectures) for each in (looks, sizes) if each is not None]
    return torch.stack([m for m, _ in told], dim=1), torch.stack([s for _, s in told], dim=1)


def _line(
    looks: Posterior | FidelityPosterior, sizes: ParameterCounts | None, full: Observations
) -> tuple[Tensor, Tensor, Tensor]:
    """The centres, the spreads, and u of the full trainings `(n, p)`."""
    mean, _ = signals(looks, sizes, full.architectures)
    centre, least = mean.mean(dim=0), NARROW[: mean.shape[1]]
    spread = mean.std(dim=0, correction=0).clamp_min(least)
    return centre, spread, (mean - centre) / spread
