"""The vertical axis of curves, linear or logarithmic, and names at the ends of lines.

A logarithm has no place for 0. Where a curve reaches 0 the axis has a line of its own for it,
below all other values, at a distance that means nothing.
"""

import itertools
from dataclasses import dataclass

import altair as alt
import numpy as np
from numpy.typing import NDArray

from nbnas.charts import theme
from nbnas.search.benchmark.curves import BenchmarkCurves

ROUND = (1, 2, 5)  # digits with which the ticks of a logarithmic axis begin


@dataclass(frozen=True, slots=True)
class Vertical:
    """The vertical axis.

    Attributes:
        low: Its lower end.
        high: Its upper end.
        log: Whether it is logarithmic.
        zero: Where 0 is drawn on a logarithmic axis, if anything is 0.
    """

    low: float
    high: float
    log: bool = False
    zero: float | None = None

    @property
    def scale(self) -> alt.Scale:
        """From end to end."""
        return theme.scale((self.low, self.high), **({"type": "log"} if self.log else {}))

    def axis(self, title: str) -> alt.Axis:
        """Ticks at round numbers; that of 0 says "0"."""
        if not self.log:
            return alt.Axis(title=title, tickCount=6)
        zero = [] if self.zero is None else [self.zero]
        ticks = [*zero, *(t for t in _round(self.low, self.high) if t > 1.5 * (self.zero or 0))]
        text = "format(datum.value, '~g')"
        if zero:
            text = f"datum.value < {1.01 * zero[0]} ? '0' : {text}"
        return alt.Axis(title=title, values=ticks, labelExpr=text)

    def place(self, value: float) -> float:
        """Where a value is drawn."""
        if not self.log:
            return value
        return max(value, self.low if self.zero is None else self.zero)

    def share(self, value: float) -> float:
        """How far up the axis a value is, from 0 to 1."""
        low, high, at = (
            np.log((self.low, self.high, value)) if self.log else (self.low, self.high, value)
        )
        return float((at - low) / (high - low))

    def at(self, share: float) -> float:
        """The value that is so far up."""
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)


def vertical_of(found: BenchmarkCurves) -> Vertical:
    """The axis that holds the curves from `_later` on, and most of what is before."""
    if found.bounds is not None:
        low, high = found.bounds
        return Vertical(low - 0.02 * (high - low), high + 0.02 * (high - low))
    middles, upper = _later(found, 0), _later(found, 2)
    if found.log:
        positive = middles[middles > 0]
        low, high = (
            (positive.min(), max(middles.max(), upper.max())) if len(positive) else (0.1, 1.0)
        )
        if (middles <= 0).any():
            return Vertical(low / 3, 1.2 * high, True, low / 2.5)
        return Vertical(low / 1.5, 1.2 * high, True)
    low, high = middles.min(), max(upper.max(), found.limit or -np.inf)
    margin = 0.06 * (high - low) or 0.5
    return Vertical(float(low - margin), float(high + margin))


def _later(found: BenchmarkCurves, which: int) -> NDArray[np.float64]:
    """Middles or ends of all bands, as far as the axis should hold them.

    That is from the last of the first queries on, or from a third of a short course; by cost from
    a sixth on, since a curve may begin late.
    """
    chosen = []
    for band in found.curves.values():
        start = max(min(found.initial - 1, len(band[0]) // 3), 0)
        start = start if found.places is None else len(band[0]) // 6
        chosen.append(np.where(np.isfinite(band[which]), band[which], band[0])[start:])
    numbers: NDArray[np.float64] = np.concatenate(chosen)
    return numbers[np.isfinite(numbers)]


def _round(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, … within an interval; powers of ten only where these would be many."""
    exponents = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    digits = ROUND if len(exponents) <= 4 else (1,)
    ticks = (float(f"{d}e{e}") for e, d in itertools.product(exponents, digits))
    return [tick for tick in ticks if low <= tick <= high]


def spread(places: dict[str, float], gap: float) -> dict[str, float]:
    """Move places apart that are nearer to each other than a gap, as little as that takes.

    Args:
        places: Where each name would stand, from 0 (bottom) to 1.
        gap: The gap.

    Returns:
        Where each stands: in the same order, within 0 and 1 if there is room for all.

    Example:
        >>> spread({"a": 1.0, "b": 0.99, "c": 0.2}, 0.1)
        {'a': 1.0, 'b': 0.9, 'c': 0.2}
    """
    moved: dict[str, float] = {}
    ceiling = 1.0
    for name, place in sorted(places.items(), key=lambda item: -item[1]):
        moved[name] = min(place, ceiling)
        ceiling = moved[name] - gap
    floor = 0.0
    for name in reversed(moved):
        moved[name] = max(moved[name], floor)
        floor = moved[name] + gap
    return moved
