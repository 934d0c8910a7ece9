"""What one epoch of a training gave."""

import math
from dataclasses import dataclass, field, fields

from nbnas.records.profile import StepProfile


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What one epoch of a training gave; NaN where nobody measured it.

    Attributes:
        epoch: Number of finished epochs, from 1.
        epochs: Number of epochs planned; 0 where no end is.
        train_loss: Mean training loss over the epoch.
        train_accuracy: Training accuracy over the epoch, before each step's update.
        val_loss: Loss on the held-out part after the epoch.
        val_accuracy: Accuracy on the held-out part after the epoch.
        learning_rate: Learning rate of the epoch's last step.
        seconds: Seconds since the training began.
        images_per_second: Training images per second of this epoch.
        value: The objective's measure after the epoch, where it is not the accuracy on the
            held-out part.
        profile: What a step of the epoch took, by part, and the memory; `None` where nobody has
            looked. It is not kept by stores or checkpoints, and plays no part in equality.
    """

    epoch: int
    epochs: int
    train_loss: float = math.nan
    train_accuracy: float = math.nan
    val_loss: float = math.nan
    val_accuracy: float = math.nan
    learning_rate: float = math.nan
    seconds: float = 0.0
    images_per_second: float = math.nan
    value: float | None = None
    profile: StepProfile | None = field(default=None, compare=False, repr=False)

    @property
    def measured(self) -> float:
        """The objective's measure after the epoch; validation accuracy unless `value` is given."""
        return self.val_accuracy if self.value is None else self.value

    @property
    def seconds_left(self) -> float:
        """Seconds until the planned end, if the coming ones take as long; NaN without a plan."""
        return self.seconds / self.epoch * (self.epochs - self.epoch) if self.epochs else math.nan

    @property
    def kept(self) -> dict[str, float | None]:
        """What stores and checkpoints keep of it, by name; an earlier nbnas reads it, too."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.compare}
