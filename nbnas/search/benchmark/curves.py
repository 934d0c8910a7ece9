"""Curves of a benchmark: a measure of every strategy, with a band, as it is drawn.

Notation
    gain      what is maximised: a value, or its negative where lower is better
    regret    how far the best value so far is from the best of the table, at least 0
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.graphs.framed import Framed
from nbnas.records import Measure
from nbnas.search.benchmark.summaries import Band, Floats


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkCurves(Framed):
    """One measure of every strategy by queries, with a band.

    Attributes:
        title: What is measured.
        axis: The same for an axis, with its unit.
        band: What the band is.
        curves: For each strategy the middle, the lower and the upper end, `(k,)` each.
        strategies: All strategies in their order, also those without a curve yet.
        seeds: Number of seeds of each strategy.
        initial: Number of queries with which every run begins before it learns from any.
        bounds: The ends of the axis, where they are not for the curves to decide.
        log: Whether ratios are of interest, so that the axis is logarithmic.
        limit: The best that there is, where that is worth a line.
        name: What the limit is.
        counted: What is counted along the axis.
        places: Where the curves are along it `(k,)`, where these are no queries from 1 on. Curves
            then are NaN where some seed has nothing yet.
    """

    title: str
    axis: str
    band: str
    curves: Mapping[str, Band]
    strategies: tuple[str, ...]
    seeds: Mapping[str, int]
    initial: int
    bounds: tuple[float, float] | None = None
    log: bool = False
    limit: float | None = None
    name: str = ""
    counted: str = "query"
    places: NDArray[np.float64] | None = None

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each strategy and each query."""
        for name, (middle, lower, upper) in self.curves.items():
            places = np.arange(1, len(middle) + 1) if self.places is None else self.places
            for place, *numbers in zip(places, middle, lower, upper, strict=False):
                told = dict(zip(("middle", "lower", "upper"), map(float, numbers), strict=True))
                yield {"strategy": name, self.counted: place, **told}

    @brief
    def __repr__(self) -> str:
        return f"{self.title}: {', '.join(self.curves)}"


def of_values(band: Band, measure: Measure) -> Band:
    """A band of gains as one of values, lower end before the upper one."""
    middle, lower, upper = (measure.gain(end) for end in band)
    return (middle, lower, upper) if measure.maximize else (middle, upper, lower)


def capped(band: Band, top: float) -> Band:
    """A band of mean gains, which end at the best of the table."""
    middle, lower, upper = band
    return middle, lower, np.minimum(upper, top)


def regret_of(best: Band, optimum: float) -> Band:
    """A band of gains as one of regret, lower end before the upper one."""
    middle, lower, upper = (_missing(values, optimum) for values in best)
    return middle, upper, lower


def _missing(values: NDArray[np.float64], optimum: float) -> NDArray[np.float64]:
    """How far values are below the optimum; a mean that differs by rounding is there."""
    missing = optimum - values
    return np.where(missing < 1e-12 * abs(optimum), 0.0, missing)


def times(band: Band, factor: float) -> Band:
    """A band in another unit."""
    middle, lower, upper = band
    return factor * middle, factor * lower, factor * upper


def median_band(values: Floats) -> Band:
    """The median over seeds with the quartiles: where the middle half of the seeds lies.

    Args:
        values: `(s, k)`.

    Returns:
        Median, lower and upper quartile.
    """
    lower, median, upper = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    return median, lower, upper
