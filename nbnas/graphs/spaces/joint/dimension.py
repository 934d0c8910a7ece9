"""What a setting offers whose values are searched: the protocol that every dimension follows.

Notation
    u    the value on the unit interval; evenly drawn u are values as the dimension draws them
"""

from collections.abc import Hashable
from typing import Any, Protocol, runtime_checkable

import numpy as np

from nbnas.checks import FLAG, Rule, offering, settle
from nbnas.errors import SettingError
from nbnas.graphs.space import Randomness
from nbnas.graphs.values import Value

STEP = 0.15  # standard deviation of a mutation, on the unit interval
TRIES = 100  # draws of a mutation that has to differ
NEAR = (-0.1, -0.025, 0.025, 0.1)  # what neighbours are away on the unit interval


@runtime_checkable
class Dimension(Hashable, Protocol):
    """The values of one setting. Implementations are frozen values with a telling repr."""

    @property
    def size(self) -> int | None:
        """Number of values, or `None` where they are as many as there are numbers."""

    def check(self, value: object) -> Value:
        """The value, as Python's own type.

        Raises:
            SettingError: If it is none of this setting; the message says what is.
        """

    def to_unit(self, value: Value) -> float:
        """Where a value lies on the unit interval.

        Raises:
            SettingError: If it is none of this setting.
        """

    def from_unit(self, u: float) -> Value:
        """The value at a place of the unit interval, with `from_unit(to_unit(value)) == value`.

        That holds for all values that the dimension itself gives; what lies beyond an end is taken
        for the end.
        """

    def encode(self, value: Value) -> tuple[float, ...]:
        """The coordinates of a value in the unit cube, as kernels compare them."""

    def sample(self, rng: Randomness) -> Value:
        """Draw a value."""

    def mutate(self, value: Value, rng: Randomness) -> Value:
        """A random other value, near where the values have an order; itself if it is alone."""

    def near(self, value: Value) -> tuple[Value, ...]:
        """Some values beside a value: those that a local search tries."""

    def values(self) -> tuple[Value, ...]:
        """All values in their order.

        Raises:
            SettingError: If they cannot be listed.
        """


DIMENSION: Rule[Dimension] = offering(
    "a setting", "nbnas.Real(1e-3, 1, log=True)", "to_unit", "from_unit", "encode", "near"
)


def nudged(u: float, rng: np.random.Generator) -> float:
    """A place near another on the unit interval, reflected at its ends."""
    moved = abs(u + STEP * rng.standard_normal()) % 2
    return float(min(moved, 2 - moved))


def settle_ends(made: Any, rule: Rule[Any]) -> None:  # noqa: ANN401
    """Check the ends and the scale of a range of numbers that is being made.

    Args:
        made: What has `low`, `high` and `log`.
        rule: What the ends have to be.

    Raises:
        SettingError: If they are not, or one is not above 0 where the scale is logarithmic.
    """
    settle(made, low=rule, high=rule, log=FLAG)
    if made.log and made.low <= 0:
        raise SettingError(
            f"expected low to be above 0 on a logarithmic scale, got low={made.low:g}; leave out "
            "log=True"
        )


def said(made: Any) -> str:  # noqa: ANN401
    """The ends and the scale, as the constructor takes them."""
    return f"{made.low!r}, {made.high!r}" + (", log=True" if made.log else "")
