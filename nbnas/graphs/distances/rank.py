"""The rank distance of architectures of choices: how far apart what they choose stands.

Notation
    c      number of choices
    x      positions `(n, c)`: of an ordered option its rank, divided by the greatest one; of any
           other its rank
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import instance, settle
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.space import check_member
from nbnas.graphs.spaces.choice.options import position
from nbnas.graphs.spaces.choice.space import ChoiceSpace

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankDistance:
    """Sums over the choices how many ranks apart the options are, as a share of the most.

    The first and the last option of an ordered choice are at distance 1, and so are any two of one
    that is not ordered. So it is at most the Hamming distance, and equal to it where nothing is
    ordered. A metric; `exp(-d / l)` is positive definite for every l, being a product over the
    choices.

    Args:
        space: The space, which says what is ordered.

    Raises:
        SettingError: If it is no `ChoiceSpace`.

    Example:
        >>> space = ChoiceSpace(width=(16, 32, 64), activation=("relu", "gelu"))
        >>> a, b = map(space.parse, ("width=16 activation=relu", "width=32 activation=gelu"))
        >>> RankDistance(space).distance(a, b)
        1.5
    """

    space: ChoiceSpace

    def __post_init__(self) -> None:
        settle(self, space=instance(ChoiceSpace, "ChoiceSpace(width=(16, 32))"))

    @brief
    def __repr__(self) -> str:
        return repr(self.space)

    @property
    def is_metric(self) -> bool:
        """True: a sum of metrics, one for each choice."""
        return True

    @property
    def max_lengthscale(self) -> float:
        """Infinite: `exp(-d / l)` is positive definite for every l."""
        return math.inf

    def distance(self, a: Architecture, b: Architecture) -> float:
        """How far apart two architectures are, from 0 to the number of choices."""
        return float(self.matrix((a,), (b,))[0, 0])

    def matrix(self, a: Sequence[Architecture], b: Sequence[Architecture]) -> Array:
        """The distances `(n, m)` between `n` and `m` architectures.

        Raises:
            ArchitectureError: If one is none of the space.
        """
        check_architectures(a=a, b=b)
        first, second = self._positions(a), self._positions(b)
        total = np.zeros((len(a), len(b)))
        for c, choice in enumerate(self.space.options):
            apart = first[:, c, None] - second[None, :, c]
            total += np.abs(apart) if choice.ordered else apart != 0
        return total

    def explain(self, a: Architecture, b: Architecture) -> tuple[tuple[int, ...], ...]:
        """The vertices `(v,)` of the choices that differ."""
        self.matrix((a,), (b,))
        pairs = zip(a.nodes, b.nodes, strict=True)
        return tuple((v,) for v, (one, other) in enumerate(pairs) if one != other)

    def _positions(self, architectures: Sequence[Architecture]) -> Array:
        """Positions x `(n, c)`."""
        known, rows = _positions(self.space), []
        for a in architectures:
            labels = a.nodes[1:-1]
            rows.append([column.get(label) for column, label in zip(known, labels, strict=False)])
            if None in rows[-1] or len(labels) != len(known):
                check_member(self.space, a, "an architecture")
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(known))


@functools.lru_cache(maxsize=16)
def _positions(space: ChoiceSpace) -> tuple[dict[str, float], ...]:
    """For each choice the position of each of its labels."""
    return tuple(
        {
            f"{name}={word}": position(choice, rank) if choice.ordered else float(rank)
            for rank, word in enumerate(choice.words)
        }
        for name, choice in zip(space.names, space.options, strict=True)
    )
