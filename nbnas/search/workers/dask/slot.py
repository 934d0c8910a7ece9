"""A dask worker as a place for one trial at a time."""

import contextlib
import time
from typing import Any

from nbnas.errors import SearchError
from nbnas.records import Claim
from nbnas.search.workers.dask.host import Told
from nbnas.search.workers.followed import Followed
from nbnas.search.workers.place import Place
from nbnas.search.workers.slot import Killed

GRACE = 5.0  # seconds between the end of a task and the word of how it has ended


class DaskSlot(Place):
    """A dask worker, which may be lost at any moment.

    Args:
        address: Where the worker is, such as "tcp://10.0.0.7:40123".

    Attributes:
        machine: The machine's part of the address.
        device: The device of its process; an empty text for the objective's own.
        host: The task that has the worker's process; `None` before it is given.
        task: The task of the trial that is under way.
        engaged: When that was given, in seconds of the monotonic clock.
        by_file: Whether the objective reads pictures from files that are there.
        ready: Whether the process waits for trials.
        lost: Whether the worker is no longer there.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address.partition("://")[2] or address)
        self.address, self.machine, self.device = address, address.rpartition(":")[0], ""
        self.host: Any = None
        self.task: Any = None
        self.engaged, self.by_file = 0.0, True
        self.ready, self.lost = False, False
        self._made: Any = None
        self._ended = False
        self._done: float | None = None  # since when the task has been seen to have ended

    def begin(self, claim: Claim, training: Followed, task: Any) -> None:  # noqa: ANN401
        """Have a trial, which a task of dask evaluates."""
        self.take(claim, training)
        self.task, self._made, self._ended, self._done = task, None, False, None

    def told(self, told: Told) -> None:
        """Take in what the worker tells of a trial; that of an earlier one comes too late."""
        claim = self.claim
        if claim is None or told.trial != (claim.number, claim.origin.attempt):
            return
        for said in told.news:
            self.hear(said)  # type: ignore[arg-type]
        if told.ended:
            self._made, self._ended = told.made, True

    @property
    def ended(self) -> bool:
        """Whether its trial has ended, in whatever way."""
        if self.claim is None:
            return False
        if self._ended or self.lost:
            return True
        if self._done is None and self.task.done():
            self._done = time.monotonic()
        return self._done is not None and time.monotonic() - self._done > GRACE

    def collect(self) -> Any:  # noqa: ANN401
        """How its trial ended, which is over then; as `Slot.collect` does."""
        made = self._made if self._ended else self._without_word()
        training, task = self.training, self.task
        self.claim = self.training = self.task = None
        self.paused = False
        release(task)
        if training is not None and not isinstance(made, BaseException):
            training.end(made)
        return made

    def _without_word(self) -> BaseException | None:
        """Why a task has ended without a word: `None` if somebody has cancelled it."""
        if self.lost:
            return Killed()
        if self.task.cancelled() or self.task.status == "finished":
            return None
        return fault(self.task, self.name)


def fault(task: Any, name: str) -> SearchError:  # noqa: ANN401
    """What a task of dask has failed with, for a person."""
    error = None
    with contextlib.suppress(Exception):
        error = task.exception(timeout=GRACE)
    if type(error).__name__ == "KilledWorker":
        return Killed()
    return SearchError(
        f"the dask worker {name} cannot evaluate trials: {type(error).__name__}: {error!s:.500}; "
        "it needs nbnas and what the objective needs, in the same versions as here"
    )


def release(task: Any) -> None:  # noqa: ANN401
    """Want a task no longer; it then ends, if it has not."""
    if task is not None:
        with contextlib.suppress(Exception):  # of a client that is closed
            task.release()
