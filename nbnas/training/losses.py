"""The losses of the last steps: whether each is a number, looked at together."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from nbnas.errors import TrainingError
from nbnas.records import EpochReport

# Steps whose losses are looked at together, and at the end of an epoch. A GPU is waited for then,
# so that there as many more are.
TOGETHER, ELSEWHERE = 100, 10


class Losses:
    """The losses of the steps that were not looked at yet: a look waits for the device.

    Args:
        epochs: How many epochs are planned.
        batches: How many steps an epoch has.
        rate: The learning rate of a step, by its number.
        peak: The highest one.
    """

    def __init__(
        self, epochs: int, batches: int, rate: Callable[[int], float], peak: float
    ) -> None:
        self._epochs, self._batches = epochs, batches
        self._rate, self._peak = rate, peak
        self._losses: list[Tensor] = []

    def add(self, loss: Tensor) -> bool:
        """Take in the loss of the next step, `()`; whether it is time to look."""
        self._losses.append(loss)
        return len(self._losses) >= TOGETHER * (1 if loss.device.type == "cpu" else ELSEWHERE)

    def check(self, step: int) -> None:
        """Look at them.

        Args:
            step: How many steps were made.

        Raises:
            TrainingError: If one is no finite number, with its epoch, step and learning rate.
        """
        losses, self._losses = self._losses, []
        finite = torch.stack(losses).isfinite().tolist() if losses else []
        if all(finite):
            return
        first = finite.index(False)
        bad = step - len(losses) + first
        epoch, place = divmod(bad, self._batches)
        raise TrainingError(
            f"expected a finite loss, got {losses[first].item()} at step {place + 1} of "
            f"{self._batches} in epoch {epoch + 1} of {self._epochs}; lower learning_rate, which "
            f"is {self._peak:g} and was {self._rate(bad):.3g} at that step, or lengthen the "
            "schedule's warm-up"
        )

    def check_report(self, report: EpochReport) -> None:
        """Check what an epoch gave on the whole.

        Raises:
            TrainingError: If the mean loss in training or the one held out is no finite number.
        """
        if not math.isfinite(report.train_loss + report.val_loss):
            raise TrainingError(
                f"expected a finite loss, got {report.train_loss} in training and "
                f"{report.val_loss} held out after epoch {report.epoch} of {report.epochs}; lower "
                f"learning_rate, which is {self._peak:g} and was {report.learning_rate:.3g} at "
                "the last step, or lengthen the schedule's warm-up"
            )
