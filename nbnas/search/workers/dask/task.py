"""What a task of dask that takes long asks: whether anybody still wants it.

Dask does not interrupt a task. It notes on the worker that a task is cancelled: when it is let go
of, when its client closes, and when the client's process dies, since its connection then ends.
"""

import sys
from collections.abc import Callable
from typing import Any

from nbnas.errors import SettingError

LIVES = ("running", "paused", "closing_gracefully")  # states of a dask worker that is at work
WANTED = ("executing", "long-running")  # states of a task that somebody waits for


def dask() -> Any:  # noqa: ANN401
    """The library, loaded where somebody uses it."""
    import distributed

    return distributed


def still_wanted() -> Callable[[], bool]:
    """Within a task of dask: what tells whether it is wanted, from whichever thread."""
    worker = dask().get_worker()
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        return worker.status.name in LIVES and task is not None and task.state in WANTED

    return wanted


def is_client(given: object) -> bool:
    """Whether something is a client of dask; without loading dask."""
    return "distributed" in sys.modules and isinstance(given, dask().Client)


def check_client(client: Any) -> None:  # noqa: ANN401
    """Check that a client of dask can be used.

    Raises:
        SettingError: If it is closed, or asynchronous.
    """
    if client.asynchronous:
        raise SettingError(
            "expected a client of dask that waits for its answers, got an asynchronous one; make "
            "it without asynchronous=True"
        )
    if client.status != "running":
        raise SettingError(
            f"expected a client of dask that is connected, got one that is {client.status}; make "
            "a new one: dask.distributed.Client(address)"
        )
