"""The runs of a sweep on the workers of dask: each is a task, which has a process of its own."""

import contextlib
import os
import platform
import subprocess
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbnas.batch.process import ENDED, outcome, start, task_of
from nbnas.batch.run import Run
from nbnas.search.workers.dask.task import check_client, dask, still_wanted

LOOK = 0.2  # seconds between two looks at a run


class DaskTasks:
    """Executes runs on the workers of a client; dask chooses which, and lets them wait.

    A run whose worker dies is begun again on another one, where it goes on.

    Args:
        client: The client of dask.

    Raises:
        SettingError: If the client cannot be used.
    """

    def __init__(self, client: Any) -> None:  # noqa: ANN401
        check_client(client)
        self._client, self._stopping = client, threading.Event()

    @property
    def at_once(self) -> int:
        """How many runs are executed at once: the threads of all workers, as of now."""
        with contextlib.suppress(Exception):  # of a client that is closed
            return int(max(1, sum(self._client.nthreads().values())))
        return 1

    def ended(self) -> bool:
        """Whether all was ended."""
        return self._stopping.is_set()

    def execute(self, run: Run, began: Callable[[], None]) -> str | None:
        """Execute the notebook of a run into its draft; why it failed, if it did."""
        if self.ended():
            return ENDED
        key = f"nbnas-{run.name}-{uuid.uuid4().hex}"
        self._client.subscribe_topic(key, lambda _: began())
        task = self._client.submit(execute_there, run, os.getcwd(), key, key=key, pure=False)
        try:
            while not task.done():
                if self._stopping.wait(LOOK):
                    return ENDED
            return self._outcome(task)
        finally:
            with contextlib.suppress(Exception):  # of a client that is closed
                task.release()
                self._client.unsubscribe_topic(key)

    def end(self) -> None:
        """End what is under way, with all its processes."""
        self._stopping.set()

    def _outcome(self, task: Any) -> str | None:  # noqa: ANN401
        try:
            failed: str | None = task.result()
        except Exception as error:  # whatever dask raises
            return f"dask could not execute it: {type(error).__name__}: {error!s:.300}"
        return failed


def execute_there(run: Run, folder: str, topic: str) -> str | None:
    """A task of dask: execute the notebook of a run, for as long as somebody wants it.

    Args:
        run: The run.
        folder: The folder in which the sweep works.
        topic: Where to tell that it has begun.

    Returns:
        Why it failed, if it did.
    """
    wanted = still_wanted()
    if not all(Path(folder, each).exists() for each in (run.notebook, run.folder)):
        return (
            f"expected {run.notebook} and {run.folder} in {folder} on {platform.node()}; a sweep "
            "by dask needs a folder that all its machines share"
        )
    child = start(run, os.environ, folder)
    dask().get_worker().log_event(topic, "begun")
    task: str | None = task_of(run)
    while wanted():
        with contextlib.suppress(subprocess.TimeoutExpired):
            said, _ = child.communicate(task, timeout=LOOK)
            return outcome(run, child.returncode, said)
        task = None  # it was sent
    child.kill()
    child.communicate()
    raise dask().Reschedule()  # if only this worker is about to end, and not the sweep
