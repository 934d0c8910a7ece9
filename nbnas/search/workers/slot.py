"""One worker process: started, given a trial, watched, and started anew where it ended.

pebble starts the process and brings trials there and evaluations back. Each has a pool of its own:
a process that is killed takes nothing with it that the others need.
"""

import contextlib
import dataclasses
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError
from typing import Any

import pebble

from nbnas.errors import SearchError
from nbnas.records import Claim, Evaluation
from nbnas.search.trial import reason
from nbnas.search.workers.child import Said, Setting, begin, evaluate_here
from nbnas.search.workers.followed import Followed
from nbnas.search.workers.place import Place
from nbnas.search.workers.process import (
    frames,
    how_it_ended,
    kill_family,
    last_lines,
    lives,
    memory_of,
)
from nbnas.search.workers.spawned import Context

LOOK = 0.2  # seconds between two looks whether a process is there: pebble sees its end as a rule
GRACE = 1.0  # seconds between the end of a process and the word that it has ended
DIED = (pebble.ProcessExpired, BrokenExecutor, CancelledError, BrokenPipeError, EOFError, OSError)


class Killed(SearchError):
    """Somebody else has killed a worker process, such as a system without memory."""


class Slot(Place):
    """A place for one trial at a time, in a process of its own.

    Args:
        name: What a person calls the worker.
        setting: What its process is told.
        wake: Called from another thread when a trial has ended.

    Attributes:
        claim: The trial that is under way; `None` for none.
        began: When it began, in seconds of the monotonic clock.
        training: Its live training, where it has one.
        paused: Whether it waits.
        forward: Called with what the trial's process tells, where somebody else follows it.
    """

    def __init__(self, name: str, setting: Setting, wake: Callable[[], None]) -> None:
        super().__init__(name)
        self._setting, self._wake = setting, wake
        self.forward: Callable[[Said], None] | None = None
        self._process: int | None = None
        self._pool: Any = None
        self._future: Any = None
        self._why = ""  # it was ended
        self._gone: float | None = None  # since when the trial's process has been seen to be gone
        self._seen = 0.0  # when it was looked for

    def begin(self, claim: Claim, training: Followed, *, alone: bool = True) -> None:
        """Evaluate a trial; `alone` if no other one is on its device."""
        self._started()
        self.take(claim, training)
        self._why, self._gone = "", None
        self._future = self._pool.schedule(evaluate_here, (claim, alone))
        self._future.add_done_callback(lambda _: self._wake())

    @property
    def device(self) -> str:
        """The device of its process; empty for the objective's own."""
        return self._setting.device

    def wait(self, claim: Claim) -> None:
        """Have a trial, and do not begin it yet."""
        self.take(claim, Followed(claim.architecture, claim.seed, self._setting.measure))
        self._rest(paused=True)

    @property
    def waits(self) -> bool:
        """Whether it has a trial that it has not begun."""
        return self.claim is not None and self._future is None

    def say(self, word: str) -> None:
        """Tell the trial to "pause", to "go" on or to "stop"; one without epochs does not hear."""
        if self.claim is not None:
            with contextlib.suppress(OSError):
                self._connection.send((self.claim.number, word))

    def listen(self) -> None:
        """Take in what the process has told."""
        try:
            while self._pool is not None and self._connection.poll():
                self.hear(self._connection.recv())
        except (EOFError, OSError):  # cut off in the middle of a word
            return

    def collect(self) -> Evaluation | BaseException | None:
        """How the trial ended, which is over then: `None` if it was stopped.

        An exception is a fault of the whole search, such as of an objective that cannot be
        loaded; or `Killed`, if somebody else has killed the process. Only for a slot that has
        `ended`.
        """
        self.listen()
        claim, future, self.claim, self._future = self.claim, self._future, None, None
        training, self.training, self.paused = self.training, None, False
        assert claim is not None
        try:
            made: Evaluation | None = future.result(timeout=0)
        except TimeoutError:  # its process has ended without a word
            made = self._failed(claim, self._why or how_it_ended(0))
        except DIED as error:
            if getattr(error, "exitcode", None) == -signal.SIGKILL and not self._why:
                return Killed()
            made = self._failed(claim, self._why or how_it_ended(getattr(error, "exitcode", None)))
        except Exception as error:
            if type(error).__module__.startswith("nbnas."):
                return error
            made = self._failed(claim, reason(error))
        if made is not None and made.status == "failed":
            made = self._with_output(made)
        if training is not None:
            training.end(made)
        return made

    @property
    def ended(self) -> bool:
        """Whether its trial has ended, in whatever way."""
        if self._future is None:
            return False
        if self._future.done():
            return True
        now = time.monotonic()
        if self._gone is None and self._process is not None and now - self._seen > LOOK:
            self._seen = now
            self._gone = None if lives(self._process) else now
        return self._gone is not None and time.monotonic() - self._gone > GRACE

    def kill(self, why: str) -> None:
        """End the process at once."""
        if self._process is not None and self.claim is not None:
            self._why = why
            with contextlib.suppress(OSError):
                os.kill(self._process, signal.SIGKILL)

    @property
    def memory(self) -> int:
        """Bytes that the process takes, with those that it started; 0 if there is none."""
        return memory_of(self._process)

    def close(self) -> None:
        """End the process and let go of all that it has."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        kill_family(self._process)
        pool.stop()
        with contextlib.suppress(Exception):  # a pool whose process is gone says so
            pool.join()
        self._connection.close()
        self._other_end.close()
        self._process = None

    def _started(self) -> None:
        """Have a process: the one there is, or a new one where it has ended or was ended."""
        starting = self._process is None
        if self._pool is not None and self._pool.active and (starting or lives(self._process)):
            return
        self.close()
        context = Context()
        self._connection, self._other_end = context.Pipe()
        self._pool = pebble.ProcessPool(
            1, initializer=begin, initargs=(self._setting, self._other_end), context=context
        )

    def hear(self, said: Said) -> None:
        """Take in what the process has told: the first thing is its number."""
        if isinstance(said, int):
            if self._process is not None and self._gone is None:  # pebble has started another one
                self._gone = time.monotonic()
            self._process = said
            return
        super().hear(said)
        if self.forward is not None:
            self.forward(said)

    def _failed(self, claim: Claim, why: str) -> Evaluation:
        return Evaluation(
            claim.architecture,
            None,
            "failed",
            seconds=self.seconds,
            seed=claim.seed,
            started=time.time() - self.seconds,
            error=why,
            reports=self.training.reports if self.training is not None else (),
        )

    def _with_output(self, made: Evaluation) -> Evaluation:
        """A failed trial with the last lines of what it has printed."""
        said, where = last_lines(self._setting.output), frames(self._setting.crash)
        error = f"{made.error}\n{where}" if where else str(made.error)
        error += f"\nlast lines of its output:\n{said}" if said else ""
        return dataclasses.replace(made, error=error)
