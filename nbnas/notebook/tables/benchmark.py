"""The parameters of `notebooks/benchmark.ipynb`."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbnas.benchmarks.shipped import digits_proxies, digits_table
from nbnas.errors import SettingError, shown
from nbnas.notebook.checks import (
    SHIPPED,
    check_parameters,
    new_file,
    table,
    text,
    whole,
    words,
)
from nbnas.notebook.strategies import STRATEGIES, Proxies
from nbnas.notebook.tables.words import (
    TABLE_RULES,
    columns_of_word,
    measure_of_words,
    reading_of_words,
)
from nbnas.search.benchmark.benchmark import Benchmark
from nbnas.search.benchmark.proxies import read_proxies
from nbnas.search.benchmark.simulated import simulated
from nbnas.search.benchmark.table import BenchmarkTable, read_table


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
        strategies: Words of `STRATEGIES`, the one of interest first.
        queries: Number of queries of each run.
        initial: Number of random ones among them, with which every run begins.
        batch: Number of architectures that are asked for at once.
        seeds: Number of runs of each strategy.
        first_seed: Seed of the first of them.
        workers: Number of processes.
        cost: Column of the seconds of a training; empty where none is needed.
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
    strategies: tuple[str, ...]
    queries: int
    initial: int
    batch: int
    seeds: int
    first_seed: int
    workers: int
    cost: str
    simulated: tuple[int, ...]
    output: str

    def read_table(self) -> BenchmarkTable:
        """The table of results; where proxies are given, of the architectures that have them."""
        if self.table == SHIPPED:
            return digits_table(timed=bool(self.simulated))
        table = read_table(
            self.table,
            architecture=columns_of_word(self.architecture),
            value=self.value,
            test=self.test,
            cost=self.cost,
            measure=measure_of_words(self.value, self.direction, self.unit),
            reading=reading_of_words(self.notation, self.unit, self.missing, self.repeated),
        )
        return table.restrict(self._read_proxies(table)[1]) if self.proxies else table

    def _read_proxies(self, table: BenchmarkTable) -> Proxies:
        if self.proxies == SHIPPED:
            return digits_proxies()
        return read_proxies(self.proxies, table)

    def make_benchmark(self, table: BenchmarkTable) -> Benchmark:
        """The benchmark of the strategies on the table, with what its file holds already.

        The members of a table were trained separately, so isomorphic ones may both be evaluated.
        """
        proxies = self._read_proxies(table) if self.proxies else None
        makers = {word: self._maker(word, proxies) for word in self.strategies}
        return Benchmark(
            table,
            simulated(makers, self.simulated) if self.simulated else makers,
            queries=self.queries,
            seeds=range(self.first_seed, self.first_seed + self.seeds),
            initial=self.initial,
            batch=self.batch,
            workers=self.workers,
            output=self.output,
        )

    def _maker(self, word: str, proxies: Proxies | None) -> functools.partial[Any]:
        return functools.partial(STRATEGIES[word], self.initial, True, proxies)


def read_benchmark_parameters(namespace: Mapping[str, Any]) -> BenchmarkParameters:
    """Check the parameters that the notebook of benchmarks was started with.

    Args:
        namespace: The notebook's `globals()`, after its parameters cell.

    Returns:
        The parameters with their types; the folder of `output` is looked for in the parent folder
        as well.

    Raises:
        SettingError: If a name is unknown or missing, or a value is not allowed.
    """
    chosen = BenchmarkParameters(**check_parameters(namespace, _RULES))
    if chosen.queries <= chosen.initial:
        raise SettingError(
            f"queries: expected more than the {chosen.initial} random ones with which every "
            f"strategy begins (initial), got {chosen.queries}; all would be the same"
        )
    _check_table(chosen)
    return chosen


def _check_table(chosen: BenchmarkParameters) -> None:
    """Check that columns are named exactly where they are needed, and proxies fit the table."""
    if (chosen.table == SHIPPED) == bool(chosen.value or chosen.test):
        raise SettingError(
            f"value and test: expected the columns of the file, and none for {SHIPPED}, whose "
            f"columns are known; got table={chosen.table!r}, value={chosen.value!r} and "
            f"test={chosen.test!r}"
        )
    if chosen.table == SHIPPED and (chosen.direction == "minimize" or chosen.unit):
        raise SettingError(
            f"direction and unit: expected maximize and nothing for {SHIPPED}, whose values are "
            f"accuracies; got direction={chosen.direction!r} and unit={chosen.unit!r}"
        )
    if (chosen.table != SHIPPED and bool(chosen.simulated)) != bool(chosen.cost):
        raise SettingError(
            f"cost and simulated: expected the column of training times and numbers of simulated "
            f"workers, or neither, and no column for {SHIPPED}, whose times are known; got "
            f"cost={chosen.cost!r} and simulated={','.join(map(str, chosen.simulated))!r}"
        )
    if chosen.simulated and chosen.batch > 1:
        raise SettingError(
            f"batch: expected 1 with simulated workers, each of which asks when it is free; got "
            f"{chosen.batch}"
        )
    if (chosen.table == SHIPPED) != (chosen.proxies == SHIPPED) and chosen.proxies:
        raise SettingError(
            f"proxies: expected those of the same table, got proxies={chosen.proxies!r} for "
            f"table={chosen.table!r}"
        )


def _table(value: Any) -> str:  # noqa: ANN401
    path = table(value)
    if not path:
        raise SettingError(
            f"expected {SHIPPED}, or the path of a table with an architecture a row, such as "
            "NAS-Bench-201's with the columns arch_str, c10_valid_200 and c10_test_200; got an "
            "empty text"
        )
    return path


def _numbers(value: Any) -> tuple[int, ...]:  # noqa: ANN401
    """Different whole numbers with commas, or none."""
    given = str(value).replace(" ", "") if isinstance(value, str | int) else "-"
    try:
        numbers = tuple(map(int, given.split(","))) if given else ()
    except ValueError:
        numbers = (0,)
    wrong = len({*numbers}) < len(numbers) or min(numbers, default=1) < 1
    if wrong or isinstance(value, bool):
        raise SettingError(
            "expected different numbers of workers, separated by commas, such as 1,4,8, or "
            f"nothing; got {shown(value)}"
        )
    return numbers


_RULES = {
    "table": _table,
    "architecture": text,
    "value": text,
    "test": text,
    **TABLE_RULES,
    "proxies": table,
    "strategies": words(STRATEGIES),
    "queries": whole(3),
    "initial": whole(2),
    "batch": whole(1),
    "seeds": whole(1),
    "first_seed": whole(0),
    "workers": whole(1),
    "cost": text,
    "simulated": _numbers,
    "output": new_file,
}
