"""The frozen facts of a run: what was measured, what was chosen, and why.

Conventions: accuracy is a fraction in [0, 1] and maximised; losses are in nats; times in seconds;
parameters and multiply-adds are plain counts; `n` observations, `m` candidates.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.architecture import Architecture

Status = Literal["completed", "failed"]


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What one epoch of a training gave.

    Attributes:
        epoch: Number of finished epochs, from 1.
        epochs: Number of epochs planned.
        train_loss: Mean training loss over the epoch.
        train_accuracy: Training accuracy over the epoch, before each step's update.
        val_loss: Loss on the held-out part after the epoch.
        val_accuracy: Accuracy on the held-out part after the epoch.
        learning_rate: Learning rate of the epoch's last step.
        seconds: Seconds since the training began.
        images_per_second: Training images per second of this epoch.
    """

    epoch: int
    epochs: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float
    images_per_second: float

    @property
    def seconds_left(self) -> float:
        """Seconds until the planned end, if the epochs to come take as long as those so far."""
        return self.seconds / self.epoch * (self.epochs - self.epoch)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluated architecture: a finished or a failed trial.

    Attributes:
        architecture: What was evaluated.
        value: Validation accuracy; `None` for a failed trial.
        status: "completed" or "failed".
        test: Accuracy on the held-out test part, once it was asked for; the search never sees it.
        seconds: Seconds that the evaluation took.
        seed: Seed of initialisation and shuffling.
        parameters: Number of trainable weights, where known.
        multiply_adds: Number of multiply-adds for one input, where known.
        started: When it began, in seconds since 1970-01-01 UTC.
        error: Why it failed, else `None`.
        reports: The learning curve, where there is one.
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

    def __post_init__(self) -> None:
        if (self.value is None) != (self.status == "failed"):
            raise ObservationError(
                f"expected a value exactly for completed trials, got {self.value} "
                f"with status {self.status!r}"
            )
        if self.value is not None and not np.isfinite(self.value):
            raise ObservationError(
                f"expected a finite value, got {self.value}; report it as failed"
            )


@dataclass(frozen=True, slots=True, repr=False)
class Observations:
    """The evaluations of a search so far, in order. Adding one gives a new object."""

    evaluations: tuple[Evaluation, ...] = ()

    def __repr__(self) -> str:
        """How many there are and the best value: all of them would fill pages."""
        best = "" if self.incumbent is None else f", best {self.incumbent.value:.4g}"
        return f"<Observations: {len(self)} trial{'s' * (len(self) != 1)}{best}>"

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
        return Observations((*self.evaluations, evaluation))

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
        measured = [e.value for e in self.evaluations if e.value is not None]
        worst = min(measured, default=0.0)
        return np.array([worst if e.value is None else e.value for e in self.evaluations])

    @property
    def incumbent(self) -> Evaluation | None:
        """The completed trial of the highest value (the first of equals), if there is one."""
        return max(self.completed, key=_value, default=None)

    @property
    def trace(self) -> NDArray[np.float64]:
        """Highest value seen after each trial `(n,)`; NaN before the first completed one."""
        values = [np.nan if e.value is None else e.value for e in self.evaluations]
        return np.fmax.accumulate(np.array(values, dtype=np.float64)) if values else np.empty(0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ranked candidate of a proposal; everything but `score` is in units of accuracy.

    Attributes:
        architecture: The candidate.
        mean: Posterior mean.
        stddev: Posterior standard deviation.
        lower: 2.5 % quantile of the posterior.
        upper: 97.5 % quantile of the posterior.
        expected_improvement: Expected improvement over the incumbent.
        exploitation: The part of it that the mean alone would give, max(mean - best, 0).
        exploration: The rest, which is owed to the uncertainty.
        score: The acquisition function's own value, by which candidates are ranked.
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


@dataclass(frozen=True, slots=True)
class Proposal:
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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Searches to be compared, the one of interest first.

    Args:
        names: What each one is called.
        observations: What each one found.

    Raises:
        SettingError: If there are not as many names as observations, or none.
    """

    names: tuple[str, ...]
    observations: tuple[Observations, ...]

    def __post_init__(self) -> None:
        if not self.names or len(self.names) != len(self.observations):
            raise SettingError(
                f"expected a name for each of the observations, got {len(self.names)} names "
                f"for {len(self.observations)}"
            )


def _value(evaluation: Evaluation) -> float:
    return -np.inf if evaluation.value is None else evaluation.value
