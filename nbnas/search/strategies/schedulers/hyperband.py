"""Hyperband: brackets of successive halving that begin further and further up."""

from dataclasses import dataclass

from nbnas.checks import settle
from nbnas.search.strategies.schedulers.asha import ETA
from nbnas.search.strategies.schedulers.brackets import Bracket, hyperband, next_job, stand
from nbnas.search.strategies.schedulers.history import History
from nbnas.search.strategies.schedulers.job import Job
from nbnas.search.strategies.schedulers.scheduler import Scheduler
from nbnas.search.strategies.schedulers.standing import Standing


@dataclass(frozen=True, slots=True, repr=False)
class Hyperband(Scheduler):
    """Successive halving in brackets that trust short trainings less and less; then again.

    The first bracket begins with many on the lowest rung, the last one trains a few fully without
    any look; all cost about the same. So it loses little where short trainings tell nothing.
    With several workers, one that is free while others of a rung are trained begins in the next
    bracket. With Bayesian optimisation within, this is BOHB's scheme.

    Args:
        strategy: Proposes new architectures: any strategy but another scheduler.
        fidelities: The lengths of trainings: `objective.fidelities`. The brackets cost the same
            where they rise by factors of η.
        eta: η, at least 2: one in so many goes on.

    Raises:
        SettingError: If the strategy is a scheduler or has fidelities of its own, or another part
            is something else.

    References:
        Li et al., Hyperband: a novel bandit-based approach to hyperparameter optimization, JMLR
        18, 2018, algorithm 1 and table 1. Falkner, Klein and Hutter, BOHB, ICML 2018.
    """

    eta: int = 3

    def __post_init__(self) -> None:
        Scheduler.__post_init__(self)
        settle(self, eta=ETA)

    @property
    def brackets(self) -> tuple[Bracket, ...]:
        """How many are trained how far in each bracket of a cycle."""
        return hyperband(self.eta, len(self.fidelities.epochs))

    def _job(self, known: History) -> Job:
        """Promote of a rung that is complete, in the oldest bracket first; else begin."""
        return next_job(self.brackets, known)

    def _stand(self, known: History) -> tuple[Standing, ...]:
        """Where each architecture stands in its bracket."""
        return stand(self.brackets, known)
