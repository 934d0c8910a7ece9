"""How long a search will take, told before it.

Notation
    unit       what a search is measured by: trials, or what they cost, in full trainings
"""

import math
from dataclasses import dataclass

import numpy as np

from nbnas.brief import brief
from nbnas.checks import FLAG, Rule, each, real, settle, whole
from nbnas.errors import ObservationError
from nbnas.records.fidelities import EPOCHS, ROUNDING

STEPS_TIMED, TRIALS_FINISHED = "timed steps", "finished trials"
UNKNOWN = "how long one takes is not known"
_COUNT = whole(0, 10**9).raising(ObservationError)
_SECONDS = real(0).raising(ObservationError)
_WORDS: Rule[str] = Rule("a text", lambda it: isinstance(it, str), str, error=ObservationError)


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """The time that the coming trials of a search will take, as far as it can be told.

    It is that of evaluating architectures; what it takes to choose them comes on top. Where a
    training may be a look, of few epochs, a limit of cost is told by the seconds per cost. One
    of trials is told by those since the first full training, as looks come first; before there is
    one, each coming trial is taken for a full training, which is the most that it can be.

    Attributes:
        trials: Number of trials that the search aims at; 0 where what they cost is its limit.
        done: How many of them exist already.
        each: Seconds of single trials, in order, that tell; empty where none is known.
        source: What these were: "timed steps" or "finished trials".
        at_once: How many trials are made at the same time.
        limit: Seconds after which no trial begins; `None` for no limit.
        reason: Why nothing can be told, where that is so.
        seconds: How long it took to tell.
        cost: What all trials may cost, in full trainings; `None` where their number is the limit.
        spent: What those that exist have cost.
        costs: What each of `each` cost; empty where they are full trainings.
        lengths: How far each of them went, in epochs, `None` for all; empty where all did.
        looks: Whether coming trials may be looks.

    Raises:
        ObservationError: If a part has another type, or costs or lengths are not those of each.
    """

    trials: int
    done: int = 0
    each: tuple[float, ...] = ()
    source: str = ""
    at_once: int = 1
    limit: float | None = None
    reason: str = ""
    seconds: float = 0.0
    cost: float | None = None
    spent: float = 0.0
    costs: tuple[float, ...] = ()
    lengths: tuple[int | None, ...] = ()
    looks: bool = False

    def __post_init__(self) -> None:
        settle(self, trials=_COUNT, done=_COUNT, each=_EACH, source=_WORDS, reason=_WORDS)
        settle(self, at_once=whole(1).raising(ObservationError), limit=_SECONDS.optional)
        settle(self, seconds=_SECONDS, cost=_SECONDS.optional, spent=_SECONDS, costs=_EACH)
        settle(self, lengths=_LENGTHS, looks=FLAG.raising(ObservationError))
        for name in ("costs", "lengths"):
            given = getattr(self, name)
            if given and len(given) != len(self.each):
                raise ObservationError(
                    f"expected {name} of each of {len(self.each)} trials, or none, got "
                    f"{len(given)}"
                )

    @property
    def rest(self) -> float:
        """What is still to be made: a number of trials, or a cost in full trainings."""
        if self.cost is None:
            return max(self.trials - self.done, 0)
        left = self.cost - self.spent
        return left if left > ROUNDING else 0

    @property
    def training(self) -> float | None:
        """Seconds of a full training, by the seconds per cost; `None` where they aren't known."""
        if not self.each or (self.costs and not sum(self.costs)):
            return None
        return sum(self.each) / sum(self.costs) if self.costs else float(np.mean(self.each))

    @property
    def trial(self) -> float | None:
        """Seconds of a coming trial on average, or of a full training where cost is the limit."""
        if self.cost is not None or None not in self.lengths:
            return self.training
        return float(np.mean(self.each[self.lengths.index(None) :]))

    @property
    def at_most(self) -> bool:
        """Whether coming trials may take less than is told, as looks do."""
        return self.looks and self.cost is None and None not in self.lengths

    @property
    def by_length(self) -> dict[int | None, tuple[int, float]]:
        """How many trials went so far, in epochs, and their mean seconds; the shortest first."""
        lengths = self.lengths or (None,) * len(self.each)
        known = sorted({e for e in lengths if e is not None})
        found = {}
        for epochs in (*known, *([None] if None in lengths else [])):
            own = [s for s, e in zip(self.each, lengths, strict=True) if e == epochs]
            found[epochs] = (len(own), float(np.mean(own)))
        return found

    @property
    def reached(self) -> float | None:
        """How much of the rest begins within the limit; `None` where that is not known."""
        if self.trial is None:
            return None
        if self.limit is None or self.trial == 0:
            return self.rest
        many = self.limit / self.trial
        return min(self.rest, self.at_once * (math.ceil(many) if self.cost is None else many))

    @property
    def total(self) -> float | None:
        """Seconds until the last of them has ended; `None` where they are not known."""
        if not self.rest:
            return 0.0
        if self.trial is None or self.reached is None:
            return None
        rounds = self.reached / self.at_once
        return (math.ceil(rounds) if self.cost is None else rounds) * self.trial

    @property
    def text(self) -> str:
        """The estimate in words: "30 trials of about 40 s: 20 min"."""
        goal = _counted(self.trials) if self.cost is None else _paid(self.cost)
        if not self.rest:
            return f"{goal}: all done" if self.trials or self.cost else "no trials"
        begun = self.done if self.cost is None else self.spent
        said = f"{self._many(self.rest)} more of {goal}" if begun else goal
        if self.trial is None or self.total is None:
            return f"{said}: {self.reason or UNKNOWN}"
        lasts, most = duration(self.trial), "at most " if self.at_most else ""
        said += f" of {most}{lasts}" if lasts.startswith("under") else f" of {most}about {lasts}"
        said += f", {self.at_once} at once" if self.at_once > 1 else ""
        if self.limit is not None and self.reached != self.rest:
            about = "at least" if self.at_most else "about"
            many, limit = self._many(self.reached or 0), duration(self.limit)
            return f"{said}: {about} {many} of them begin within {limit}"
        return f"{said}: {most}{duration(self.total)}"

    def _many(self, amount: float) -> str:
        """So many trials or full trainings, as a number."""
        return f"{amount:.0f}" if self.cost is None else f"{amount:.3g}"

    @brief
    def __repr__(self) -> str:
        return self.text


_EACH = each(_SECONDS).raising(ObservationError)
_LENGTHS = each(EPOCHS.optional).raising(ObservationError)


def duration(seconds: float) -> str:
    """A time that is only about known, in two digits.

    Example:
        >>> duration(0.04), duration(2.34), duration(41.8), duration(150), duration(1234)
        ('under 0.1 s', '2.3 s', '42 s', '2.5 min', '21 min')
        >>> duration(9000), duration(200_000)
        ('2.5 h', '2.3 days')
    """
    if seconds < 0.1:
        return "under 0.1 s" if seconds else "0 s"
    for most, unit, name in ((99, 1, "s"), (99 * 60, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < most:
            return f"{float(f'{seconds / unit:.2g}'):g} {name}"
    return f"{float(f'{seconds / 86400:.2g}'):,.15g} days"


def _counted(trials: int) -> str:
    return f"{trials} trial" if trials == 1 else f"{trials} trials"


def _paid(cost: float) -> str:
    return "1 full training" if cost == 1 else f"{cost:.4g} full trainings"
