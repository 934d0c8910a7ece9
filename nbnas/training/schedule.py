"""Learning-rate schedules: the rate of each step, from the highest rate and the number of steps.

Notation
    step    number of steps already made, 0 <= step < steps
    peak    highest learning rate
"""

import math
from dataclasses import dataclass
from typing import Protocol

from nbnas.checks import Rule, offering, real, settle, whole


class Schedule(Protocol):
    """How the learning rate changes over a training."""

    def learning_rate(self, peak: float, step: int, steps: int) -> float:
        """The learning rate of a step.

        Args:
            peak: Highest learning rate.
            step: Number of steps already made, from 0.
            steps: Number of steps planned.

        Returns:
            The learning rate, at most `peak`.
        """
        ...


SCHEDULE: Rule[Schedule] = offering("a schedule", "OneCycle()", "learning_rate")
_PEAK, _STEP, _STEPS = real(0), whole(0), whole(1)


def _checked(peak: float, step: int, steps: int) -> tuple[float, int, int]:
    return _PEAK("peak", peak), _STEP("step", step), _STEPS("steps", steps)


@dataclass(frozen=True, slots=True)
class OneCycle:
    """Up along a cosine from peak / 25, then down along a cosine to peak / 250,000.

    These are the values of `torch.optim.lr_scheduler.OneCycleLR`, without its cycling of momentum.

    Attributes:
        warmup: Fraction of the steps on which the rate rises, between 0 and 1.

    Raises:
        SettingError: If `warmup` is not between 0 and 1.

    References:
        Smith and Topin, Super-Convergence, 2018.
    """

    warmup: float = 0.3

    def __post_init__(self) -> None:
        settle(self, warmup=real(above=0, below=1))

    def learning_rate(self, peak: float, step: int, steps: int) -> float:
        """The learning rate of a step; see `Schedule.learning_rate`."""
        peak, step, steps = _checked(peak, step, steps)
        lowest, summit = peak / 25, self.warmup * steps - 1
        if step <= summit:
            return _cosine(lowest, peak, step / summit if summit > 0 else 0.0)
        return _cosine(peak, lowest / 1e4, (step - summit) / (steps - 1 - summit))


@dataclass(frozen=True, slots=True)
class Cosine:
    """Down from the peak along half a cosine, as `torch.optim.lr_scheduler.CosineAnnealingLR`.

    References:
        Loshchilov and Hutter, SGDR, ICLR 2017.
    """

    def learning_rate(self, peak: float, step: int, steps: int) -> float:
        """The learning rate of a step; see `Schedule.learning_rate`."""
        peak, step, steps = _checked(peak, step, steps)
        return _cosine(peak, 0.0, step / steps)


@dataclass(frozen=True, slots=True)
class LinearDecay:
    """Down from the peak to zero along a line, as `torch.optim.lr_scheduler.LinearLR` to 0.

    References:
        Defazio et al., When, Why and How Much? Adaptive Learning Rate Scheduling by Refinement,
        2023.
    """

    def learning_rate(self, peak: float, step: int, steps: int) -> float:
        """The learning rate of a step; see `Schedule.learning_rate`."""
        peak, step, steps = _checked(peak, step, steps)
        return peak * (1 - step / steps)


@dataclass(frozen=True, slots=True)
class Warmup:
    """Up to the peak along a line, step by step, and then another schedule over what is left.

    Attributes:
        schedule: What follows, such as `Cosine()` or `LinearDecay()`.
        share: Fraction of the steps on which the rate rises, between 0 and 1.

    Raises:
        SettingError: If `share` is not between 0 and 1, or the other one is no schedule.

    References:
        Goyal et al., Accurate, Large Minibatch SGD, 2017, section 2.2.
    """

    schedule: Schedule = Cosine()
    share: float = 0.05

    def __post_init__(self) -> None:
        settle(self, schedule=SCHEDULE, share=real(above=0, below=1))

    def learning_rate(self, peak: float, step: int, steps: int) -> float:
        """The learning rate of a step; see `Schedule.learning_rate`."""
        peak, step, steps = _checked(peak, step, steps)
        rising = min(math.ceil(self.share * steps), steps - 1)
        if step < rising:
            return peak * (step + 1) / rising
        return self.schedule.learning_rate(peak, step - rising, steps - rising)


def _cosine(start: float, end: float, fraction: float) -> float:
    """From `start` (fraction 0) to `end` (fraction 1) along half a cosine."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * fraction))
