"""Who follows what a caller waits for, and who writes lines into a log that nobody watches.

What waits says so here; what draws, far above it, listens. Without a notebook nobody does.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar

WATCHERS: list[Callable[[object], AbstractContextManager[object]]] = []
TELLERS: list[Callable[[str], object]] = []
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
