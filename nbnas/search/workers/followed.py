"""A training that is under way in another process, as it is seen here."""

from collections.abc import Iterator

from nbnas.errors import TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import EpochReport, Evaluation, Measure
from nbnas.training.live import LiveTraining


class Followed(LiveTraining):
    """Has the reports of a training elsewhere as they come; it cannot be iterated.

    Args:
        architecture: What is trained.
        seed: The trial's seed.
        measure: What the reports' values are.
    """

    def __init__(self, architecture: Architecture, seed: int, measure: Measure) -> None:
        super().__init__(architecture, seed, 0)
        self.measure = measure
        self.live = False

    def expect(self, epochs: int, counted: str) -> None:
        """Hear that it has begun: how many epochs are planned, and what its pace counts."""
        self.epochs, self.counted, self.live = epochs, counted, True

    def hear(self, report: EpochReport) -> None:
        """Hear how far it is."""
        self.epochs = max(self.epochs, report.epochs)
        self._record(report)

    def end(self, evaluation: Evaluation | None) -> None:
        """Hear how it ended; with nothing if it was stopped."""
        self.evaluation = evaluation
        self._stopping.set()

    def _rounds(self) -> Iterator[EpochReport]:
        raise TrainingError(
            "expected a training of this process to iterate; this one is under way in a worker, "
            "and is followed here"
        )

    def _conclude(self) -> None:
        """Nothing: its evaluation comes from the worker."""
