"""Searches by several workers at once, played in no time: trainings take what a table says.

Whoever of the workers is free asks for the next architecture, while the others' are under way.
Only the clock is simulated: strategies see what they would see if the trainings were real.

Notation
    clock    simulated seconds since the run began; a suggestion takes none

References:
    Kandasamy, Krishnamurthy, Schneider and Póczos, Parallelised Bayesian optimisation via Thompson
    sampling, AISTATS 2018 (synchronous and asynchronous workers). Real, Aggarwal, Huang and Le,
    Regularized evolution for image classifier architecture search, AAAI 2019 (asynchronous
    evolution). Salinas, Seeger, Klein, Perrone, Wistuba and Archambeau, Syne Tune: a library for
    large scale hyperparameter tuning and reproducible research, AutoML 2022 (a simulated clock).
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.checks import MAPPING, Rule, each, settle, whole
from nbnas.errors import SettingError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Evaluation, Observations, Step
from nbnas.search.benchmark.compare import Make, Query, looked_up, query_of
from nbnas.search.benchmark.table import BenchmarkTable
from nbnas.search.objective import Objective, measure_of
from nbnas.search.strategies.strategy import Strategy, check_suits
from nbnas.search.trial import propose, trial_seed

MOST = 10_000  # simulated workers
_WORKERS = whole(1, MOST)
_MAKE: Rule[Callable[[], Strategy]] = Rule(
    "what makes a strategy, such as its class", callable, lambda make: make
)


@dataclass(frozen=True, slots=True)
class Simulated:
    """What makes a strategy that so many simulated workers ask; made by `simulated`.

    Args:
        make: What makes the strategy.
        workers: Number of workers.

    Raises:
        SettingError: If one is of another type or out of range.
    """

    make: Make
    workers: int

    def __post_init__(self) -> None:
        settle(self, make=_MAKE, workers=_WORKERS)

    def __call__(self) -> Strategy:
        """The strategy."""
        return self.make()

    @brief
    def __repr__(self) -> str:
        return f"{self.workers} workers"


def simulated(
    strategies: Mapping[str, Make], workers: int | Sequence[int]
) -> dict[str, Simulated]:
    """Strategies for a `Benchmark`, each asked by so many workers at once.

    The table of the benchmark must know training times (`read_table(…, cost=…)`): they are what
    decides which worker is free next.

    Args:
        strategies: What makes each strategy, by its name.
        workers: A number of simulated workers, or several that are to be compared.

    Returns:
        What makes them, by names such as "bayes x 8": first all strategies with the first number.

    Raises:
        SettingError: If they are not given by name, or a number is none or stands twice.

    Example:
        >>> from nbnas.search.strategies.random import RandomSearch
        >>> list(simulated({"random": RandomSearch}, (1, 8)))
        ['random x 1', 'random x 8']
    """
    strategies = MAPPING("strategies", strategies)
    numbers = each(_WORKERS)("workers", (workers,) if isinstance(workers, int) else workers)
    if not numbers or len(set(numbers)) < len(numbers):
        raise SettingError(
            f"expected numbers of workers none of which stands twice, got {shown(workers)}"
        )
    return {
        f"{name} x {number}": Simulated(make, number)
        for number in numbers
        for name, make in strategies.items()
    }


def workers_of(strategies: Mapping[str, Make]) -> dict[str, int]:
    """How many simulated workers ask each strategy; those that have none are left out."""
    return {name: make.workers for name, make in strategies.items() if isinstance(make, Simulated)}


def check_simulated(strategies: Mapping[str, Make], table: BenchmarkTable, batch: int) -> None:
    """Check that workers can be simulated, if there are some.

    Raises:
        SettingError: If a training time is not known, architectures are asked for in batches, or
            the table has fidelities.
    """
    if not workers_of(strategies):
        return
    if table.fidelities is not None:
        raise SettingError(
            "expected strategies without simulated workers on a table with fidelities, whose runs "
            f"are compared by cost and not by time, got {', '.join(workers_of(strategies)):.200}"
        )
    if table.further:
        raise SettingError(
            "expected strategies without simulated workers on a table with further goals, got "
            f"{', '.join(workers_of(strategies)):.200}"
        )
    if len(table.costs) < len(table.values):
        raise SettingError(
            f"expected the seconds of every training for simulated workers, got those of "
            f"{len(table.costs):,} of {len(table.values):,} architectures; name their column, as "
            "in read_table(…, cost=…)"
        )
    if batch != 1:
        raise SettingError(
            f"expected batch=1 with simulated workers, each of which asks when it is free, got "
            f"batch={batch}"
        )


def run_simulated(
    space: SearchSpace,
    objective: Objective,
    strategy: Strategy,
    seed: int,
    queries: int,
    workers: int,
) -> tuple[Query, ...]:
    """Search once with simulated workers, from nothing; one worker gives what `run_once` does.

    Args:
        space: What is searched.
        objective: What is maximised; it has a value and a time for every architecture.
        strategy: What chooses; it is told what is under way.
        seed: Decides every random choice.
        queries: Number of queries: so many trainings are begun, and all end.
        workers: Number of workers.

    Returns:
        The queries in the order in which their trainings ended. Of several that end at once, the
        one that began first is the first, and the next proposal knows only that one of them.

    Raises:
        SearchError: If the space is used up, an evaluation failed, or is none.
        SettingError: If the strategy does not suit the objective's measure.
    """
    measure = measure_of(objective, None)
    check_suits(strategy, measure)
    observations, clock = Observations((), measure), 0.0
    under_way: dict[int, Architecture] = {}
    ends: list[tuple[float, int, float, Evaluation]] = []  # clock, number, seconds to suggest it
    found: list[Query] = []
    while len(found) < queries:
        while len(under_way) < workers and len(found) + len(under_way) < queries:
            proposal = propose(space, strategy, observations, seed, under_way=under_way)
            number, architecture = proposal.number, proposal.architecture
            made = looked_up(objective, architecture, trial_seed(seed, number))
            under_way[number] = architecture
            heapq.heappush(ends, (clock + made.seconds, number, proposal.seconds, made))
        clock, number, seconds, made = heapq.heappop(ends)
        del under_way[number]
        observations += made
        step = Step(len(found), made, observations.incumbent)
        found.append(query_of(step, seconds, clock))
    return tuple(found)
