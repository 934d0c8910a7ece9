"""How long a search will take, told before it."""

import math
from dataclasses import dataclass

import numpy as np

from nbnas.brief import brief
from nbnas.checks import Rule, each, real, settle, whole
from nbnas.errors import ObservationError

STEPS_TIMED, TRIALS_FINISHED = "timed steps", "finished trials"
UNKNOWN = "how long one takes is not known"
_COUNT = whole(0, 10**9).raising(ObservationError)
_SECONDS = real(0).raising(ObservationError)
_WORDS: Rule[str] = Rule("a text", lambda it: isinstance(it, str), str, error=ObservationError)


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """The time that the coming trials of a search will take, as far as it can be told.

    It is that of evaluating architectures; what it takes to choose them comes on top.

    Attributes:
        trials: Number of trials that the search aims at.
        done: How many of them exist already.
        each: Seconds of single trials, of which the mean is taken; empty where none is known.
        source: What these were: "timed steps" or "finished trials".
        at_once: How many trials are made at the same time.
        limit: Seconds after which no trial begins; `None` for no limit.
        reason: Why nothing can be told, where that is so.
        seconds: How long it took to tell.

    Raises:
        ObservationError: If a part has another type.
    """

    trials: int
    done: int = 0
    each: tuple[float, ...] = ()
    source: str = ""
    at_once: int = 1
    limit: float | None = None
    reason: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        settle(self, trials=_COUNT, done=_COUNT, each=_EACH, source=_WORDS, reason=_WORDS)
        settle(self, at_once=whole(1).raising(ObservationError), limit=_SECONDS.optional)
        settle(self, seconds=_SECONDS)

    @property
    def rest(self) -> int:
        """Number of trials that are still to be made."""
        return max(self.trials - self.done, 0)

    @property
    def trial(self) -> float | None:
        """Seconds of a trial, on average; `None` where they are not known."""
        return float(np.mean(self.each)) if self.each else None

    @property
    def reached(self) -> int | None:
        """How many of the trials begin within the limit; `None` where that is not known."""
        if self.trial is None:
            return None
        if self.limit is None or self.trial == 0:
            return self.rest
        return min(self.rest, self.at_once * math.ceil(self.limit / self.trial))

    @property
    def total(self) -> float | None:
        """Seconds until the last of them has ended; `None` where they are not known."""
        if not self.rest:
            return 0.0
        if self.trial is None or self.reached is None:
            return None
        return math.ceil(self.reached / self.at_once) * self.trial

    @property
    def text(self) -> str:
        """The estimate in words: "30 trials of about 40 s: 20 min"."""
        if not self.rest:
            return f"{_counted(self.trials)}: all done" if self.trials else "no trials"
        said = f"{self.rest} more of {_counted(self.trials)}" if self.done else _counted(self.rest)
        if self.trial is None or self.total is None:
            return f"{said}: {self.reason or UNKNOWN}"
        lasts = duration(self.trial)
        said += f" of {lasts}" if lasts.startswith("under") else f" of about {lasts}"
        said += f", {self.at_once} at once" if self.at_once > 1 else ""
        if self.limit is not None and self.reached != self.rest:
            return f"{said}: about {self.reached} of them begin within {duration(self.limit)}"
        return f"{said}: {duration(self.total)}"

    @brief
    def __repr__(self) -> str:
        return self.text


_EACH = each(_SECONDS).raising(ObservationError)


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
