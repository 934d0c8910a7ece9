"""The unit of a column of values, and how many of its digits are worth printing."""

import math
from dataclasses import dataclass

from nbnas.checks import Rule, instance
from nbnas.records import Measure

SIGNIFICANT = 4  # digits of a value that are worth printing


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a column of values.

    Attributes:
        name: "percent" or "fraction"; the unit of a measure that is no fraction, or empty.
        whole: What 100 % is in it; 1 for a measure that is no fraction.
        difference: The unit of a difference.
        digits: Digits after the point that are worth printing.
    """

    name: str
    whole: float
    difference: str
    digits: int

    def title(self, column: str) -> str:
        """The name of a column with the unit, as for an axis."""
        return f"{column} ({self.name})" if self.name else column

    def text(self, value: float) -> str:
        """A value with its unit."""
        return f"{value:.{self.digits}f} {self.name}".rstrip()


PERCENT = Unit("percent", 100.0, "percentage points", 2)
FRACTION = Unit("fraction", 1.0, "as a fraction", 4)
UNIT: Rule[Unit] = instance(Unit, "PERCENT")


def unit_of(measure: Measure, whole: float, best: float) -> Unit:
    """The unit of values of a measure.

    Args:
        measure: What they are.
        whole: What 100 % is in them.
        best: The best of them, which tells how many digits are worth printing.
    """
    if measure.fraction:
        return PERCENT if whole == PERCENT.whole else FRACTION
    places = SIGNIFICANT - 1 - math.floor(math.log10(abs(best))) if best else SIGNIFICANT
    unit = measure.unit
    return Unit(unit, 1.0, unit or measure.name, min(max(places, 0), 2 * SIGNIFICANT))
