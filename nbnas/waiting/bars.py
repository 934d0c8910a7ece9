"""Bars, which tell how far long work is, and how long it will take.

In a terminal and in a notebook a bar moves. In a kernel that nobody looks at, as under papermill,
a line in the log tells the same every eight seconds: an executed notebook would keep a bar as it
began, at 0 %.
"""

import multiprocessing
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Self

from nbnas.mode import unwatched
from nbnas.waiting.told import tell

SOON = 2.0  # seconds before a bar appears: what takes less needs none
TICK = 1.0  # seconds between two times that a bar tells by itself
LINES = 8.0  # seconds between two lines in a log; the first one comes after half of them
_UP = "\x1b[A"  # to the line above, where bars stand below each other


def bar(*given: Any, disable: bool = False, **options: Any) -> Any:  # noqa: ANN401
    """A bar of tqdm's that goes when the work is done.

    Args:
        given: What the bar counts, if it is not told by `update`.
        disable: Whether there is none, whoever looks.
        options: More for `tqdm.tqdm`.
    """
    from tqdm.auto import tqdm  # it looks for notebooks, which takes time
    from tqdm.std import tqdm as lines

    if not unwatched():
        return tqdm(*given, leave=False, disable=disable, **options)
    often = {"delay": LINES / 2, "mininterval": LINES, "maxinterval": LINES, "miniters": 1}
    return lines(*given, leave=False, disable=disable, file=_Log(), **{**options, **often})


class WaitingBar:
    """A bar for what is mostly quick: it is made after 2 seconds, and where a person may wait.

    That is in the main thread of the main process: workers and a search in the background are told
    of by whoever began them. Before, there is nothing: in a notebook each bar of tqdm's is a dozen
    widgets, which stay in the kernel. From then on it tells the time that has passed by itself,
    each second (in a log each eight), however long one of the things takes.

    Args:
        things: What the bar counts, if it is not told by `update`.
        total: How many there are; by default as many as `things` has.
        disable: Whether there is none, whoever looks.
        options: More for `tqdm.tqdm`.
    """

    def __init__(
        self,
        things: Iterable[Any] = (),
        *,
        total: int | None = None,
        disable: bool = False,
        **options: Any,  # noqa: ANN401
    ) -> None:
        alone = threading.current_thread() is threading.main_thread()
        self._disabled = disable or not alone or multiprocessing.parent_process() is not None
        self._things, self._options = things, options
        self._total = getattr(things, "__len__", lambda: None)() if total is None else total
        self._began, self._done, self._told = time.monotonic(), 0, ""
        self._bar: Any = None
        self._lock, self._ticked = threading.Lock(), self._began

    def __iter__(self) -> Iterator[Any]:
        with self:
            for thing in self._things:
                yield thing
                self.update()

    def __enter__(self) -> Self:
        if not self._disabled:
            _TICKER.follow(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._disabled:  # then in a forked process, too, no lock is touched
            return
        _TICKER.leave(self)
        with self._lock:  # a tick may be under way
            self._disabled = True
            if self._bar is not None:
                self._bar.close()

    def update(self, count: int = 1) -> None:
        """Tell that more is done."""
        with self._lock:
            self._done += count
            if self._bar is not None:
                self._bar.update(count)
            else:
                self._make()

    def say(self, what: str) -> None:
        """Tell behind the bar what is done now."""
        with self._lock:
            self._told = what
            if self._bar is not None:
                self._bar.set_postfix_str(what)

    def tick(self) -> None:
        """Tell the time that has passed; called each second from another thread."""
        with self._lock:
            now = time.monotonic()
            if self._bar is None:
                self._make()
            elif now - self._ticked >= (LINES if unwatched() else 0.0):
                self._ticked = now
                self._bar.refresh()

    def _make(self) -> None:
        waited = time.monotonic() - self._began
        if self._disabled or waited < SOON:
            return
        self._bar = bar(total=self._total, **{"smoothing": 0.0, **self._options})
        self._bar.start_t -= waited  # so that it tells the time from the beginning
        self._bar.set_postfix_str(self._told, refresh=False)
        self._bar.update(self._done)


class _Ticker:
    """A thread that lets open bars tick, as long as there are any."""

    def __init__(self) -> None:
        self._open: set[WaitingBar] = set()
        self._lock = threading.Lock()
        self._runs = False

    def follow(self, shown: WaitingBar) -> None:
        """Let a bar tick."""
        with self._lock:
            self._open.add(shown)
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="nbnas bars", daemon=True).start()

    def leave(self, shown: WaitingBar) -> None:
        """Let it tick no longer."""
        with self._lock:
            self._open.discard(shown)

    def _run(self) -> None:
        while True:
            time.sleep(TICK)
            with self._lock:
                shown = tuple(self._open)
                self._runs = bool(shown)
            if not shown:
                return
            for each in shown:
                with suppress(Exception):  # a sign of life may fail; the work that it tells of not
                    each.tick()


_TICKER = _Ticker()


class _Log:
    """Where a bar writes its lines for the log of a run."""

    def write(self, text: str) -> None:
        """Tell a line, without what moves a cursor."""
        said = text.replace(_UP, "").strip()
        if said:
            tell(said)

    def flush(self) -> None:
        """A line is written at once."""
