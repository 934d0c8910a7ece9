"""One run of a strategy on a table: what was asked for, what it gave, how long the asking took.

Notation
    query    one architecture that is asked for and looked up; queries are numbered from 1
    best     the best value among the queries so far: the highest, or the lowest if that is better
    run      all queries of one strategy with one seed
    clock    seconds since a run began if every training took what the table says, which is all
             the time that counts: a suggestion takes none

A run sees values only. A `Query` has no place for test accuracy: it is looked up
afterwards, for the incumbent, from a table that no strategy and no search ever holds.

References:
    Li and Talwalkar, Random search and reproducibility for neural architecture search, UAI 2019.
    Lindauer and Hutter, Best practices for scientific research on neural architecture search,
    JMLR 21, 2020.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nbnas.errors import SearchError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Evaluation, Goals, Step
from nbnas.search.objective import Objective
from nbnas.search.search import Search
from nbnas.search.strategies.strategy import Strategy
from nbnas.search.trial import trial_seed

Make = Callable[[], Strategy]  # what makes a strategy


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a run.

    Attributes:
        number: Its number, from 1.
        architecture: What was asked for.
        value: What was measured of it, in the unit of the objective; `None` for a failed trial.
        incumbent: The architecture of the best value so far, the first of equals; `None` while
            none was trained all the way.
        best: Its value.
        seconds: Seconds that the strategy took to suggest it; those of a batch are shared equally
            among its queries.
        clock: When its training ended; 0 where the objective knows no time.
        epochs: How far its training went; `None` where all go all the way.
        cost: What all trainings up to this one took, in full ones; 0 where that is not counted.
    """

    number: int
    architecture: Architecture
    value: float | None
    incumbent: Architecture | None
    best: float | None
    seconds: float
    clock: float = 0.0
    epochs: int | None = None
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that failed.

    Attributes:
        strategy: What the strategy is called.
        seed: The run's seed.
        error: What went wrong, in one line.
        details: The traceback.
    """

    strategy: str
    seed: int
    error: str
    details: str = ""

    def __str__(self) -> str:
        """One line with strategy and seed."""
        return f"{self.strategy}, seed {self.seed}: {self.error}"


def run_once(
    space: SearchSpace,
    objective: Objective,
    strategy: Strategy,
    seed: int,
    queries: int,
    batch: int = 1,
    goals: Goals | None = None,
) -> tuple[Query, ...]:
    """Search once, from nothing.

    The generator of query k is made from (seed, k - 1) alone, so all strategies that begin with
    random architectures begin with the same ones.

    Args:
        space: What is searched.
        objective: What is maximised; it must have a value for every architecture.
        strategy: What chooses.
        seed: Decides every random choice.
        queries: Number of queries.
        batch: Number of architectures that are asked for at once.
        goals: All that is wanted, where that is more than a good value.

    Returns:
        The queries in order.

    Raises:
        SearchError: If the space is used up, an evaluation failed, or is none.
    """
    search = Search(space, objective, strategy, seed=seed, goals=goals)
    found: list[Query] = []
    clock = 0.0
    while len(found) < queries:
        proposal = search.ask(min(batch, queries - len(found)))
        seconds = proposal.seconds / len(proposal.architectures)
        for architecture in proposal.architectures[: queries - len(found)]:
            evaluation = looked_up(objective, architecture, trial_seed(seed, len(found)))
            clock += evaluation.seconds
            found.append(query_of(search.tell(evaluation), seconds, clock))
    return tuple(found)


def looked_up(objective: Objective, architecture: Architecture, seed: int) -> Evaluation:
    """What a table says of an architecture.

    Raises:
        SearchError: If it is no evaluation.
    """
    evaluation = objective(architecture, seed=seed)
    if not isinstance(evaluation, Evaluation):
        raise SearchError(f"expected an Evaluation of the table, got {evaluation!r:.100}")
    return evaluation


def query_of(step: Step, seconds: float, clock: float) -> Query:
    """A step of a search as a query.

    Raises:
        SearchError: If it failed.
    """
    best, now = step.best, step.evaluation
    if best is None or best.value is None or now.value is None:
        raise SearchError(
            f"expected a value for every architecture, but the evaluation of {now.architecture} "
            f"failed: {now.error or 'no reason was given'}"
        )
    found = best.architecture, best.value
    return Query(step.number + 1, now.architecture, now.value, *found, seconds, clock)
