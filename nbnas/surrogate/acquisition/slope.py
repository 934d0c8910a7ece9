"""The gradient of an acquisition function by settings.

Notation
    m, D     numbers of points and of coordinates of their settings, see `process.points`
    a(x)     the acquisition function at a point, of μ(x) and σ(x)
    ∇a       its derivatives by the coordinates, through μ, σ and the kernel's row k(X, x)

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equations 2.25 and 2.26.
    Balandat et al., BoTorch: a framework for efficient Monte-Carlo Bayesian optimization,
    NeurIPS 2020, section 4 (gradients of acquisition functions by automatic differentiation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.checks import Rule, offering, settle
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.acquisition.improvement import Acquisition
from nbnas.surrogate.process.points import Points
from nbnas.surrogate.process.posterior import Posterior
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
_OF_MOMENTS: Rule[Acquisition] = offering(
    "an acquisition function of mean and standard deviation",
    "LogExpectedImprovement()",
    "__call__",
)


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """An acquisition function over graphs and settings, with its gradient by these.

    Args:
        acquisition: One of the mean and the standard deviation, such as
            `LogExpectedImprovement()`.
        posterior: That of a Gaussian process whose kernel sees settings.

    Raises:
        SettingError: If one of them is something else.
    """

    acquisition: Acquisition
    posterior: Posterior
    points: Points = field(init=False, repr=False)

    def __post_init__(self) -> None:
        settle(self, acquisition=_OF_MOMENTS)
        object.__setattr__(self, "points", Points(self.posterior))

    def __call__(self, points: Tensor, known: dict[int, Tensor] | None = None) -> Tensor:
        """a `(m,)` at points `(m, 1 + D)`; quicker with `points.of_graphs` of the same graphs."""
        best = float(self.posterior.z.max())
        return self.acquisition(*self.points.latent(points, known), best)

    @undisturbed()
    def gradient(
        self, points: Tensor, known: dict[int, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """a `(m,)` and ∇a `(m, D)` at points `(m, 1 + D)`; with the same `known`."""
        coordinates = points[:, 1:].detach().clone().requires_grad_()
        scores = self(torch.cat([points[:, :1].detach(), coordinates], dim=1), known)
        (slopes,) = torch.autograd.grad(scores.sum(), coordinates)
        return scores.detach(), slopes


def settings_gradient(
    acquisition: Acquisition, posterior: Posterior, architectures: Sequence[Architecture]
) -> tuple[Array, Array]:
    """The gradient of an acquisition function by the settings of architectures.

    Args:
        acquisition: One of the mean and the standard deviation, such as
            `LogExpectedImprovement()`.
        posterior: That of a Gaussian process over a `JointSpace`, such as `search.posterior`.
        architectures: `m` architectures with settings.

    Returns:
        Scores `(m,)`, and their derivatives `(m, D)` by the coordinates of the settings, in the
        order of `space.encode_settings`: per unit of the unit cube, so on a logarithmic scale per
        factor high / low.

    Raises:
        SettingError: If the acquisition function or the posterior is something else.
        ArchitectureError: If something else is among the architectures.
    """
    slope = Slope(acquisition, posterior)
    scores, slopes = slope.gradient(slope.points.of(architectures))
    return scores.numpy(), slopes.numpy()
