"""A measure that is known without training, as what a model sees of an architecture.

The number of parameters, or a latency, tells much of the accuracy; how much, the data decide: the
kernel has a weight that is fitted.

Notation
    v          values of the measure `(n,)`, above 0
    d          |log v - log v'|
"""

from dataclasses import dataclass

import numpy as np
import torch
from gpytorch.priors import LogNormalPrior
from numpy.typing import NDArray

from nbnas.checks import Rule
from nbnas.records import MeasuredBy
from nbnas.records.goals.known import MEASURED_BY
from nbnas.surrogate.kernels.architecture import LENGTHSCALE, ArchitectureKernel
from nbnas.surrogate.table import ArchitectureTable
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
LEAST = 1e-9  # what is counted as this at least, so that 0 has a logarithm
POSITIVE: Rule[MeasuredBy] = Rule(
    "an nbnas.MeasuredBy of a measure that is never negative: give the measure lower=0",
    lambda it: MEASURED_BY.accepts(it) and it.measure.lower >= 0,
    lambda it: it,
    objects=True,
)


class KnownKernel(ArchitectureKernel):
    """exp(-d² / 2ℓ²), the squared exponential of the ratio of a measure of two architectures.

    Args:
        known: What tells the measure, which is never negative, of any architecture.
        lengthscale: ℓ to start from, in logarithms: 1 for a factor of e; fitted, with a
            log-normal prior around it.

    Raises:
        SettingError: If it is something else, or the length-scale is not finite and above 0.

    Example:
        >>> from nbnas.records import PARAMETERS
        >>> KnownKernel(MeasuredBy(lambda a: 1.0 + len(a.edges), PARAMETERS))
        KnownKernel(parameters, lengthscale=1)
    """

    has_lengthscale = True

    @undisturbed()
    def __init__(self, known: MeasuredBy, lengthscale: float = 1.0) -> None:
        lengthscale = LENGTHSCALE("lengthscale", lengthscale)
        super().__init__(lengthscale_prior=LogNormalPrior(np.log(lengthscale), 1.0))
        self.known = POSITIVE("known", known)
        self.double()
        self.lengthscale = lengthscale

    def extra_repr(self) -> str:
        """What is known, for the kernel's repr."""
        return self.known.measure.name

    def similarity(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """exp(-d² / 2ℓ²) `(n, m)`."""
        squared = self.block(_SquaredRatio(self.known), x1, x2)
        return torch.exp(squared * (-0.5 / self.lengthscale**2))


@dataclass(frozen=True, slots=True)
class _SquaredRatio:
    """d² of one architecture to a table of them."""

    known: MeasuredBy

    def row(self, table: ArchitectureTable, i: int, start: int) -> Array:
        kept = table.memo.get(self)
        have = kept if isinstance(kept, np.ndarray) else np.empty(0)
        if len(have) < len(table):
            values = self.known.values(tuple(table.architectures[len(have) :]))
            new = np.log(np.maximum(np.nan_to_num(values), LEAST))
            have = table.memo[self] = np.concatenate([have, new])
        row: Array = (have[start:] - have[i]) ** 2
        return row
