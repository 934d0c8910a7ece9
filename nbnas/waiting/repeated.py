"""Something that is done again and again from a thread, as long as something else takes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeating(
    act: Callable[[], object], pause: float, name: str, *, first: float | None = None
) -> Iterator[None]:
    """Do something again and again meanwhile; after the block it is done no more.

    Args:
        act: What is done.
        pause: Seconds between two times.
        name: Of the thread.
        first: Seconds before the first time; by default as many as between two.
    """
    ended = threading.Event()

    def repeat() -> None:
        left = pause if first is None else first
        while not ended.wait(left):
            act()
            left = pause

    thread = threading.Thread(target=repeat, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()  # so that nothing comes after what the caller does then
