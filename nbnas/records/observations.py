"""The evaluations of a search so far, and searches side by side."""

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import REAL, TEXT, Rule, each, instance, settle, whole
from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.records.evaluation import EVALUATION, Evaluation
from nbnas.records.measure import ACCURACY, MEASURE, Measure

_EVALUATIONS = each(EVALUATION).raising(ObservationError)


@dataclass(frozen=True, slots=True, repr=False)
class Observations:
    """The evaluations of a search so far, in order. Adding one gives a new object.

    Args:
        evaluations: Finished and failed trials; each is told the measure.
        measure: What their values are, and which way is better.

    Raises:
        ObservationError: If something else than evaluations is given, a value is outside the
            bounds of the measure, or an evaluation is of another measure.
        SettingError: If it is no measure.
    """

    evaluations: tuple[Evaluation, ...] = ()
    measure: Measure = ACCURACY

    def __post_init__(self) -> None:
        settle(self, evaluations=_EVALUATIONS, measure=MEASURE)
        told = tuple(self._told(evaluation) for evaluation in self.evaluations)
        object.__setattr__(self, "evaluations", told)

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
        """The completed trial of the best value (the first of equals), if there is one."""
        gains = self.known_gains
        found = not np.isnan(gains).all()
        return self.evaluations[int(np.nanargmax(gains))] if found else None

    @property
    def trace(self) -> NDArray[np.float64]:
        """Best value seen after each trial `(n,)`; NaN before the first completed one."""
        gains = self.known_gains
        return self.measure.gain(np.fmax.accumulate(gains)) if len(gains) else gains

    def seconds_left(self, trials: int) -> float | None:
        """Seconds until so many trials exist, if they take as long as those so far.

        Returns:
            The seconds; `None` where there is no trial that tells.
        """
        if not self.evaluations:
            return None
        mean = float(np.mean([e.seconds for e in self.evaluations]))
        return mean * max(trials - len(self), 0)

    def _checked(self, evaluations: tuple[Evaluation, ...]) -> "Observations":
        """Observations of evaluations that are checked already: hundreds are, in each round."""
        made = object.__new__(Observations)
        object.__setattr__(made, "evaluations", evaluations)
        object.__setattr__(made, "measure", self.measure)
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


def with_worst(gains: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gains `(n,)` in which a failed trial, NaN, counts as the worst known one; 0 without any."""
    failed = np.isnan(gains)
    worst = 0.0 if failed.all() else float(np.nanmin(gains))
    return np.where(failed, worst, gains)


OBSERVATIONS: Rule[Observations] = instance(
    Observations, "search.observations, or Observations((evaluation,))"
).raising(ObservationError)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the best of a search stands among all architectures of its space.

    Attributes:
        name: What the search is called.
        architecture: Its incumbent.
        truth: The incumbent's true value.
        rank: One more than the number of architectures that are truly better.
        regret: How far it is from the best of all, in the unit of the measure, at least 0.
    """

    name: str
    architecture: Architecture
    truth: float
    rank: int
    regret: float


_TRUTHS: Rule[Mapping[str, float]] = Rule(
    "a dictionary of numbers by the texts of architectures",
    lambda truths: isinstance(truths, Mapping) and all(map(REAL.accepts, truths.values())),
    lambda truths: truths,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Searches to be compared, the one of interest first.

    Args:
        names: What each one is called.
        observations: What each one found.
        truths: The true value of every architecture of the space by its text, where a table knows
            them: then the comparison ends with the truth.

    Raises:
        SettingError: If there are not as many names as observations, or none, or they are of
            different measures; or the truth of something that was evaluated is missing.
    """

    names: tuple[str, ...]
    observations: tuple[Observations, ...]
    truths: Mapping[str, float] = field(default_factory=dict, repr=False, hash=False)

    def __post_init__(self) -> None:
        settle(self, names=each(TEXT), observations=each(OBSERVATIONS), truths=_TRUTHS)
        if not self.names or len(self.names) != len(self.observations):
            raise SettingError(
                f"expected a name for each of the observations, got {len(self.names)} names "
                f"for {len(self.observations)}"
            )
        measures = {each.measure: each.measure.name for each in self.observations}
        if len(measures) > 1:
            raise SettingError(
                "expected searches of one measure, which can be compared, got "
                f"{', '.join(measures.values())}"
            )
        tried = (a.text for each in self.observations for a in each.architectures)
        missing = next((text for text in tried if text not in self.truths), None)
        if self.truths and missing is not None:
            raise SettingError(
                f"expected the true value of everything that was evaluated, or none at all; "
                f"there is none of {missing:.200}"
            )

    @brief
    def __repr__(self) -> str:
        return "; ".join(
            f"{name}: {repr(seen)[1:-1]}"
            for name, seen in zip(self.names, self.observations, strict=True)
        )

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Where each search's incumbent stands in truth; those without one are left out."""
        measure = self.observations[0].measure
        gains = measure.gain(np.fromiter(self.truths.values(), dtype=np.float64))
        best = [(name, o.incumbent) for name, o in zip(self.names, self.observations, strict=True)]
        found = []
        for name, incumbent in best if self.truths else ():
            if incumbent is not None:
                truth = float(self.truths[incumbent.architecture.text])
                gain = measure.gain(truth)
                rank = 1 + int(np.sum(gains > gain))
                regret = float(np.nanmax(gains)) - gain
                found.append(Standing(name, incumbent.architecture, truth, rank, regret))
        return tuple(found)
