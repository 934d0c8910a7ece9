"""What a distance between architectures offers: the protocol that every distance follows."""

import math
from abc import abstractmethod
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
    """A distance between architectures. Implementations are frozen, hashable values.

    One of your own inherits from this class and defines `distance`; it draws itself then. The rest
    has a default here, and `matrix` wants a quicker one where many architectures are compared.
    """

    @property
    def is_metric(self) -> bool:
        """Whether it is zero only for equal graphs, symmetric, and obeys the triangle rule.

        False by default: nothing is promised.
        """
        return False

    @property
    def max_lengthscale(self) -> float:
        """The largest l for which `exp(-d / l)` may be trusted to be positive definite.

        Infinite where it is so for every l, and, by default, where no limit is known: then the
        check of the Gaussian process decides.
        """
        return math.inf

    @abstractmethod
    def distance(self, a: Architecture, b: Architecture) -> float:
        """The distance of two architectures, at least 0."""

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """All distances `(n, m)` between `n` and `m` architectures; by default one by one."""
        each = [[self.distance(x, y) for y in b] for x in a]
        return np.array(each, dtype=np.float64).reshape(len(a), len(b))

    def explain(self, a: Architecture, b: Architecture) -> object:
        """Why two architectures are as far apart as they are.

        A frozen record that `nbnas.charts.explanation` can draw, or one text, or a tuple of them,
        which stand beside both pictures. By default no more than the number.
        """
        return f"{self.distance(a, b):.4g} apart"


DISTANCE: Rule[Distance] = offering(
    "a distance", "HammingDistance()", "distance", "matrix", "explain", base="Distance"
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
