"""The kernel of Weisfeiler-Lehman features.

Notation
    φ_h(a)         counts of the Weisfeiler-Lehman labels of round h
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from scipy.sparse import csr_array, diags_array, vstack

from nbnas.checks import FLAG, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.features import DEEPEST, Label, weisfeiler_lehman
from nbnas.surrogate.kernels.architecture import ArchitectureKernel
from nbnas.surrogate.table import ArchitectureTable, Array
from nbnas.undisturbed import undisturbed


class WeisfeilerLehmanKernel(ArchitectureKernel):
    """The cosine between Weisfeiler-Lehman features of the operation graphs.

    Isomorphic cells have similarity 1; cells that share no operation have that of their ends.

    Args:
        depth: Number of refinement rounds.
        assignment: Whether to compare by the optimal assignment of the vertices, which sums the
            smaller of two counts of a label, instead of multiplying them.

    Raises:
        SettingError: If the depth is no whole number from 0 to 10.

    References:
        Shervashidze et al., Weisfeiler-Lehman graph kernels, JMLR 12, 2011; Ru et al.,
        Interpretable neural architecture search via Bayesian optimisation with
        Weisfeiler-Lehman kernels, ICLR 2021; Kriege, Giscard and Wilson, On valid optimal
        assignment kernels and applications to graph classification, NeurIPS 2016.
    """

    @undisturbed()
    def __init__(self, depth: int = 2, assignment: bool = False) -> None:
        super().__init__()
        self.depth = whole(0, DEEPEST)("depth", depth)
        self.assignment = FLAG("assignment", assignment)
        self.double()

    def extra_repr(self) -> str:
        """The depth, for the kernel's repr."""
        return f"depth={self.depth}" + (", assignment=True" if self.assignment else "")

    def similarity(self, x1: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        """Cosines `(n, m)`."""
        return self.block(_WeisfeilerLehmanMeasure(self.depth, self.assignment), x1, x2)


@dataclass(frozen=True, slots=True)
class _WeisfeilerLehmanMeasure:
    depth: int
    assignment: bool

    def row(self, table: ArchitectureTable, i: int, start: int) -> Array:
        features = self._features(table)
        own = slice(*features.indptr[i : i + 2])
        query = np.zeros(features.shape[1])
        query[features.indices[own]] = features.data[own]
        return np.asarray((features[start:] if start else features) @ query)

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

    def __deepcopy__(self, memo: object) -> "_Features":
        """Another one; the words of the vocabulary, which may be many and long, are shared."""
        new = _Features()
        new.vocabulary, new.matrix = dict(self.vocabulary), self.matrix.copy()
        return new

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
        self.matrix.sort_indices()  # so that a cosine has the same digits both ways round
