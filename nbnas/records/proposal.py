"""What a strategy proposes next, and why; and the round that follows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbnas.brief import brief, cut
from nbnas.checks import REAL, TEXT, Rule, each, instance, real, settle, whole
from nbnas.errors import ObservationError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.framed import Framed
from nbnas.records.evaluation import Evaluation
from nbnas.records.measure import ACCURACY, MEASURE, Measure

_NUMBER = REAL.raising(ObservationError)
_NUMBERS = (
    *("mean", "stddev", "lower", "upper"),
    *("expected_improvement", "exploitation", "exploration", "score"),
)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is predicted of a measure, in its unit.

    Attributes:
        measure: What it is.
        mean: The mean.
        stddev: The standard deviation; 0 where the measure is known without training.

    Raises:
        SettingError: If it is no measure.
        ObservationError: If something else is no number.
    """

    measure: Measure
    mean: float
    stddev: float = 0.0

    def __post_init__(self) -> None:
        settle(self, measure=MEASURE, mean=_NUMBER, stddev=_NUMBER)

    @brief
    def __repr__(self) -> str:
        return f"{self.measure.name} {self.words}"

    @property
    def words(self) -> str:
        """It for a person: "3.4 ms ± 0.2 ms", or "3.4 ms" where it is known."""
        said = self.measure.text(self.mean, digits=1)
        return f"{said} ± {self.measure.text(self.stddev, digits=1)}" if self.stddev else said


PREDICTION: Rule[Prediction] = instance(Prediction, "a candidate's").raising(ObservationError)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ranked candidate of a proposal; all but `score` is in the unit of the measure.

    Attributes:
        architecture: The candidate.
        mean: Posterior mean.
        stddev: Posterior standard deviation.
        lower: 2.5 % quantile of the posterior.
        upper: 97.5 % quantile of the posterior.
        expected_improvement: Expected improvement over the incumbent, at least 0: by how much it
            would be higher, or lower where lower is better.
        exploitation: The part of it that the mean alone would give, max(mean - best, 0), or
            max(best - mean, 0) where lower is better.
        exploration: The rest, which is owed to the uncertainty.
        score: The acquisition function's own value, by which candidates are ranked.
        further: What is predicted of further goals and of what is limited, in their units.
        feasible: Probability that all limits are met.

    Raises:
        ArchitectureError: If it is no architecture.
        ObservationError: If something else is no number.
    """

    architecture: Architecture
    mean: float
    stddev: float
    lower: float
    upper: float
    expected_improvement: float
    exploitation: float
    exploration: float
    score: float
    further: tuple[Prediction, ...] = ()
    feasible: float = 1.0

    def __post_init__(self) -> None:
        settle(self, architecture=ARCHITECTURE, **dict.fromkeys(_NUMBERS, _NUMBER))
        settle(self, further=each(PREDICTION), feasible=real(0, 1).raising(ObservationError))

    @brief
    def __repr__(self) -> str:
        gain = f"expected_improvement={self.expected_improvement:.3g}"
        moments = f"mean={self.mean:.4g}, stddev={self.stddev:.2g}"
        return f"{cut(self.architecture, 100)}, {moments}, {gain}"


CANDIDATE: Rule[Candidate] = instance(Candidate, "search.ask().candidates[0]").raising(
    ObservationError
)


@dataclass(frozen=True, slots=True)
class Proposal(Framed):
    """What a strategy proposes to evaluate next, and why.

    Attributes:
        architectures: The proposed architectures, the best first.
        reason: One sentence for a person.
        candidates: The best-ranked candidates, best first; empty where nothing was modelled.
        considered: Number of candidates that were scored.
        acquisition: Name of the acquisition function; empty where nothing was modelled.
        best: The incumbent's value that improvement was measured from, where there was one.
        number: Number of the trial that the first proposed architecture becomes, from 0.
        seed: Seed for that trial.
        seconds: Seconds that the suggestion took.
        measure: What is predicted and improved.
        known: How many finished trials were known.
        pending: The numbers of the trials that were under way.
        epochs: How far the architectures are to be trained; `None` for full trainings.

    Raises:
        ArchitectureError: If something else than architectures is proposed.
        ObservationError: If another part has another type.
    """

    architectures: tuple[Architecture, ...]
    reason: str
    candidates: tuple[Candidate, ...] = ()
    considered: int = 0
    acquisition: str = ""
    best: float | None = None
    number: int = 0
    seed: int = 0
    seconds: float = 0.0
    measure: Measure = ACCURACY
    known: int = 0
    pending: tuple[int, ...] = ()
    epochs: int | None = None

    def __post_init__(self) -> None:
        settle(
            self,
            architectures=each(ARCHITECTURE),
            reason=TEXT,
            candidates=each(CANDIDATE),
            best=_NUMBER.optional,
            number=whole(0),
            known=whole(0),
            pending=each(whole(0)),
            epochs=whole(1).raising(ObservationError).optional,
            seconds=_NUMBER,
            measure=MEASURE,
        )

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each ranked candidate, the best first."""
        for c in self.candidates:
            further = {f"{p.measure.name}": p.mean for p in c.further}
            yield {
                "architecture": str(c.architecture),
                "mean": c.mean,
                "stddev": c.stddev,
                "lower": c.lower,
                "upper": c.upper,
                "expected_improvement": c.expected_improvement,
                "exploitation": c.exploitation,
                "exploration": c.exploration,
                "score": c.score,
                **further,
            }

    @brief
    def __repr__(self) -> str:
        look = f" for {self.epochs} epochs" if self.epochs else ""
        return f"trial {self.number + 1}: {cut(self.architecture, 90)}{look}; {self.reason}"

    @property
    def architecture(self) -> Architecture:
        """The first proposed architecture."""
        return self.architectures[0]


@dataclass(frozen=True, slots=True)
class Step:
    """One round of a search: the trial's number, what came back, and the incumbent after it."""

    number: int
    evaluation: Evaluation
    best: Evaluation | None

    @brief
    def __repr__(self) -> str:
        return f"trial {self.number + 1}: {self.evaluation!r}"
