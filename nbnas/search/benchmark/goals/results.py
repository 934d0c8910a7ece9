"""What a benchmark with several goals found: how much of the table's front, by queries.

All that `BenchmarkResults` tells of the best value so far is told of the hypervolume regret here:
its best is 0, where the whole front is found.

Notation
    regret    normalised hypervolume that is still missing, see `regret.py`
    (.5)      the share of seeds whose regret is at most `NEAR`
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nbnas.records import Measure
from nbnas.search.benchmark.compare import Failure
from nbnas.search.benchmark.curves import BenchmarkCurves, times
from nbnas.search.benchmark.file import Row, Runs
from nbnas.search.benchmark.report import (
    Cells,
    in_latex,
    in_markdown,
    median_seconds,
    pair,
    seeds_of,
)
from nbnas.search.benchmark.results import BenchmarkResults
from nbnas.search.benchmark.summaries import mean_band, share_band, standard_error
from nbnas.search.benchmark.table import BenchmarkTable
from nbnas.search.benchmark.unit import Unit

NEAR = 0.01  # of the normalised hypervolume: a run that lacks at most so much is near the front
REGRET = Measure("hypervolume regret", maximize=False, lower=0.0)
UNIT = Unit("", 1.0, "of the normalised hypervolume", 4)


@dataclass(frozen=True, slots=True, eq=False)
class GoalResults(BenchmarkResults):
    """The finished runs of a benchmark with several goals.

    `best` of each row is its hypervolume regret, which `measure` and `unit` are of.

    Attributes:
        goals: The names of the goals, those that are known beforehand marked.
    """

    goals: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"GoalResults({len(self.runs)} runs, {len(self.failures)} failed)"

    @property
    def best(self) -> BenchmarkCurves:
        """Mean hypervolume regret, on a logarithmic axis."""
        return self.regret

    @property
    def regret(self) -> BenchmarkCurves:
        """Mean hypervolume regret, at least 0."""
        return self._curves(
            f"Hypervolume that is still missing: {' and '.join(self.goals)}",
            "hypervolume regret (normalised)",
            "mean over seeds, band: 95 % t interval",
            {s: _positive(mean_band(self.traces(s))) for s in self.present},
            log=True,
        )

    @property
    def share(self) -> BenchmarkCurves:
        """Share of seeds that lack at most `NEAR` of the hypervolume, in percent."""
        bands = {s: share_band(self.hits(s)) for s in self.present}
        return self._curves(
            f"Share of seeds whose hypervolume regret is at most {NEAR:g}",
            "share of seeds (percent)",
            "band: 95 % interval of Wilson",
            {s: times(band, 100.0) for s, band in bands.items()},
            bounds=(0.0, 100.0),
        )

    def hits(self, strategy: str) -> NDArray[np.bool_]:
        """Whether a strategy's runs lack at most `NEAR`, `(s, k)`."""
        found: NDArray[np.bool_] = self.traces(strategy) <= NEAR
        return found

    @property
    def markdown(self) -> str:
        """The summary as a table in Markdown."""
        return in_markdown(self._cells("±"), self._caption("±"))

    @property
    def latex(self) -> str:
        """The summary as a table in LaTeX, for the package booktabs."""
        return in_latex(self._cells(r"\pm"), self._caption("+-"))

    def _cells(self, plus_minus: str) -> Cells:
        head = ["strategy", *(f"{budget} queries" for budget in self.budgets), "seconds"]
        return [head, *(self._line(strategy, plus_minus) for strategy in self.present)]

    def _line(self, strategy: str, plus_minus: str) -> list[str]:
        left, near, cells = self.traces(strategy), self.hits(strategy), [strategy]
        for budget in self.budgets:
            seen, share = left[:, self.place(budget)], near[:, self.place(budget)].mean()
            error = float(standard_error(seen))
            said = pair(float(seen.mean()), error, self.unit.digits, plus_minus)
            cells.append(f"{said} ({share:.2f})")
        seconds = median_seconds(self.traces(strategy, "seconds"), self.initial)
        return [*cells, f"{seconds:.3f}" if seconds >= 0.001 else "< 0.001"]

    def _caption(self, plus_minus: str) -> str:
        return (
            f"Mean hypervolume regret of {' and '.join(self.goals)} {plus_minus} standard error "
            f"over {seeds_of(self)}, normalised so that the whole range of each goal is 1, and "
            f"the share of seeds with at most {NEAR:g}; seconds: median of a suggestion after the "
            f"first {self.initial}, which know no values."
        )


def goal_results(
    table: BenchmarkTable,
    runs: Runs,
    strategies: tuple[str, ...],
    queries: int,
    initial: int,
    failures: tuple[Failure, ...] = (),
    workers: Mapping[str, int] = MappingProxyType({}),
) -> GoalResults:
    """What runs on a table with further goals found; arguments as those of `results_of`."""
    told = {pair: tuple(map(_of_regret, rows)) for pair, rows in runs.items()}
    goals = (table.value, *(f.measure.name + " (known)" * f.known for f in table.further))
    known = 0.0, UNIT, REGRET.name, "", failures, REGRET, workers
    return GoalResults(told, strategies, queries, initial, *known, goals)


def _of_regret(row: Row) -> Row:
    """The row with its regret as what counts."""
    return replace(row, best=row.hypervolume_regret, test_of_best=None)


def _positive(
    band: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A band of regret, which is never below 0."""
    middle, lower, upper = band
    return middle, np.maximum(lower, 0.0), upper
