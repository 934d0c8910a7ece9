"""The posterior at points: graphs, with settings anywhere in the unit cube.

Notation
    n, m       numbers of observations and of points
    D          number of coordinates of the settings, see `kernels.settings`
    point      `(1 + D,)`: the number of a graph in the table's `graphs`, and coordinates
    μ, σ       mean and standard deviation at the points, in warped units, `(m,)` each

Candidates are architectures with values, which are listed in a table. Between them lies what a
maximiser climbs: here the coordinates are numbers, and μ and σ can be differentiated by them.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard, cast

import torch
from gpytorch.kernels import Kernel
from torch import Tensor

from nbnas.checks import settle
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.kernels.architecture import covariance, variances
from nbnas.surrogate.kernels.joint import sees_settings
from nbnas.surrogate.kernels.parts import over_architectures
from nbnas.surrogate.kernels.settings import SettingsKernel
from nbnas.surrogate.model import POSTERIOR
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.table import ArchitectureTable
from nbnas.undisturbed import undisturbed

_LEAST = 1e-20  # variance, whose root can still be differentiated


def has_points(posterior: object) -> TypeGuard[Posterior]:
    """Whether a posterior can be asked at points: whether its kernel sees settings."""
    return len(_encodings(posterior)) == 1


def _encodings(posterior: object) -> dict[Hashable, SettingsKernel]:
    """The kernels over settings that a posterior has, by how they encode them."""
    if not isinstance(posterior, Posterior):
        return {}
    parts = posterior.prior.kernel.modules() if hasattr(posterior.prior, "kernel") else ()
    return {part.encoding: part for part in parts if isinstance(part, SettingsKernel)}


def _blind(kernel: Kernel) -> Iterator[Kernel]:
    """The largest parts of a kernel that do not see settings."""
    if not sees_settings(kernel):
        yield kernel
    elif not isinstance(kernel, SettingsKernel):
        for part in kernel.children():
            if isinstance(part, torch.nn.ModuleList):
                for each in part:
                    yield from _blind(each)
            elif isinstance(part, Kernel):
                yield from _blind(part)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A posterior over graphs and settings, as a function of points.

    Args:
        posterior: That of a Gaussian process whose kernel sees settings.

    Raises:
        SettingError: If it is another one, or its kernel encodes settings in several ways.
    """

    posterior: Posterior
    kernel: Kernel = field(init=False, repr=False)
    settings: SettingsKernel = field(init=False, repr=False)
    observed: Tensor = field(init=False, repr=False)  # (n, 1 + D)
    alpha: Tensor = field(init=False, repr=False)  # (n,)
    variance: Tensor | None = field(init=False, repr=False)  # k(x, x), if it is everywhere alike

    @undisturbed()
    def __post_init__(self) -> None:
        settle(self, posterior=POSTERIOR)
        over = _encodings(self.posterior)
        if len(over) != 1:
            raise SettingError(
                "expected the posterior of a Gaussian process over a JointSpace, with a kernel "
                f"over its settings, got {self.posterior!r}; take GaussianProcess().over(space)"
            )
        # A copy, as its own parameters are not differentiated by.
        kernel = copy.deepcopy(cast(Any, self.posterior.prior).kernel)
        object.__setattr__(self, "kernel", kernel.requires_grad_(requires_grad=False))
        object.__setattr__(self, "settings", next(iter(over.values())))
        object.__setattr__(self, "observed", self.of(self.posterior.observations.architectures))
        object.__setattr__(self, "alpha", self.posterior.alpha())
        alike = over_architectures(kernel)  # as a similarity with itself is 1
        variance = variances(kernel, self.observed[:1]) if alike else None
        object.__setattr__(self, "variance", variance)

    @property
    def table(self) -> ArchitectureTable:
        """The table of the prior."""
        return self.posterior.prior.table

    @undisturbed()
    def of(self, architectures: Sequence[Architecture]) -> Tensor:
        """The points `(m, 1 + D)` of architectures with settings."""
        index = self.table.indices(architectures)
        return torch.cat(
            [self.table.graph_numbers(index), self.settings.coordinates(index)], dim=1
        )

    def graphs(self, bare: Sequence[Architecture]) -> Tensor:
        """The numbers `(m, 1)` of graphs without settings, as points begin with them."""
        return self._graphs.indices(bare)

    def bare(self, number: int) -> Architecture:
        """The graph with a number."""
        return self._graphs.architectures[number]

    @property
    def _graphs(self) -> ArchitectureTable:
        return cast(ArchitectureTable, self.table.graphs)  # there are observations

    @undisturbed()
    def of_graphs(self, points: Tensor) -> dict[int, Tensor]:
        """What settings do not change of the covariances with points `(m, 1 + D)`.

        Returns:
            Covariances `(n, m)` of the parts of the kernel that do not see settings, by `id`.
        """
        with torch.no_grad():
            return {
                id(part): covariance(part, self.observed, points) for part in _blind(self.kernel)
            }

    @undisturbed()
    def latent(
        self, points: Tensor, known: dict[int, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """μ and σ `(m,)` at points, without the noise of an evaluation.

        What `Posterior.latent` gives for architectures; differentiable by the coordinates.

        Args:
            points: `(m, 1 + D)`.
            known: What `of_graphs` gave for points of the same graphs in the same order.

        Returns:
            μ and σ `(m,)` in float64.
        """
        with torch.set_grad_enabled(points.requires_grad):
            cross = covariance(self.kernel, self.observed, points, known)  # (n, m)
            mean = self.posterior.prior.mean + cross.T @ self.alpha
            white = torch.linalg.solve_triangular(self.posterior.factor, cross, upper=False)
            own = variances(self.kernel, points) if self.variance is None else self.variance
            variance = own - (white**2).sum(dim=0)
            return mean, variance.clamp_min(_LEAST).sqrt()
