"""Knowledge from elsewhere: numbers that are known of architectures before any is evaluated.

Such as zero-cost proxies. How much they are worth, the data decide: the kernel has weights that
are fitted, and where the numbers say nothing of the objective, its weight goes to zero.

Notation
    p          number of numbers, such as proxies
    u          normal scores `(n, p)` of the numbers among all known architectures
    d          Euclidean distance of u, divided by √p

References:
    White, Zela, Ru, Liu and Hutter, How powerful are performance predictors in neural
    architecture search?, NeurIPS 2021 (proxies as features of a predictor). Abdelfattah, Mehrotra,
    Dudziak and Lane, Zero-cost proxies for lightweight NAS, ICLR 2021 (a start picked by proxies).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import torch
from gpytorch.priors import LogNormalPrior
from numpy.typing import NDArray

from nbnas.checks import MAPPING, TEXT, Rule, each, instance, real, whole
from nbnas.errors import DataError, ObservationError, shown
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.records.ranks import normal_scores
from nbnas.surrogate.kernels.architecture import LENGTHSCALE, ArchitectureKernel
from nbnas.surrogate.table import ArchitectureTable
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
_NAMES = each(TEXT).raising(DataError)
_FINITE = each(real())


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """Numbers known of architectures.

    Only their order counts: they are replaced by normal scores of their ranks, so that units and
    outliers do not matter. Where larger is worse for the objective, the fit finds out.

    Args:
        names: What the `p` numbers are called.
        values: The numbers of each architecture.

    Raises:
        DataError: If there is no name or no architecture, if an architecture has another number
            of numbers, or one is not finite.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> a, b = CellSpace().sample(0, 2)
        >>> Knowledge(("parameters",), {a: (1e6,), b: (2e6,)}).scores((a, b)).shape
        (2, 1)
    """

    names: tuple[str, ...]
    values: Mapping[Architecture, tuple[float, ...]] = field(repr=False)
    _scores: Mapping[Architecture, Array] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = _NAMES("names", self.names)
        object.__setattr__(self, "names", names)
        MAPPING.raising(DataError)("values", self.values)
        check_architectures(values=tuple(self.values))
        if not self.names or not self.values:
            raise DataError(
                "expected at least one name and one architecture, "
                f"got {len(self.names)} and {len(self.values)}"
            )
        for architecture, numbers in self.values.items():
            if not _FINITE.accepts(numbers) or len(numbers) != len(names):
                raise DataError(
                    f"expected {len(names)} finite numbers ({', '.join(names)}) of "
                    f"{architecture}, got {shown(numbers)}"
                )
        scores = _scores_of_columns(np.array(list(self.values.values()), dtype=np.float64))
        known = MappingProxyType(dict(zip(self.values, scores, strict=True)))
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        object.__setattr__(self, "_scores", known)

    def scores(self, architectures: Sequence[Architecture]) -> Array:
        """Normal scores u `(n, p)`.

        Raises:
            ObservationError: If an architecture is not known.
        """
        check_architectures(architectures=architectures)
        try:
            return np.array([self._scores[a] for a in architectures]).reshape(-1, len(self.names))
        except KeyError as error:
            raise ObservationError(
                f"nothing is known of {error.args[0]}; search a Subspace of the "
                f"{len(self.values):,} architectures that have {', '.join(self.names)}, "
                "or give their numbers too"
            ) from None

    def best(self, n: int) -> tuple[Architecture, ...]:
        """The up to `n` architectures with the highest mean score, best first.

        Larger numbers are taken to promise more.
        """
        n = whole(0)("n", n)
        ranked = sorted(self._scores, key=lambda a: -float(self._scores[a].mean()))
        return tuple(ranked[:n])

    def fingerprint(self) -> dict[str, str]:
        """What a study remembers of it: the names, and a digest of all numbers."""
        rows = sorted(f"{a}:{numbers}" for a, numbers in self.values.items())
        digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]
        return {"names": ", ".join(self.names), "digest": digest}

    def __deepcopy__(self, memo: object) -> "Knowledge":
        return self  # it never changes


KNOWLEDGE: Rule[Knowledge] = instance(Knowledge, "Knowledge(('flops',), {architecture: (1.5,)})")


class KnowledgeKernel(ArchitectureKernel):
    """exp(-d² / 2ℓ²), the squared exponential of what is known of two architectures.

    Args:
        knowledge: Numbers known of every architecture that is asked for.
        lengthscale: ℓ to start from, in standard deviations; fitted, with a log-normal prior
            around it.

    Raises:
        SettingError: If it is no knowledge, or the length-scale is not finite and above 0.
    """

    has_lengthscale = True

    @undisturbed()
    def __init__(self, knowledge: Knowledge, lengthscale: float = 1.0) -> None:
        lengthscale = LENGTHSCALE("lengthscale", lengthscale)
        super().__init__(lengthscale_prior=LogNormalPrior(np.log(lengthscale), 1.0))
        self.knowledge = KNOWLEDGE("knowledge", knowledge)
        self.double()
        self.lengthscale = lengthscale

    def extra_repr(self) -> str:
        """What is known, for the kernel's repr."""
        return ", ".join(self.knowledge.names)

    def similarity(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """exp(-d² / 2ℓ²) `(n, m)`."""
        squared = self.block(_SquaredDistance(self.knowledge), x1, x2)
        return torch.exp(squared * (-0.5 / self.lengthscale**2))


@dataclass(frozen=True, slots=True)
class _SquaredDistance:
    """d² of one architecture to a table of them."""

    knowledge: Knowledge  # compared by identity

    def row(self, table: ArchitectureTable, i: int, start: int) -> Array:
        known = table.memo.get(self)
        have = known if isinstance(known, np.ndarray) else np.empty((0, len(self.knowledge.names)))
        if len(have) < len(table):
            new = self.knowledge.scores(table.architectures[len(have) :])
            have = table.memo[self] = np.concatenate([have, new])
        row: Array = ((have[start:] - have[i]) ** 2).mean(axis=1)
        return row


def _scores_of_columns(numbers: Array) -> Array:
    """Normal scores of each column `(n, p)`; equal numbers share theirs."""
    found = np.empty_like(numbers)
    for column, own in zip(numbers.T, found.T, strict=True):
        values, scores = normal_scores(column)
        own[:] = scores[np.searchsorted(values, column)]
    return found
