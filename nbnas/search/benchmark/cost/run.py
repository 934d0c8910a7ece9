"""One run of a strategy that ends when its trainings have cost so much.

Notation
    look    a training that goes less far than all
    cost    what trainings take, in full ones; a suggestion costs nothing
"""

import math
from dataclasses import replace

from nbnas.errors import DataError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Evaluation, Step
from nbnas.records.fidelities import ROUNDING
from nbnas.search.benchmark.compare import Query
from nbnas.search.fidelities.costs import full_epochs
from nbnas.search.search import Search
from nbnas.search.strategies.strategy import Strategy
from nbnas.search.tables.tabular import TabularObjective
from nbnas.search.trial import reason, trial_seed

DIGITS = 9  # of a sum of costs; more are rounding


def run_for_cost(
    space: SearchSpace,
    objective: TabularObjective,
    strategy: Strategy,
    seed: int,
    cost: float,
    batch: int = 1,
) -> tuple[Query, ...]:
    """Search once, from nothing, until the trainings have cost so much.

    As in `run_once` the generator of each query is made from the seed and the query's number. A
    strategy that knows no fidelities trains all the way, and asks what it asks there.

    Args:
        space: What is searched.
        objective: The table; its fidelities say what a look costs. A look that it does not have,
            such as one after the end of a training that diverged, is a failed trial.
        strategy: What chooses, and how far it is trained.
        seed: Decides every random choice.
        cost: The cost with which it ends, in full trainings; the last training may go beyond.
        batch: Number of architectures that are asked for at once.

    Returns:
        The queries in order.

    Raises:
        SearchError: If the space is used up.
        SettingError: If the strategy asks for other fidelities than the table has.
    """
    search = Search(space, objective, strategy, seed=seed)
    found: list[Query] = []
    costs: list[float] = []
    clock = 0.0
    while math.fsum(costs) < cost - ROUNDING:
        proposal = search.ask(batch)
        seconds, epochs = proposal.seconds / len(proposal.architectures), proposal.epochs
        for architecture in proposal.architectures:
            costs.append(search.cost_of(architecture, epochs))
            made = _looked_up(objective, architecture, trial_seed(seed, len(found)), epochs)
            clock += costs[-1] * objective.costs.get(str(architecture), 0.0)
            query = _query(search.tell(made), seconds, full_epochs(objective))
            found.append(replace(query, clock=clock, cost=round(math.fsum(costs), DIGITS)))
    return tuple(found)


def _looked_up(
    objective: TabularObjective, architecture: Architecture, seed: int, epochs: int | None
) -> Evaluation:
    """What the table says of an architecture; a failed trial where it says nothing."""
    try:
        return objective(architecture, seed, epochs)
    except DataError as error:
        said = reason(error)
        return Evaluation(architecture, None, "failed", seed=seed, error=said, epochs=epochs)


def _query(step: Step, seconds: float, full: int) -> Query:
    now, best = step.evaluation, step.best
    return Query(
        step.number + 1,
        now.architecture,
        now.value,
        None if best is None else best.architecture,
        None if best is None else best.value,
        seconds,
        epochs=now.epochs or full,
    )
