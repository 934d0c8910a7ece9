"""What all schedulers share: a strategy within, whose proposals begin on a rung.

Notation
    rung       a length of training, see `history`
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbnas.brief import brief, cut, told
from nbnas.checks import settle
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.space import SearchSpace
from nbnas.records import Fidelities, Measure, Observations, Proposal
from nbnas.records.fidelities import FIDELITIES
from nbnas.records.observations import OBSERVATIONS
from nbnas.search.strategies.first import check_first
from nbnas.search.strategies.schedulers.history import History, history
from nbnas.search.strategies.schedulers.job import Job, last_resort
from nbnas.search.strategies.schedulers.new import new_ones, of_one_rung, rung_shown
from nbnas.search.strategies.schedulers.standing import Standing
from nbnas.search.strategies.schedulers.words import epochs_said, joined
from nbnas.search.strategies.strategy import STRATEGY, Strategy, check_question
from nbnas.surrogate.model import ModelPosterior


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Decides how far architectures are trained; a strategy within proposes the new ones.

    The strategy sees the results of one rung, as if they were full trainings: of the highest one
    on which as many are completed as it wants random ones at first (its `initial`), else of the
    lowest (Falkner et al., BOHB, ICML 2018). What else was seen is taken out of its space.
    Where nothing new is left, the best that waits goes on. Nothing is remembered: all is derived
    from the observations.

    Attributes:
        strategy: Proposes new architectures: any strategy but another scheduler.
        fidelities: The lengths of trainings: `objective.fidelities`.
    """

    strategy: Strategy
    fidelities: Fidelities

    def __post_init__(self) -> None:
        settle(self, strategy=STRATEGY, fidelities=FIDELITIES)
        name, own = type(self.strategy).__name__, type(self).__name__
        if isinstance(self.strategy, Scheduler):
            raise SettingError(
                f"expected a strategy that is no scheduler itself in {own}, got {name}; give one "
                f"of them alone, such as {own}(RandomSearch(), fidelities)"
            )
        if getattr(self.strategy, "fidelities", None) is not None:
            raise SettingError(
                f"expected a strategy without fidelities of its own in {own}, got {name} with "
                f"{self.strategy.fidelities!r}; "  # type: ignore[attr-defined]
                f"give {name}() without them, as {own} decides how far to train"
            )

    @brief
    def __repr__(self) -> str:
        own = [f"{f.name}={getattr(self, f.name)!r}" for f in told(self)[2:] if f.repr]
        return ", ".join([cut(repr(self.strategy), 80), cut(repr(self.fidelities), 60), *own])

    @property
    def first(self) -> tuple[Architecture, ...]:
        """What the strategy tries before all others."""
        found: tuple[Architecture, ...] = getattr(self.strategy, "first", ())
        return found

    def check_measure(self, measure: Measure) -> None:
        """Check that the strategy can work with a measure.

        Raises:
            SettingError: If not.
        """
        check = getattr(self.strategy, "check_measure", None)
        if check is not None:
            check(measure)

    def check_space(self, space: SearchSpace) -> None:
        """Check that the strategy can search a space.

        Raises:
            SettingError: If not.
        """
        check_first(self.strategy, space)

    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Propose what goes on, or else new architectures, and how far to train them."""
        n, rng = check_question(space, observations, pending, n, rng)
        known = history(self.fidelities, observations, pending)
        job = self._job(known)
        if job.entries:
            return self._going_on(job, n)
        n = min(n, job.places)
        found = new_ones(self.strategy, self.fidelities, space, observations, pending, n, rng)
        if found.architectures:
            said = joined(job.said, self._by(found, observations))
            return dataclasses.replace(found, reason=said, epochs=self._epochs(job.rung))
        rest = last_resort(known)
        return found if rest is None else self._going_on(rest, n)

    def prepare(self, space: SearchSpace, observations: Observations) -> None:
        """Let the strategy compute ahead what it can."""
        ahead: Any = getattr(self.strategy, "prepare", None)
        if ahead is not None:
            ahead(space, of_one_rung(self.strategy, self.fidelities, observations))

    def posterior(self, observations: Observations) -> ModelPosterior | None:
        """The strategy's model of the rung that it sees; `None` where it has none, or not yet."""
        model: Any = getattr(self.strategy, "posterior", None)
        if model is None:
            return None
        found: ModelPosterior | None = model(
            of_one_rung(self.strategy, self.fidelities, observations)
        )
        return found

    def standings(
        self, observations: Observations, pending: Sequence[Architecture] = ()
    ) -> tuple[Standing, ...]:
        """Where each architecture stands, in the order in which they were first taken on.

        Args:
            observations: The evaluations so far.
            pending: What is being evaluated, by the numbers of its trials.
        """
        OBSERVATIONS("observations", observations)
        check_architectures(pending=pending)
        return self._stand(history(self.fidelities, observations, pending))

    def _job(self, known: History) -> Job:
        """What is to be trained next."""
        raise NotImplementedError(f"expected {type(self).__name__} to find a job after {known!r}")

    def _stand(self, known: History) -> tuple[Standing, ...]:
        """Where each architecture stands."""
        raise NotImplementedError(f"expected {type(self).__name__} to tell standings of {known!r}")

    def _by(self, found: Proposal, observations: Observations) -> str:
        """Why new ones were proposed, and of which length a model speaks."""
        if not found.candidates:
            return found.reason
        epochs = rung_shown(self.strategy, self.fidelities, observations) or self.fidelities.full
        return joined(f"By values at {epochs_said(epochs)}", found.reason)

    def _epochs(self, rung: int) -> int | None:
        epochs = self.fidelities.epochs[rung]
        return None if epochs == self.fidelities.full else epochs

    def _going_on(self, job: Job, n: int) -> Proposal:
        chosen = tuple(entry.architecture for entry in job.entries[:n])
        return Proposal(chosen, job.said, epochs=self._epochs(job.rung))
