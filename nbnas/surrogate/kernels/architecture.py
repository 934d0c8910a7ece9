"""gpytorch kernels over architectures: they add, multiply and scale like any other.

Notation
    n, m           numbers of architectures

Inputs are indices into an `ArchitectureTable`, which `GaussianProcess` gives to its kernels.
"""

import functools
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from gpytorch.kernels import AdditiveKernel, ProductKernel, ScaleKernel
from gpytorch.kernels import Kernel as Kernel
from gpytorch.priors import LogNormalPrior

from nbnas.brief import brief
from nbnas.checks import Rule, instance, real
from nbnas.errors import ObservationError
from nbnas.surrogate.table import ArchitectureTable, Measure

KERNEL: Rule[Kernel] = instance(Kernel, "WeisfeilerLehmanKernel()")
LENGTHSCALE = real(above=0)
Met = dict[int, torch.Tensor] | None  # covariances by the kernel's id


class ArchitectureKernel(Kernel):  # type: ignore[misc]  # gpytorch is untyped
    """A kernel whose inputs are indices into a table of architectures.

    Architectures are compared by `similarity`, which is 1 for one and the same. The table is the
    prior's, and is not held here: gpytorch's modules hold themselves, so that what they hold stays
    in memory until Python looks for such circles.
    """

    _table: "weakref.ref[ArchitectureTable] | None" = None
    is_stationary = False

    @property
    def table(self) -> ArchitectureTable | None:
        """The table of the prior that has this kernel, while there is one."""
        return None if self._table is None else self._table()

    @table.setter
    def table(self, table: ArchitectureTable) -> None:
        self._table = weakref.ref(table)

    @brief
    def __repr__(self) -> str:
        return self.said()

    def said(self) -> str:
        """What the kernel compares by, and its length-scale, for people."""
        said: str = self.extra_repr()
        if not self.has_lengthscale:
            return said
        return f"{said}, lengthscale={self.lengthscale.item():.3g}"

    def forward(
        self,
        x1: torch.Tensor,
        x2: torch.Tensor,
        diag: bool = False,
        **params: Any,  # noqa: ANN401
    ) -> torch.Tensor:
        """Similarities `(n, m)`, or their diagonal `(n,)`, which is 1."""
        if diag:
            return torch.ones(x1.shape[:-1], dtype=torch.float64)
        return self.similarity(x1, x2)

    def similarity(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """Similarities `(n, m)` of the architectures with the indices `(n, 1)` and `(m, 1)`."""
        raise TypeError(f"expected a kernel with a similarity, got {type(self).__qualname__}")

    def block(self, measure: Measure, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """The measure between two lists of indices `(n, m)`.

        Raises:
            ObservationError: If the kernel is in no prior, or in none that is still there.
        """
        return self.known_table().block(measure, x1, x2)

    def known_table(self) -> ArchitectureTable:
        """The table.

        Raises:
            ObservationError: If the kernel is in no prior, or in none that is still there.
        """
        table = self.table
        if table is None:
            raise ObservationError(
                "expected a kernel that knows its architectures; put it into a GaussianProcess, "
                "which gives it a table, instead of calling it directly"
            )
        return table


def covariance(
    kernel: Kernel,
    x1: torch.Tensor,
    x2: torch.Tensor,
    known: Met = None,
    *,
    products: bool | None = None,
) -> torch.Tensor:
    """What `kernel(x1, x2).to_dense()` gives, without gpytorch's lazy tensors in between.

    A fit evaluates kernels hundreds of times, on few architectures, and most of the time would go
    into wrapping the summands.

    Args:
        kernel: Any kernel.
        x1: Indices `(n, 1)`.
        x2: Indices `(m, 1)`.
        known: The covariances of parts of the kernel, by their `id`, as far as they are known.
        products: What `has_products` says, if it was asked before.

    Returns:
        Covariance `(n, m)`; not to be changed, as it may be a view of a table.
    """
    products = has_products(kernel) if products is None else products
    return _covariance(kernel, x1, x2, dict(known or {}) if products or known else None)


def has_products(kernel: Kernel) -> bool:
    """Whether there is a product in it: one over graphs and settings holds its parts twice."""
    return any(type(part) is ProductKernel for part in kernel.modules())


def _covariance(kernel: Kernel, x1: torch.Tensor, x2: torch.Tensor, met: Met) -> torch.Tensor:
    """The same; with what was met before, by kernel, where some may come twice."""
    if met is None:
        return _computed(kernel, x1, x2, None)
    if id(kernel) not in met:
        met[id(kernel)] = _computed(kernel, x1, x2, met)
    return met[id(kernel)]


def _computed(kernel: Kernel, x1: torch.Tensor, x2: torch.Tensor, met: Met) -> torch.Tensor:
    if type(kernel) is AdditiveKernel:
        return _sum(list(kernel.kernels), x1, x2, met)
    if type(kernel) is ProductKernel:
        factors = [_covariance(factor, x1, x2, met) for factor in kernel.kernels]
        return functools.reduce(torch.mul, factors)
    if type(kernel) is ScaleKernel:
        scaled: torch.Tensor = kernel.outputscale * _covariance(kernel.base_kernel, x1, x2, met)
        return scaled
    if isinstance(kernel, ArchitectureKernel):
        return kernel.forward(x1, x2)
    dense: torch.Tensor = kernel(x1, x2).to_dense()
    return dense


def _sum(kernels: Sequence[Kernel], x1: torch.Tensor, x2: torch.Tensor, met: Met) -> torch.Tensor:
    """Sum of covariances; where nothing is differentiated, in one place of memory."""
    if torch.is_grad_enabled():
        return torch.stack([_covariance(kernel, x1, x2, met) for kernel in kernels]).sum(dim=0)
    total = _covariance(kernels[0], x1, x2, met).clone()
    for kernel in kernels[1:]:
        scaled = type(kernel) is ScaleKernel
        part = _covariance(kernel.base_kernel if scaled else kernel, x1, x2, met)
        total.add_(part, alpha=kernel.outputscale.item() if scaled else 1)
    return total


def variances(kernel: Kernel, x: torch.Tensor) -> torch.Tensor:
    """What `kernel(x, diag=True)` gives, without gpytorch's checks in between.

    Args:
        kernel: Any kernel.
        x: Indices `(m, 1)`, or points.

    Returns:
        Variances `(m,)`.
    """
    if type(kernel) is AdditiveKernel:
        return torch.stack([variances(part, x) for part in kernel.kernels]).sum(dim=0)
    if type(kernel) is ProductKernel:
        return functools.reduce(torch.mul, [variances(part, x) for part in kernel.kernels])
    if type(kernel) is ScaleKernel:
        scaled: torch.Tensor = kernel.outputscale * variances(kernel.base_kernel, x)
        return scaled
    if isinstance(kernel, ArchitectureKernel):
        return kernel.forward(x, x, diag=True)
    diagonal: torch.Tensor = kernel(x, diag=True)
    return diagonal


def bind(kernel: Kernel, table: ArchitectureTable) -> None:
    """Give a table to every architecture kernel inside a kernel."""
    for part in kernel.modules():
        if isinstance(part, ArchitectureKernel):
            part.table = table


def weighted(kernel: Kernel) -> Kernel:
    """Give every summand a weight of its own to be fitted, unless it has one already.

    Args:
        kernel: A kernel or a sum of kernels.

    Returns:
        The kernel with every summand inside a `ScaleKernel`; the weights share a variance of 1 at
        the start and have a log-normal prior.
    """
    summands = list(kernel.kernels) if isinstance(kernel, AdditiveKernel) else [kernel]
    scaled = [_scaled(summand, 1.0 / len(summands)) for summand in summands]
    return scaled[0] if len(scaled) == 1 else AdditiveKernel(*scaled)


def with_weight(kernel: Kernel, weight: float) -> Kernel:
    """A kernel inside a `ScaleKernel`: its weight starts here, and is expected around here."""
    scaled = ScaleKernel(kernel, outputscale_prior=LogNormalPrior(np.log(weight), 1.0)).double()
    scaled.outputscale = weight
    return scaled


def _scaled(kernel: Kernel, weight: float) -> Kernel:
    return kernel if isinstance(kernel, ScaleKernel) else with_weight(kernel, weight)
