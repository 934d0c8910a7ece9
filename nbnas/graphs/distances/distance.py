"""What a distance between architectures offers: the protocol that every distance follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief, cut
from nbnas.checks import Rule, offering
from nbnas.graphs.architecture import ARCHITECTURE, Architecture


@runtime_checkable
class Distance(Protocol):
    """A distance between architectures. Implementations are frozen, hashable values."""

    @property
    def is_metric(self) -> bool:
        """Whether it is zero only for equal graphs, symmetric, and obeys the triangle rule."""

    @property
    def max_lengthscale(self) -> float:
        """The largest l for which `exp(-d / l)` may be trusted to be positive definite.

        Infinite where it is so for every l, and where no limit is known: then the check of the
        Gaussian process decides.
        """

    def distance(self, a: Architecture, b: Architecture) -> float:
        """The distance of two architectures, at least 0."""

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """All distances `(n, m)` between `n` and `m` architectures."""

    def explain(self, a: Architecture, b: Architecture) -> object:
        """Why two architectures are as far apart as they are, as a frozen record."""


DISTANCE: Rule[Distance] = offering(
    "a distance", "HammingDistance()", "distance", "matrix", "explain"
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two architectures are as far apart as they are; made by `explain`.

    Attributes:
        distance: The distance.
        first: The one architecture.
        second: The other.
        value: How far they are apart.
        found: What `distance.explain` gave: an edit script, a transport plan, paths or motifs.
    """

    distance: Distance
    first: Architecture
    second: Architecture
    value: float
    found: object

    @brief
    def __repr__(self) -> str:
        pair = " and ".join(cut(a, 60) for a in (self.first, self.second))
        return f"{self.value:g} by {self.distance!r} between {pair}"


def explain(distance: Distance, first: Architecture, second: Architecture) -> Explanation:
    """Explain the distance of two architectures, as something that draws itself.

    Args:
        distance: The distance.
        first: The one architecture.
        second: The other.

    Returns:
        The explanation.

    Raises:
        SettingError: If it is no distance.
        ArchitectureError: If one is no architecture, or none that the distance serves.
    """
    DISTANCE("distance", distance)
    first, second = ARCHITECTURE("first", first), ARCHITECTURE("second", second)
    value = distance.distance(first, second)
    return Explanation(distance, first, second, value, distance.explain(first, second))
