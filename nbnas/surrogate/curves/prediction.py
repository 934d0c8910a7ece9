"""A learning curve so far, and what is predicted of its rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbnas.brief import brief
from nbnas.checks import REAL, each, settle
from nbnas.errors import ObservationError
from nbnas.graphs.framed import Framed
from nbnas.records.measure import MEASURE, Measure

_NUMBERS = each(REAL).raising(ObservationError)


@dataclass(frozen=True, slots=True)
class CurvePrediction(Framed):
    """A learning curve so far, and what is predicted of its rest; see `CurveModel.predict`.

    All are in the unit of the measure.

    Attributes:
        values: What is known, after the epochs 1 to t `(t,)`.
        mean: Of the epochs after that, up to the last one `(T - t,)`.
        stddev: Their standard deviations, the noise of an epoch included.
        lower: Lower ends of their central 95 % intervals.
        upper: Upper ends.
        measure: What the values are.

    Raises:
        ObservationError: If something else is no number, or the last four differ in length.
    """

    values: tuple[float, ...]
    mean: tuple[float, ...]
    stddev: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    measure: Measure

    def __post_init__(self) -> None:
        settle(self, values=_NUMBERS, mean=_NUMBERS, stddev=_NUMBERS, lower=_NUMBERS)
        settle(self, upper=_NUMBERS, measure=MEASURE.raising(ObservationError))
        lengths = {len(x) for x in (self.mean, self.stddev, self.lower, self.upper)}
        if len(lengths) > 1 or not self.epochs:
            raise ObservationError(
                "expected means, standard deviations and both ends of as many epochs, and at "
                f"least one epoch in all, got {sorted(lengths)}"
            )

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each epoch that is predicted."""
        columns = zip(self.mean, self.stddev, self.lower, self.upper, strict=True)
        for epoch, (mean, stddev, lower, upper) in enumerate(columns, 1):
            yield {
                "epoch": epoch,
                "mean": mean,
                "stddev": stddev,
                "lower": lower,
                "upper": upper,
            }

    @brief
    def __repr__(self) -> str:
        mean, stddev = self.end
        return f"{len(self.values)} of {self.epochs} epochs, ends at {mean:.4g} ± {stddev:.2g}"

    @property
    def epochs(self) -> int:
        """T, how many epochs the training has in all."""
        return len(self.values) + len(self.mean)

    @property
    def end(self) -> tuple[float, float]:
        """Mean and standard deviation of the value after the last epoch; 0 if that is known."""
        return (self.mean[-1], self.stddev[-1]) if self.mean else (self.values[-1], 0.0)

    @property
    def band(self) -> tuple[float, float]:
        """The central 95 % interval of the value after the last epoch."""
        return (self.lower[-1], self.upper[-1]) if self.mean else (self.values[-1],) * 2
