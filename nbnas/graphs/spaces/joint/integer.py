"""A setting that is a whole number of a range.

Notation
    u    the value on the unit interval, of which each value has a part
"""

import math
from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.checks import real, whole
from nbnas.errors import SettingError
from nbnas.graphs.space import Randomness, generator
from nbnas.graphs.spaces.joint.dimension import NEAR, TRIES, nudged, said, settle_ends
from nbnas.graphs.values import Value

MOST_LISTED = 50_000
_NUMBER, _WHOLE = real(), whole(-(2**53), 2**53)


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number of a range, both ends included.

    Attributes:
        low: The least value.
        high: The greatest value.
        log: Whether equal ratios are equally far apart, as for a batch size.

    Raises:
        SettingError: If an end is no whole number, `low` is above `high`, or is below 1 where the
            scale is logarithmic.

    Example:
        >>> size = Integer(16, 512, log=True)
        >>> size.size, size.from_unit(0.5), size.from_unit(size.to_unit(64))
        (497, 89, 64)
    """

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        settle_ends(self, _WHOLE)
        if self.low > self.high:
            raise SettingError(
                f"expected low to be at most high, got low={self.low}, high={self.high}"
            )

    @brief
    def __repr__(self) -> str:
        return said(self)

    @property
    def size(self) -> int:
        """Number of values."""
        return self.high - self.low + 1

    def check(self, value: object) -> int:
        """The value as an int.

        Raises:
            SettingError: If it is no whole number of the range.
        """
        return whole(self.low, self.high)("value", value)

    def to_unit(self, value: Value) -> float:
        """The middle of the part of the unit interval that is of a value.

        Raises:
            SettingError: If it is no whole number of the range.
        """
        low, high = self._ends
        return (self._scaled(self.check(value)) - low) / (high - low)

    def from_unit(self, u: float) -> int:
        """The value whose part of the unit interval a place is in."""
        u = min(max(_NUMBER("u", u), 0.0), 1.0)
        low, high = self._ends
        at = low + u * (high - low)
        return min(max(round(math.exp(at) if self.log else at), self.low), self.high)

    def encode(self, value: Value) -> tuple[float]:
        """Its one coordinate: where it lies on the unit interval."""
        return (self.to_unit(value),)

    def sample(self, rng: Randomness) -> int:
        """Draw a value evenly; on a logarithmic scale its logarithm."""
        return self.from_unit(generator(rng).random())

    def mutate(self, value: Value, rng: Randomness) -> int:
        """A value near another: a Gaussian step on the unit interval, to a next one at least."""
        rng, u = generator(rng), self.to_unit(value)
        drawn = (self.from_unit(nudged(u, rng)) for _ in range(TRIES))
        near = next((each for each in drawn if each != value), None)
        if near is not None:
            return near
        beside = self._beside(self.check(value))
        return beside[rng.integers(len(beside))] if beside else self.check(value)

    def near(self, value: Value) -> tuple[int, ...]:
        """The next ones, and those a fortieth and a tenth of the unit interval away."""
        u = self.to_unit(value)
        found = (*self._beside(self.check(value)), *(self.from_unit(u + step) for step in NEAR))
        return tuple(sorted({each for each in found if each != value}))

    def values(self) -> tuple[int, ...]:
        """All values.

        Raises:
            SettingError: If they are more than 50,000.
        """
        if self.size > MOST_LISTED:
            raise SettingError(
                f"expected at most {MOST_LISTED:,} values to list, got {self}: sample it"
            )
        return tuple(range(self.low, self.high + 1))

    @property
    def _ends(self) -> tuple[float, float]:
        return self._scaled(self.low - 0.5), self._scaled(self.high + 0.5)

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else value

    def _beside(self, value: int) -> tuple[int, ...]:
        return tuple(v for v in (value - 1, value + 1) if self.low <= v <= self.high)
