"""Synchronous successive halving."""

from dataclasses import dataclass

from nbnas.checks import settle, whole
from nbnas.errors import SettingError
from nbnas.search.strategies.schedulers.asha import ETA
from nbnas.search.strategies.schedulers.brackets import Bracket, halving, next_job, stand
from nbnas.search.strategies.schedulers.history import History
from nbnas.search.strategies.schedulers.job import Job
from nbnas.search.strategies.schedulers.scheduler import Scheduler
from nbnas.search.strategies.schedulers.standing import Standing


@dataclass(frozen=True, slots=True, repr=False)
class SuccessiveHalving(Scheduler):
    """Trains some for the shortest length, the best one in η of them further, and so on; again.

    Once a bracket is through, another one begins. With several workers, one that is free while the
    others of a rung are still trained begins in the next bracket, so that nobody waits; the rung
    itself does, so that who goes on is the same with any number of workers. Failed ones are the
    last of their rung and never go on.

    Args:
        strategy: Proposes new architectures: any strategy but another scheduler.
        fidelities: The lengths of trainings: `objective.fidelities`. Each rung costs about the
            same where they rise by factors of η.
        eta: η, at least 2: ⌊size / ηⁱ⌋ reach the i-th longer length.
        size: How many begin in a bracket; at least so many that one is trained to the end, which
            is the default.

    Raises:
        SettingError: If the strategy is a scheduler or has fidelities of its own, none would be
            trained to the end, or another part is something else.

    References:
        Jamieson and Talwalkar, Non-stochastic best arm identification and hyperparameter
        optimization, AISTATS 2016. Karnin, Koren and Somekh, ICML 2013.
    """

    eta: int = 3
    size: int | None = None

    def __post_init__(self) -> None:
        Scheduler.__post_init__(self)
        settle(self, eta=ETA, size=whole(1).optional)
        if self.size is not None and self.size < self._least:
            raise SettingError(
                f"expected size to be at least {self._least}, eta={self.eta} for each of the "
                f"{len(self.fidelities.lower)} promotions to a full training, got "
                f"size={self.size}; give more, or a smaller eta"
            )

    @property
    def bracket(self) -> Bracket:
        """How many are trained how far in each bracket."""
        size = self._least if self.size is None else self.size
        return halving(size, self.eta, 0, len(self.fidelities.epochs))

    @property
    def _least(self) -> int:
        least: int = self.eta ** len(self.fidelities.lower)
        return least

    def _job(self, known: History) -> Job:
        """Promote of a rung that is complete, in the oldest bracket first; else begin."""
        return next_job((self.bracket,), known)

    def _stand(self, known: History) -> tuple[Standing, ...]:
        """Where each architecture stands in its bracket."""
        return stand((self.bracket,), known)
