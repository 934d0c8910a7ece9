"""How values of a measure are drawn: the part of an axis that is worth showing, and its words.

Notation
    low, high  the ends of an axis or of colours, low < high, whichever of them is better
    poor end   that of the worse values: low, or high where lower is better
"""

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import ArrayLike

from nbnas.records import ACCURACY, Measure

Ends = tuple[float, float]


def domain(
    values: Iterable[float | None], fence: float = 3.0, measure: Measure = ACCURACY
) -> Ends:
    """The part of an axis of values that is worth showing.

    A few untrainable networks at chance level would press all others into one line; values more
    than `fence` interquartile ranges beyond the quartile of the poor ones are therefore left out.

    Args:
        values: In the unit of the measure; those that are no numbers are ignored.
        fence: Where far-out values begin, in interquartile ranges.
        measure: What the values are, and which of them are poor.

    Returns:
        `(low, high)` with a margin; never empty, also for equal values or none.

    References:
        Tukey, Exploratory Data Analysis, 1977, section 2D.
    """
    ends = extent(values, fence, measure)
    if ends is None:
        return 0.0, 1.0
    low, high = ends
    margin = _margin(low, high, measure)
    return low - margin, high + margin


def extent(
    values: Iterable[float | None], fence: float = 3.0, measure: Measure = ACCURACY
) -> Ends | None:
    """The least and the greatest value but far-out poor ones; `None` where there is no number."""
    finite = np.array([v for v in values if v is not None and np.isfinite(v)], dtype=np.float64)
    if not len(finite):
        return None
    gains = measure.gain(finite)
    lower, upper = np.quantile(gains, [0.25, 0.75])
    kept = measure.gain(gains[gains >= lower - fence * (upper - lower)])
    return float(kept.min()), float(kept.max())


def within(value: float, bounds: Sequence[float], measure: Measure) -> float:
    """The value, or the poor end of the axis where it is too poor for it."""
    return max(value, bounds[0]) if measure.maximize else min(value, bounds[1])


def beyond(value: float, bounds: Sequence[float], measure: Measure) -> bool:
    """Whether a value is too poor for the axis."""
    return within(value, bounds, measure) != value


def poor_end(bounds: Sequence[float], measure: Measure, inside: float = 0.0) -> float:
    """The end of the axis where the poor values are, or a place a share of the axis inside it."""
    low, high = bounds
    step = inside * (high - low)
    return low + step if measure.maximize else high - step


def poor_side(measure: Measure) -> str:
    """Where values lie that are too poor for the axis: "below" or "above" it."""
    return "below" if measure.maximize else "above"


def axis(
    measure: Measure,
    bounds: Sequence[float],
    title: str | None,
    **options: Any,  # noqa: ANN401
) -> alt.Axis:
    """An axis of values with just as many decimals as its ticks need.

    Args:
        measure: What the values are; its unit stands behind the title, and the sign of percent
            at the ticks.
        bounds: Its ends.
        title: What is drawn.
        **options: Of `altair.Axis`.
    """
    spread = bounds[1] - bounds[0]
    digits = 0 if spread > 0.05 else 1 if spread > 0.005 else 2
    return alt.Axis(
        title=None if title is None else measure.titled(title),
        tickCount=5,
        labelOverlap="greedy",
        labelSeparation=8,
        **({"format": f".{digits}%"} if measure.fraction else {}) | options,
    )


def number_format(measure: Measure, values: ArrayLike, percent: str = ".1%") -> str:
    """How values are written in a legend or beside a pointer, in d3's notation.

    Args:
        measure: What the values are.
        values: All that are drawn.
        percent: The format of fractions.
    """
    if measure.fraction:
        return percent
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    spread = float(np.ptp(finite)) if len(finite) else 0.0
    if spread == 0:
        return ",.4~r"
    return f",.{int(np.clip(np.ceil(1 - np.log10(spread)), 0, 12))}f"


def _margin(low: float, high: float, measure: Measure) -> float:
    margin, largest = 0.06 * (high - low), max(abs(low), abs(high))
    if measure.fraction:
        return max(margin, 0.002)
    return margin if high - low > 1e-6 * largest else 0.02 * largest or 1.0
