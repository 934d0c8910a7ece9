"""The minutes that a notebook may take, and how its parts share them.

Notation
    share    part of the budget, from 0 to 1, after which a part of the notebook begins nothing new
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Part = Literal["search", "random", "known"]
SHARES: Mapping[Part, float] = {"search": 0.5, "random": 0.7, "known": 0.9}
"""When the search, random search and the known networks begin nothing new; winner and export come
after them."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget of time, which runs from when it is made.

    Attributes:
        minutes: Its length; 0 for none.
        compare: Whether random search and known networks share it; else the search has all that
            they would have.
        began: When it was made, in seconds of the monotonic clock.
    """

    minutes: float
    compare: bool = True
    began: float = field(default_factory=time.monotonic, repr=False)

    def seconds_for(self, part: Part) -> float | None:
        """Seconds in which a part may begin something new, from now on; `None` without a budget.

        Args:
            part: The part of the notebook.
        """
        if not self.minutes:
            return None
        share = SHARES[part] if self.compare else max(SHARES.values())
        return max(self.began + 60 * self.minutes * share - time.monotonic(), 0.0)

    def __str__(self) -> str:
        """How it is shared, in words."""
        if not self.minutes:
            return "no limit of time: -p budget 10 for about ten minutes"
        if not self.compare:
            return f"no trial begins after {_minutes(0.9 * self.minutes)}"
        search, random, known = (_minutes(share * self.minutes) for share in SHARES.values())
        return (
            f"no trial begins after {search}, none of random search after {random}, no known "
            f"network after {known}; the rest is for the winner"
        )


def _minutes(minutes: float) -> str:
    return f"{minutes:g} min" if minutes >= 1 else f"{math.ceil(60 * minutes)} s"
