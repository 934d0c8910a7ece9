"""Who sees to it that a person who waits for a cell is told how far it is.

What waits says so here; what draws, far above it, listens. Without a notebook nobody does.

Bars tell how far long work is, and how long it will take. In a terminal and in a notebook a bar
moves. In a kernel that nobody looks at, as under papermill, a line in the log tells the same every
ten seconds: an executed notebook would keep a bar as it began, at 0 %.
"""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from nbnas.mode import unwatched

WATCHERS: list[Callable[[object], AbstractContextManager[object]]] = []
TELLERS: list[Callable[[str], object]] = []
SOON = 2.0  # seconds before a bar appears: what takes less needs none
LINES = 10.0  # seconds between two lines in a log


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
    with ExitStack() as stack:
        for watcher in tuple(WATCHERS):
            stack.enter_context(watcher(thing))
        yield


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


def waiting_bar(*given: Any, **options: Any) -> Any:  # noqa: ANN401
    """A bar for what is mostly quick: it appears after 2 seconds, and where a person may wait.

    That is in the main thread of the main process: workers and a search in the background are told
    of by whoever began them.
    """
    alone = threading.current_thread() is threading.main_thread()
    mine = alone and multiprocessing.parent_process() is None
    disable = options.pop("disable", False) or not mine
    return bar(*given, disable=disable, **{"delay": SOON, **options})


class _Log:
    """Where a bar writes its lines for the log of a run."""

    def write(self, text: str) -> None:
        """Tell a line, without what moves a cursor."""
        said = text.strip("\r\n \x1b[A")
        if said:
            tell(said)

    def flush(self) -> None:
        """A line is written at once."""
