"""The checked parameters of `notebooks/benchmark.ipynb`, and the benchmark that they describe."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from nbnas.benchmarks.shipped import digits_proxies, digits_table
from nbnas.notebook.checks import SHIPPED
from nbnas.notebook.strategies import Proxies
from nbnas.notebook.tables.fidelities import Looks, first_of, maker
from nbnas.notebook.tables.words import columns_of_word, measure_of_words, reading_of_words
from nbnas.search.benchmark.benchmark import Benchmark
from nbnas.search.benchmark.goals.further import GoalColumn
from nbnas.search.benchmark.proxies import read_proxies
from nbnas.search.benchmark.simulated import simulated
from nbnas.search.benchmark.table import BenchmarkTable, read_table
from nbnas.search.tables.joined import joined_columns, joined_curves, look_columns
from nbnas.search.tables.source import Source


@dataclass(frozen=True, slots=True)
class BenchmarkParameters:
    """The checked parameters of `notebooks/benchmark.ipynb`.

    Attributes:
        table: Path of a table of results, or `SHIPPED`.
        architecture: Its column of architectures, or its two of matrices and operations.
        value: Its column of values, which strategies see; empty for `SHIPPED`.
        test: Its column of values on test data, or empty.
        direction: Whether values are to "maximize" or to "minimize".
        unit: "percent", "fraction", or the unit of plain numbers; see `measure_of_words`.
        notation: How architectures are written, a word of `NOTATIONS`, or empty.
        missing: Whether rows without a value are an "error", or "drop" leaves them out.
        repeated: Whether architectures in several rows are an "error", or have the "mean" of them.
        proxies: Path of a table of zero-cost proxies, `SHIPPED` for those of the table that ships
            with nbnas, or empty.
        fidelities: How far trainings may go; `None` where all go all the way.
        curves: Path of a file of learning curves, or empty.
        curve_columns: Its columns: which training of the table it is, the epoch, the value.
        also: Columns of further goals, each with which end is better.
        also_from: Path of another file that has them, joined by arch_index; empty for the table.
        classes: Number of classes, one of which is chance: where hypervolume begins; 0 for the
            worst value of the table.
        strategies: Words of strategies, the one of interest first.
        queries: Number of queries of each run, where no cost counts.
        initial: Number of those before a strategy learns from any; 0 for each strategy's own.
        batch: Number of architectures that are asked for at once.
        seeds: Number of runs of each strategy.
        first_seed: Seed of the first of them.
        workers: Number of processes.
        cost: Column of the seconds of a training; empty where none is needed. With fidelities a
            number: what the trainings of a run cost together, in full ones.
        simulated: Numbers of simulated workers that are compared; none for runs without a clock.
        output: Path of the CSV file of the results.
    """

    table: str
    architecture: str
    value: str
    test: str
    direction: str
    unit: str
    notation: str
    missing: str
    repeated: str
    proxies: str
    fidelities: Looks | None
    curves: str
    curve_columns: tuple[str, ...]
    also: tuple[GoalColumn, ...]
    also_from: str
    classes: int
    strategies: tuple[str, ...]
    queries: int
    initial: int
    batch: int
    seeds: int
    first_seed: int
    workers: int
    cost: str | float
    simulated: tuple[int, ...]
    output: str

    def read_table(self) -> BenchmarkTable:
        """The table of results; where proxies are given, of the architectures that have them."""
        lengths = None if self.fidelities is None else self.fidelities.fidelities
        if self.table == SHIPPED:
            return digits_table(timed=bool(self.simulated), fidelities=lengths)
        source, looks = self._source()
        reading = reading_of_words(self.notation, self.unit, self.missing, self.repeated)
        table = read_table(
            source,
            architecture=columns_of_word(self.architecture),
            value=self.value,
            test=self.test,
            cost=self.cost if isinstance(self.cost, str) else "",
            measure=measure_of_words(self.value, self.direction, self.unit),
            reading=dataclasses.replace(reading, fidelities=lengths, looks=looks),
            also=self.also,
        )
        table = dataclasses.replace(table, classes=self.classes)
        return table.restrict(self._read_proxies(table)[1]) if self.proxies else table

    def _source(self) -> tuple[Source, Mapping[int, str]]:
        """The table, and its columns of looks; with what stands in other files."""
        if self.also_from:
            return joined_columns(self.table, self.also_from, [a.column for a in self.also]), {}
        if self.fidelities is None or not self.curves:
            return self.table, {} if self.fidelities is None else self.fidelities.lower
        run, epoch, value = self.curve_columns
        lower = self.fidelities.fidelities.lower
        joined = joined_curves(self.table, self.curves, lower, run=run, epoch=epoch, value=value)
        return joined, look_columns(lower, value)

    def _read_proxies(self, table: BenchmarkTable) -> Proxies:
        if self.proxies == SHIPPED:
            return digits_proxies()
        return read_proxies(self.proxies, table)

    def make_benchmark(self, table: BenchmarkTable) -> Benchmark:
        """The benchmark of the strategies on the table, with what its file holds already.

        The members of a table were trained separately, so isomorphic ones may both be evaluated.
        """
        proxies = self._read_proxies(table) if self.proxies else None
        words, looks = self.strategies, self.fidelities
        makers = {word: maker(word, self.initial, proxies, looks) for word in words}
        return Benchmark(
            table,
            simulated(makers, self.simulated) if self.simulated else makers,
            queries=self.queries if isinstance(self.cost, str) else self.cost,
            seeds=range(self.first_seed, self.first_seed + self.seeds),
            initial=self.initial or min(map(first_of, words)),
            batch=self.batch,
            workers=self.workers,
            output=self.output,
        )
