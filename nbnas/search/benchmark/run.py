"""One run of a benchmark, in whatever process: made, guarded, and turned into rows of the file."""

import hashlib
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbnas.errors import NbnasError, SettingError, shown
from nbnas.graphs.space import SearchSpace
from nbnas.records import Goals
from nbnas.search.benchmark.compare import Failure, Make, Query, run_once
from nbnas.search.benchmark.cost.run import run_for_cost
from nbnas.search.benchmark.file import Pair, Row
from nbnas.search.benchmark.goals.regret import hypervolume_regrets
from nbnas.search.benchmark.reading.settings import stored_strategies
from nbnas.search.benchmark.simulated import Simulated, run_simulated
from nbnas.search.benchmark.table import BenchmarkTable
from nbnas.search.fingerprint import fingerprint
from nbnas.search.store.settings import as_begun
from nbnas.search.strategies.strategy import STRATEGY, Strategy
from nbnas.search.tables.tabular import TabularObjective
from nbnas.training.device import cpu_threads

LONGEST = 1000  # characters of a setting that the file remembers as they are

Outcome = tuple[Query, ...] | Failure


def tried(strategies: object) -> dict[str, Strategy]:
    """What the given makers make, by their names.

    Raises:
        SettingError: If they are not given by name, or one does not make a strategy.
    """
    if isinstance(strategies, Mapping) and all(isinstance(name, str) for name in strategies):
        return {name: _made(name, make) for name, make in strategies.items()}
    raise SettingError(
        "expected strategies by name, such as {'random': RandomSearch}, got " + shown(strategies)
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """Makes a strategy as an earlier version of nbnas has begun the runs of a file with it.

    Attributes:
        make: Makes that of now.
        stored: What stands of the one of then beside the file.
    """

    make: Make
    stored: Mapping[str, str]

    def __call__(self) -> Strategy:
        """The strategy."""
        return as_begun(self.make(), self.stored)


def begun(
    strategies: Mapping[str, Make], made: Mapping[str, Strategy], output: Path
) -> tuple[dict[str, Make], dict[str, Strategy]]:
    """Strategies of which a file of results has runs, as these runs began with them.

    Args:
        strategies: What makes them, by name.
        made: What these have made.
        output: The file; there need not be one.

    Returns:
        Both again.
    """
    stored = stored_strategies(output)
    known = {name: stored[name] for name in strategies if name in stored}
    makers = {name: _begun(strategies[name], said) for name, said in known.items()}
    return {**strategies, **makers}, {
        **made,
        **{name: as_begun(made[name], said) for name, said in known.items()},
    }


def _begun(make: Make, stored: Mapping[str, str]) -> Make:
    if isinstance(make, Simulated):
        return replace(make, make=_begun(make.make, stored))
    return Begun(make, stored)


def _made(name: str, make: object) -> Strategy:
    """What makes the strategy of a name, tried out."""
    where = f"strategies[{name!r:.80}]"
    hint = "give what makes it, without arguments, such as a class or a function"
    try:
        return STRATEGY(f"{where}()", make())  # type: ignore[operator]
    except NbnasError:
        raise
    except Exception as error:  # of whatever was given
        raise SettingError(
            f"expected {where} to make a strategy, got {shown(make)}, which failed: "
            f"{type(error).__name__}: {error!s:.200}; {hint}"
        ) from error


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What all runs of a benchmark share: it goes to every process that makes some of them.

    Attributes:
        space: What is searched.
        objective: What is maximised.
        queries: Number of queries of a run; `None` where its cost counts.
        batch: Number of architectures that are asked for at once.
        cost: What the trainings of a run cost together, in full ones, where that counts.
        goals: What strategies are to serve; `None` for the value alone.
    """

    space: SearchSpace
    objective: TabularObjective
    queries: int | None
    batch: int
    cost: float | None = None
    goals: Goals | None = None


def run_pair(pair: Pair, make: Make, task: Task) -> tuple[Pair, Outcome]:
    """One run, whatever happens: an exception makes a failed one."""
    name, seed = pair
    space, objective, queries = task.space, task.objective, task.queries
    try:
        with cpu_threads(1):  # so that runs beside each other do not slow each other
            if queries is None:
                cost = task.cost or 0.0
                return pair, run_for_cost(space, objective, make(), seed, cost, task.batch)
            if isinstance(make, Simulated):
                workers = make.workers
                return pair, run_simulated(space, objective, make(), seed, queries, workers)
            return pair, run_once(
                *(space, objective, make(), seed, queries), task.batch, task.goals
            )
    except Exception as error:  # any fault of one run must not end the others
        said = f"{type(error).__name__}: {error}"[:2000]
        return pair, Failure(name, seed, said, traceback.format_exc())


def took(rows: Iterable[Row]) -> float:
    """Seconds that the suggestions of a run took: nearly all of its time."""
    return sum(row.seconds for row in rows)


def row_of(pair: Pair, query: Query, table: BenchmarkTable) -> Row:
    """A query for the file: in the file's unit, with the incumbent's value on test data."""
    architecture, incumbent, full = query.architecture, query.incumbent, table.fidelities
    lower = full is not None and query.epochs != full.full
    column = table.looks.get(query.epochs or 0, {}) if lower else table.values
    return Row(
        *pair,
        query.number,
        str(architecture),
        None if query.value is None else column[architecture],
        None if incumbent is None else table.values[incumbent],
        None if incumbent is None else table.tests.get(incumbent),
        float(f"{query.seconds:.4g}"),
        round(query.clock, 3) if table.cost else None,
        query.epochs if full else None,
        query.cost if full else None,
    )


def rows_of(pair: Pair, queries: Sequence[Query], table: BenchmarkTable) -> tuple[Row, ...]:
    """The queries of a run for the file; where there are several goals, with their regret."""
    rows = tuple(row_of(pair, query, table) for query in queries)
    if not table.further:
        return rows
    left = hypervolume_regrets(table, [query.architecture for query in queries]).tolist()
    told = zip(rows, left, strict=True)
    return tuple(replace(row, hypervolume_regret=float(f"{each:.6g}")) for row, each in told)


def settings_of(table: BenchmarkTable, batch: int) -> dict[str, str]:
    """What decides the numbers of every run."""
    own = {f"table.{name}": said for name, said in table.fingerprint().items()}
    return {**own, "batch": str(batch)}


def description_of(make: Make, strategy: Strategy, table: BenchmarkTable) -> dict[str, str]:
    """What a strategy is made of, and by how many simulated workers it is asked.

    Long parts, such as tables of knowledge, are told by their hash.
    """
    said = fingerprint(table.space, table.objective, strategy, 0)
    own = {name: _short(value) for name, value in said.items() if name.startswith("strategy")}
    return own | ({"workers": str(make.workers)} if isinstance(make, Simulated) else {})


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else hashlib.sha256(text.encode()).hexdigest()[:16]
