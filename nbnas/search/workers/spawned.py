"""Fresh processes that do not run the user's script again.

Python's own way runs the main script in each new process, as a module, so that what it defines is
found there. A script that searches would search again in each worker. What a script or a notebook
defines travels by value instead, by cloudpickle.
"""

import multiprocessing
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess

_LOCK = threading.Lock()
_TOLD = ("__file__", "__spec__")  # what the main module tells of where it comes from


class Process(SpawnProcess):
    """A fresh process that knows no main script."""

    def start(self) -> None:
        """Start it."""
        with _without_main(), _allowed():
            super().start()


class Context(SpawnContext):
    """Makes such processes."""

    Process = Process


@contextmanager
def _without_main() -> Iterator[None]:
    """Hide for a moment where the main module comes from."""
    with _LOCK:
        main = vars(sys.modules["__main__"])
        told = {name: main[name] for name in _TOLD if name in main}
        main.update(dict.fromkeys(told))
        try:
            yield
        finally:
            main.update(told)


@contextmanager
def _allowed() -> Iterator[None]:
    """Let a daemonic process, such as a worker of dask, have processes of its own.

    Python forbids it, as they would outlive one that is killed; ours end with their parent.
    """
    config = getattr(multiprocessing.current_process(), "_config", {})
    daemon = config.pop("daemon", None)
    try:
        yield
    finally:
        if daemon is not None:
            config["daemon"] = daemon
