"""The loop of a search with several workers: whoever is free gets the next trial at once.

Proposals are made here, while workers train. The next one is made before anybody asks for it, when
all are busy. What not waiting costs: it does not know the value of the trial whose end frees its
worker, nor of those that end meanwhile, but believes them as all that are under way.
"""

import time
from collections.abc import Iterator
from typing import Any, Self

from nbnas.errors import SearchError
from nbnas.records import Claim, Measure, Step
from nbnas.search.ledger import killed
from nbnas.search.shared import Shared
from nbnas.search.trial import Spent, Taken, check_not_all_failed
from nbnas.search.workers.ahead import Ahead
from nbnas.search.workers.given import as_workers
from nbnas.search.workers.slot import Killed
from nbnas.search.workers.workers import Team, Workers

Client = Any  # dask.distributed.Client, which is loaded only where somebody has one
TICK = 0.1  # seconds in which pauses, stops and reports are noticed


class Parallel(Shared):
    """The part of a search that has workers.

    Attributes:
        crew: The workers of the current run; `None` where it has none.
    """

    objective: Any
    measure: Measure
    training: Any
    space: Any
    strategy: Any
    crew: Team | None = None
    _workers: Workers | None = None

    @property
    def workers(self) -> Workers | None:
        """Who evaluates in the run under way, or did in the last one; `None` for this process."""
        return self._workers

    def run(
        self,
        trials: int | None = None,
        *,
        seconds: float | None = None,
        cost: float | None = None,
        epochs: int | None = None,
        workers: Workers | Client | int | None = None,
    ) -> Self:
        """Search until so many trials exist; what exists already, in the store too, counts.

        Interrupting the kernel stops it between two steps of Python; nothing finished is lost.

        Args:
            trials: Total number of trials to reach.
            seconds: The other way to stop: no trial begins after so many seconds, and those under
                way then end. `None` for no limit.
            cost: A third way: no trial begins with which all would cost more, in full trainings;
                a look at a low fidelity costs a part of one, see `Fidelities`.
            epochs: The same in epochs of training.
            workers: Who evaluates: `None` is this process, one trial after the other; a number is
                so many processes, in which trials are isolated, see `LocalWorkers`; a client of
                dask is its workers, where trials are isolated, too, see `DaskWorkers`.

        Returns:
            The search itself, so that as the last line of a cell it shows its state.

        Raises:
            SettingError: If trials is not a positive whole number, seconds, cost or epochs are
                below 0, nothing limits the run, both cost and epochs do, or the objective cannot
                be copied to workers.
            SearchError: If the space is used up, the first ten trials all failed, the scheduler
                of dask is lost, or a run is under way.
        """
        chosen = as_workers(workers)
        self._course.check_mine("run the search")
        self._workers = chosen
        return super().run(trials, seconds=seconds, cost=cost, epochs=epochs)

    def start(
        self,
        trials: int | None = None,
        *,
        cost: float | None = None,
        epochs: int | None = None,
        workers: Workers | Client | int | None = None,
    ) -> Self:
        """Search in the background and return at once; after `pause`, go on.

        A failed trial or listener does not end it; any other error does. `wait` raises it, or when
        all is done what failed first, since nobody sees what a thread does.

        Args:
            trials: Total number of trials to reach; the last such number, or else 30, by default.
            cost: What all trials may cost, as for `run`; without any limit the last one.
            epochs: The same in epochs of training.
            workers: Who evaluates, as for `run`; a run that is paused keeps those it has.

        Returns:
            The search itself.

        Raises:
            SettingError: If trials is not a positive whole number, or workers are none.
            SearchError: If a run is under way that is not paused.
        """
        chosen = as_workers(workers)
        if self.state not in ("pausing", "paused"):
            self._course.check_mine("start the search")
            self._workers = chosen
        return super().start(trials, cost=cost, epochs=epochs)

    def _drive(self) -> Iterator[object]:
        if self._workers is None:
            yield from super()._drive()
            return
        self._driven = True
        try:
            crew = self._workers.crew(self.objective, self.measure)
            with crew, self._ledger.at_hand(), Ahead(self.strategy, self.space) as ahead:
                self.crew = crew
                yield from self._drive_crew(crew, ahead)
        finally:
            self.crew, self._driven = None, False
            for claim in self._ledger.held:  # an interrupt, or an error, came before they ended
                self._let_go(claim)

    def _drive_crew(self, crew: Team, ahead: Ahead) -> Iterator[Step]:
        """Give, collect, and propose meanwhile, until all is done or it is to end."""
        word = "go"
        while True:
            for claim, made in crew.collect():
                yield from self._collected(claim, made)
            if len(crew.slots) > 1:
                ahead.look(self.observations)
            self._show(crew)
            said = self._word()
            if said != word:
                word = said
                crew.say(word)
            if word == "pause" and all(slot.paused for slot in crew.busy):
                self._course.rest()
            if word == "go" and not self._over() and self._give(crew):
                continue
            if not crew.busy and (word == "stop" or self._over()):
                return
            crew.wait(TICK)

    def _word(self) -> str:
        """What is to be said to the workers."""
        words = {"pausing": "pause", "paused": "pause", "stopping": "stop"}
        return words.get(self.state, "go")

    def _over(self) -> bool:
        """Whether no trial is to begin any longer, for its time or because there are enough."""
        enough = len(self.observations) >= self._wanted
        return enough or time.monotonic() >= self.until

    def _give(self, crew: Team) -> bool:
        """Let a free worker begin, or prepare the next proposal; whether anything was done."""
        slot = crew.free
        if slot is None:
            return self._prepare(crew)
        self._look()
        check_not_all_failed(self.observations)
        try:
            claim = self._take_on(slot.name)
        except Taken:
            return False
        except Spent:
            self.until = 0.0  # no more trials begin; those under way end
            return False
        except SearchError:  # the space is used up
            if crew.busy:
                return False
            raise
        self._pending = tuple(a for a in self._pending if a != claim.architecture)
        crew.begin(slot, claim)
        self._announce()
        return True

    def _show(self, crew: Team) -> None:
        """Show a live training of the crew: the one there is, until it ends, or another one."""
        live = [slot.training for slot in crew.busy if slot.training and slot.training.live]
        if live and all(self.training is not each for each in live):
            self._train(live[0])

    def _prepare(self, crew: Team) -> bool:
        """Make the next proposal while all are busy. A single worker's knows all before it."""
        if len(crew.slots) < 2 or self._pending or self._full():
            return False
        try:
            self.ask()
        except SearchError:  # nothing is left for the time being
            return False
        return True

    def _collected(self, claim: Claim, made: Any) -> Iterator[Step]:  # noqa: ANN401
        """Take in how a trial ended."""
        if made is None:
            self._ledger.release(claim)
        elif isinstance(made, Killed):
            attempts = claim.origin.attempt
            if self._ledger.may_try(claim, attempts + 1):
                self._ledger.release(claim, attempts=1)
            else:
                yield self._settle(claim, killed(claim, attempts))
        elif isinstance(made, BaseException):
            raise made
        else:
            if made.value is not None:
                self.measure.check(made.value)
            yield self._settle(claim, made)

    def _train(self, training: Any) -> None:  # noqa: ANN401
        raise NotImplementedError(f"expected {type(self).__name__} to show {training!r}")
