"""One evaluation: its value, its learning curve, or why it failed."""

import decimal
import math
import numbers
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nbnas.brief import brief, cut
from nbnas.checks import Rule, each, instance, settle
from nbnas.errors import ObservationError, shown
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.framed import Framed
from nbnas.records.claim import ORIGIN, Origin
from nbnas.records.measure import MEASURE, Measure
from nbnas.records.report import EpochReport

Status = Literal["completed", "failed"]


_REPORTS = each(instance(EpochReport, "those of a training")).raising(ObservationError)


class Measured(Mapping[str, float]):
    """Further measures of an evaluation by name: a frozen, hashable mapping.

    Args:
        numbers: The measures; NaN where one is not known.

    Raises:
        ObservationError: If a name is no text or a value no number.
    """

    __slots__ = ("_numbers",)

    def __init__(self, numbers: Mapping[str, float] | None = None) -> None:
        if numbers is not None and not isinstance(numbers, Mapping):
            raise ObservationError(f"expected further measures by name, got {_shown(numbers)}")
        self._numbers = {name: _further(name, value) for name, value in (numbers or {}).items()}

    def __getitem__(self, name: str) -> float:
        return self._numbers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __hash__(self) -> int:
        return hash(frozenset(self._numbers.items()))

    def __repr__(self) -> str:
        return repr(self._numbers)


def _further(name: object, value: object) -> float:
    """A further measure, checked."""
    try:
        number = as_number(value)
    except ObservationError as error:
        raise ObservationError(
            f"expected further measures as numbers, {name!r}: {error}"
        ) from None
    if not isinstance(name, str):
        raise ObservationError(f"expected further measures by name, got {_shown(name)} as a name")
    return number


def as_number(value: object) -> float:
    """A value as a plain number; an array or tensor of one number is one too.

    Raises:
        ObservationError: If it is anything else, such as a text, a truth value, a complex number
            or an array of two.
    """
    single = getattr(value, "item", None) if getattr(value, "size", None) != 0 else None
    plain: Any = value
    try:
        plain = single() if callable(single) else value
    except (ValueError, RuntimeError, TypeError):  # more than one number
        plain = value
    if type(plain) is not bool and isinstance(plain, numbers.Real | decimal.Decimal):
        try:
            return float(plain)
        except OverflowError:
            pass
    raise ObservationError(f"expected one number as value, got {_shown(value)}")


def _shown(value: object) -> str:
    """What came, with its type."""
    return f"{type(value).__name__} {shown(value)}"


@dataclass(frozen=True, slots=True)
class Evaluation(Framed):
    """One evaluated architecture: a finished or a failed trial.

    Attributes:
        architecture: What was evaluated.
        value: What was measured, in the unit of the objective's measure (validation accuracy
            unless it says otherwise); `None` for a failed trial.
        status: "completed" or "failed".
        test: The measure on the held-out test part, once it was asked for; the search never sees
            it.
        seconds: Seconds that the evaluation took.
        seed: Seed of initialisation and shuffling.
        parameters: Number of trainable weights, where known.
        multiply_adds: Number of multiply-adds for one input, where known.
        started: When it began, in seconds since 1970-01-01 UTC.
        error: Why it failed, else `None`.
        reports: The learning curve, where there is one.
        measured: Further measures by name, in units of their own; any mapping can be given.
        measure: What the value is, for a person; the observations of a search tell it their
            trials. `None` where nobody has said: then it is validation accuracy.
        origin: Which trial of a study it is, what its proposal knew and who made it; `None` where
            it is no trial of a search.
        epochs: How far its training went where that was less than all, a look at a low fidelity;
            `None` for a full training, the only one that counts. See `Fidelities`.

    Raises:
        ArchitectureError: If it is of no architecture.
        ObservationError: If a field has another type, or the value is not finite or does not go
            with the status.
    """

    architecture: Architecture
    value: float | None
    status: Status = "completed"
    test: float | None = None
    seconds: float = 0.0
    seed: int = 0
    parameters: int | None = None
    multiply_adds: int | None = None
    started: float = 0.0
    error: str | None = None
    reports: tuple[EpochReport, ...] = field(default=(), repr=False)  # many numbers
    measured: Mapping[str, float] = field(default_factory=lambda: Measured())
    measure: Measure | None = field(default=None, compare=False, repr=False)
    origin: Origin | None = field(default=None, compare=False, repr=False)
    epochs: int | None = None

    def __post_init__(self) -> None:
        settle(self, architecture=ARCHITECTURE, reports=_REPORTS, measure=MEASURE.optional)
        settle(self, origin=ORIGIN.optional)
        if not isinstance(self.status, str) or self.status not in ("completed", "failed"):
            raise ObservationError(
                f'expected "completed" or "failed" as status, got {self.status!r:.100}'
            )
        if self.value is not None:
            object.__setattr__(self, "value", as_number(self.value))
        if (self.value is None) != (self.status == "failed"):
            raise ObservationError(
                f"expected a value exactly for completed trials, got {self.value} "
                f"with status {self.status!r}"
            )
        object.__setattr__(self, "measured", Measured(self.measured))
        if self.value is not None and not math.isfinite(self.value):
            raise ObservationError(
                f"expected a finite value, got {self.value}; report it as failed"
            )
        for name, read in _FIELDS.items():
            given = getattr(self, name)
            if given is not None or name not in _MAY_BE_ABSENT:
                object.__setattr__(self, name, read(name, given))

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each epoch of its learning curve."""
        yield from (report.kept for report in self.reports)

    @brief
    def __repr__(self) -> str:
        said = [cut(self.architecture, 90)]
        said += [f"value={self.value:g}"] if self.value is not None else [self.status]
        said += [f"error={cut(self.error, 50)!r}"] if self.error else []
        said += (
            [f"epochs={self.epochs or len(self.reports)}"] if self.epochs or self.reports else []
        )
        return ", ".join([*said, f"seconds={self.seconds:.3g}", f"seed={self.seed}"])


def _finite(name: str, given: object) -> float:
    try:
        number = as_number(given)
    except ObservationError as error:
        raise ObservationError(f"expected a number as {name}, got {_shown(given)}") from error
    if not math.isfinite(number):
        raise ObservationError(f"expected a finite number as {name}, got {number}")
    return number


def _whole(name: str, given: Any) -> int:  # noqa: ANN401
    is_whole = type(given) is not bool and isinstance(given, numbers.Integral)
    whole = operator.index(given) if is_whole else None
    if whole is None or abs(whole) >= 2**63:
        raise ObservationError(f"expected a whole number as {name}, got {_shown(given)}")
    return whole


def _epochs(name: str, given: object) -> int:
    if _whole(name, given) < 1:
        raise ObservationError(f"expected {name} to be at least 1, got {given}")
    return _whole(name, given)


def _text(name: str, given: object) -> str:
    if not isinstance(given, str):
        raise ObservationError(f"expected a text as {name}, got {_shown(given)}")
    return given


_MAY_BE_ABSENT = ("test", "parameters", "multiply_adds", "error", "epochs")
_FIELDS: Mapping[str, Callable[[str, object], object]] = {
    "test": _finite,
    "seconds": _finite,
    "started": _finite,
    "seed": _whole,
    "parameters": _whole,
    "multiply_adds": _whole,
    "error": _text,
    "epochs": _epochs,
}


EVALUATION: Rule[Evaluation] = instance(Evaluation, "nbnas.Evaluation(architecture, 0.9)").raising(
    ObservationError
)
