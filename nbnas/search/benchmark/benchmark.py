"""Comparing strategies on a table: every strategy with every seed, in processes of their own.

Notation
    run     one strategy with one seed; a run is done when it is finished or has failed
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

from psygnal import Signal

from nbnas.checks import PATH, SEED, each, instance, whole
from nbnas.errors import SettingError
from nbnas.search.benchmark.compare import Failure, Make
from nbnas.search.benchmark.cost.limit import limit_of
from nbnas.search.benchmark.cost.results import results_of
from nbnas.search.benchmark.file import Pair, Runs, append_run, open_file, replace_run
from nbnas.search.benchmark.isolated import Batch, run_isolated
from nbnas.search.benchmark.results import BenchmarkResults
from nbnas.search.benchmark.run import (
    Outcome,
    Task,
    begun,
    description_of,
    rows_of,
    run_pair,
    settings_of,
    took,
    tried,
)
from nbnas.search.benchmark.simulated import check_simulated, workers_of
from nbnas.search.benchmark.table import BenchmarkTable
from nbnas.search.fidelities.costs import check_fidelities
from nbnas.search.goals.asked import check_serves
from nbnas.search.strategies.first import check_first
from nbnas.search.workers.given import as_workers
from nbnas.search.workers.workers import Workers
from nbnas.signals import announce
from nbnas.waiting import WaitingBar

Client = Any  # dask.distributed.Client, which is loaded only where somebody has one
_NUMBER = whole(1)
STEPS = 10  # so often a benchmark says how far it is


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a benchmark is, after a run of it is done.

    Attributes:
        strategy: The strategy of that run.
        seed: Its seed.
        done: Number of runs that are done, those of the file included.
        runs: Number of runs in all.
        seconds_left: Seconds until all are done, where every strategy has shown what it takes.
        failure: The run's failure, if it failed.
        milestone: Whether another tenth is done, or a run has failed.
    """

    strategy: str
    seed: int
    done: int
    runs: int
    seconds_left: float | None
    failure: Failure | None
    milestone: bool


class Benchmark:
    """Strategies compared on a table. Live: it emits `progressed` after every run.

    Args:
        table: The table of results.
        strategies: What makes each strategy, by its name; the one of interest first. A run gets a
            strategy of its own, made in the process where it runs. With `simulated(…)` each is
            asked by several workers at once.
        queries: Number of queries of each run. Where the table has fidelities, what its trainings
            cost together, in full ones, of which a strategy without fidelities makes so many.
        seeds: The seeds; with the same seed all strategies begin with the same architectures.
        initial: Number of queries with which every strategy begins before it learns from any.
        batch: Number of architectures that are asked for at once.
        workers: Number of processes, or other workers, as for a search: a whole run is to them
            what a trial is there; with the number 1 all happens in this process.
        output: The CSV file of the results, see `nbnas.search.benchmark.file`. What it holds
            already is not run again.

    Raises:
        SettingError: If a number is too small, there are more queries than architectures, or
            workers are simulated where the table does not know the time of every training.
        StudyMismatchError: If the file was made with other settings.
        DataError: If it holds something else.
        StoreError: If it cannot be used.

    Attributes:
        failures: Runs that failed so far.
        running: Whether `run` is at work.
        progressed: Signal that emits a `Progress` after every run.
    """

    progressed = Signal(Progress)

    def __init__(
        self,
        table: BenchmarkTable,
        strategies: Mapping[str, Make],
        *,
        queries: float,
        seeds: Sequence[int],
        initial: int = 10,
        batch: int = 1,
        workers: Workers | Client | int = 1,
        output: str | PathLike[str],
    ) -> None:
        instance(BenchmarkTable, "read_table(path, …)")("table", table)
        self.output = PATH("output", output).absolute()
        strategies, made = begun(strategies, tried(strategies), self.output)
        seeds = each(SEED)("seeds", seeds)
        limit, batch = limit_of(table, queries), _NUMBER("batch", batch)
        initial, self._workers = _NUMBER("initial", initial), _chosen(workers)
        _check(strategies, seeds)
        check_simulated(strategies, table, batch)
        for strategy in made.values():
            check_first(strategy, table.space)
            check_fidelities(strategy, table)
            check_serves(strategy, table.goals)
        self.table, self.strategies, self.seeds = table, dict(strategies), tuple(seeds)
        self.limit, self.queries = limit, limit.queries or limit.cost
        self.initial, self.batch, self.workers = initial, batch, workers
        self.failures: tuple[Failure, ...] = ()
        self.running = False
        described = {
            name: description_of(strategies[name], strategy, table)
            for name, strategy in made.items()
        }
        self._runs: Runs = open_file(self.output, settings_of(table, batch), described)
        self._took = {pair: took(rows) for pair, rows in self._runs.items()}

    def __repr__(self) -> str:
        names = ", ".join(self.strategies)
        return f"<Benchmark of {names}: {len(self._finished)} of {self.runs} runs>"

    @property
    def runs(self) -> int:
        """Number of runs in all."""
        return len(self.strategies) * len(self.seeds)

    @property
    def done(self) -> int:
        """Number of runs that are finished or have failed."""
        return len(self._finished) + len(self.failures)

    @property
    def results(self) -> BenchmarkResults:
        """What the finished runs found."""
        runs = {pair: self._runs[pair] for pair in self._finished}
        names, workers = tuple(self.strategies), workers_of(self.strategies)
        said = self.limit, self.initial, self.failures, workers
        return results_of(self.table, runs, names, *said)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all runs are done, if each takes as long as others of its strategy did.

        `None` until every strategy has a finished run.
        """
        times: dict[str, list[float]] = {name: [] for name in self.strategies}
        for name, seed in self._finished:
            times[name].append(self._took[name, seed])
        left = [name for name, _ in self._left]
        if not all(times[name] for name in left):
            return None
        beside = getattr(self._workers, "workers", None) or 1
        return sum(sum(times[name]) / len(times[name]) for name in left) / beside

    def run(self, *, workers: Workers | Client | int | None = None) -> BenchmarkResults:
        """Make all runs that are neither finished nor failed yet.

        Each is in the file before it counts. One that fails is kept in `failures`, and the others
        go on; with workers also one that crashes, exits, takes too long or too much memory.

        Args:
            workers: Other ones than those of the benchmark, from now on.

        Returns:
            The results.

        Raises:
            SettingError: If workers are none, or a strategy cannot be copied to them.
            StoreError: If the file cannot be written.
        """
        if workers is not None:
            self.workers, self._workers = workers, _chosen(workers)
        self.running, self.failures = True, ()
        try:
            with WaitingBar(total=self.runs, initial=self.done, unit="run") as shown:
                for pair, outcome in self._outcomes(self._left):
                    self._take(pair, outcome)
                    shown.update()
        finally:
            self.running = False
        return self.results

    @property
    def _pairs(self) -> tuple[Pair, ...]:
        """All runs, seed by seed, so that strategies can be compared early."""
        return tuple((name, s) for s, name in itertools.product(self.seeds, self.strategies))

    @property
    def _finished(self) -> tuple[Pair, ...]:
        return tuple(p for p in self._pairs if self.limit.reached(self._runs.get(p, ())))

    @property
    def _left(self) -> tuple[Pair, ...]:
        done = {*self._finished, *((f.strategy, f.seed) for f in self.failures)}
        return tuple(pair for pair in self._pairs if pair not in done)

    def _outcomes(self, pairs: Iterable[Pair]) -> Iterator[tuple[Pair, Outcome]]:
        table, limit = self.table, self.limit
        known = table.space, table.objective, limit.queries, self.batch, limit.cost
        task = Task(*known, table.goals)
        made = [(pair, self.strategies[pair[0]]) for pair in pairs]
        if self._workers is None:
            yield from (run_pair(*one, task) for one in made)
        elif made:
            anything = next(iter(self.table.values))
            yield from run_isolated(self._workers, Batch(made, task), anything)

    def _take(self, pair: Pair, outcome: Outcome) -> None:
        """The one place where the state changes."""
        before = self.done
        failure = outcome if isinstance(outcome, Failure) else None
        if isinstance(outcome, Failure):
            self.failures = (*self.failures, outcome)
        else:
            rows = rows_of(pair, outcome, self.table)
            write = replace_run if pair in self._runs else append_run
            write(self.output, rows)
            self._runs[pair], self._took[pair] = rows, took(rows)
        another = STEPS * self.done // self.runs > STEPS * before // self.runs
        milestone = another or failure is not None
        left = self.seconds_left
        announce(self.progressed, Progress(*pair, self.done, self.runs, left, failure, milestone))


def _check(strategies: Mapping[str, Make], seeds: Sequence[int]) -> None:
    if not strategies or not seeds or len(set(seeds)) < len(seeds):
        raise SettingError(
            f"expected strategies, and seeds none of which stands twice; got "
            f"{', '.join(strategies) or 'no strategy'} and the seeds {list(seeds)!r:.100}"
        )


def _chosen(workers: object) -> Workers | None:
    """Who makes the runs; `None` for this process."""
    chosen = as_workers(workers)
    return None if chosen is None or workers == 1 else chosen
