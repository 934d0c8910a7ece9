"""What a benchmark found by cost: the best so far where the trainings have cost so much.

Notation
    s, k     number of seeds, and of costs at which curves are drawn
    cost     what trainings take, in full ones
    look     a training that goes less far than all
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from nbnas.checks import real, settle, whole
from nbnas.records.fidelities import ROUNDING
from nbnas.search.benchmark.compare import Failure
from nbnas.search.benchmark.cost.limit import Limit
from nbnas.search.benchmark.cost.report import Line, Summary
from nbnas.search.benchmark.curves import BenchmarkCurves
from nbnas.search.benchmark.file import Row, Runs
from nbnas.search.benchmark.finished import FinishedRuns
from nbnas.search.benchmark.goals.results import goal_results
from nbnas.search.benchmark.report import seeds_of
from nbnas.search.benchmark.results import BenchmarkResults
from nbnas.search.benchmark.summaries import Band, Floats, standard_error
from nbnas.search.benchmark.table import BenchmarkTable

POINTS = 300  # of a curve, evenly along the cost; each round cost of `COSTS` below is one of them
COSTS = (1, 2, 5, 10, 15, 20, 30, 50, 100, 150, 200, 500, 1000)
LATER = 6  # costs of less than one part of so many are no budgets


@dataclass(frozen=True, slots=True, eq=False)
class CostResults(BenchmarkResults):
    """The finished runs of a benchmark that are limited by cost. Values are as the table has them.

    Curves have a point for each of `places`, and are NaN where a seed has no full training yet.
    Only full trainings count as best; a look tells strategies something, and costs its part.

    Attributes:
        queries: Number of points of a curve.
        cost: The cost with which a run ends; what its last training takes beyond does not count.
        epochs: Epochs of a full training.
    """

    cost: float = 1.0
    epochs: int = 1

    def __post_init__(self) -> None:
        settle(self, cost=real(above=0), epochs=whole(1))
        FinishedRuns.__post_init__(self)

    def __repr__(self) -> str:
        return f"CostResults({len(self.runs)} runs, {len(self.failures)} failed, {self.ending})"

    @property
    def places(self) -> Floats:
        """The costs at which curves are drawn, `(k,)`; they rise to the cost of a run."""
        round_ones = [cost for cost in COSTS if cost < self.cost]
        return np.union1d(np.linspace(0, self.cost, self.queries + 1)[1:], round_ones)

    @property
    def budgets(self) -> tuple[float, ...]:
        """Costs at which strategies are compared: round ones, and the last."""
        rounded = (cost for cost in COSTS if self.cost / LATER <= cost < self.cost)
        return (*rounded, self.cost)

    @property
    def ending(self) -> str:
        """When runs end, in words."""
        return f"at cost {self.cost:g}"

    def place(self, budget: float) -> int:
        """The column of traces that belongs to a cost, from 0."""
        cost = real(float(self.places[0]))("budget", budget)
        return int(np.searchsorted(self.places, cost + ROUNDING, side="right")) - 1

    @property
    def reached(self) -> Mapping[str, Floats]:
        """At which cost each seed had found the best of the table `(s,)`; else infinite."""
        return {s: self._reached(s) for s in self.present}

    @property
    def halves(self) -> Mapping[str, float]:
        """At which cost half of the seeds had found the best; infinite where they had not."""
        return {s: float(np.quantile(c, 0.5, method="higher")) for s, c in self.reached.items()}

    def trainings(self, strategy: str) -> tuple[float, float]:
        """Mean numbers of looks and of full trainings in a run of a strategy."""
        seeds = self.seeds(strategy)
        rows = [row for seed in seeds for row in self.runs[strategy, seed]]
        full, n = sum(row.epochs == self.epochs for row in rows), max(len(seeds), 1)
        return (len(rows) - full) / n, full / n

    @property
    def summary(self) -> Summary:
        """How good every strategy is at the budgets."""
        named = self.unit.title(self.value)
        lines = tuple(map(self._line, self.present))
        said = self.unit, self.optimum, self.test, seeds_of(self)
        return Summary(lines, self.budgets, named, *said)

    @property
    def markdown(self) -> str:
        """The summary as a table in Markdown."""
        return self.summary.markdown

    @property
    def latex(self) -> str:
        """The summary as a table in LaTeX, for the package booktabs."""
        return self.summary.latex

    @property
    def _paid(self) -> bool:
        return True

    def _within(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """The rows of a run up to its cost; beyond is at most the training that reached it."""
        return tuple(row for row in rows if _cost(row) <= self.cost + ROUNDING)

    def _trace(self, rows: tuple[Row, ...], column: str) -> Floats:
        """What the last training up to each cost left in a column `(k,)`."""
        numbers = np.array([np.nan, *(getattr(row, column) for row in rows)], dtype=np.float64)
        costs = [_cost(row) for row in rows]
        found: Floats = numbers[np.searchsorted(costs, self.places + ROUNDING, side="right")]
        return found

    def _line(self, strategy: str) -> Line:
        places = [self.place(budget) for budget in self.budgets]
        best = self.traces(strategy)[:, places]
        test = self.traces(strategy, "test_of_best")[:, -1]
        rows = [row for seed in self.seeds(strategy) for row in self.runs[strategy, seed]]
        return Line(
            strategy,
            len(best),
            tuple(best.mean(axis=0).tolist()),
            tuple(standard_error(best).tolist()),
            tuple(self.hits(strategy)[:, places].mean(axis=0).tolist()),
            self.halves[strategy],
            *self.trainings(strategy),
            float(test.mean()),
            float(standard_error(test)),
            float(np.median([row.seconds for row in rows])) if rows else math.nan,
        )

    def _reached(self, strategy: str) -> Floats:
        runs = [self.runs[strategy, seed] for seed in self.seeds(strategy)]
        found = ([_cost(row) for row in rows if self._hit(row)] for rows in runs)
        return np.array([min(costs, default=math.inf) for costs in found], dtype=np.float64)

    def _hit(self, row: Row) -> bool:
        """Whether the run of a row has found the best of the table."""
        gain = self.measure.gain
        return row.best is not None and gain(row.best) >= gain(self.optimum)

    def _curves(
        self,
        title: str,
        axis: str,
        band: str,
        curves: Mapping[str, Band],
        **options: Any,  # noqa: ANN401
    ) -> BenchmarkCurves:
        given = {"counted": "cost, in full trainings", "places": self.places} | options
        seeds = {strategy: len(self.seeds(strategy)) for strategy in curves}
        return BenchmarkCurves(title, axis, band, curves, self.strategies, seeds, 0, **given)


def results_of(
    table: BenchmarkTable,
    runs: Runs,
    strategies: tuple[str, ...],
    limit: Limit,
    initial: int,
    failures: tuple[Failure, ...] = (),
    workers: Mapping[str, int] = MappingProxyType({}),
) -> BenchmarkResults:
    """What runs on a table found.

    Args:
        table: The table.
        runs: The rows of each finished (strategy, seed).
        strategies: The strategies, the one of interest first.
        limit: How long a run is.
        initial: Number of queries with which it begins before it learns from any.
        failures: Runs that failed.
        workers: Number of simulated workers of each strategy that has some.

    Returns:
        Results by queries, or by cost; of several goals by the hypervolume that is missing.
    """
    if table.further:
        said = limit.queries or 1, initial, failures, workers
        return goal_results(table, runs, strategies, *said)
    known = table.best, table.unit, table.value, table.test, failures, table.measure, workers
    if limit.cost is None or table.fidelities is None:
        return BenchmarkResults(runs, strategies, limit.queries or 1, initial, *known)
    paid = limit.cost, table.fidelities.full
    return CostResults(runs, strategies, POINTS, initial, *known, *paid)


def _cost(row: Row) -> float:
    return row.cost or 0.0
