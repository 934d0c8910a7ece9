"""New architectures of a strategy that knows one rung."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Fidelities, Observations, Proposal
from nbnas.search.candidates import Novelty, can_be_listed, listed
from nbnas.search.strategies.first import check_first
from nbnas.search.strategies.initial import first_ones
from nbnas.search.strategies.schedulers.unseen import without
from nbnas.search.strategies.strategy import Strategy
from nbnas.surrogate.table import ArchitectureTable

TRIES = 20  # proposals of a strategy that knows no better than to propose what was seen


def of_one_rung(
    strategy: Strategy, fidelities: Fidelities, observations: Observations
) -> Observations:
    """What a strategy is shown: one rung, as full trainings."""
    return observations.at(rung_shown(strategy, fidelities, observations)).as_full()


def rung_shown(
    strategy: Strategy, fidelities: Fidelities, observations: Observations
) -> int | None:
    """The epochs of the highest rung on which enough are completed, else of the lowest."""
    rungs = (None, *reversed(fidelities.lower))
    enough = (e for e in rungs if is_enough(strategy, observations.at(e)))
    return next(enough, fidelities.lower[0])


def is_enough(strategy: Strategy, shown: Observations) -> bool:
    """Whether as many are completed as a strategy wants before it learns from any."""
    return len(shown.completed) >= max(first_ones(getattr(strategy, "initial", 1)), 1)


def new_ones(
    strategy: Strategy,
    fidelities: Fidelities,
    space: SearchSpace,
    observations: Observations,
    pending: Sequence[Architecture],
    n: int,
    rng: np.random.Generator,
) -> Proposal:
    """What a strategy proposes that was neither seen nor is under way.

    Args:
        strategy: The strategy.
        fidelities: The lengths of trainings.
        space: The search space.
        observations: All evaluations so far.
        pending: What is being evaluated.
        n: How many to propose.
        rng: The only source of randomness.

    Returns:
        Its proposal; without architectures where nothing new is left.
    """
    check_first(strategy, space)
    seen = (*observations.architectures, *pending)
    tried, first = set(seen), getattr(strategy, "first", ())
    left = tuple(a for a in first if a not in tried)
    if left:
        number = first.index(left[0]) + 1
        return Proposal(left[:n], f"Number {number} of the {len(first)} to be tried first.")
    alone = dataclasses.replace(strategy, first=()) if first else strategy  # type: ignore[type-var]
    shown = of_one_rung(strategy, fidelities, observations)
    others = tried.difference(shown.architectures, pending)
    beside = tuple(a for a in pending if a not in set(shown.architectures))
    allow = getattr(strategy, "allow_isomorphic", True)
    if is_enough(strategy, shown):
        _number(strategy, space)
        space = without(space, others, allow_isomorphic=allow)
    else:  # it begins at random, and calling others pending disturbs no model
        beside = (*(a for a in dict.fromkeys(seen) if a in others), *beside)
    for _ in range(TRIES):
        found = alone.propose(space, shown, beside, n, rng)
        novelty = Novelty(seen, allow_isomorphic=allow)
        new = tuple(a for a in found.architectures if novelty.claim(a))
        if new or not found.architectures:
            break
        beside = (*beside, *found.architectures)
    return dataclasses.replace(found, architectures=new)


def _number(strategy: Strategy, space: SearchSpace) -> None:
    """Let a model number its candidates in the order of the whole space, whenever it is asked.

    What is left of the space is another list each time, and the last digits of a kernel depend on
    the order in which it met architectures: a search that was killed goes on with the same.
    """
    table = getattr(getattr(strategy, "prior", None), "table", None)
    if isinstance(table, ArchitectureTable) and can_be_listed(space):
        table.indices(listed(space))
