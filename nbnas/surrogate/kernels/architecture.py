"""gpytorch kernels over architectures: they add, multiply and scale like any other.

Notation
    d(a, b)        a distance between architectures
    φ_h(a)         counts of the Weisfeiler-Lehman labels of round h
    ℓ              length-scale, in units of d

Inputs are indices into an `ArchitectureTable`, which `GaussianProcess` gives to its kernels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from gpytorch.constraints import Interval, Positive
from gpytorch.kernels import AdditiveKernel, ScaleKernel
from gpytorch.kernels import Kernel as Kernel
from gpytorch.priors import LogNormalPrior
from scipy.sparse import csr_array, diags_array, vstack

from nbnas.errors import ObservationError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.features import Label, weisfeiler_lehman
from nbnas.surrogate.table import ArchitectureTable, Array, Measure


class ArchitectureKernel(Kernel):  # type: ignore[misc]  # gpytorch is untyped
    """A kernel whose inputs are indices into a table of architectures.

    Architectures are compared by `similarity`, which is 1 for one and the same.
    """

    table: ArchitectureTable | None = None
    is_stationary = False

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
            ObservationError: If no table was given to the kernel yet.
        """
        if self.table is None:
            raise ObservationError(
                "expected a kernel that knows its architectures; put it into a GaussianProcess, "
                "which gives it a table, instead of calling it directly"
            )
        return self.table.block(measure, x1, x2)


class DistanceKernel(ArchitectureKernel):
    """exp(-d / ℓ), the exponential kernel of a distance between architectures.

    The length-scale is fitted, with a log-normal prior around the one given; where the distance
    says up to which length-scale the kernel is positive definite, it stays below that.

    Args:
        distance: A distance, such as `HammingDistance()`.
        lengthscale: What is expected, in units of the distance, and where the fit starts: 2 for
            edits; the median of the distances is a fair guess for others.

    References:
        Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal
        transport, NeurIPS 2018, section 4 (kernels of the form exp(-β d)).
    """

    has_lengthscale = True

    def __init__(self, distance: Distance, lengthscale: float = 2.0) -> None:
        limit = distance.max_lengthscale
        super().__init__(
            lengthscale_prior=LogNormalPrior(np.log(lengthscale), 1.0),
            lengthscale_constraint=_positive() if np.isinf(limit) else Interval(0.0, limit),
        )
        self.distance = distance
        self.double()
        self.lengthscale = min(lengthscale, 0.9 * limit)

    def extra_repr(self) -> str:
        """The distance, for the kernel's repr."""
        return repr(self.distance)

    def similarity(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """exp(-d / ℓ) `(n, m)`."""
        return self.transform(self.block(_DistanceMeasure(self.distance), x1, x2))

    def transform(self, distances: torch.Tensor) -> torch.Tensor:
        """exp(-d / ℓ)."""
        return torch.exp(distances * (-1 / self.lengthscale))


def _positive() -> Positive:
    """Above 0 through the logarithm: distances may be counts of edits or millions of weights."""
    return Positive(transform=torch.exp, inv_transform=torch.log)


class SquaredDistanceKernel(DistanceKernel):
    """exp(-d² / 2ℓ²), the squared exponential of a distance between architectures.

    Smoother than `DistanceKernel`, but for few distances between graphs it is positive definite at
    every length-scale (for Euclidean ones it is). Where it is not, fitting keeps away and
    conditioning raises `NotPositiveDefiniteError`; nothing is repaired in silence.

    Args:
        distance: A distance.
        lengthscale: Where the fit starts, in units of the distance.
    """

    def transform(self, distances: torch.Tensor) -> torch.Tensor:
        """exp(-d² / 2ℓ²)."""
        return torch.exp(-0.5 * (distances / self.lengthscale) ** 2)


class WeisfeilerLehmanKernel(ArchitectureKernel):
    """The cosine between Weisfeiler-Lehman features of the operation graphs.

    Isomorphic cells have similarity 1; cells that share no operation have that of their ends.

    Args:
        depth: Number of refinement rounds.
        assignment: Whether to compare by the optimal assignment of the vertices, which sums the
            smaller of two counts of a label, instead of multiplying them.

    References:
        Shervashidze et al., Weisfeiler-Lehman graph kernels, JMLR 12, 2011; Ru et al.,
        Interpretable neural architecture search via Bayesian optimisation with
        Weisfeiler-Lehman kernels, ICLR 2021; Kriege, Giscard and Wilson, On valid optimal
        assignment kernels and applications to graph classification, NeurIPS 2016.
    """

    def __init__(self, depth: int = 2, assignment: bool = False) -> None:
        super().__init__()
        self.depth, self.assignment = depth, assignment
        self.double()

    def extra_repr(self) -> str:
        """The depth, for the kernel's repr."""
        return f"depth={self.depth}" + (", assignment=True" if self.assignment else "")

    def similarity(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """Cosines `(n, m)`."""
        return self.block(_WeisfeilerLehmanMeasure(self.depth, self.assignment), x1, x2)


def covariance(kernel: Kernel, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
    """What `kernel(x1, x2).to_dense()` gives, without gpytorch's lazy tensors in between.

    A fit evaluates kernels hundreds of times, on few architectures, and most of the time would go
    into wrapping the summands.

    Args:
        kernel: Any kernel.
        x1: Indices `(n, 1)`.
        x2: Indices `(m, 1)`.

    Returns:
        Covariance `(n, m)`; not to be changed, as it may be a view of a table.
    """
    if type(kernel) is AdditiveKernel:
        return _sum(list(kernel.kernels), x1, x2)
    if type(kernel) is ScaleKernel:
        scaled: torch.Tensor = kernel.outputscale * covariance(kernel.base_kernel, x1, x2)
        return scaled
    if isinstance(kernel, ArchitectureKernel):
        return kernel.forward(x1, x2)
    dense: torch.Tensor = kernel(x1, x2).to_dense()
    return dense


def _sum(kernels: Sequence[Kernel], x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
    """Sum of covariances; where nothing is differentiated, in one place of memory."""
    if torch.is_grad_enabled():
        return torch.stack([covariance(kernel, x1, x2) for kernel in kernels]).sum(dim=0)
    total = covariance(kernels[0], x1, x2).clone()
    for kernel in kernels[1:]:
        scaled = type(kernel) is ScaleKernel
        part = covariance(kernel.base_kernel if scaled else kernel, x1, x2)
        total.add_(part, alpha=kernel.outputscale.item() if scaled else 1)
    return total


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


def _scaled(kernel: Kernel, weight: float) -> Kernel:
    if isinstance(kernel, ScaleKernel):
        return kernel
    scaled = ScaleKernel(kernel, outputscale_prior=LogNormalPrior(np.log(weight), 1.0)).double()
    scaled.outputscale = weight
    return scaled


@dataclass(frozen=True, slots=True)
class _DistanceMeasure:
    distance: Distance

    def row(self, table: ArchitectureTable, i: int, start: int) -> Array:
        architectures = table.architectures
        row: Array = self.distance.matrix((architectures[i],), architectures[start:])[0]
        return row


@dataclass(frozen=True, slots=True)
class _WeisfeilerLehmanMeasure:
    depth: int
    assignment: bool

    def row(self, table: ArchitectureTable, i: int, start: int) -> Array:
        features = self._features(table)
        query = features[[i]].toarray()[0]
        return np.asarray(features[start:] @ query)

    def _features(self, table: ArchitectureTable) -> csr_array:
        """Features of unit length `(len(table), labels)`, kept with the table as it grows."""
        memo = cast(_Features, table.memo.setdefault(self, _Features()))
        memo.extend(table.architectures, self.depth, self.assignment)
        return memo.matrix


class _Features:
    """Weisfeiler-Lehman features of a growing list of architectures, each of unit length."""

    def __init__(self) -> None:
        self.vocabulary: dict[Label, int] = {}
        self.matrix = csr_array((0, 0))

    def extend(self, architectures: Sequence[Architecture], depth: int, assignment: bool) -> None:
        known = self.matrix.shape[0]
        if known == len(architectures):
            return
        new = weisfeiler_lehman(
            architectures[known:], depth, self.vocabulary, assignment=assignment
        )
        new = diags_array(1.0 / np.sqrt(new.multiply(new).sum(axis=1))) @ new
        self.matrix.resize((known, len(self.vocabulary)))
        self.matrix = csr_array(vstack([self.matrix, new]))
