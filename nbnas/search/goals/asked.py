"""What a search is asked for: from the words of its arguments to `Goals`."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypedDict

from nbnas.checks import Rule, each, either
from nbnas.errors import SettingError
from nbnas.graphs.space import SearchSpace
from nbnas.records import Constraint, Goals, Measure, MeasuredBy
from nbnas.records.goals.constraint import CONSTRAINT
from nbnas.records.goals.known import MEASURED_BY
from nbnas.records.measure import MEASURE
from nbnas.search.candidates import can_be_listed, listed

Goal = Measure | MeasuredBy
DRAWN = 300  # architectures by which a measure is known to spread over a space without a list
_GOAL: Rule[Goal] = either(MEASURE, MEASURED_BY)
_SEVERAL: Rule[tuple[Goal, ...]] = each(_GOAL, least=1)
_LIMITS: Rule[tuple[Constraint, ...]] = each(CONSTRAINT)


class Wanted(TypedDict, total=False):
    """What a `Search` may be asked for by name beyond a good value."""

    goals: Goals | Sequence[Goal] | None
    constraints: Sequence[Constraint]


def goals_of(
    objective: object, measure: Measure, wanted: Wanted, space: SearchSpace
) -> Goals | None:
    """What a search wants beyond a good value.

    Args:
        objective: What is searched by; it may offer `known(measure)`, which gives a `MeasuredBy`
            for what it can tell without training, and `None` for the rest.
        measure: What its values are.
        wanted: `goals`: measures, or what tells them without training; the first one is that of
            the values; `Goals` are taken as they are. `constraints`: the limits.
        space: What is searched, over which the known measures spread.

    Returns:
        The goals; `None` where a good value is all that is wanted.

    Raises:
        SettingError: If something else is given, or the first goal is not the objective's measure.
    """
    unknown = sorted(set(wanted) - set(Wanted.__annotations__))
    if unknown:
        raise SettingError(f"expected goals or constraints, got {unknown[0]}=…")
    goals, constraints = wanted.get("goals"), _LIMITS("constraints", wanted.get("constraints", ()))
    if isinstance(goals, Goals):
        goals = replace(goals, constraints=(*goals.constraints, *constraints))
    else:
        given = (measure,) if goals is None else _SEVERAL("goals", goals)
        goals = Goals(
            tuple(one.measure if isinstance(one, MeasuredBy) else one for one in given),
            tuple(one for one in given if isinstance(one, MeasuredBy)),
            constraints,
        )
    if goals.value != measure:
        raise SettingError(
            f"expected the objective's {measure.name} as the first goal, got {goals.value!r}; "
            "put it first, or give the objective this measure"
        )
    if len(goals.measures) == 1 and not goals.constraints:
        return None
    goals = replace(goals, constraints=tuple(_named(goals, each) for each in goals.constraints))
    return _ranked(replace(goals, known=(*goals.known, *_told(objective, goals))), space)


def _named(goals: Goals, limit: Constraint) -> Constraint:
    """A limit on the goal of its name, whose unit it then has."""
    same = (m for m in goals.measures if m.name == limit.measure.name)
    return replace(limit, measure=next(same, limit.measure))


def _ranked(goals: Goals, space: SearchSpace) -> Goals:
    """The goals whose known measures know how they spread over a space."""
    known = dict.fromkeys((*goals.known, *(found for _, found in goals.beforehand)))
    if not known:
        return goals
    some = listed(space) if can_be_listed(space) else space.sample(0, DRAWN)
    return replace(goals, known=tuple(one.among(some) for one in known))


def _told(objective: Any, goals: Goals) -> Iterable[MeasuredBy]:  # noqa: ANN401
    """What the objective tells without training of that for which nobody gave a function."""
    for measure in goals.unknown[1:] if hasattr(objective, "known") else ():
        found = objective.known(measure)
        if found is not None:
            yield MEASURED_BY("known", found)


def check_serves(strategy: object, goals: Goals | None) -> None:
    """Check that a strategy can work for some goals.

    One that serves several measures, and limits that only trainings tell, says so by an attribute
    `several`, and names a setting that has no say then by `unasked`. Limits that are known
    beforehand suit every strategy.

    Raises:
        SettingError: If it does not serve them.
    """
    if goals is None:
        return
    name, fidelities = type(strategy).__name__, getattr(strategy, "fidelities", None)
    further = len(goals.measures) > 1 or bool(goals.believed)
    if getattr(strategy, "several", False):
        if further and (unasked := getattr(strategy, "unasked", "")):
            # No error: studies that were begun so go on.
            warnings.warn(
                f"{name} takes no notice of {unasked} where there are several goals or limits "
                "that are learnt: it sees the value alone",
                stacklevel=3,
            )
        return
    if further and fidelities is not None:
        raise SettingError(
            f"expected {name} for several goals or limits that are learnt, got it with "
            f"fidelities={fidelities!r}, which sees the value alone; leave that out"
        )
    if len(goals.measures) > 1:
        raise SettingError(
            f"expected a strategy that serves several goals, got {name}; take "
            "BayesianOptimization, RegularizedEvolution or RandomSearch"
        )
    if goals.believed:
        raise SettingError(
            f"expected a strategy that learns whether a limit is met, got {name} for "
            f"{goals.believed[0].words}; take BayesianOptimization or RandomSearch, or tell the "
            "measure without training by nbnas.MeasuredBy"
        )
