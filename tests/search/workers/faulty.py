"""A strategy of which one run goes wrong, in each way that a process can."""

import os
import signal
from dataclasses import dataclass

from trials import fault, speak

from nbnas.search.strategies.random import RandomSearch


@dataclass(frozen=True)
class FaultyStrategy:
    """Goes wrong before its second query, in one of the runs; else it is random.

    Args:
        kind: A kind of `fault`, or "is killed".
        start: Text of the first architecture of the run that goes wrong.
    """

    kind: str
    start: str

    def propose(self, space, observations, pending, n, rng):
        if len(observations) == 1 and str(observations[0].architecture) == self.start:
            if self.kind == "is killed":
                speak()
                os.kill(os.getpid(), signal.SIGKILL)
            fault(self.kind)
        return RandomSearch().propose(space, observations, pending, n, rng)
