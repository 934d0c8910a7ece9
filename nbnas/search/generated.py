"""A training that somebody else's loop makes: a generator that yields once an epoch."""

import contextlib
import math
import time
from collections.abc import Generator, Iterator
from typing import Any

from nbnas.brief import of_planned
from nbnas.errors import ObservationError, TrainingError
from nbnas.graphs.architecture import Architecture
from nbnas.records import ACCURACY, EpochReport, Evaluation, Measure
from nbnas.records.evaluation import as_number
from nbnas.training.live import LiveTraining


class GeneratedTraining(LiveTraining):
    """Runs a generator, which yields a number or an `EpochReport` after each epoch.

    The last of them is the value. What the generator returns may take its place: a number, or an
    `Evaluation` that knows more. A generator that is stopped is closed, so that its `finally`
    blocks and `with` statements end.

    Args:
        architecture: What is trained.
        seed: The trial's seed.
        source: The generator; the time between two of its yields is its own.
        measure: What its numbers are.
        epochs: Number of epochs planned, where known.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> def loop():
        ...     for epoch in range(3):
        ...         yield 0.5 + epoch / 10
        >>> cell = CellSpace().sample(0, 1)[0]
        >>> GeneratedTraining(cell, 0, loop()).run().value
        0.7
    """

    def __init__(
        self,
        architecture: Architecture,
        seed: int,
        source: Generator[Any, Any, Any] | Iterator[Any],
        measure: Measure = ACCURACY,
        epochs: int | None = None,
    ) -> None:
        super().__init__(architecture, seed, epochs or 0)
        self.measure = measure
        self._source, self._seconds, self._started = source, 0.0, time.time()

    def __repr__(self) -> str:
        """The architecture, how far it is and how good."""
        best = f", {self.measure.text(self.reports[-1].measured)}" if self.reports else ""
        at = f"epoch {of_planned(len(self.reports), self.epochs)}{best}"
        return f"GeneratedTraining({self.architecture}, seed {self.seed}, {at})"

    def stop(self) -> None:
        """End after the epoch that is under way, and close the generator; the reports stay."""
        super().stop()
        with contextlib.suppress(ValueError):  # in another thread it is at work, and ends itself
            self._published.close()

    def _rounds(self) -> Iterator[EpochReport]:
        returned: object = None
        try:
            while True:
                clock = time.perf_counter()
                try:
                    said = next(self._source)
                except StopIteration as end:
                    returned = end.value
                    break
                finally:
                    self._seconds += time.perf_counter() - clock
                yield self._report(said)
        finally:
            close = getattr(self._source, "close", None)
            if close is not None:
                close()
        self.evaluation = self._evaluation(returned)

    def _record(self, report: EpochReport) -> None:
        self.epochs = max(self.epochs, report.epochs)
        super()._record(report)

    def _conclude(self) -> None:
        """Nothing yet: what ends the training is the end of the generator, not a number."""

    def _report(self, said: object) -> EpochReport:
        """What the generator yielded, as a report whose value was checked."""
        if isinstance(said, EpochReport):
            self._value(said.measured, said.epoch)
            return said
        epoch = len(self.reports) + 1
        value = self._value(said, epoch)
        accuracy, own = (value, None) if self.measure == ACCURACY else (math.nan, value)
        planned = max(self.epochs, epoch) if self.epochs else 0
        seconds = self._seconds
        return EpochReport(epoch, planned, val_accuracy=accuracy, seconds=seconds, value=own)

    def _value(self, said: object, epoch: int) -> float:
        try:
            return as_number(said)
        except ObservationError as error:
            raise TrainingError(
                f"expected a number or an EpochReport after epoch {epoch}: {error}"
            ) from error

    def _evaluation(self, returned: object) -> Evaluation:
        """The value is what was returned, else what was yielded last."""
        if isinstance(returned, Evaluation):
            return returned
        if returned is None and not self.reports:
            raise TrainingError(
                "expected a number or an EpochReport after each epoch, but the generator ended "
                "without one; yield the measure after each epoch, the last one is the value"
            )
        value = self.reports[-1].measured if returned is None else as_number(returned)
        return Evaluation(
            self.architecture,
            value,
            seconds=self._seconds,
            seed=self.seed,
            started=self._started,
            reports=self.reports,
        )
