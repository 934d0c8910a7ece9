"""What the runs of a benchmark say: means with 95 % intervals, shares, paired differences.

Notation
    s, k        number of seeds and of queries
    best        (s, k), the best value after each query of each seed
    ±           one standard error
    interval    95 %, for each query and each comparison by itself, not for all of them at once

References:
    Student, The probable error of a mean, Biometrika 6, 1908. Wilson, Probable inference, the law
    of succession, and statistical inference, JASA 22, 1927. Hesterberg, What teachers should know
    about the bootstrap, The American Statistician 69, 2015 (expanded percentile intervals).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

from nbnas.brief import brief
from nbnas.graphs.framed import Framed
from nbnas.search.benchmark.unit import Unit

Floats = NDArray[np.float64]
Band = tuple[Floats, Floats, Floats]  # the middle, the lower and the upper end, each (k,)
_NOT_TOLD = ("unit", "paid")  # of a pair, in a table
FEWEST = 6  # seeds without which nobody is said to win: a sign test needs as many for 5 %
RESAMPLES = 10_000


def mean_band(values: Floats) -> Band:
    """The mean over seeds with Student's t interval.

    Args:
        values: `(s, k)`.

    Returns:
        Mean, lower and upper end of the 95 % interval; the ends are NaN where s = 1.
    """
    mean, error = values.mean(axis=0), standard_error(values)
    half = stdtrit(max(len(values) - 1, 1), 0.975) * error
    return mean, mean - half, mean + half


def share_band(hits: NDArray[np.bool_]) -> Band:
    """The share of seeds that hit, with Wilson's interval.

    Args:
        hits: `(s, k)`.

    Returns:
        Share, lower and upper end of the 95 % interval.
    """
    n, z = len(hits), float(ndtri(0.975))
    share = hits.mean(axis=0)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return share, middle - half, middle + half


def standard_error(values: Floats) -> Floats:
    """The standard error of the mean over the first axis; NaN for one value."""
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)
    error: Floats = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return error


def bootstrap_interval(differences: Floats, resamples: int = RESAMPLES) -> tuple[float, float]:
    """The 95 % interval of a mean difference by the bootstrap, from a fixed seed.

    It is the percentile interval with the quantiles of `expanded_tail`: the plain one is too
    narrow for few seeds.

    Args:
        differences: `(s,)`, one for each seed.
        resamples: How often the seeds are drawn anew, with repetitions.

    Returns:
        Its lower and upper end, quantiles of the means of the resamples; NaN where s = 1.
    """
    n = len(differences)
    if n < 2:
        return np.nan, np.nan
    draws = np.random.default_rng(0).integers(n, size=(resamples, n))
    tail = expanded_tail(n)
    lower, upper = np.quantile(differences[draws].mean(axis=1), [tail, 1 - tail])
    return float(lower), float(upper)


def expanded_tail(n: int) -> float:
    """The quantile at which a bootstrap interval of a mean ends, for 2.5 % beyond it.

    For n values the spread of resampled means is too small by a factor √((n - 1)/n), and a normal
    tail stands where Student's belongs; this makes up for both.

    Example:
        >>> round(expanded_tail(20), 3), round(expanded_tail(100_000), 3)
        (0.016, 0.025)
    """
    return float(ndtr(-np.sqrt(n / (n - 1)) * stdtrit(n - 1, 0.975)))


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much better one strategy is than another after so many queries, seed by seed.

    Attributes:
        first: The one strategy.
        second: The other.
        queries: After how many queries; or at which cost, in full trainings.
        seeds: Number of seeds that both ran.
        mean: Mean of best(first) - best(second), in `unit`, of gains: above 0 where the first is
            better, also where that is the lower value.
        error: Its standard error; NaN for one seed.
        lower: Lower end of its 95 % bootstrap interval.
        upper: Upper end.
        better: Number of seeds in which the first is better.
        equal: Number of seeds in which both are equally good.
        unit: The unit of the values.
        paid: Whether it is a cost.
    """

    first: str
    second: str
    queries: float
    seeds: int
    mean: float
    error: float
    lower: float
    upper: float
    better: int
    equal: int
    unit: Unit
    paid: bool = False

    @property
    def when(self) -> str:
        """After what, or at which cost, in words."""
        return f"at cost {self.queries:g}" if self.paid else f"after {self.queries} queries"

    @property
    def sentence(self) -> str:
        """The difference in words.

        Nobody is said to beat the other while the interval holds 0, or seeds are fewer than 6.
        """
        seeds = "1 seed" if self.seeds == 1 else f"{self.seeds} seeds"
        if self.equal == self.seeds:
            return f"{self._both} are equal at {self._where} in {seeds}."
        winner, loser, better = (
            (self.first, self.second, self.better)
            if self.mean >= 0
            else (self.second, self.first, self.seeds - self.better - self.equal)
        )
        ties = f", equal in {self.equal}" if self.equal else ""
        count = f"{winner} is better in {better} of {seeds}{ties}"
        if self.seeds < FEWEST:
            size = f"{self._size}, too few seeds to tell"
            return f"{self._both} at {self._where}: {size} ({count})."
        ends = sorted((abs(self.lower), abs(self.upper)))
        if self.lower <= 0 <= self.upper:
            return f"{self._both} cannot be told apart at {self._where}: {self._size} ({count})."
        interval = f"95 % interval {self._number(ends[0])} to {self._number(ends[1])}"
        count = count.removeprefix(f"{winner} is ")
        return f"{winner} beats {loser} at {self._where} by {self._size} ({count}; {interval})."

    @property
    def _both(self) -> str:
        return f"{self.first} and {self.second}"

    @property
    def _where(self) -> str:
        return f"cost {self.queries:g}" if self.paid else f"{self.queries} queries"

    @property
    def _size(self) -> str:
        error = "" if np.isnan(self.error) else f" ± {self._number(self.error)}"
        return f"{self._number(abs(self.mean))}{error} {self.unit.difference}"

    def _number(self, value: float) -> str:
        """So many digits that the standard error has one at least."""
        small = self.error if np.isfinite(self.error) and self.error > 0 else 1.0
        digits = max(self.unit.digits, int(np.ceil(-np.log10(small))))
        return f"{value:.{min(digits, self.unit.digits + 3)}f}"


@dataclass(frozen=True, slots=True)
class PairedDifferences(Framed):
    """One strategy against every other, at several budgets, seed by seed.

    Attributes:
        strategies: All strategies in their order.
        differences: The differences, each with what it compares.
    """

    strategies: tuple[str, ...]
    differences: tuple[PairedDifference, ...]

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each pair of strategies and each number of queries."""
        for one in self.differences:
            yield {f.name: getattr(one, f.name) for f in fields(one) if f.name not in _NOT_TOLD}

    @brief
    def __repr__(self) -> str:
        return f"{len(self.differences)} comparisons of {', '.join(self.strategies)}"

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each difference."""
        return tuple(each.sentence for each in self.differences)


def paired_difference(
    names: tuple[str, str],
    first: Floats,
    second: Floats,
    queries: float,
    unit: Unit,
    *,
    paid: bool = False,
) -> PairedDifference:
    """Compare two strategies seed by seed.

    Args:
        names: What they are called.
        first: `(s,)`, the best gain of the first after so many queries, by seed.
        second: The same of the second, for the same seeds.
        queries: That number of queries, or the cost.
        unit: The unit of the values.
        paid: Whether it is a cost.

    Returns:
        Mean difference, standard error, interval and counts.
    """
    differences = first - second
    return PairedDifference(
        *names,
        queries,
        len(differences),
        float(differences.mean()),
        float(standard_error(differences)),
        *bootstrap_interval(differences),
        int((differences > 0).sum()),
        int((differences == 0).sum()),
        unit,
        paid,
    )
