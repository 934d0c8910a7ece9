"""The distances that Weisfeiler-Lehman features induce.

Notation
    c_a(l)     how often label l occurs in architecture a, see `nbnas.graphs.features`
    k(a, b)    Σ_l c_a(l) c_b(l), or Σ_l min(c_a(l), c_b(l)) for the optimal assignment
    d(a, b)    the distance in the feature space of k

References:
    Shervashidze et al., Weisfeiler-Lehman graph kernels, JMLR 12, 2011.
    Kriege, Giscard and Wilson, On valid optimal assignment kernels and applications to graph
    classification, NeurIPS 2016.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import FLAG, settle, whole
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.features import DEEPEST, Label, weisfeiler_lehman, weisfeiler_lehman_labels


@dataclass(frozen=True, slots=True)
class Motifs:
    """Which surroundings of operations two architectures share, and how often.

    Attributes:
        first: Labels that the first has more often, with by how much.
        second: Labels that the second has more often, with by how much.
        both: Labels that both have, with how often at least.
    """

    first: tuple[tuple[Label, int], ...]
    second: tuple[tuple[Label, int], ...]
    both: tuple[tuple[Label, int], ...]


@dataclass(frozen=True, slots=True)
class WeisfeilerLehmanDistance:
    """How differently often each surrounding of an operation occurs in two architectures.

    With optimal assignment it is the sum of the differences of the counts; without, it is their
    Euclidean length. A pseudo-metric: the operation graph leaves out what does not change the
    function, and no number of rounds tells all graphs apart.

    Args:
        depth: Number of refinement rounds.
        assignment: Whether to take the optimal-assignment variant.

    Raises:
        SettingError: If the depth is no whole number from 0 to 10, or `assignment` no truth value.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> a, b = CellSpace().sample(1, 2)
        >>> WeisfeilerLehmanDistance(depth=0).distance(a, b)
        3.0
    """

    depth: int = 2
    assignment: bool = True

    def __post_init__(self) -> None:
        settle(self, depth=whole(0, DEEPEST), assignment=FLAG)

    @property
    def is_metric(self) -> bool:
        """False: two different graphs may have the same features; all else of a metric holds."""
        return False

    @property
    def max_lengthscale(self) -> float:
        """Infinite: exp(-d / l) of an L1 or L2 distance is positive definite for every l."""
        return math.inf

    def distance(self, a: Architecture, b: Architecture) -> float:
        """The distance of two architectures."""
        return float(self.matrix((a,), (b,))[0, 0])

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """The distances `(n, m)` between `n` and `m` architectures."""
        check_architectures(a=a, b=b)
        features = weisfeiler_lehman((*a, *b), self.depth, {}, assignment=self.assignment)
        first, second = features[: len(a)], features[len(a) :]
        squares = np.asarray(features.multiply(features).sum(axis=1)).reshape(-1)
        products = (first @ second.T).toarray()
        gaps: NDArray[np.float64] = (
            squares[: len(a), None] + squares[None, len(a) :] - 2 * products
        )
        return gaps if self.assignment else np.asarray(np.sqrt(np.maximum(gaps, 0.0)))

    def explain(self, a: Architecture, b: Architecture) -> Motifs:
        """The labels that one of the two has more often, and those that they share."""
        check_architectures(a=(a,), b=(b,))
        first, second = (weisfeiler_lehman_labels(x, self.depth) for x in (a, b))
        return Motifs(_sorted(first - second), _sorted(second - first), _sorted(first & second))


def _sorted(counts: Counter[Label]) -> tuple[tuple[Label, int], ...]:
    """Short labels first, as they are the easiest to read."""
    return tuple(sorted(counts.items(), key=lambda item: (len(item[0]), item[0])))
