"""The median stopping rule.

Notation
    x          an architecture that was just evaluated on a rung
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.checks import settle, whole
from nbnas.search.strategies.schedulers.history import Entry, History
from nbnas.search.strategies.schedulers.job import Job
from nbnas.search.strategies.schedulers.scheduler import Scheduler
from nbnas.search.strategies.schedulers.standing import Standing, settled, standing
from nbnas.search.strategies.schedulers.words import length


@dataclass(frozen=True, slots=True, repr=False)
class MedianStopping(Scheduler):
    """Trains each one on, rung by rung, unless it is worse than half of those that went through.

    It stops x where the best value of x so far is worse than the median, on the same rung, of
    those that were trained to the end before x was evaluated there. What was stopped stays so.

    Args:
        strategy: Proposes new architectures: any strategy but another scheduler.
        fidelities: The lengths of trainings: `objective.fidelities`; sensible where longer ones go
            on from shorter ones (`continued=True`).
        startup: Number of full trainings before any is stopped, at least 1.
        warmup: Epochs below which none is stopped.

    Raises:
        SettingError: If the strategy is a scheduler or has fidelities of its own, or another part
            is something else.

    References:
        Golovin et al., Google Vizier, KDD 2017, section 3.2.2, with the values on the rung in
        place of running averages, as Optuna's `MedianPruner` has it.
    """

    startup: int = 5
    warmup: int = 0

    def __post_init__(self) -> None:
        Scheduler.__post_init__(self)
        settle(self, startup=whole(1), warmup=whole(0))

    def _job(self, known: History) -> Job:
        """Train the first on that is not stopped; else begin."""
        through = trained(known)
        for entry in known.entries:
            if may_go_on(known, entry):
                median = self._median(known, through, entry)
                if median is None or best_of(entry) >= median:
                    return Job(entry.reached + 1, self._said(known, entry, median), (entry,))
        said = f"New, for {length(self.fidelities, 0)}, as all others went on or were stopped"
        return Job(0, said)

    def _median(self, known: History, through: Sequence[Entry], entry: Entry) -> float | None:
        """The median gain that decides of an architecture; `None` where nothing does."""
        rung = entry.reached
        place = entry.places[rung]
        before = [e for e in through if e.places[known.top] < place]
        if len(before) < self.startup or self.fidelities.epochs[rung] < self.warmup:
            return None
        gains = [e.gains[rung] for e in before if rung in e.gains]
        return float(np.median(gains)) if gains else None

    def _stand(self, known: History) -> tuple[Standing, ...]:
        """Where each architecture stands."""
        rungs = {rung: known.on(rung) for rung in range(-1, known.top + 1)}
        through = trained(known)
        return tuple(self._standing(known, through, e, rungs[e.reached]) for e in known.entries)

    def _standing(
        self, known: History, through: Sequence[Entry], entry: Entry, there: tuple[Entry, ...]
    ) -> Standing:
        found = standing(known, entry, there)
        if found.state != "waiting":
            return found
        median = self._median(known, through, entry)
        stopped = median is not None and best_of(entry) < median
        return settled(
            found, self._said(known, entry, median), "stopped" if stopped else "waiting"
        )

    def _said(self, known: History, entry: Entry, median: float | None) -> str:
        """Why an architecture goes on or is stopped."""
        at, to = (length(self.fidelities, entry.reached + i) for i in (0, 1))
        if median is None:
            epochs = f" and {self.warmup} epochs" if self.warmup else ""
            trained = f"{self.startup} full training{'s' * (self.startup != 1)}"
            return f"Goes on to {to}, as none is stopped before {trained}{epochs}."
        measure = known.measure
        best, middle = (
            measure.text(measure.gain(gain), digits=1) for gain in (best_of(entry), median)
        )
        if best_of(entry) >= median:
            return f"Goes on to {to}: its best, {best}, reaches the median at {at}, {middle}."
        return (
            f"Stopped at {at}: its best, {best}, is worse than the median there, {middle}, of "
            "those that were trained to the end before."
        )


def may_go_on(known: History, entry: Entry) -> bool:
    """Whether an architecture is at rest below the full training, and did not fail."""
    return 0 <= entry.reached < known.top and not entry.pending and not entry.failed


def trained(known: History) -> tuple[Entry, ...]:
    """Those that were trained to the end, and did not fail there."""
    return tuple(e for e in known.entries if known.top in e.places and not e.failed)


def best_of(entry: Entry) -> float:
    """The best gain of an architecture so far."""
    return max(entry.gains.values())
