"""Whether a search goes on, and the thread that it runs in: what run, pause and stop act on.

Notation
    driver    the thread that makes trials: the background's, or whoever called `run` or `step`
    gate      where the driver asks whether to go on: between two trials and between two epochs
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from nbnas.errors import SearchError, SettingError

State = Literal["idle", "running", "pausing", "paused", "stopping", "failed"]
ACTIVE: tuple[State, ...] = ("running", "pausing", "paused", "stopping")
POLL = 0.2  # seconds of a wait, after which an interrupt is heard wherever Python runs


class Course:
    """The course of a search: one driver at a time, steered from any thread.

    Its one lock is held for the blink of an assignment: never while something is proposed,
    trained, stored or told to listeners.

    Args:
        changed: Called after every change of state, in the thread that caused it.

    Attributes:
        state: "idle"; "running"; "pausing" until the driver reaches the next gate, then "paused";
            "stopping" until it has ended; "failed" if an error ended the background run.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.state: State = "idle"
        self._changed = changed
        self._turn = threading.Condition()
        self._driver: int | None = None
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()  # of the thread: an interrupted join takes it for ended
        self._failure: BaseException | None = None
        self._kept: BaseException | None = None

    @property
    def error(self) -> BaseException | None:
        """What ended the background run, or else what was kept first; until `wait` raises it."""
        return self._failure or self._kept

    @contextmanager
    def driving(self) -> Iterator[None]:
        """Run here: the state is "running" within.

        Raises:
            SearchError: If there is a driver.
        """
        with self._turn:
            self._check_free("run the search")
            self._begin(threading.get_ident())
        try:
            self._changed()
            yield
        finally:
            self._end(None)

    @contextmanager
    def stepping(self) -> Iterator[None]:
        """Make a single trial here, within a run or without.

        Raises:
            SearchError: If another thread is the driver.
        """
        with self._turn:
            self.check_mine("make a trial")
            outer, self._driver = self._driver, threading.get_ident()
        try:
            yield
        finally:
            with self._turn:
                self._driver = outer

    def start(self, work: Callable[[], None], prepare: Callable[[], None]) -> None:
        """Let a thread work, or the driver that is paused go on.

        Args:
            work: What the thread does. An error that it raises ends the run and is kept.
            prepare: Called before, once it is sure that it starts.

        Raises:
            SearchError: If there is a driver that is not paused.
        """
        with self._turn:
            if self.state not in ("pausing", "paused"):
                self._check_free("start the search")
                ended = threading.Event()
                thread = threading.Thread(
                    target=self._work, args=(work, ended), name="nbnas search", daemon=True
                )
                thread.start()  # it waits for the lock
                self._thread, self._ended = thread, ended
                self._begin(thread.ident)
            prepare()
            self.state = "running"
            self._turn.notify_all()
        self._changed()

    def pause(self) -> None:
        """Let the driver wait at the next gate; no effect unless it runs."""
        self._steer("pausing", ("running",))

    def stop(self) -> None:
        """Let the driver end at the next gate; no effect unless there is one."""
        self._steer("stopping", ("running", "pausing", "paused"))

    def goes_on(self, rests: Callable[[], None] = lambda: None) -> bool:
        """The gate: wait while paused; whether to go on.

        Args:
            rests: Called before a pause begins.
        """
        rested = False
        while True:
            with self._turn:
                if self.state == "paused":
                    self._turn.wait(POLL)
                    continue
                if self.state != "pausing":
                    return self.state != "stopping"
                if rested:
                    self.state = "paused"
            if rested:
                self._changed()
            else:
                rests()
            rested = not rested

    def rest(self) -> None:
        """Be paused, where that was asked for: the driver has reached its gates."""
        self._steer("paused", ("pausing",))

    def wait(self, timeout: float | None = None) -> None:
        """Wait for the background run to end, then raise what it or a callback raised.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            SearchError: If it would wait for ever: the search is paused, or it is this thread.
            BaseException: What ended the run, or what was kept; each once.
        """
        thread, ended = self._thread, self._ended
        if thread is not None and not ended.is_set():
            self._check_waitable(thread, timeout)
            end = math.inf if timeout is None else time.monotonic() + timeout
            while not ended.is_set() and (left := end - time.monotonic()) > 0:
                ended.wait(min(left, POLL))
        self._raise()

    def keep(self, error: BaseException) -> None:
        """Keep the error of a callback for whoever waits; the first one stays.

        Raises:
            SettingError: If it is no exception.
        """
        if not isinstance(error, BaseException):
            raise SettingError(f"expected an exception to keep, got {error!r:.100}")
        with self._turn:
            first = self._kept is None
            self._kept = self._kept or error
        if first:
            self._changed()

    def check_mine(self, what: str) -> None:
        """Check that no other thread is the driver.

        Args:
            what: What is about to be done, for the message.

        Raises:
            SearchError: If another one is.
        """
        if self._driver != threading.get_ident():
            self._check_free(what)

    def _check_free(self, what: str) -> None:
        if self.state in ACTIVE or self._driver is not None:
            raise SearchError(
                f"expected that nobody else runs the search in order to {what}, but it is "
                f"{self.state if self.state in ACTIVE else 'making a trial'}; call wait(), or "
                "stop() and then wait(), first"
            )

    def _check_waitable(self, thread: threading.Thread, timeout: float | None) -> None:
        if thread is threading.current_thread():
            raise SearchError("expected wait() in another thread than the search's own")
        if timeout is None and self.state == "paused":
            raise SearchError(
                "the search is paused, so that waiting would not end; call start() to go on, or "
                "stop(), or give a timeout"
            )

    def _steer(self, to: State, out_of: tuple[State, ...]) -> None:
        with self._turn:
            if self.state not in out_of:
                return
            self.state = to
            self._turn.notify_all()
        self._changed()

    def _work(self, work: Callable[[], None], ended: threading.Event) -> None:
        with self._turn:  # until `start` has let go of it
            failure: BaseException | None = None
        try:
            work()
        except BaseException as error:  # kept for `wait`: nobody sees what a thread raises
            failure = error
        try:
            self._end(failure)
        finally:
            ended.set()

    def _begin(self, driver: int | None) -> None:
        self.state, self._driver, self._failure = "running", driver, None

    def _end(self, failure: BaseException | None) -> None:
        with self._turn:
            self.state, self._driver = "idle" if failure is None else "failed", None
            self._failure = failure
            self._turn.notify_all()
        self._changed()

    def _raise(self) -> None:
        with self._turn:
            error = self.error
            if error is None:
                return
            if error is self._failure:
                self.state, self._failure = "idle", None
            else:
                self._kept = None
        self._changed()
        raise error
