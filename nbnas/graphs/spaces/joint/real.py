"""A setting that is a real number of an interval.

Notation
    u       the value on the unit interval
    grid    the numbers that are given: next ones are about a ten-thousandth of the unit interval
            apart, so that their texts are short
"""

import math
import sys
from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.checks import real
from nbnas.errors import SettingError
from nbnas.graphs.space import Randomness, generator
from nbnas.graphs.spaces.joint.dimension import NEAR, TRIES, nudged, said, settle_ends
from nbnas.graphs.values import Value

GRID = 1e-4  # of the unit interval, at most
_NUMBER = real()


@dataclass(frozen=True, slots=True)
class Real:
    """A real number of an interval, both ends included.

    Attributes:
        low: The least value.
        high: The greatest value.
        log: Whether equal ratios are equally far apart, as for a learning rate.

    Raises:
        SettingError: If an end is no finite number, `low` is not below `high`, or is not above 0
            where the scale is logarithmic.

    Example:
        >>> rate = Real(1e-3, 1, log=True)
        >>> rate.from_unit(0.5), rate.to_unit(0.1), rate.sample(0)
        (0.03162, 0.6666666666666667, 0.08145)
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        settle_ends(self, _NUMBER)
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        if not self.low < self.high or math.isinf(self.high - self.low):
            raise SettingError(
                f"expected low to be below high, got low={self.low:g}, high={self.high:g}; leave "
                "out a setting that has one value, and give it to the Trainer"
            )

    @brief
    def __repr__(self) -> str:
        return said(self)

    @property
    def size(self) -> None:
        """There are as many values as there are numbers."""
        return None

    def check(self, value: object) -> float:
        """The value as a float.

        Raises:
            SettingError: If it is no number of the interval.
        """
        return float(real(self.low, self.high)("value", value))

    def to_unit(self, value: Value) -> float:
        """Where a value lies on the unit interval: 0 at `low`, 1 at `high`.

        Raises:
            SettingError: If it is no number of the interval.
        """
        low, high = self._ends
        return min(max((self._scaled(self.check(value)) - low) / (high - low), 0.0), 1.0)

    def from_unit(self, u: float) -> float:
        """The value at a place of the unit interval, on the grid.

        Args:
            u: The place; beyond 0 and 1 it is that end.
        """
        u = _NUMBER("u", u)
        if u <= 0 or u >= 1:
            return self.low if u <= 0 else self.high
        low, high = self._ends
        at = low + u * (high - low)
        exact = math.exp(at) if self.log else at
        return min(max(self._on_grid(exact), self.low), self.high)

    def encode(self, value: Value) -> tuple[float]:
        """Its one coordinate: where it lies on the unit interval."""
        return (self.to_unit(value),)

    def sample(self, rng: Randomness) -> float:
        """Draw a value evenly; on a logarithmic scale its logarithm."""
        return self.from_unit(generator(rng).random())

    def mutate(self, value: Value, rng: Randomness) -> float:
        """A value near another: a Gaussian step on the unit interval, reflected at the ends."""
        rng, u = generator(rng), self.to_unit(value)
        drawn = (self.from_unit(nudged(u, rng)) for _ in range(TRIES))
        farther = self.high if value == self.low else self.low  # numbers can be that close
        return next((each for each in drawn if each != value), farther)

    def near(self, value: Value) -> tuple[float, ...]:
        """The values a fortieth and a tenth of the unit interval away, within the ends."""
        u = self.to_unit(value)
        found = (self.from_unit(u + step) for step in NEAR)
        return tuple(dict.fromkeys(each for each in found if each != value))

    def values(self) -> tuple[Value, ...]:
        """The values cannot be listed.

        Raises:
            SettingError: Always; sample instead.
        """
        raise SettingError(f"expected a setting that can be listed, got {self}: sample it")

    @property
    def _ends(self) -> tuple[float, float]:
        return self._scaled(self.low), self._scaled(self.high)

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else value

    def _on_grid(self, value: float) -> float:
        """The value with as many digits as the grid asks for."""
        low, high = self._ends
        apart = max(GRID * (high - low) * (value if self.log else 1.0), sys.float_info.min)
        return round(value, math.ceil(-math.log10(apart)))
