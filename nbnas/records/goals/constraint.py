"""Limits: what an architecture may need at most, or has to reach at least."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import FLAG, REAL, TEXT, Rule, either, instance, real, settle
from nbnas.errors import ObservationError, shown
from nbnas.records.goals.known import MEASURED_BY, MeasuredBy
from nbnas.records.measure import MEASURE, MULTIPLY_ADDS, PARAMETERS, Measure

_OF: Rule[object] = either(either(TEXT, MEASURE), MEASURED_BY)
_BOUND = real()


@dataclass(frozen=True, slots=True)
class Constraint:
    """A bound on a measure; made by `at_most` and `at_least`.

    Attributes:
        measure: What is bounded.
        bound: The least or the greatest allowed value, in its unit.
        most: Whether it is the greatest.
        known: What tells the measure without training, where something does.

    Raises:
        SettingError: If one of them is something else.
    """

    measure: Measure
    bound: float
    most: bool = True
    known: MeasuredBy | None = None

    def __post_init__(self) -> None:
        settle(self, measure=MEASURE, bound=_BOUND, most=FLAG, known=MEASURED_BY.optional)

    @brief
    def __repr__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """It for a person: "parameters at most 100,000"."""
        way = "at most" if self.most else "at least"
        return f"{self.measure.name} {way} {self.measure.text(self.bound)}"

    def slack(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far values `(n,)` are inside, in the unit of the measure; below 0 outside."""
        numbers = _numbers(values)
        return self.bound - numbers if self.most else numbers - self.bound

    def met(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of some values `(n,)` it allows; none that is NaN."""
        return np.asarray(self.slack(values) >= 0)

    def meets(self, value: float) -> bool:
        """Whether it allows a value; not NaN."""
        return bool(self.met(np.array([REAL("value", value)], dtype=np.float64))[0])


def at_most(of: str | Measure | MeasuredBy, bound: float) -> Constraint:
    """A limit that a measure may not pass.

    Args:
        of: The name of a measure, such as "parameters" or one that the objective tells beside its
            value; or the measure; or what tells it without training.
        bound: The greatest allowed value, in its unit.

    Raises:
        SettingError: If one of them is something else.

    Example:
        >>> at_most("parameters", 100_000)
        Constraint(parameters at most 100,000)
    """
    return _constraint(of, bound, most=True)


def at_least(of: str | Measure | MeasuredBy, bound: float) -> Constraint:
    """A limit that a measure has to reach; as `at_most`."""
    return _constraint(of, bound, most=False)


def _constraint(of: object, bound: float, *, most: bool) -> Constraint:
    of = _OF("of", of)
    if isinstance(of, MeasuredBy):
        return Constraint(of.measure, bound, most, of)
    if isinstance(of, Measure):
        return Constraint(of, bound, most)
    usual = {measure.name: measure for measure in (PARAMETERS, MULTIPLY_ADDS)}
    name = str(of)
    return Constraint(usual.get(name) or Measure(name, maximize=not most), bound, most)


def _numbers(values: object) -> NDArray[np.float64]:
    """Values `(n,)`, if they are numbers, NaN among them."""
    found = np.asarray(values) if isinstance(values, np.ndarray) else None
    if found is None or found.dtype.kind not in "iuf":
        raise ObservationError(f"expected an array of numbers, got {shown(values)}")
    return found.astype(np.float64)


CONSTRAINT: Rule[Constraint] = instance(Constraint, 'at_most("parameters", 100_000)')
