"""Within a worker process: evaluate trials, tell how far they are, and heed what is said.

Notation
    gate    where a trial asks whether to go on: before it, and between two of its epochs
"""

import contextlib
import faulthandler
import os
import pickle
import shutil
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from nbnas.errors import SearchError
from nbnas.parent import end_with_parent
from nbnas.records import Claim, EpochReport, Evaluation, Measure
from nbnas.search.trial import Dropped, evaluate
from nbnas.training.live import LiveTraining

Word = Literal["go", "pause", "stop"]
PATIENCE = 0.1  # seconds between two looks of a trial that is paused


@dataclass(frozen=True, slots=True)
class Setting:
    """What a worker process is told at its start.

    Attributes:
        parent: The number of the process that started it.
        objective: The file of the objective, which the parent has written.
        output: The file for what a trial prints.
        crash: The file for where Python was when the process crashed.
        measure: What the objective's values are.
        threads: Its share of the cores.
        device: Its device; empty for the objective's own.
    """

    parent: int
    objective: Path
    output: Path
    crash: Path
    measure: Measure
    threads: int
    device: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A live training has begun: how many epochs it will take, and what its reports mean."""

    epochs: int
    counted: str


Said = int | Begun | Literal["started", "paused", "going"] | tuple[EpochReport, ...]


class Here:
    """This process as a worker."""

    def __init__(self, setting: Setting, connection: "Connection[Said, tuple[int, Word]]") -> None:
        self.setting, self.connection = setting, connection
        self.objective: Any = None
        self._training: Any = None
        self._told, self._number = 0, 0
        self._word: Word = "go"

    def evaluate(self, claim: Claim, *, alone: bool) -> Evaluation | None:
        """Evaluate a trial's architecture; `None` if it was to stop."""
        if self.objective is None:
            self.objective = load(self.setting)
        self._training, self._told, self._word, self._number = None, 0, "go", claim.number
        self.connection.send("started")
        try:
            return evaluate(
                self.objective,
                claim,
                measure=self.setting.measure,
                live=self._begin,
                goes_on=self._goes_on,
                alone=alone,
            )
        except Dropped:
            return None
        finally:
            self._tell()
            self._training = None

    def _begin(self, training: Any) -> None:  # noqa: ANN401
        self._training = training
        epochs = getattr(training, "epochs", 0)
        counted = str(getattr(training, "counted", "images"))
        self.connection.send(Begun(epochs if isinstance(epochs, int) else 0, counted))

    def _goes_on(self) -> bool:
        """The gate: tell what is new, hear what is said, wait while paused."""
        self._tell()
        word = self._hear()
        if word == "pause":
            if isinstance(self._training, LiveTraining):
                self._training.checkpoint()
            self.connection.send("paused")
            while word == "pause":
                word = self._hear(PATIENCE)
            self.connection.send("going")
        return word != "stop"

    def _hear(self, seconds: float = 0.0) -> Word:
        """What was said last to this trial; what was said to another one came too late."""
        while self.connection.poll(seconds):
            (number, word), seconds = self.connection.recv(), 0.0
            self._word = word if number == self._number else self._word
        return self._word

    def _tell(self) -> None:
        reports = tuple(getattr(self._training, "reports", ()) or ())[self._told :]
        if reports:
            self._told += len(reports)
            self.connection.send(reports)


_here: Here | None = None


def begin(setting: Setting, connection: "Connection[Said, tuple[int, Word]]") -> None:
    """Make this process a worker. An error here would not be seen: those come with a trial."""
    global _here
    folder = setting.objective.parent
    end_with_parent(setting.parent, lambda: shutil.rmtree(folder, ignore_errors=True))
    output = os.open(setting.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    faulthandler.enable(setting.crash.open("w"), all_threads=False)
    limit_threads(setting.threads)
    _here = Here(setting, connection)
    connection.send(os.getpid())


def evaluate_here(claim: Claim, alone: bool) -> Evaluation | None:
    """Evaluate a trial's architecture in this worker process; `None` if it was to stop.

    Args:
        claim: The trial.
        alone: Whether no other one is on its device.

    Raises:
        SearchError: If the objective cannot be loaded here.
        ObservationError: If its value is outside the bounds of the measure.
    """
    if _here is None:
        raise SearchError("expected a worker process; begin() makes one")
    os.truncate(_here.setting.output, 0)
    try:
        return _here.evaluate(claim, alone=alone)
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # whatever the trial made of it
                stream.flush()


def load(setting: Setting) -> Any:  # noqa: ANN401
    """The objective, from the file that the parent process has written, on this one's device.

    Raises:
        SearchError: If it cannot be loaded here.
    """
    try:
        with setting.objective.open("rb") as file:
            objective = pickle.load(file)
        if setting.device.startswith("cuda:"):
            import torch

            torch.cuda.set_device(setting.device)  # what "auto" and "cuda" mean from now on
        return objective
    except Exception as error:
        raise SearchError(
            f"the objective cannot be loaded in a worker process: {type(error).__name__}: "
            f"{error!s:.500}; define what it needs in the notebook itself, or in a module that "
            "can be imported from anywhere"
        ) from error


def limit_threads(threads: int) -> None:
    """Let libraries compute in so many threads, loaded ones and those that are to come."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
