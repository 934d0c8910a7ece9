"""The processes of a sweep: one for each run that is under way, and one sweep for a folder."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from nbnas.batch.run import Run
from nbnas.errors import NotebookError


class Processes:
    """Executes runs, each in a process of its own; threads may ask for several at once.

    Args:
        workers: So many share the cores.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._children: dict[str, subprocess.Popen[str]] = {}

    def ended(self) -> bool:
        """Whether they were ended."""
        return self._stopping.is_set()

    def execute(self, run: Run) -> str | None:
        """Execute the notebook of a run into its draft; why it failed, if it did."""
        task = {"notebook": str(run.notebook), "draft": str(run.draft), "parent": os.getpid()}
        with run.log.open("w", encoding="utf-8") as log:
            with self._lock:
                if self.ended():
                    return "the sweep was ended"
                child = self._children[run.name] = subprocess.Popen(
                    [sys.executable, "-m", "nbnas.batch.child"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                    encoding="utf-8",
                    env=self._environment(),
                )
            said, _ = child.communicate(json.dumps({**task, "parameters": dict(run.parameters)}))
        with self._lock:
            del self._children[run.name]
        if child.returncode == 0:
            error: str | None = json.loads(said)["error"]
            return error
        how = f"signal {-child.returncode}" if child.returncode < 0 else f"code {child.returncode}"
        return f"its process ended with {how}; see {run.log}"

    def end(self) -> None:
        """End what is under way, with all its processes: a kernel ends with who started it."""
        self._stopping.set()
        with self._lock:
            for child in self._children.values():
                child.kill()

    def _environment(self) -> dict[str, str]:
        """The environment of a run: still pictures, and its share of the cores."""
        share = max((os.cpu_count() or 1) // self._workers, 1)
        threads = {} if self._workers == 1 else {"OMP_NUM_THREADS": str(share)}
        return {**threads, **os.environ, "NBNAS_DISPLAY": "static"}


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """No other process makes the sweep of this folder; the lock goes with the process.

    Raises:
        NotebookError: If another one does.
    """
    try:
        import fcntl
    except ImportError:  # on Windows
        yield
        return
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NotebookError(
                f"expected to be the only one that makes the sweep in {folder}, but another "
                "process does; wait for it, end it, or take another folder"
            ) from error
        yield
