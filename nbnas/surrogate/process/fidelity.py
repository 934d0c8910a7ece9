"""What looks at a low fidelity and full trainings tell together of the full result.

Notation
    m, s       posterior mean and standard deviation given the looks, in their warped units
    u          (m - centre) / spread, standardised by the m of what was trained fully; of these
               `(n,)`, of candidates `(m,)`
    z          warped full results `(n,)`, z = b0 + b1 u + r: a line in u, and the rest
    r          a Gaussian process with the kernel of the prior
    b0, b1     normal a priori, with the means 0 and B and the variances V0 and V1
    K          k(X, X) + V0 + V1 u uᵀ + noise `(n, n)`; L its Cholesky factor
    α          K⁻¹ (z - B u) `(n,)`

The weight of the line is estimated, with its uncertainty. Where the low fidelity tells nothing it
goes to 0, and what remains is a Gaussian process of the full results alone; where it is reversed
it is negative.

References:
    Kennedy and O'Hagan, Predicting the output from a complex computer code when fast
    approximations are available, Biometrika 87, 2000. Le Gratiet and Garnier, Recursive co-kriging
    model for design of computer experiments with multiple levels of fidelity, 2014.
"""

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
from nbnas.surrogate.warp import FittedWarp, fit_warp
from nbnas.surrogate.warped import WarpedPosterior
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
B, V0, V1 = 0.3, 1.0, 0.49
NARROW = 0.5  # the least spread: what was trained fully may be all alike by its looks


@dataclass(frozen=True, slots=True, eq=False)
class FidelityPosterior(WarpedPosterior):
    """What is believed of full results, by the looks and the full trainings so far.

    Attributes:
        looks: The posterior of the looks.
        prior: The prior of the rest, with its parameters.
        observations: The full trainings.
        warp: The warp, fitted to them.
        z: Their warped values `(n,)`.
        centre: Mean of m at what was trained fully.
        spread: Its standard deviation, at least 0.5.
        u: u of what was trained fully `(n,)`.
        factor: L `(n, n)`.
    """

    looks: Posterior
    prior: GaussianProcess
    observations: Observations
    warp: FittedWarp
    z: Array
    centre: float
    spread: float
    u: Tensor
    factor: Tensor

    @brief
    def __repr__(self) -> str:
        said = f"{len(self.looks.observations)} looks, slope={self.slope:.2f}"
        return f"{said}, {self.observations!r}"

    @property
    def slope(self) -> float:
        """Posterior mean of b1: about the correlation of looks and full results."""
        return B + float(V1 * self.u @ self._alpha)

    @property
    def slope_stddev(self) -> float:
        """Posterior standard deviation of b1."""
        white = torch.linalg.solve_triangular(self.factor, V1 * self.u[:, None], upper=False)
        return float((V1 - (white**2).sum()).clamp_min(0.0).sqrt())

    @property
    def trust(self) -> float:
        """How sure it is that looks tell of full results, from 0 to 1: b1² / (b1² + its variance).

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
        mean = B * u + cross.T @ self._alpha
        white = inverse(self.factor) @ cross
        before = torch.from_numpy(self.prior.variance(architectures)) + V0 + V1 * u**2
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
        covariance = alone + V0 + V1 * torch.outer(u, u) - white.T @ white
        covariance = covariance + torch.diag(open_**2)
        mean = (B * u + cross.T @ self._alpha).numpy()
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
        """u, and b1 s in the units of z, `(m,)` each."""
        mean, stddev = self.looks.latent(architectures)
        u = (mean - self.centre) / self.spread
        return u, abs(self.slope) / self.spread * stddev

    def _cross(self, architectures: Sequence[Architecture], u: Tensor) -> Tensor:
        """Prior covariance of z and the full results of architectures `(n, m)`."""
        rest = self.prior.covariance(self.observations.architectures, architectures)
        return torch.from_numpy(rest) + V0 + V1 * torch.outer(self.u, u)

    @property
    def _alpha(self) -> Tensor:
        rest = torch.from_numpy(self.z) - B * self.u
        return torch.cholesky_solve(rest[:, None], self.factor)[:, 0]


def fit_fidelities(
    prior: GaussianProcess, looks: Posterior, full: Observations
) -> GaussianProcess:
    """The prior of the rest, fitted to full trainings beside a line in what the looks say.

    Args:
        prior: The prior, where the fit begins.
        looks: The posterior of the looks.
        full: At least two full trainings.
    """
    _, z = fit_warp(prior.warp, full)
    u = _line(looks, full)[2]
    kernel, noise = fit_parameters(
        prior.kernel,
        0.0,
        prior.noise,
        prior.table.indices(full.architectures),
        z - B * u.numpy(),
        expected=prior.expected_noise,
        known=V0 + V1 * torch.outer(u, u),
    )
    return dataclasses.replace(prior, kernel=kernel, noise=noise)


def condition_fidelities(
    prior: GaussianProcess, looks: Posterior, full: Observations
) -> FidelityPosterior:
    """The posterior of full results, with the parameters as they are.

    Args:
        prior: The fitted prior of the rest.
        looks: The posterior of the looks.
        full: At least one full training.
    """
    warp, z = fit_warp(prior.warp, full)
    centre, spread, u = _line(looks, full)
    rest = torch.from_numpy(prior.covariance(full.architectures, full.architectures))
    factor = cholesky(rest + V0 + V1 * torch.outer(u, u), prior.noise)
    return FidelityPosterior(looks, prior, full, warp, z, centre, spread, u, factor)


def _line(looks: Posterior, full: Observations) -> tuple[float, float, Tensor]:
    """The centre, the spread, and u of the full trainings `(n,)`."""
    mean, _ = looks.latent(full.architectures)
    centre = float(mean.mean())
    spread = max(float(mean.std(correction=0)), NARROW)
    return centre, spread, (mean - centre) / spread
