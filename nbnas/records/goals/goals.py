"""What a search wants: several measures at once, and limits.

Notation
    n, k       number of evaluations and of goals
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import Rule, each, instance, real, settle
from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.records.evaluation import EVALUATION, Evaluation
from nbnas.records.goals.constraint import CONSTRAINT, Constraint
from nbnas.records.goals.known import MEASURED_BY, MeasuredBy
from nbnas.records.measure import MEASURE, MULTIPLY_ADDS, PARAMETERS, Measure

_EVALUATIONS = each(EVALUATION).raising(ObservationError)
_FIELDS = (PARAMETERS.name, MULTIPLY_ADDS.name)  # which an evaluation tells in fields of its own


@dataclass(frozen=True, slots=True)
class Goals:
    """The measures of a search, those that are known beforehand, and its limits.

    Args:
        measures: The goals. The first one is what the objective's value is.
        known: What tells some of them, or of what is limited, without training.
        constraints: What an architecture has to meet in order to count.
        reference: The point from which hypervolume is told, a value for each goal, in its unit;
            `None` for one that the evaluations decide, see `pareto.reference_point`.

    Raises:
        SettingError: If there is no goal, two have one name, the first is known beforehand, or
            something else is given.
    """

    measures: tuple[Measure, ...]
    known: tuple[MeasuredBy, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    reference: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        settle(self, measures=each(MEASURE, least=1), known=each(MEASURED_BY))
        settle(self, constraints=each(CONSTRAINT), reference=each(real()).optional)
        names = [measure.name for measure in self.measures]
        if len(set(names)) < len(names):
            raise SettingError(f"expected goals of different names, got {', '.join(names)}")
        if self.reference is not None and len(self.reference) != len(names):
            raise SettingError(
                f"expected a reference with a value for each of {', '.join(names)}, got "
                f"{self.reference}"
            )
        if self.known_of(self.value) is not None:
            raise SettingError(
                f"expected the first goal to be what trainings tell, got {names[0]!r}, which is "
                "known beforehand: then there is nothing to search for; put it second"
            )

    @brief
    def __repr__(self) -> str:
        known = [each.measure.name for each in self.known]
        said = [measure.name + " (known)" * (measure.name in known) for measure in self.measures]
        return ", ".join([*said, *(each.words for each in self.constraints)])

    @property
    def value(self) -> Measure:
        """What the objective's value is."""
        return self.measures[0]

    @property
    def further(self) -> tuple[Measure, ...]:
        """All that is asked of an evaluation beside its value, each once."""
        found = {measure.name: measure for measure in self.measures[1:]}
        for measure in (*(k.measure for k in self.known), *(c.measure for c in self.constraints)):
            found.setdefault(measure.name, measure)
        found.pop(self.value.name, None)
        return tuple(found.values())

    @property
    def reference_gains(self) -> NDArray[np.float64] | None:
        """The reference as gains `(k,)`; `None` where the evaluations decide it."""
        if self.reference is None:
            return None
        pairs = zip(self.measures, self.reference, strict=True)
        return np.array([measure.gain(value) for measure, value in pairs])

    @property
    def unknown(self) -> tuple[Measure, ...]:
        """What only evaluations tell, the value first."""
        told = (m for m in self.further if self.known_of(m) is None)
        return (self.value, *told)

    def known_of(self, measure: Measure) -> MeasuredBy | None:
        """What tells a measure without training, if something does."""
        constrained = (c.known for c in self.constraints if c.known is not None)
        for known in (*self.known, *constrained):
            if known.measure.name == measure.name:
                return known
        return None

    @property
    def beforehand(self) -> tuple[tuple[Constraint, MeasuredBy], ...]:
        """The limits that are known to be met or not before anything is trained."""
        found = ((c, self.known_of(c.measure) or c.known) for c in self.constraints)
        return tuple((constraint, known) for constraint, known in found if known is not None)

    @property
    def believed(self) -> tuple[Constraint, ...]:
        """The limits of which only evaluations tell whether they are met."""
        beforehand = [constraint for constraint, _ in self.beforehand]
        return tuple(c for c in self.constraints if c not in beforehand)

    def fingerprint(self) -> dict[str, str]:
        """What a study remembers of them."""
        said = {f"measure {n}": repr(measure) for n, measure in enumerate(self.measures, 1)}
        for n, known in enumerate(self.known, 1):
            said |= {f"known {n}.{part}": told for part, told in known.fingerprint().items()}
        said |= {f"limit {n}": limit.words for n, limit in enumerate(self.constraints, 1)}
        return said if self.reference is None else {**said, "reference": repr(self.reference)}

    def value_of(self, evaluation: Evaluation, measure: Measure) -> float:
        """A measure of an evaluation, in its unit; NaN where it is not told."""
        EVALUATION("evaluation", evaluation)
        if MEASURE("measure", measure).name == self.value.name:
            return math.nan if evaluation.value is None else evaluation.value
        told = evaluation.measured.get(measure.name)
        if told is None and measure.name in _FIELDS:
            told = getattr(evaluation, measure.name)
        return math.nan if told is None else float(told)

    def gains(self, evaluations: Sequence[Evaluation]) -> NDArray[np.float64]:
        """What is maximised `(n, k)`, NaN where it is not told."""
        _EVALUATIONS("evaluations", evaluations)
        rows = [[m.gain(self.value_of(e, m)) for m in self.measures] for e in evaluations]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.measures))

    def feasible(self, evaluations: Sequence[Evaluation]) -> NDArray[np.bool_]:
        """Which evaluations `(n,)` meet all limits."""
        met = np.ones(len(_EVALUATIONS("evaluations", evaluations)), dtype=bool)
        for constraint in self.constraints:
            values = [self.value_of(e, constraint.measure) for e in evaluations]
            met &= constraint.met(np.array(values, dtype=np.float64))
        return met

    def allowed(self, architectures: Sequence[Architecture]) -> NDArray[np.bool_]:
        """Which candidates `(m,)` are not known to break a limit, and have all known goals."""
        check_architectures(architectures=architectures)
        met = np.ones(len(architectures), dtype=bool)
        for constraint, known in self.beforehand:
            met &= constraint.met(known.values(architectures))
        for measure in self.measures[1:]:
            known_goal = self.known_of(measure)
            if known_goal is not None:
                met &= np.isfinite(known_goal.values(architectures))
        return met

    def completed(self, evaluation: Evaluation) -> Evaluation:
        """The evaluation with what is known beforehand, where it does not tell that itself."""
        told = {m.name: self.known_of(m) for m in self.further}
        new = {
            name: known(evaluation.architecture)
            for name, known in told.items()
            if known is not None and name not in evaluation.measured
        }
        if not new:
            return evaluation
        return replace(evaluation, measured={**evaluation.measured, **new})

    def check(self, evaluation: Evaluation) -> Evaluation:
        """Check that a full training tells all that only it can tell.

        Raises:
            ObservationError: If it does not, or a value is outside the bounds of its measure.
        """
        if EVALUATION("evaluation", evaluation).value is None or evaluation.epochs is not None:
            return evaluation
        for measure in self.unknown[1:]:
            value = self.value_of(evaluation, measure)
            if math.isnan(value):
                told = ", ".join(evaluation.measured) or "nothing"
                raise ObservationError(
                    f"expected {measure.name} of each evaluation beside {self.value.name}, got "
                    f"{told}; let the objective return nbnas.Evaluation(…, measured="
                    f"{{{measure.name!r}: …}}), or give nbnas.MeasuredBy(function, measure) as "
                    "goal"
                )
            measure.check(value)
        return evaluation


GOALS: Rule[Goals] = instance(Goals, "search.observations.goals")
