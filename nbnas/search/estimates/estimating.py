"""The time that a search will take: as its trials so far, or as the objective tells beforehand."""

import time
from dataclasses import replace
from typing import Any

from nbnas.checks import real, whole
from nbnas.errors import NbnasError
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
_TRIALS, _SECONDS = whole(1).optional, real(0).optional


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
        done, goal = self.reached or (0.0, 0.0)
        if not done:
            return None
        left = sum(e.seconds for e in self.observations) / done * max(goal - done, 0.0)
        return left if self.crew is None else left / max(1, len(self.crew.slots))

    def estimate(
        self,
        trials: int | None = None,
        *,
        seconds: float | None = None,
        workers: Any = None,  # noqa: ANN401
    ) -> TimeEstimate:
        """How long the rest of the search will take; as the last line of a cell it is drawn.

        It is told by the trials that exist, the store's too, once there are three; before, by an
        objective that knows, as a `Trainer` does: it times some steps of a few architectures of
        the space, which takes about three seconds and changes no number of the search. Nothing is
        told of tables, and of other objectives nothing before the first trial.

        Args:
            trials: Total number of trials to reach; the last such number, or else 30, by default.
            seconds: Seconds after which no trial begins, as for `run`; `None` for no limit.
            workers: Who evaluates, as for `run`. Processes share the cores of this machine; those
                on one GPU are taken to be as quick together as one is alone.

        Returns:
            The estimate, which `estimated` keeps. It also is a line in papermill's log.

        Raises:
            SettingError: If trials is not a positive whole number, seconds are below 0, or workers
                are none.
        """
        target = _TRIALS("trials", trials) or self.target or TRIALS
        limit, began = _SECONDS("seconds", seconds), time.perf_counter()
        beside = at_once(as_workers(workers), self.objective)
        known = self._known(target)
        self.estimated = found = replace(
            known,
            trials=target,
            done=min(len(self.observations), target),
            at_once=max(1, beside),
            limit=limit,
            seconds=time.perf_counter() - began,
        )
        tell(f"{type(self.strategy).__name__}: {found.text}")
        self._announce()
        return found

    def _known(self, trials: int) -> TimeEstimate:
        """The seconds of trials, whoever tells them."""
        spent = tuple(each.seconds for each in self.observations)
        finished = TimeEstimate(trials, each=spent, source=TRIALS_FINISHED)
        if isinstance(self.objective, TabularObjective):
            return TimeEstimate(trials, reason=LOOKED_UP)
        if len(self.observations) >= trials:
            return TimeEstimate(trials)
        tells = getattr(self.objective, "estimate", None)
        enough = len(self.observations.completed) >= ENOUGH
        if enough or not callable(tells) or self.state in ACTIVE:
            return finished if self.observations.completed else TimeEstimate(trials, reason=LATER)
        told = _told(tells, self.space, trials, self.seed)
        return finished if self.observations.completed and not told.each else told


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
