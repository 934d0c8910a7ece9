"""What can run here or in the background, be paused, stopped and waited for: a search is such."""

import math
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Self

from psygnal import Signal

from nbnas.checks import real, whole
from nbnas.search.course import Course, State
from nbnas.search.trial import Dropped, Spent, Taken
from nbnas.signals import announce
from nbnas.waiting import watched

_TRIALS = whole(1)
_SECONDS = real(0).optional
REST = 0.3  # seconds until it is looked again whether others have made the last trials
TRIALS = 30  # that `start` aims at where nothing else was said


class Background:
    """The part of a search that starts, pauses and stops it. Every method answers at once.

    All but `run` and `wait`, that is. They may be called from any thread, such as that of a
    view's button. A subclass gives `step`, `_done` and `_failure`.

    Attributes:
        target: Number of trials that the current or last run aims at; `None` for no limit.
        until: When the current or last run begins no more trials, in seconds of the monotonic
            clock; infinite for never.
        budget: What all trials together may cost, in full trainings; infinite for anything.
        changed: Signal that emits the state's word when state, proposal or training changed, from
            whichever thread.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        self.target: int | None = None
        self.until = math.inf
        self.budget = math.inf
        announce = weakref.WeakMethod(self._announce)  # a search that nobody holds is gone at once
        self._course = Course(lambda: _call(announce))

    @property
    def state(self) -> State:
        """What it does: "idle", "running", "pausing", "paused", "stopping" or "failed"."""
        return self._course.state

    @property
    def running(self) -> bool:
        """Whether a run is at work; one that is paused is not."""
        return self.state in ("running", "pausing", "stopping")

    @property
    def error(self) -> BaseException | None:
        """What ended the background run or was kept, until `wait` raises it."""
        return self._course.error

    @property
    def _done(self) -> int:
        """Number of trials so far."""
        raise NotImplementedError(f"expected {type(self).__name__} to count its trials")

    def _failure(self, made: object) -> Exception | None:
        """What a trial that was made failed with, if it did."""
        raise NotImplementedError(f"expected {type(self).__name__} to tell failed trials")

    def _cost(self, cost: float | None, epochs: int | None) -> float:
        """What a run may cost, in full trainings; infinite where nothing limits that."""
        return math.inf

    def step(self) -> object:
        """Make one trial."""
        raise NotImplementedError(f"expected {type(self).__name__} to define step")

    def run(
        self,
        trials: int | None = None,
        *,
        seconds: float | None = None,
        cost: float | None = None,
        epochs: int | None = None,
    ) -> Self:
        """Search until so many trials exist; what exists already, in the store too, counts.

        Interrupting the kernel stops it between two steps of Python; nothing finished is lost.

        Args:
            trials: Total number of trials to reach.
            seconds: The other way to stop: no trial begins after so many seconds, and the one
                under way then ends. `None` for no limit.
            cost: A third way: no trial begins with which all would cost more, in full trainings.
            epochs: The same in epochs of training.

        Returns:
            The search itself, so that as the last line of a cell it shows its state.

        Raises:
            SettingError: If trials is not a positive whole number, seconds, cost or epochs are
                below 0, or nothing limits the run, or both cost and epochs do.
            SearchError: If the space is used up, the first ten trials all failed, or a run is
                under way.
        """
        seconds, budget = _SECONDS("seconds", seconds), self._cost(cost, epochs)
        trials = (_TRIALS if budget == math.inf else _TRIALS.optional)("trials", trials)
        with self._course.driving(), watched(self):
            self.target, self.budget = trials, budget
            self.until = math.inf if seconds is None else time.monotonic() + seconds
            for _ in self._drive():
                pass
        return self

    def start(
        self, trials: int | None = None, *, cost: float | None = None, epochs: int | None = None
    ) -> Self:
        """Search in the background and return at once; after `pause`, go on.

        A failed trial or listener does not end it; any other error does. `wait` raises it, or when
        all is done what failed first, since nobody sees what a thread does.

        Args:
            trials: Total number of trials to reach; the last such number, or else 30, by default.
            cost: What all trials may cost, as for `run`; without any limit the last one.
            epochs: The same in epochs of training.

        Returns:
            The search itself.

        Raises:
            SettingError: If trials is not a positive whole number, or cost or epochs are wrong.
            SearchError: If a run is under way that is not paused.
        """
        budget = self._cost(cost, epochs)
        target = None if trials is None else _TRIALS("trials", trials)
        if target is None and budget == math.inf:
            target, budget = self.target, self.budget
            target = TRIALS if target is None and budget == math.inf else target

        def prepare() -> None:
            self.target, self.until, self.budget = target, math.inf, budget

        self._course.start(self._drive_unseen, prepare)
        return self

    def pause(self) -> None:
        """Let the run wait after the current epoch; where there are no epochs, after the trial.

        `start` goes on with the same training.
        """
        self._course.pause()

    def stop(self) -> None:
        """End the run after the current epoch; where there are no epochs, after the trial.

        A training under way is dropped. Its proposal waits, and the next run trains it again,
        with the same seed; where there is a store, from where it was.
        """
        self._course.stop()

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until the background run ends, and raise what it or a callback raised.

        Interrupting the kernel ends the waiting, not the run. Each error is raised once.

        Args:
            timeout: Seconds to wait at most; `state` tells whether it ended.

        Returns:
            The search itself, so that as the last line of a cell it shows its state.

        Raises:
            SearchError: If the search is paused, so that waiting without a timeout would not end.
            BaseException: What ended the run, or what was kept.
        """
        timeout = real(0).optional("timeout", timeout)
        with watched(self):
            self._course.wait(timeout)
        return self

    def keep(self, error: BaseException) -> None:
        """Keep the error of a callback, such as a view's, so that `wait` raises it.

        Args:
            error: The exception; of several the first one is kept.

        Raises:
            SettingError: If it is no exception.
        """
        self._course.keep(error)

    def _drive(self) -> Iterator[object]:
        """The loop: one trial after the other until the target, its time, a stop or an error."""
        while self._done < self._wanted and self._course.goes_on():
            if time.monotonic() >= self.until:
                return
            try:
                yield self.step()
            except Taken:
                time.sleep(REST)
            except (Dropped, Spent):
                return

    @property
    def _wanted(self) -> float:
        """The number of trials that a run wants; infinite where only the cost is limited."""
        return math.inf if self.target is None else self.target

    def _drive_unseen(self) -> None:
        """The loop in a thread, where failed trials are kept for `wait`."""
        for made in self._drive():
            failure = self._failure(made)
            if failure is not None:
                self.keep(failure)

    def _announce(self) -> None:
        """Emit the state; again if it changed meanwhile, so that the last word is true."""
        word: str = ""
        while word != self.state:
            word = self.state
            for error in announce(self.changed, word):
                self.keep(error)


def _call(method: "weakref.WeakMethod[Callable[[], None]]") -> None:
    found = method()
    if found is not None:
        found()
