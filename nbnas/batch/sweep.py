"""A notebook for every combination of parameters, several at once.

Notation
    run     the notebook with one combination; it is done when it is finished or has failed
"""

import contextlib
import math
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from os import PathLike
from typing import Any, Self

from psygnal import Signal

from nbnas.batch import grid as grids
from nbnas.batch.collected import Collected
from nbnas.batch.dask import DaskTasks
from nbnas.batch.grid import Value
from nbnas.batch.notebook import check_names
from nbnas.batch.process import Executor, Processes, only_one
from nbnas.batch.progress import SweepProgress
from nbnas.batch.run import Run, State, own_files
from nbnas.checks import PATH, whole
from nbnas.errors import SettingError
from nbnas.mode import in_kernel
from nbnas.search.workers.dask.task import is_client
from nbnas.signals import announce
from nbnas.waiting import WaitingBar, watched

Client = Any  # dask.distributed.Client, which is loaded only where somebody has one
MOST = 1_000
WORKERS = whole(1, MOST)
POLL = 0.2  # seconds of a wait, after which an interrupt is heard


class Sweep(Collected):
    """A notebook for every combination of parameters. Live: it emits `progressed`.

    Each run is by papermill, in a kernel of its own, and has its own files in the folder, whose
    names say the parameters: the executed notebook, its log, its store. A run that fails does not
    end the others. What is finished in the folder with the same parameters is not run again, and a
    notebook of nbnas that was half done goes on with its study.

    Args:
        notebook: The notebook, with a cell tagged "parameters".
        folder: The folder of the sweep; made if missing.
        grid: For each parameter its values; see `read_grid` for how a command writes it.
        workers: Number of notebooks that run at once, each with its share of the cores; or a
            client of dask, each thread of whose workers runs one: on machines that all have the
            current folder, the notebook and the folder of the sweep under the same names.
        parameters: More parameters, the same for all runs.

    Raises:
        SettingError: If the grid or a parameter is none, or the notebook does not have it, or the
            client is closed.
        NotebookError: If the notebook is missing, or none.

    Attributes:
        runs: All runs, in the order in which they begin.
        states: For each run by its name what it is.
        errors: Why it failed, for each run that did.
        running: Whether `run` is at work.
        progressed: Signal that emits a `SweepProgress` when a run begins or is done, from any
            thread.
    """

    progressed = Signal(SweepProgress)

    def __init__(
        self,
        notebook: str | PathLike[str],
        folder: str | PathLike[str],
        grid: Mapping[str, Any],
        *,
        workers: int | Client = 1,
        **parameters: Value,
    ) -> None:
        self.notebook, self.folder = PATH("notebook", notebook), PATH("folder", folder)
        self.workers = workers if is_client(workers) else WORKERS("workers", workers)
        chosen, shared = grids.combinations(grid), grids.parameters(parameters)
        if both := [name for name in chosen[0] if name in shared]:
            raise SettingError(f"expected {', '.join(both)} in the grid or for all runs, got both")
        has = check_names(self.notebook, {**chosen[0], **shared})
        self.runs = tuple(
            self._made(name, one, shared, has)
            for name, one in zip(grids.names(chosen), chosen, strict=True)
        )
        self.running = False
        self._processes = self._executor()
        self._lock = threading.Lock()
        self._seconds: dict[str, float] = {}
        self.errors: dict[str, str] = {}
        self.states: dict[str, State] = {}
        self._look()

    def __repr__(self) -> str:
        return f"<Sweep of {self.notebook.name}: {self.done} of {len(self.runs)} runs>"

    @property
    def done(self) -> int:
        """Number of runs that are finished or have failed."""
        return sum(state in ("finished", "failed") for state in self.states.values())

    @property
    def seconds_left(self) -> float | None:
        """Seconds until all are done, if each takes as long as the finished ones did."""
        left = len(self.runs) - self.done
        if not left or not self._seconds:
            return None if left else 0.0
        mean = sum(self._seconds.values()) / len(self._seconds)
        return mean * math.ceil(left / self._processes.at_once)

    def run(self) -> Self:
        """Make all runs that are not finished; those that failed are tried again.

        Interrupting the kernel ends what is under way; the same call goes on with it.

        Returns:
            The sweep itself, so that as the last line of a cell it shows how it stands.

        Raises:
            NotebookError: If another process makes this sweep.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with only_one(self.folder), watched(self):
            self._look(again=True)
            self.running = True
            self._processes = self._executor()
            try:
                self._make([run for run in self.runs if self.states[run.name] == "waiting"])
            finally:
                self.running = False
        return self

    def _executor(self) -> Executor:
        return DaskTasks(self.workers) if is_client(self.workers) else Processes(self.workers)

    def _made(
        self,
        name: str,
        chosen: Mapping[str, Value],
        shared: Mapping[str, Value],
        has: Mapping[str, Any],
    ) -> Run:
        given = {**shared, **chosen}
        own = own_files(has, given, self.folder, name)
        return Run(self.notebook, self.folder, name, chosen, {**given, **own})

    def _look(self, *, again: bool = False) -> None:
        """See in the folder what each run is."""
        for run in self.runs:
            seconds, error = run.seconds(), None if again else run.failure()
            self.states[run.name] = "waiting" if seconds is None else "finished"
            self.errors.pop(run.name, None)
            if seconds is not None:
                self._seconds[run.name] = seconds
            elif error is not None:
                self.states[run.name], self.errors[run.name] = "failed", error

    def _make(self, runs: list[Run]) -> None:
        most = len(runs) if is_client(self.workers) else self.workers  # dask lets them wait
        with ThreadPoolExecutor(max(1, min(most, MOST)), thread_name_prefix="nbnas sweep") as pool:
            waiting: set[Future[None]] = {pool.submit(self._one, run) for run in runs}
            shown = WaitingBar(total=len(runs), desc="sweep", unit="run", disable=in_kernel())
            try:
                with shown:
                    while waiting:  # so that an interrupt is heard
                        done, waiting = wait(waiting, POLL, FIRST_COMPLETED)
                        for future in done:
                            future.result()
                            shown.update()
            except BaseException:  # an interrupt, too, leaves no process behind
                self._processes.end()
                for future in waiting:
                    future.cancel()
                raise

    def _one(self, run: Run) -> None:
        """Make one run, in a thread."""
        if self._processes.ended():
            return
        began = time.monotonic()

        def begin() -> None:
            nonlocal began
            began = time.monotonic()
            self._tell(run, "running")

        error = self._processes.execute(run, begin)
        if self._processes.ended() and error is not None:
            self._tell(run, "waiting")
            return
        if error is None:
            os.replace(run.draft, run.output)
            run.failed.unlink(missing_ok=True)
            self._seconds[run.name] = time.monotonic() - began
            self._tell(run, "finished")
            return
        with contextlib.suppress(FileNotFoundError):
            os.replace(run.draft, run.failed)
        self._tell(run, "failed", error)

    def _tell(self, run: Run, state: State, error: str | None = None) -> None:
        """The one place where the state changes."""
        with self._lock:
            self.states[run.name] = state
            self.errors.pop(run.name, None)
            if error is not None:
                self.errors[run.name] = error
            left = self.seconds_left
            fact = SweepProgress(run.name, state, self.done, len(self.runs), left, error)
        announce(self.progressed, fact)


def sweep(
    notebook: str | PathLike[str],
    folder: str | PathLike[str],
    grid: Mapping[str, Any],
    *,
    workers: int | Client = 1,
    **parameters: Value,
) -> Sweep:
    """Run a notebook for every combination of parameters, several at once, and show how far it is.

    Args:
        notebook: The notebook, with a cell tagged "parameters".
        folder: The folder of the sweep; what is finished in it is not run again.
        grid: For each parameter its values.
        workers: Number of notebooks that run at once, each with its share of the cores; or a
            client of dask, whose workers run them, see `Sweep`.
        parameters: More parameters, the same for all runs.

    Returns:
        The sweep, when all runs are done: its `trials`, `table()` and `chart()`.

    Raises:
        SettingError: If the grid or a parameter is none, or the notebook does not have it.
        NotebookError: If the notebook is missing or none, or another process makes this sweep.

    Example:
        >>> sweep(
        ...     "notebooks/search.ipynb",
        ...     "runs/sweep",
        ...     {"seed": range(5), "strategy": ["bayes", "random"]},
        ...     workers=4,
        ... )  # doctest: +SKIP
    """
    return Sweep(notebook, folder, grid, workers=workers, **parameters).run()
