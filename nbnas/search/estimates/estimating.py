"""The time that a search will take: as its trials so far, or as the objective tells beforehand."""

import math
import time
from dataclasses import replace
from typing import Any

from nbnas.checks import real, whole
from nbnas.errors import NbnasError, SettingError
from nbnas.graphs.space import SearchSpace
from nbnas.records import TimeEstimate
from nbnas.records.estimate import TRIALS_FINISHED, UNKNOWN
from nbnas.search.background import TRIALS
from nbnas.search.course import ACTIVE
from nbnas.search.estimates.parallel import at_once
from nbnas.search.fidelities.spending import Spending
from nbnas.search.strategies.strategy import Strategy
from nbnas.search.tables.tabular import TabularObjective
from nbnas.search.workers.given import as_workers
from nbnas.search.workers.workers import Team
from nbnas.waiting import tell

ENOUGH = 3  # completed trials, whose mean tells more than anything that is timed beforehand
LOOKED_UP = "their values are looked up in a table, at once"
LATER = "how long one takes is known after the first"
_TOLD = ("each", "source", "reason", "costs", "lengths")  # by the trials, or by the objective
_TRIALS, _SECONDS = whole(1).optional, real(0).optional

_COST = real(0, infinite=True)


class Estimating(Spending):
    """The part of a search that tells how long it will take.

    Attributes:
        estimated: What was told last; `None` before.
    """

    space: SearchSpace
    objective: Any
    strategy: Strategy
    crew: Team | None
    estimated: TimeEstimate | None = None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the run has what it aims at, if it goes on as all trials so far."""
        return self.seconds_to(self.target, self.budget)

    def seconds_to(self, trials: int | None, cost: float = math.inf) -> float | None:
        """Seconds until so many trials exist, or until what they cost is so much.

        Args:
            trials: Their number, as for `Observations.seconds_left`.
            cost: What all may cost, in full trainings; infinite where their number is the limit.

        Returns:
            The seconds with the workers there are; `None` where nothing tells.
        """
        seen, cost = self.observations, _COST("cost", cost)
        if cost == math.inf:
            left = None if trials is None else seen.seconds_left(trials)
        else:
            spent = self.spent
            took = math.fsum(e.seconds for e in seen)
            left = took / spent * max(cost - spent, 0.0) if spent else None
        return left if left is None or self.crew is None else left / max(1, len(self.crew.slots))

    def estimate(
        self,
        trials: int | None = None,
        *,
        cost: float | None = None,
        epochs: int | None = None,
        seconds: float | None = None,
        workers: Any = None,  # noqa: ANN401
    ) -> TimeEstimate:
        """How long the rest of the search will take; as the last line of a cell it is drawn.

        It is told by the trials that exist, the store's too, once there are three; before, by an
        objective that knows, as a `Trainer` does: it times some steps of a few architectures of
        the space, which takes about three seconds and changes no number of the search. Nothing is
        told of tables, and of other objectives nothing before the first trial.

        Args:
            trials: Total number of trials to reach. Without any limit the last one counts, or
                else 30 trials.
            cost: What all trials may cost instead, in full trainings, as for `run`.
            epochs: The same in epochs of training.
            seconds: Seconds after which no trial begins, as for `run`; `None` for no limit.
            workers: Who evaluates, as for `run`. Processes share the cores of this machine; those
                on one GPU are taken to be as quick together as one is alone.

        Returns:
            The estimate, which `estimated` keeps. It also is a line in papermill's log.

        Raises:
            SettingError: If trials is not a positive whole number, cost or epochs are not above
                0, there is more than one of the three, seconds are below 0, or workers are none.
        """
        target, budget = self._aim(trials, cost, epochs)
        limit, began = _SECONDS("seconds", seconds), time.perf_counter()
        beside = at_once(as_workers(workers), self.objective)
        goal = TimeEstimate(
            target,
            min(len(self.observations), target) if budget is None else len(self.observations),
            cost=budget,
            spent=self.spent,
            looks=getattr(self.strategy, "fidelities", None) is not None,
        )
        told = self._known(goal)
        known = {name: getattr(told, name) for name in _TOLD}
        elapsed = time.perf_counter() - began
        self.estimated = found = replace(
            goal, at_once=max(1, beside), limit=limit, seconds=elapsed, **known
        )
        tell(f"{type(self.strategy).__name__}: {found.text}")
        self._announce()
        return found

    def _aim(
        self, trials: int | None, cost: float | None, epochs: int | None
    ) -> tuple[int, float | None]:
        """The number of trials that is aimed at, or 0 and what they may cost."""
        if sum(each is not None for each in (trials, cost, epochs)) > 1:
            raise SettingError(
                f"expected trials, cost or epochs, one of them, got {trials=}, {cost=}, {epochs=}"
            )
        budget = self._allowed(cost, epochs)
        trials = _TRIALS("trials", trials)
        if trials is None and budget == math.inf:
            trials, budget = self.target, self.budget
        return (trials or TRIALS, None) if budget == math.inf else (0, budget)

    def _known(self, goal: TimeEstimate) -> TimeEstimate:
        """The seconds of trials, whoever tells them."""
        trials = goal.trials if goal.cost is None else math.ceil(goal.rest)
        finished = self._finished(trials, goal.looks)
        if isinstance(self.objective, TabularObjective):
            return TimeEstimate(trials, reason=LOOKED_UP)
        if not goal.rest:
            return TimeEstimate(trials)
        tells = getattr(self.objective, "estimate", None)
        enough = len(self.observations.completed) >= ENOUGH
        if enough or not callable(tells) or self.state in ACTIVE:
            return finished if self.observations.completed else TimeEstimate(trials, reason=LATER)
        told = _told(tells, self.space, trials, self.seed)
        return finished if self.observations.completed and not told.each else told

    def _finished(self, trials: int, looks: bool) -> TimeEstimate:
        """What the trials that exist tell; where there may be looks, how far each went, too."""
        seen = self.observations
        spent = tuple(each.seconds for each in seen)
        if not looks and all(each.epochs is None for each in seen):
            return TimeEstimate(trials, each=spent, source=TRIALS_FINISHED)
        lengths = tuple(each.epochs for each in seen)
        cost = self.costs
        return TimeEstimate(
            trials, each=spent, source=TRIALS_FINISHED, costs=cost, lengths=lengths
        )


def _told(tells: Any, space: SearchSpace, trials: int, seed: int) -> TimeEstimate:  # noqa: ANN401
    """What an objective tells; of one of a user's own that may be anything."""
    try:
        told = tells(space, trials=trials, seed=seed)
    except NbnasError as error:
        return TimeEstimate(trials, reason=f"{UNKNOWN}: {error}"[:300])
    except Exception as error:  # a search may go on without an estimate
        return TimeEstimate(trials, reason=f"{UNKNOWN}: {type(error).__name__}: {error}"[:300])
    if isinstance(told, TimeEstimate):
        return told
    return TimeEstimate(trials, reason=LATER)
