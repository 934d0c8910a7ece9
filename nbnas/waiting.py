"""Who sees to it that a person who waits for a cell is told how far it is.

What waits says so here; what draws, far above it, listens. Without a notebook nobody does.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

WATCHERS: list[Callable[[object], AbstractContextManager[object]]] = []
TELLERS: list[Callable[[str], object]] = []


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
