"""What is live of a training: whoever computes its epochs, or reads them from a table.

Notation
    round    one epoch: computed, or looked up
"""

import threading
from collections.abc import Generator, Iterator
from os import PathLike
from typing import Self

from psygnal import Signal

from nbnas.brief import of_planned
from nbnas.checks import PATH, SEED, whole
from nbnas.errors import TrainingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.records import ACCURACY, EpochReport, Evaluation, Measure
from nbnas.signals import announce
from nbnas.waiting import WaitingBar, is_watched


class LiveTraining:
    """A training that is under way: iterate it for reports, or `run` it to its end.

    Iterating again goes on where the last iteration ended. The time between two epochs in which
    nobody asked for the next one does not count. Whoever inherits gives `_rounds`, the reports as
    they come, and `_conclude`, the evaluation after the last one.

    Args:
        architecture: What is trained.
        seed: Seed of initialisation, shuffling and augmentation.
        epochs: Number of epochs planned.

    Attributes:
        architecture: As given.
        seed: As given.
        epochs: As given.
        reports: The reports so far.
        evaluation: The result, once the last epoch is done.
        measure: What the reports' values are.
        counted: What the pace of a training counts, such as "images".
        alone: Whether nobody else needs the memory of its device; else it does not make do with
            less memory than it would have alone, and fails.
        progressed: Signal that carries each new report. A callback that fails becomes a warning.
    """

    progressed = Signal(EpochReport)
    architecture: Architecture
    seed: int
    epochs: int
    reports: tuple[EpochReport, ...]
    evaluation: Evaluation | None
    measure: Measure = ACCURACY
    counted: str = "images"
    alone: bool = True

    def __init__(self, architecture: Architecture, seed: int, epochs: int) -> None:
        self.architecture = ARCHITECTURE("architecture", architecture)
        self.seed = SEED("seed", seed)
        self.epochs = whole(0)("epochs", epochs)
        self.reports = ()
        self.evaluation = None
        self._stopping = threading.Event()
        self._published = self._publish()

    def __iter__(self) -> Iterator[EpochReport]:
        """Train, one epoch for each report, from where it stands.

        Raises:
            TrainingError: If the loss is no longer a finite number.
        """
        return self._published

    def __repr__(self) -> str:
        """The architecture, how far it is and how good."""
        good = f", {self._good(self.reports[-1])}" if self.reports else ""
        progress = f"epoch {of_planned(len(self.reports), self.epochs)}{good}"
        return f"{type(self).__name__}({self.architecture}, seed {self.seed}, {progress})"

    def _good(self, report: EpochReport) -> str:
        """How good it is after an epoch, in words."""
        if report.value is None or self.measure == ACCURACY:
            return f"accuracy {report.val_accuracy:.3f}"
        return f"{self.measure.noun} {self.measure.text(report.value)}"

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the planned end as the epochs so far suggest; `None` if none can say."""
        return self.reports[-1].seconds_left if self.reports and self.epochs else None

    def run(self) -> Evaluation:
        """Train to the end.

        Returns:
            The evaluation, whose value is the held-out accuracy after the last epoch.

        Raises:
            TrainingError: If it was stopped, or the loss is no longer a finite number.
        """
        total, told = self.epochs or None, is_watched()
        for _ in WaitingBar(self, total=total, desc="training", unit="epoch", disable=told):
            pass
        if self.evaluation is None:
            why = "was stopped" if self._stopping.is_set() else "had failed"
            raise TrainingError(
                f"expected {self.epochs} epochs, but the training {why} after "
                f"{len(self.reports)}; its reports are kept, start another one for a value"
            )
        return self.evaluation

    def stop(self) -> None:
        """End after the epoch that is under way; the reports stay."""
        self._stopping.set()

    def keep(self, place: str | PathLike[str], attempt: int = 1) -> Self:
        """Keep checkpoints at a place and go on from there, if it computes its epochs itself.

        Here, where they come from elsewhere, nothing is kept.

        Args:
            place: The path of its files, without their ends.
            attempt: Which try of its trial this is, from 1.

        Returns:
            The training itself.
        """
        PATH("place", place), whole(1)("attempt", attempt)
        return self

    def checkpoint(self) -> None:
        """Write a checkpoint now, between two epochs, if it keeps any."""

    def _publish(self) -> Generator[EpochReport]:
        """Record, announce and yield what comes, until the end or until it is stopped."""
        if self._stopping.is_set():
            return
        for report in self._rounds():
            self._record(report)
            yield report
            if self._stopping.is_set():
                return

    def _record(self, report: EpochReport) -> None:
        """Keep a report, conclude after the last one, and tell whoever listens."""
        self.reports = (*self.reports, report)
        if report.epoch == report.epochs:
            self.evaluation = self._conclude()
        announce(self.progressed, report)

    def _rounds(self) -> Iterator[EpochReport]:
        """The reports, one for each epoch."""
        raise NotImplementedError(f"expected {type(self).__name__} to define _rounds")

    def _conclude(self) -> Evaluation | None:
        """The evaluation that the reports give; `None` if it comes later."""
        raise NotImplementedError(f"expected {type(self).__name__} to define _conclude")
