"""Clocks for the parts of a step: of the processor, and of a GPU that works behind it.

A GPU takes what it is given into a queue and goes on alone, so that the processor's clock tells
when a part was given to it. An event is put into the same queue and gets the GPU's own time when
its turn comes; it is read at the end of an epoch, when the GPU was waited for anyway.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch


class Clock(Protocol):
    """Marks moments, and tells the time between two of them later."""

    def mark(self) -> Any:  # noqa: ANN401
        """This moment, which may lie in the future of a device; it never waits. `None`: no one."""
        ...

    def between(self, first: Any, second: Any) -> float:  # noqa: ANN401
        """Seconds between two moments; NaN if the second has not come yet."""
        ...


@dataclass(frozen=True, slots=True)
class HostClock:
    """The clock of the processor.

    Attributes:
        now: Gives its time in seconds.
    """

    now: Callable[[], float] = time.perf_counter

    def mark(self) -> float:
        """This moment."""
        return self.now()

    def between(self, first: float, second: float) -> float:
        """Seconds between two moments."""
        return second - first


@dataclass(frozen=True, slots=True)
class EventClock:
    """The clock of a CUDA device.

    Attributes:
        device: The device, on whose current stream the moments are.
    """

    device: torch.device

    def mark(self) -> Any:  # noqa: ANN401
        """An event behind all that the device was given so far; `None` within a captured graph."""
        if torch.cuda.is_current_stream_capturing():
            return None
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self.device))
        return event

    def between(self, first: Any, second: Any) -> float:  # noqa: ANN401
        """Seconds between two events that have passed."""
        return first.elapsed_time(second) / 1000 if second.query() else math.nan


@dataclass(frozen=True, slots=True)
class NoClock:
    """The clock of a device that tells no times; what is marked by it is not timed."""

    def mark(self) -> None:
        """No moment."""

    def between(self, first: Any, second: Any) -> float:  # noqa: ANN401
        """NaN."""
        return math.nan


def clock_of(device: torch.device) -> Clock:
    """The clock of a device: events on CUDA, the processor's on the CPU, none elsewhere."""
    if device.type == "cuda":
        return EventClock(device)
    return HostClock() if device.type == "cpu" else NoClock()
