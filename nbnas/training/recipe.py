"""The recipe of a training: its settings, and what a study remembers of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields

from torch import Tensor

from nbnas.brief import full
from nbnas.checks import FLAG, REAL, offering, real, settle, whole
from nbnas.training.data.image_data import IMAGE_DATA, ImageData
from nbnas.training.device import choose_device
from nbnas.training.schedule import SCHEDULE, OneCycle, Schedule

ONE_CYCLE = OneCycle()
AUGMENT = offering("a transform of one image", "CropAndFlip()", "__call__")
SIZE = whole(1)
THREADS = whole(1, 10_000).optional


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a `Trainer`, which says what each of them is.

    Raises:
        SettingError: If a value is not allowed or the device is missing; the message says what is.
    """

    data: ImageData
    epochs: int = 12
    batch_size: int = 64
    learning_rate: float = 0.2
    schedule: Schedule = ONE_CYCLE
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.0
    channels: int = 8
    cells: int = 1
    augment: Callable[[Tensor], Tensor] | None = None
    threads: int | None = 1
    device: str = "auto"
    mixed_precision: bool | None = None
    channels_last: bool | None = None

    def __post_init__(self) -> None:
        settle(
            self,
            data=IMAGE_DATA,
            epochs=whole(1),
            batch_size=whole(2),
            learning_rate=real(above=0),
            schedule=SCHEDULE,
            momentum=real(0, below=1),
            weight_decay=real(0),
            label_smoothing=real(0, below=1),
            channels=SIZE,
            cells=SIZE,
            augment=AUGMENT.optional,
            threads=THREADS,
            mixed_precision=FLAG.optional,
            channels_last=FLAG.optional,
        )
        choose_device(self.device)

    def fingerprint(self) -> dict[str, str]:
        """Everything that changes results, by name; device and memory layout are not among it.

        Returns:
            The data set's name and hash and each setting as text, the same in every process.
        """
        names = [f.name for f in fields(self) if f.name not in ("data", "device", "channels_last")]
        settings = {name: _stable_repr(getattr(self, name)) for name in names}
        return {"data": f"{self.data.name} {self.data.fingerprint}", **settings}


def _stable_repr(value: object) -> str:
    """The repr in one line and without addresses in memory; equal numbers give equal text."""
    if REAL.accepts(value):
        return f"{value:.12g}"
    return " ".join(re.sub(r" at 0x[0-9a-fA-F]+", "", full(value)).split())
