"""Asynchronous successive halving.

Notation
    η          one in so many of a rung goes on
    rung k     all that were evaluated there, those that went on included; failed ones are last
"""

from dataclasses import dataclass

from nbnas.checks import settle, whole
from nbnas.search.strategies.schedulers.brackets import Bracket, halving
from nbnas.search.strategies.schedulers.history import Entry, History
from nbnas.search.strategies.schedulers.job import Job, promotion
from nbnas.search.strategies.schedulers.scheduler import Scheduler
from nbnas.search.strategies.schedulers.standing import Standing, settled, standing
from nbnas.search.strategies.schedulers.words import goes_on, length, ordinal

ETA = whole(2)


@dataclass(frozen=True, slots=True, repr=False)
class Asha(Scheduler):
    """Whoever is free promotes what may be promoted, on the highest rung first, else begins anew.

    An architecture may be promoted when it is among the best ⌊m / η⌋ of the m that were evaluated
    on its rung so far. So nobody waits for a rung to be complete; the price is that some are
    promoted early that later ones would have beaten. Failed ones count among the m, as the worst.

    Args:
        strategy: Proposes new architectures: any strategy but another scheduler.
        fidelities: The lengths of trainings: `objective.fidelities`. Each rung costs about the
            same where they rise by factors of η.
        eta: η, at least 2.

    Raises:
        SettingError: If the strategy is a scheduler or has fidelities of its own, or another part
            is something else.

    References:
        Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020, algorithm 2;
        the promotion variant of syne-tune.
    """

    eta: int = 3

    def __post_init__(self) -> None:
        Scheduler.__post_init__(self)
        settle(self, eta=ETA)

    @property
    def bracket(self) -> Bracket:
        """How many reach which rung of as many new ones as one full training takes, about."""
        rungs = len(self.fidelities.epochs)
        return halving(self.eta ** (rungs - 1), self.eta, 0, rungs)

    def _job(self, known: History) -> Job:
        """Algorithm 2, `get_job`."""
        for rung in reversed(range(known.top)):
            there = known.on(rung)
            may = there[: len(there) // self.eta]
            chosen = [e for e in may if e.reached == rung and not e.pending and not e.failed]
            if chosen:
                return promotion(known, chosen, rung, there)
        return Job(0, f"New, for {length(self.fidelities, 0)}, as none may be promoted")

    def _stand(self, known: History) -> tuple[Standing, ...]:
        """Where each architecture stands; none that has not failed is stopped for ever."""
        rungs = {rung: known.on(rung) for rung in range(-1, known.top + 1)}
        return tuple(self._standing(known, e, rungs[e.reached]) for e in known.entries)

    def _standing(self, known: History, entry: Entry, there: tuple[Entry, ...]) -> Standing:
        found = standing(known, entry, there)
        if found.state != "waiting":
            return found
        at, said = length(self.fidelities, entry.reached), f"{ordinal(found.rank)} of {found.of}"
        if found.rank <= found.of // self.eta:
            return settled(found, f"{said} at {at}: the next free worker may promote it.")
        needed = found.rank * self.eta
        return settled(
            found,
            f"{said} at {at}, where {goes_on(found.of // self.eta)}; it would "
            f"with {needed} there, the others worse.",
        )
