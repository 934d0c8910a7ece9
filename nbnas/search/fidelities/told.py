"""What the looks of a search told: what is believed of full results, and what each look changed.

Conventions: means and standard deviations are in the unit of the measure, costs in full trainings.
"""

import math
from dataclasses import dataclass

from nbnas.brief import brief, cut
from nbnas.checks import REAL, Rule, each, instance, real, settle, whole
from nbnas.errors import ObservationError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.records.evaluation import EVALUATION, Evaluation
from nbnas.records.fidelities import FIDELITIES, Fidelities
from nbnas.records.observations import OBSERVATIONS, Observations
from nbnas.search.strategies.schedulers.standing import Standing

_MEAN, _STDDEV = REAL.raising(ObservationError), real(0).raising(ObservationError)
_COUNT = whole(0).raising(ObservationError)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is believed of an architecture's full result.

    Attributes:
        architecture: The architecture, which was looked at and not trained fully.
        mean: Posterior mean.
        stddev: Posterior standard deviation.

    Raises:
        ArchitectureError: If it is no architecture.
        ObservationError: If something else is no number, or the standard deviation is below 0.
    """

    architecture: Architecture
    mean: float
    stddev: float

    def __post_init__(self) -> None:
        settle(self, architecture=ARCHITECTURE, mean=_MEAN, stddev=_STDDEV)

    @brief
    def __repr__(self) -> str:
        return f"{cut(self.architecture, 100)}, mean={self.mean:.4g}, stddev={self.stddev:.2g}"


PREDICTION: Rule[Prediction] = instance(Prediction, "Prediction(architecture, 0.9, 0.01)").raising(
    ObservationError
)


@dataclass(frozen=True, slots=True)
class Belief:
    """What a look has changed in the belief about the full result of its architecture.

    Attributes:
        number: Number of the look's trial, from 0.
        look: The look.
        before: What was believed by all trials before it.
        after: What is believed since it.
        full: The full training that came later, where there was one.

    Raises:
        ObservationError: If a part has another type, or `look` is a full training.
    """

    number: int
    look: Evaluation
    before: Prediction
    after: Prediction
    full: Evaluation | None = None

    def __post_init__(self) -> None:
        settle(self, number=_COUNT, look=EVALUATION, before=PREDICTION, after=PREDICTION)
        settle(self, full=EVALUATION.optional)
        if self.look.epochs is None:
            raise ObservationError(
                f"expected a look, of fewer epochs than all, got {self.look!r:.100}; full "
                "trainings are no belief about themselves"
            )

    @brief
    def __repr__(self) -> str:
        was, is_ = (f"{p.mean:.4g} ± {p.stddev:.2g}" for p in (self.before, self.after))
        return f"trial {self.number + 1}, {was} -> {is_}, {cut(self.look.architecture, 80)}"


BELIEF: Rule[Belief] = instance(Belief, "nbnas.looks(search).beliefs[0]").raising(ObservationError)


STANDING: Rule[Standing] = instance(Standing, "standings(strategy, observations)[0]").raising(
    ObservationError
)


@dataclass(frozen=True, slots=True)
class Looks:
    """How far the trainings of a search went, what they cost and what looks told.

    Attributes:
        observations: All trials of the search.
        fidelities: How far its trainings may go.
        costs: What each trial took, in full trainings.
        predictions: What is believed of what was looked at and not trained fully, the best first;
            empty where the strategy has no model of full results, or not yet.
        beliefs: What the last looks have changed, in the order of the trials.
        standings: Where a scheduler has each architecture, and why; empty where there is none.

    Raises:
        ObservationError: If a part has another type, or there is not one cost for each trial.
        SettingError: If there are no fidelities.
    """

    observations: Observations
    fidelities: Fidelities
    costs: tuple[float, ...]
    predictions: tuple[Prediction, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    standings: tuple[Standing, ...] = ()

    def __post_init__(self) -> None:
        settle(self, observations=OBSERVATIONS, fidelities=FIDELITIES, costs=each(_STDDEV))
        settle(self, predictions=each(PREDICTION), beliefs=each(BELIEF))
        settle(self, standings=each(STANDING))
        if len(self.costs) != len(self.observations):
            raise ObservationError(
                f"expected a cost for each of {len(self.observations)} trials, got "
                f"{len(self.costs)}; give costs(objective, observations)"
            )

    @brief
    def __repr__(self) -> str:
        looks = len(self.observations) - len(self.observations.full)
        return f"{looks} looks, {len(self.observations.full)} full, cost {self.spent():.3g}"

    def spent(self, *epochs: int) -> float:
        """What the trainings of some lengths took together, in full ones; of all by default."""
        taken = zip(self.costs, self.observations, strict=True)
        return math.fsum(
            cost for cost, e in taken if not epochs or (e.epochs or self.fidelities.full) in epochs
        )

    @property
    def reached(self) -> dict[Architecture, int]:
        """How far each architecture was trained with a value, in epochs, in order of first trial.

        Failed trainings do not count.
        """
        found: dict[Architecture, int] = {}
        for evaluation in self.observations.completed:
            epochs = evaluation.epochs or self.fidelities.full
            found[evaluation.architecture] = max(found.get(evaluation.architecture, 0), epochs)
        return found
