"""Kernels that are made from a distance.

Notation
    d(a, b)        a distance between architectures
    ℓ              length-scale, in units of d
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from gpytorch.constraints import Interval, Positive
from gpytorch.priors import LogNormalPrior

from nbnas.graphs.distances.distance import DISTANCE, Distance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.encoding import Codes, encode_all
from nbnas.surrogate.kernels.architecture import LENGTHSCALE, ArchitectureKernel
from nbnas.surrogate.table import ArchitectureTable, Array
from nbnas.undisturbed import undisturbed


class DistanceKernel(ArchitectureKernel):
    """exp(-d / ℓ), the exponential kernel of a distance between architectures.

    The length-scale is fitted, with a log-normal prior around the one given; where the distance
    says up to which length-scale the kernel is positive definite, it stays below that.

    Args:
        distance: A distance, such as `HammingDistance()`.
        lengthscale: What is expected, in units of the distance, and where the fit starts: 2 for
            edits; the median of the distances is a fair guess for others.

    Raises:
        SettingError: If it is no distance, or the length-scale is not finite and above 0.

    References:
        Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal
        transport, NeurIPS 2018, section 4 (kernels of the form exp(-β d)).
    """

    has_lengthscale = True

    @undisturbed()
    def __init__(self, distance: Distance, lengthscale: float = 2.0) -> None:
        lengthscale = LENGTHSCALE("lengthscale", lengthscale)
        limit = DISTANCE("distance", distance).max_lengthscale
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
        return self.transform(self.distances(x1, x2))

    def distances(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """d `(n, m)` between the architectures with the indices `(n, 1)` and `(m, 1)`."""
        return self.block(_DistanceMeasure(self.distance), x1, x2)

    def transform(self, distances: torch.Tensor) -> torch.Tensor:
        """exp(-d / ℓ)."""
        return torch.exp(distances * (-1 / self.lengthscale))

    def with_slope(
        self, distances: torch.Tensor, lengthscale: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """exp(-d / ℓ) for some ℓ, and its derivative by ℓ."""
        similar = (distances * (-1 / lengthscale)).exp_()
        return similar, similar * distances / lengthscale**2


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

    def with_slope(
        self, distances: torch.Tensor, lengthscale: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """exp(-d² / 2ℓ²) for some ℓ, and its derivative by ℓ."""
        squares = (distances / lengthscale) ** 2
        similar = (-0.5 * squares).exp_()
        return similar, similar * squares / lengthscale


@dataclass(frozen=True, slots=True)
class _DistanceMeasure:
    distance: Distance

    def row(self, table: ArchitectureTable, i: int, start: int) -> Array:
        if type(self.distance) is HammingDistance:
            codes = self._codes(table)
            differ = codes[start:] != codes[i]
            return np.asarray(differ.sum(axis=1, dtype=np.int32), dtype=np.float64)
        architectures = table.architectures
        row: Array = self.distance.matrix((architectures[i],), architectures[start:])[0]
        return row

    def _codes(self, table: ArchitectureTable) -> Codes:
        """The table in numbers that differ where architectures do; kept as the table grows."""
        vertices, codes = cast(tuple[int, Codes], table.memo.get(self, (0, np.empty((0, 0)))))
        if len(codes) < len(table):
            new = table.architectures[len(codes) :]
            most = max(vertices, *(len(a.nodes) for a in new))
            if most > vertices:  # and there is room for more in each row
                codes = encode_all(table.architectures, most)
            else:
                codes = np.concatenate([codes, encode_all(new, most)])
            codes = np.asfortranarray(codes)  # to compare a column of all is quicker
            table.memo[self] = (most, codes)
        return codes
