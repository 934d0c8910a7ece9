"""Times some steps of each epoch by part; all others pass without a look at a clock.

Nothing waits for a device, and nothing of what is computed depends on it.

Notation
    lap    a part of a step, from the end of the one before it
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Any

import torch

from nbnas.records.profile import BACKWARD, DATA, FORWARD, OPTIMISER, WHOLE, StepProfile
from nbnas.training.profiling.clock import Clock, NoClock, clock_of
from nbnas.training.profiling.peak import NoPeak, Peak, peak_of

TIMED = 20  # steps of an epoch at least, where it has so many; at most twice as many
LOOKS = 5  # timed steps of which one looks at the memory
Batch = Any  # a pair of tensors, see `nbnas.training.tasks.task`
Laps = list[tuple[str, Any]]


class StepTimer:
    """Times the steps of a training.

    Args:
        clock: Marks the moments.
        peak: Knows the memory.
        batches: How many steps an epoch has.
        counted: What a batch is made of.
    """

    def __init__(self, clock: Clock, peak: Peak, batches: int, counted: str = "images") -> None:
        self._clock, self._peak, self._counted = clock, peak, counted
        self._every = max(1, batches // TIMED)
        self._batch = 0
        self._laps: Laps | None = None  # of the step under way, if it is timed
        self._timed: list[Laps] = []

    def steps(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The batches of an epoch, as they are; drawing a batch is the first part of its step.

        Args:
            batches: What is to come of them.
        """
        self._timed, at = [], 0
        while True:
            timed = at % self._every == self._every // 2  # of many not the very first
            self._begin(timed)
            batch = next(batches, None)
            if batch is None:
                self._laps = None
                return
            if timed:
                self.lap(DATA)
                self._batch = max(self._batch, batch[1].numel())
            yield batch
            self._end()
            at += 1

    def lap(self, part: str) -> None:
        """A part of the step ends here; without effect in a step that is not timed.

        The optimiser's part is `WHOLE` in a step whose other parts were not told one by one.
        """
        if self._laps is None:
            return
        if part == OPTIMISER and all(name != BACKWARD for name, _ in self._laps):
            part = WHOLE
        moment = self._clock.mark()
        if moment is None:
            self._laps = None
            return
        self._laps.append((part, moment))
        if part == FORWARD and len(self._timed) % LOOKS == 0:  # when most is held
            self._peak.look()
            self._laps.append(("", self._clock.mark()))  # the look itself is in no part

    def profile(self, pieces: int = 1, networks: int = 1) -> StepProfile:
        """What a step of the epoch took; to be asked once its results are there.

        Args:
            pieces: In how many pieces a batch is read.
            networks: How many networks are trained side by side.
        """
        times = [self._times(laps) for laps in self._timed]
        known = [each for each in times if all(map(math.isfinite, each.values()))]
        names = tuple(known[-1]) if known else ()
        known = [each for each in known if tuple(each) == names]  # the first may be made otherwise
        parts = tuple((name, median(each[name] for each in known)) for name in names)
        memory = (self._peak.bytes, self._peak.of)
        batch = self._batch // networks
        return StepProfile(parts, len(known), batch, self._counted, pieces, networks, *memory)

    def _begin(self, timed: bool) -> None:
        moment = self._clock.mark() if timed else None
        self._laps = None if moment is None else [("", moment)]

    def _end(self) -> None:
        if self._laps is not None:
            self._timed.append(self._laps)

    def _times(self, laps: Laps) -> dict[str, float]:
        """Seconds of each part of a step; a part may come several times."""
        found: dict[str, float] = {}
        for (_, first), (part, second) in pairwise(laps):
            if part:
                found[part] = found.get(part, 0.0) + self._clock.between(first, second)
        return found


IDLE = StepTimer(NoClock(), NoPeak(), 1)
"""Times nothing."""


def timer_of(device: torch.device, batches: int, counted: str) -> StepTimer:
    """Times the steps of a training on a device; see `StepTimer`."""
    return StepTimer(clock_of(device), peak_of(device), batches, counted)
