"""The finished runs of a benchmark, as they are read from its file.

Notation
    budget    a number of queries at which strategies are compared
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import TEXT, Rule, each, either, instance, real, settle, whole
from nbnas.errors import SettingError, shown
from nbnas.records import ACCURACY, Measure
from nbnas.records.measure import MEASURE
from nbnas.search.benchmark.compare import Failure
from nbnas.search.benchmark.file import Row, Runs
from nbnas.search.benchmark.summaries import Floats
from nbnas.search.benchmark.unit import UNIT, Unit

NUMBERS = ("value", "best", "test_of_best", "seconds", "clock")  # columns of rows
_PAIR = each(either(TEXT, whole(0)), least=2)
_RUNS: Rule[Runs] = Rule(
    "the rows of each (strategy, seed)",
    lambda runs: (
        isinstance(runs, Mapping)
        and all(map(_PAIR.accepts, runs))
        and all(map(each(instance(Row, "")).accepts, runs.values()))
    ),
    dict,
)
_WORKERS: Rule[Mapping[str, int]] = Rule(
    "numbers of simulated workers by strategies",
    lambda workers: (
        isinstance(workers, Mapping)
        and all(map(TEXT.accepts, workers))
        and all(map(whole(1).accepts, workers.values()))
    ),
    lambda workers: MappingProxyType(dict(workers)),
)
BUDGETS = (20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True, eq=False)
class FinishedRuns:
    """The runs of `BenchmarkResults`, which says what the attributes are."""

    runs: Runs
    strategies: tuple[str, ...]
    queries: int
    initial: int
    optimum: float
    unit: Unit
    value: str
    test: str = ""
    failures: tuple[Failure, ...] = ()
    measure: Measure = ACCURACY
    workers: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settle(
            self,
            runs=_RUNS,
            strategies=each(TEXT),
            queries=whole(1),
            initial=whole(0),
            optimum=real(),
            unit=UNIT,
            value=TEXT,
            test=TEXT,
            measure=MEASURE,
            workers=_WORKERS,
            failures=each(instance(Failure, "those of a benchmark")),
        )
        cut = {pair: self._within(rows) for pair, rows in self.runs.items()}
        object.__setattr__(self, "runs", MappingProxyType(cut))

    @property
    def present(self) -> tuple[str, ...]:
        """The strategies of which a run is finished."""
        return tuple(s for s in self.strategies if self.seeds(s))

    @property
    def budgets(self) -> tuple[float, ...]:
        """Numbers of queries at which strategies are compared: round ones, and the last."""
        rounded = (b for b in BUDGETS if self.initial < b < self.queries)
        return (*rounded, self.queries)

    @property
    def ending(self) -> str:
        """When runs end, in words."""
        return f"after {self.queries} queries"

    def place(self, budget: float) -> int:
        """The column of traces that belongs to a budget, from 0."""
        return whole(1)("budget", budget) - 1

    def seeds(self, strategy: str) -> tuple[int, ...]:
        """The seeds of a strategy's finished runs, in order."""
        TEXT("strategy", strategy)
        return tuple(sorted(seed for word, seed in self.runs if word == strategy))

    def traces(self, strategy: str, column: str = "best") -> Floats:
        """A column of a strategy's runs.

        Args:
            strategy: What it is called.
            column: An attribute of `Row` that is a number.

        Returns:
            `(s, k)`: a row for each of `seeds(strategy)`; NaN where the file has no number.
        """
        return self.traces_of(strategy, self.seeds(strategy), column)

    def traces_of(self, strategy: str, seeds: tuple[int, ...], column: str) -> Floats:
        """The same of some of the seeds, in their order.

        Raises:
            SettingError: If there is no such run or column.
        """
        TEXT("strategy", strategy)
        seeds = each(whole(0))("seeds", seeds)
        if not isinstance(column, str) or column not in NUMBERS:
            raise SettingError(f"expected one of {', '.join(NUMBERS)}, got {shown(column)}")
        if missing := [seed for seed in seeds if (strategy, seed) not in self.runs]:
            raise SettingError(
                f"expected seeds of finished runs of {shown(strategy)}, got {shown(missing)}"
            )
        if not seeds:
            return np.empty((0, self.queries))
        chosen = [self._trace(self.runs[strategy, s], column) for s in seeds]
        return np.array(chosen, dtype=np.float64).reshape(len(seeds), -1)

    def gains(self, strategy: str) -> Floats:
        """The best so far of a strategy's runs `(s, k)`, negative where lower is better."""
        gains: Floats = self.measure.gain(self.traces(strategy))
        return gains

    def hits(self, strategy: str) -> NDArray[np.bool_]:
        """Whether a strategy's runs have found the best of the table, `(s, k)`."""
        found: NDArray[np.bool_] = self.gains(strategy) >= self.measure.gain(self.optimum)
        return found

    def _within(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """The rows of a run that count."""
        return rows[: self.queries]

    def _trace(self, rows: tuple[Row, ...], column: str) -> Sequence[float] | Floats:
        """A column of a run `(k,)`."""
        return [getattr(row, column) for row in rows]
