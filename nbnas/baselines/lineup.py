"""What a search found beside known networks that were trained by the same recipe."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbnas.brief import brief
from nbnas.checks import TEXT, each, settle
from nbnas.errors import SettingError
from nbnas.graphs.framed import Framed
from nbnas.records import ACCURACY, Evaluation, Measure, Observations
from nbnas.records.evaluation import EVALUATION

FOUND = "found"


@dataclass(frozen=True, slots=True)
class Lineup(Framed):
    """Networks in a row with what was measured of each; the one that was found comes first.

    Attributes:
        names: What each one is called.
        evaluations: What was measured of each; failed ones are named and not ranked.

    Raises:
        SettingError: If there is none, or there are not as many names as evaluations, or they are
            of different measures.
    """

    names: tuple[str, ...]
    evaluations: tuple[Evaluation, ...]

    def __post_init__(self) -> None:
        settle(self, names=each(TEXT), evaluations=each(EVALUATION.raising(SettingError)))
        if not self.names or len(self.names) != len(self.evaluations):
            raise SettingError(
                f"expected a name for each of the evaluations, got {len(self.names)} names "
                f"for {len(self.evaluations)}"
            )
        measures = {e.measure.name for e in self.evaluations if e.measure is not None}
        if len(measures) > 1:
            raise SettingError(
                "expected evaluations of one measure, which can be compared, got "
                f"{', '.join(sorted(measures))}"
            )

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each network."""
        rows = Observations(self.evaluations, self.measure)._rows()
        for name, row in zip(self.names, rows, strict=True):
            yield {"name": name, **row}

    @brief
    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """One sentence: how good each is, and how large."""
        said = [f"{name}: {self.told(e)}" for name, e in self]
        return "; ".join([said[0], *(each.removesuffix(" parameters") for each in said[1:])])

    def __iter__(self) -> Iterator[tuple[str, Evaluation]]:
        """Name and evaluation of each, in the order given."""
        return zip(self.names, self.evaluations, strict=True)

    @property
    def measure(self) -> Measure:
        """What is measured; validation accuracy where nobody has said."""
        told = (e.measure for e in self.evaluations if e.measure is not None)
        return next(told, ACCURACY)

    @property
    def tested(self) -> bool:
        """Whether the test part is compared: where it is known of all that are completed."""
        return all(e.test is not None for e in self.evaluations if e.value is not None)

    def score(self, evaluation: Evaluation) -> float | None:
        """What counts of an evaluation: the measure on the test part, else its value.

        Args:
            evaluation: One of them.

        Returns:
            The number; `None` for a failed one.
        """
        EVALUATION("evaluation", evaluation)
        return evaluation.test if self.tested else evaluation.value

    @property
    def ranked(self) -> tuple[tuple[str, Evaluation], ...]:
        """Name and evaluation of the completed ones, the best first."""
        completed = [(name, e) for name, e in self if self.score(e) is not None]
        return tuple(
            sorted(completed, key=lambda one: -self.measure.gain(self.score(one[1]) or 0))
        )

    def told(self, evaluation: Evaluation) -> str:
        """How good one is and how large, such as "93.1 % with 0.12 M parameters".

        Args:
            evaluation: One of them.
        """
        score = self.score(evaluation)
        if score is None:
            return "failed"
        count = evaluation.parameters
        size = "" if count is None else f" with {millions(count)} parameters"
        return f"{in_short(self.measure, score)}{size}"


def in_short(measure: Measure, value: float) -> str:
    """A value as one says it: a fraction in percent with one decimal.

    Example:
        >>> in_short(ACCURACY, 0.93125)
        '93.1 %'
    """
    return f"{100 * value:.1f} %" if measure.fraction else measure.text(value)


def millions(count: int) -> str:
    """A number of weights as one says it.

    Example:
        >>> millions(269_722), millions(61_100_840), millions(1_234), millions(61_706)
        ('0.27 M', '61.1 M', '1,234', '0.062 M')
    """
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1e6:.1f} M" if count >= 10**7 else f"{count / 1e6:#.2g} M"
