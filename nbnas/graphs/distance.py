"""What a distance between architectures offers: the protocol that every distance follows."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture


@runtime_checkable
class Distance(Protocol):
    """A distance between architectures. Implementations are frozen, hashable values."""

    @property
    def is_metric(self) -> bool:
        """Whether it is zero only for equal graphs, symmetric, and obeys the triangle rule."""

    @property
    def max_lengthscale(self) -> float:
        """The largest l for which `exp(-d / l)` is known to be positive definite; may be inf."""

    def distance(self, a: Architecture, b: Architecture) -> float:
        """The distance of two architectures, at least 0."""

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> NDArray[np.float64]:
        """All distances `(n, m)` between `n` and `m` architectures."""

    def explain(self, a: Architecture, b: Architecture) -> object:
        """Why two architectures are as far apart as they are, as a frozen record."""
