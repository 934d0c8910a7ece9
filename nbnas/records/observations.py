"""The evaluations of a search so far."""

import copy
import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import Rule, each, instance, settle, whole
from nbnas.errors import ObservationError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.framed import Framed
from nbnas.records.evaluation import EVALUATION, Evaluation
from nbnas.records.goals.front import WithFront
from nbnas.records.goals.goals import GOALS, Goals
from nbnas.records.measure import ACCURACY, MEASURE, Measure

_GOALS = GOALS.raising(ObservationError).optional
_EVALUATIONS = each(EVALUATION).raising(ObservationError)


@dataclass(frozen=True, slots=True, repr=False)
class Observations(Framed, WithFront):
    """The evaluations of a search so far, in order. Adding one gives a new object.

    Args:
        evaluations: Finished and failed trials; each is told the measure.
        measure: What their values are, and which way is better.
        goals: All that the search wants, where that is more than a good value.

    Raises:
        ObservationError: If something else than evaluations is given, a value is outside the
            bounds of the measure, or an evaluation is of another measure.
        SettingError: If it is no measure.
    """

    evaluations: tuple[Evaluation, ...] = ()
    measure: Measure = ACCURACY
    goals: Goals | None = None

    def __post_init__(self) -> None:
        settle(self, evaluations=_EVALUATIONS, measure=MEASURE, goals=_GOALS)
        if self.goals is not None and self.goals.value != self.measure:
            raise ObservationError(
                f"expected the measure of the first goal, {self.goals.value.name}, got "
                f"{self.measure.name}"
            )
        told = tuple(self._told(evaluation) for evaluation in self.evaluations)
        object.__setattr__(self, "evaluations", told)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each trial, as `nbnas.load_trials` names the columns."""
        for number, e in enumerate(self.evaluations):
            yield {
                "number": number if e.origin is None else e.origin.number,
                "architecture": str(e.architecture),
                "value": e.value,
                "status": e.status,
                "seconds": e.seconds,
                "epochs": e.epochs,
                "test": e.test,
                "parameters": e.parameters,
                "multiply_adds": e.multiply_adds,
                "seed": e.seed,
                "error": e.error,
                **e.measured,
            }

    def __repr__(self) -> str:
        """How many there are and the best value: all of them would fill pages."""
        found = self.incumbent
        value = None if found is None else found.value
        best = "" if value is None else f", best {self.measure.text(value)}"
        return f"<Observations: {len(self)} trial{'s' * (len(self) != 1)}{best}>"

    def __hash__(self) -> int:
        """The hash of how many and which one is the last: it is asked for in each round."""
        return hash((len(self.evaluations), self.evaluations[-1:], self.measure))

    def __len__(self) -> int:
        """Number of trials, failed ones included."""
        return len(self.evaluations)

    def __iter__(self) -> Iterator[Evaluation]:
        """The trials in order."""
        return iter(self.evaluations)

    def __getitem__(self, index: int) -> Evaluation:
        """The trial of a number."""
        return self.evaluations[index]

    def __add__(self, evaluation: Evaluation) -> "Observations":
        """These observations and one more."""
        return self._checked((*self.evaluations, self._told(EVALUATION("evaluation", evaluation))))

    def first(self, n: int) -> "Observations":
        """The first n of these observations."""
        n = whole(0)("n", n)
        return self._checked(self.evaluations[:n])

    @property
    def architectures(self) -> tuple[Architecture, ...]:
        """What was evaluated, in order, failed trials included."""
        return tuple(evaluation.architecture for evaluation in self.evaluations)

    @property
    def completed(self) -> tuple[Evaluation, ...]:
        """The trials that have a value."""
        return tuple(evaluation for evaluation in self.evaluations if evaluation.value is not None)

    @property
    def full(self) -> "Observations":
        """The full trainings, which alone count; all of these, where there are no fidelities."""
        return self.at(None)

    def at(self, epochs: int | None) -> "Observations":
        """Those whose training went just so far; `None` for full trainings."""
        found = tuple(e for e in self.evaluations if e.epochs == epochs)
        return self if len(found) == len(self.evaluations) else self._checked(found)

    def of(self, measure: Measure) -> "Observations":
        """What a model of one measure takes: evaluations whose value is that measure.

        Those that do not tell it count as failed. Of the value itself, they are these without
        further goals.
        """
        if self.goals is None or measure == self.measure:
            return self if self.goals is None else self._checked(self.evaluations, goals=False)
        goals, told = self.goals, MEASURE("measure", measure)
        made = tuple(_with_value(e, goals.value_of(e, told), told) for e in self.evaluations)
        found = Observations((), told)
        object.__setattr__(found, "evaluations", made)
        return found

    def as_full(self) -> "Observations":
        """These as if each were a full training: what a model of one fidelity takes."""
        if all(e.epochs is None for e in self.evaluations):
            return self
        return self._checked(tuple(map(_as_full, self.evaluations)))

    @property
    def values(self) -> NDArray[np.float64]:
        """Values `(n,)` as the model sees them: a failed trial counts as the worst seen value.

        Without any completed trial all values are 0.
        """
        return self.measure.gain(self.gains)

    @property
    def gains(self) -> NDArray[np.float64]:
        """What is maximised `(n,)`: `values`, or their negatives where lower is better."""
        return with_worst(self.known_gains)

    @property
    def known_gains(self) -> NDArray[np.float64]:
        """What is maximised `(n,)`, NaN for a failed trial; quick, as each round asks often."""
        values = [math.nan if e.value is None else e.value for e in self.evaluations]
        return self.measure.gain(np.array(values, dtype=np.float64))

    @property
    def incumbent(self) -> Evaluation | None:
        """The completed full trial of the best value (the first of equals), if there is one."""
        gains = self._counted
        found = not np.isnan(gains).all()
        return self.evaluations[int(np.nanargmax(gains))] if found else None

    @property
    def trace(self) -> NDArray[np.float64]:
        """Best full value after each trial `(n,)`; NaN before the first completed full one."""
        gains = self._counted
        return self.measure.gain(np.fmax.accumulate(gains)) if len(gains) else gains

    @property
    def _counted(self) -> NDArray[np.float64]:
        """`known_gains`, NaN for a look at a low fidelity, too, and for what breaks a limit."""
        out = np.array([e.epochs is not None for e in self.evaluations], dtype=bool)
        if self.goals is not None and self.goals.constraints:
            out |= ~self.goals.feasible(self.evaluations)
        return np.where(out, math.nan, self.known_gains)

    def seconds_left(self, trials: int) -> float | None:
        """Seconds until so many trials exist, if they take as long as those so far.

        Where some are looks at a low fidelity, those since the first full training tell, as a
        search begins with looks.

        Returns:
            The seconds; `None` where there is no trial that tells.
        """
        trials = whole(0)("trials", trials)
        full = (n for n, e in enumerate(self.evaluations) if e.epochs is None)
        first = next(full, None)
        if first is None:
            return None
        mean = float(np.mean([e.seconds for e in self.evaluations[first:]]))
        return mean * max(trials - len(self), 0)

    def _checked(
        self, evaluations: tuple[Evaluation, ...], *, goals: bool = True
    ) -> "Observations":
        """Observations of evaluations that are checked already: hundreds are, in each round."""
        made = object.__new__(Observations)
        object.__setattr__(made, "evaluations", evaluations)
        object.__setattr__(made, "measure", self.measure)
        object.__setattr__(made, "goals", self.goals if goals else None)
        return made

    def _told(self, evaluation: Evaluation) -> Evaluation:
        """The evaluation, which knows its measure from now on."""
        if evaluation.value is not None:
            self.measure.check(evaluation.value)
        own = evaluation.measure
        if own is self.measure:
            return evaluation
        if own is not None and own != self.measure:
            raise ObservationError(
                f"expected evaluations of {self.measure.name}, got one of {own.name}; "
                "give Observations the measure of its evaluations"
            )
        return dataclasses.replace(evaluation, measure=self.measure)


def _as_full(evaluation: Evaluation) -> Evaluation:
    """A copy that tells no epochs; not checked again, since hundreds are made in each round."""
    if evaluation.epochs is None:
        return evaluation
    made = copy.copy(evaluation)
    object.__setattr__(made, "epochs", None)
    return made


def _with_value(evaluation: Evaluation, value: float, measure: Measure) -> Evaluation:
    """A copy whose value is another measure; not checked again, as in `_as_full`."""
    made = copy.copy(evaluation)
    told = math.isfinite(value) and evaluation.status == "completed"
    object.__setattr__(made, "value", value if told else None)
    object.__setattr__(made, "status", "completed" if told else "failed")
    object.__setattr__(made, "measure", measure)
    return made


def with_worst(gains: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gains `(n,)` in which a failed trial, NaN, counts as the worst known one; 0 without any."""
    failed = np.isnan(gains)
    worst = 0.0 if failed.all() else float(np.nanmin(gains))
    return np.where(failed, worst, gains)


OBSERVATIONS: Rule[Observations] = instance(
    Observations, "search.observations, or Observations((evaluation,))"
).raising(ObservationError)
