"""What a benchmark found: its finished runs, and the curves and comparisons made of them.

Notation
    regret    how far the best value so far is below the best of the table
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nbnas.errors import SearchError
from nbnas.search.benchmark import report as benchmark_report
from nbnas.search.benchmark.clock import BenchmarkClock, clock_of
from nbnas.search.benchmark.curves import (
    BenchmarkCurves,
    capped,
    median_band,
    of_values,
    regret_of,
    times,
)
from nbnas.search.benchmark.finished import FinishedRuns
from nbnas.search.benchmark.summaries import (
    Band,
    Floats,
    PairedDifference,
    PairedDifferences,
    mean_band,
    paired_difference,
    share_band,
)


@dataclass(frozen=True, slots=True, eq=False)
class BenchmarkResults(FinishedRuns):
    """The finished runs of a benchmark. Values are in the unit of the table's file.

    Attributes:
        runs: The queries of each finished (strategy, seed).
        strategies: The strategies, the one of interest first.
        queries: Number of queries of a run.
        initial: Number of those with which it begins before it learns from any.
        optimum: The best value in the table.
        unit: The unit.
        value: Name of the column of values.
        test: Name of the column of values on test data, or empty.
        failures: Runs that failed.
        measure: What the values are, and which way is better.
        workers: Number of simulated workers of each strategy that has some.
    """

    def __repr__(self) -> str:
        return f"BenchmarkResults({len(self.runs)} runs, {len(self.failures)} failed)"

    @property
    def best(self) -> BenchmarkCurves:
        """Mean of the best value so far; no mean can be better than the table's best."""
        bands = {s: of_values(self._mean_gain(s), self.measure) for s in self.present}
        return self._curves(
            f"Best {self.measure.name} so far",
            self.unit.title(self.value),
            "mean over seeds, band: 95 % t interval",
            bands,
            limit=self.optimum,
            name="best of the table",
        )

    @property
    def regret(self) -> BenchmarkCurves:
        """Mean distance to the table's best, at least 0."""
        top = self.measure.gain(self.optimum)
        bands = {s: regret_of(self._mean_gain(s), top) for s in self.present}
        side = "below" if self.measure.maximize else "above"
        return self._curves(
            f"Regret: how far the best so far is {side} the best of the table",
            f"regret of {self.value} ({self.unit.difference})",
            "mean over seeds, band: 95 % t interval",
            bands,
            log=True,
        )

    @property
    def share(self) -> BenchmarkCurves:
        """Share of seeds that have found the table's best, in percent."""
        bands = {s: share_band(self.hits(s)) for s in self.present}
        return self._curves(
            "Share of seeds that have found the best of the table",
            "share of seeds (percent)",
            "band: 95 % interval of Wilson",
            {s: times(band, 100.0) for s, band in bands.items()},
            bounds=(0.0, 100.0),
        )

    @property
    def seconds(self) -> BenchmarkCurves:
        """Median time of a suggestion."""
        bands = {s: median_band(self.traces(s, "seconds")) for s in self.present}
        return self._curves(
            "Time of one suggestion",
            "seconds",
            "median over seeds, band: the middle half of the seeds",
            bands,
            log=True,
        )

    @property
    def clock(self) -> BenchmarkClock:
        """Mean distance to the table's best by the simulated clock, and when that was reached.

        Empty where the table knows no training times.
        """
        return clock_of(self)

    @property
    def paired(self) -> PairedDifferences:
        """The first strategy against every other, at every budget, over the seeds of both."""
        found = tuple(
            self._paired(self.present[0], other, budget)
            for other in self.present[1:]
            for budget in self.budgets
            if self._shared(self.present[0], other)
            and self._both_known(self.present[0], other, budget)
        )
        return PairedDifferences(self.strategies, found)

    @property
    def markdown(self) -> str:
        """The summary as a table in Markdown."""
        return benchmark_report.markdown(self)

    @property
    def latex(self) -> str:
        """The summary as a table in LaTeX, for the package booktabs."""
        return benchmark_report.latex(self)

    def to_frame(self) -> pd.DataFrame:
        """The numbers of the table, a row for each strategy, in the unit of the file."""
        return benchmark_report.summary(self)

    def to_latex(self) -> str:
        """The same as `latex`."""
        return self.latex

    def check(self) -> "BenchmarkResults":
        """These results, if no run failed.

        Raises:
            SearchError: If one failed; the message names all.
        """
        if self.failures:
            raise SearchError(
                f"{len(self.failures)} of {len(self.failures) + len(self.runs)} runs failed "
                f"({'; '.join(map(str, self.failures))}); the others are kept, and the same "
                "command tries the failed ones again"
            )
        return self

    @property
    def _paid(self) -> bool:
        """Whether runs are compared at costs."""
        return False

    def _shared(self, first: str, second: str) -> tuple[int, ...]:
        return tuple(sorted({*self.seeds(first)} & {*self.seeds(second)}))

    def _bests(self, first: str, second: str, budget: float) -> list[Floats]:
        """The best of two strategies at a budget, in the seeds of both, `(s,)` each."""
        seeds, place = self._shared(first, second), self.place(budget)
        return [self.traces_of(s, seeds, "best")[:, place] for s in (first, second)]

    def _both_known(self, first: str, second: str, budget: float) -> bool:
        return bool(np.isfinite(self._bests(first, second, budget)).all())

    def _paired(self, first: str, second: str, budget: float) -> PairedDifference:
        one, other = self._bests(first, second, budget)
        names, gain, paid = (first, second), self.measure.gain, self._paid
        return paired_difference(names, gain(one), gain(other), budget, self.unit, paid=paid)

    def _mean_gain(self, strategy: str) -> Band:
        """The mean of what is maximised with its band, which ends at the best of the table."""
        return capped(mean_band(self.gains(strategy)), self.measure.gain(self.optimum))

    def _curves(
        self,
        title: str,
        axis: str,
        band: str,
        curves: Mapping[str, Band],
        **options: Any,  # noqa: ANN401
    ) -> BenchmarkCurves:
        seeds = {strategy: len(self.seeds(strategy)) for strategy in curves}
        shared = self.strategies, seeds, self.initial
        return BenchmarkCurves(title, axis, band, curves, *shared, **options)
