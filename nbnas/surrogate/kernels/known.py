"""A measure that is known without training, as what a model sees of an architecture.

The number of parameters, or a latency, tells much of the accuracy; how much, the data decide: the
kernel has a weight that is fitted.

Notation
    u          normal scores `(n,)` of the measure among the architectures of the space
    d          |u - u'|
"""

from dataclasses import dataclass

import numpy as np
import torch
from gpytorch.priors import LogNormalPrior
from numpy.typing import NDArray

from nbnas.checks import Rule
from nbnas.records import MeasuredBy
from nbnas.records.goals.known import MEASURED_BY, Ranks
from nbnas.surrogate.kernels.architecture import LENGTHSCALE, ArchitectureKernel
from nbnas.surrogate.table import ArchitectureTable
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
RANKED: Rule[MeasuredBy] = Rule(
    "an nbnas.MeasuredBy that knows how its numbers spread, such as "
    "nbnas.MeasuredBy(function, measure).among(architectures)",
    lambda it: MEASURED_BY.accepts(it) and it.ranks is not None,
    lambda it: it,
    objects=True,
)


class KnownKernel(ArchitectureKernel):
    """exp(-d² / 2ℓ²), the squared exponential of what is known of two architectures.

    Only the order of the numbers counts, so that units and outliers do not matter.

    Args:
        known: What tells the measure of any architecture, and how it spreads over the space.
        lengthscale: ℓ to start from, in standard deviations; fitted, with a log-normal prior
            around it.

    Raises:
        SettingError: If it is something else, or the length-scale is not finite and above 0.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.records import PARAMETERS
        >>> known = MeasuredBy(lambda a: str(a).count("conv"), PARAMETERS)
        >>> KnownKernel(known.among(CellSpace().sample(0, 99)))
        KnownKernel(parameters, lengthscale=1)
    """

    has_lengthscale = True

    @undisturbed()
    def __init__(self, known: MeasuredBy, lengthscale: float = 1.0) -> None:
        lengthscale = LENGTHSCALE("lengthscale", lengthscale)
        super().__init__(lengthscale_prior=LogNormalPrior(np.log(lengthscale), 1.0))
        self.known = RANKED("known", known)
        self.double()
        self.lengthscale = lengthscale

    def extra_repr(self) -> str:
        """What is known, for the kernel's repr."""
        return self.known.measure.name

    def similarity(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """exp(-d² / 2ℓ²) `(n, m)`."""
        ranks = self.known.ranks
        assert ranks is not None
        squared = self.block(_SquaredDistance(self.known, ranks), x1, x2)
        return torch.exp(squared * (-0.5 / self.lengthscale**2))


@dataclass(frozen=True, slots=True)
class _SquaredDistance:
    """d² of one architecture to a table of them."""

    known: MeasuredBy
    ranks: Ranks  # compared by identity: another space spreads otherwise

    def row(self, table: ArchitectureTable, i: int, start: int) -> Array:
        kept = table.memo.get(self)
        have = kept if isinstance(kept, np.ndarray) else np.empty(0)
        if len(have) < len(table):
            new = self.known.values(tuple(table.architectures[len(have) :]))
            have = table.memo[self] = np.concatenate([have, self.ranks(new)])
        row: Array = (have[start:] - have[i]) ** 2
        return row
