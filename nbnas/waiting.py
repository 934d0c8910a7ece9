"""Who sees to it that a person who waits for a cell is told how far it is.

What waits says so here; what draws, far above it, listens. Without a notebook nobody does.

Bars tell how far long work is, and how long it will take. In a terminal and in a notebook a bar
moves. In a kernel that nobody looks at, as under papermill, a line in the log tells the same every
ten seconds: an executed notebook would keep a bar as it began, at 0 %.
"""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, Self

from nbnas.mode import unwatched

WATCHERS: list[Callable[[object], AbstractContextManager[object]]] = []
TELLERS: list[Callable[[str], object]] = []
SOON = 2.0  # seconds before a bar appears: what takes less needs none
LINES = 10.0  # seconds between two lines in a log
_UP = "\x1b[A"  # to the line above, where bars stand below each other
_WATCHED: ContextVar[bool] = ContextVar("watched", default=False)


def tell(said: str) -> None:
    """Let every teller write a line into the log of a run that nobody watches.

    Args:
        said: The line.
    """
    for teller in tuple(TELLERS):
        teller(said)


@contextmanager
def watched(thing: object) -> Iterator[None]:
    """Let every watcher follow a live object while the caller waits for it.

    Args:
        thing: What is waited for, such as a search.
    """
    before = _WATCHED.set(True)
    try:
        with ExitStack() as stack:
            for watcher in tuple(WATCHERS):
                stack.enter_context(watcher(thing))
            yield
    finally:
        _WATCHED.reset(before)


def is_watched() -> bool:
    """Whether the caller is part of something that is watched, which tells how far it is."""
    return _WATCHED.get()


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
    often = {"delay": LINES, "mininterval": LINES, "maxinterval": LINES, "miniters": 1}
    return lines(*given, leave=False, disable=disable, file=_Log(), **{**options, **often})


class WaitingBar:
    """A bar for what is mostly quick: it is made after 2 seconds, and where a person may wait.

    That is in the main thread of the main process: workers and a search in the background are told
    of by whoever began them. Before, there is nothing: in a notebook each bar of tqdm's is a dozen
    widgets, which stay in the kernel.

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
        self._began, self._done = time.monotonic(), 0
        self._bar: Any = None

    def __iter__(self) -> Iterator[Any]:
        with self:
            for thing in self._things:
                yield thing
                self.update()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, count: int = 1) -> None:
        """Tell that more is done."""
        self._done += count
        waited = time.monotonic() - self._began
        if self._bar is not None:
            self._bar.update(count)
        elif not self._disabled and waited >= SOON:
            self._bar = bar(total=self._total, **self._options)
            self._bar.start_t -= waited  # so that it tells the time from the beginning
            self._bar.update(self._done)


class _Log:
    """Where a bar writes its lines for the log of a run."""

    def write(self, text: str) -> None:
        """Tell a line, without what moves a cursor."""
        said = text.replace(_UP, "").strip()
        if said:
            tell(said)

    def flush(self) -> None:
        """A line is written at once."""
