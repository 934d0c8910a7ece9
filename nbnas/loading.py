"""Modules load without the collector of cyclic garbage, which finds nothing in what stays.

What torch, pandas and altair make at their import stays for good. The collector looks through all
of it again and again as it grows, for a second and more of the six that the first search needs.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

LISTENERS: list[Callable[[], AbstractContextManager[None]]] = []  # who tells how long it takes


@contextmanager
def loading() -> Iterator[None]:
    """A context in which modules are imported; afterwards the collector is as before."""
    if not gc.isenabled():  # by the user, or by another thread, which turns it on again
        yield
        return
    gc.disable()
    try:
        with ExitStack() as stack:
            for listener in tuple(LISTENERS):
                stack.enter_context(listener())
            yield
    finally:
        gc.enable()
