"""The processes of a sweep: one for each run that is under way, and one sweep for a folder."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from nbnas.batch.run import Run
from nbnas.errors import NotebookError

Child = subprocess.Popen[str]
ENDED = "the sweep was ended"


class Executor(Protocol):
    """Executes runs; threads may ask for several at once."""

    @property
    def at_once(self) -> int:
        """How many runs are executed at once."""

    def ended(self) -> bool:
        """Whether all was ended."""

    def execute(self, run: Run, began: Callable[[], None]) -> str | None:
        """Execute the notebook of a run into its draft.

        Args:
            run: The run.
            began: Called when it begins, which may be later.

        Returns:
            Why it failed, if it did.
        """

    def end(self) -> None:
        """End what is under way, with all its processes."""


class Processes:
    """Executes runs, each in a process of this machine.

    Args:
        workers: So many share the cores.
    """

    def __init__(self, workers: int) -> None:
        self.at_once = workers
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._children: dict[str, Child] = {}

    def ended(self) -> bool:
        """Whether they were ended."""
        return self._stopping.is_set()

    def execute(self, run: Run, began: Callable[[], None]) -> str | None:
        """Execute the notebook of a run into its draft; why it failed, if it did."""
        with self._lock:
            if self.ended():
                return ENDED
            child = self._children[run.name] = start(run, self._environment())
        began()
        said, _ = child.communicate(task_of(run))
        with self._lock:
            del self._children[run.name]
        return outcome(run, child.returncode, said)

    def end(self) -> None:
        """End what is under way, with all its processes: a kernel ends with who started it."""
        self._stopping.set()
        with self._lock:
            for child in self._children.values():
                child.kill()

    def _environment(self) -> dict[str, str]:
        """The environment of a run: its share of the cores."""
        share = max((os.cpu_count() or 1) // self.at_once, 1)
        threads = {} if self.at_once == 1 else {"OMP_NUM_THREADS": str(share)}
        return {**threads, **os.environ}


def start(run: Run, environment: Mapping[str, str], folder: str | None = None) -> Child:
    """Start the process of a run, which then waits for its task.

    Args:
        run: The run.
        environment: The environment of the process; its pictures are still.
        folder: In which it works; `None` for the current one.
    """
    with Path(folder or "", run.log).open("w", encoding="utf-8") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "nbnas.batch.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            env={**environment, "NBNAS_DISPLAY": "static"},
            cwd=folder,
        )


def task_of(run: Run) -> str:
    """What the process of a run is told."""
    task = {"notebook": str(run.notebook), "draft": str(run.draft), "parent": os.getpid()}
    return json.dumps({**task, "parameters": dict(run.parameters)})


def outcome(run: Run, code: int, said: str) -> str | None:
    """Why a run failed, if it did, from how its process has ended and what it has said."""
    if code == 0:
        error: str | None = json.loads(said)["error"]
        return error
    how = f"signal {-code}" if code < 0 else f"code {code}"
    return f"its process ended with {how}; see {run.log}"


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
