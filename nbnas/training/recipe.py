"""The recipe of a training: its settings, and what a study remembers of them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from torch import Tensor

from nbnas.brief import full
from nbnas.checks import FLAG, REAL, offering, real, settle, whole
from nbnas.graphs.spaces.operation import OPERATIONS, Operation, check_distinct, own_operations
from nbnas.source import source_of
from nbnas.training.data.images import IMAGE_DATA, ImageData
from nbnas.training.device import choose_device
from nbnas.training.networks.own import NETWORK, Build, check_operation
from nbnas.training.schedule import SCHEDULE, OneCycle, Schedule

ONE_CYCLE = OneCycle()
AUGMENT = offering("a transform of one image", "CropAndFlip()", "__call__")
SIZE = whole(1)
THREADS = whole(1, 10_000).optional
_TOLD_OTHERWISE = ("data", "device", "channels_last", "network", "operations")


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
    network: Build | None = None
    operations: tuple[Operation, ...] = ()

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
            network=NETWORK.optional,
            operations=OPERATIONS,
        )
        object.__setattr__(self, "operations", own_operations(self.operations))
        choose_device(self.device)
        check_own(self.operations, self.data, self.channels)

    def fingerprint(self) -> dict[str, str]:
        """Everything that changes results, by name; device and memory layout are not among it.

        Returns:
            The data set's name and hash and each setting as text, the same in every process.
        """
        names = [f.name for f in fields(self) if f.name not in _TOLD_OTHERWISE]
        settings = {name: _stable_repr(getattr(self, name)) for name in names}
        own = {} if self.network is None else {"network": source_of(self.network)}
        for operation in self.operations:
            own |= operation.fingerprint()
        return {"data": f"{self.data.name} {self.data.fingerprint}", **settings, **own}


def check_own(operations: Sequence[Operation], data: Any, channels: int) -> None:  # noqa: ANN401
    """Check that a user's operations keep the shape of the images of both stages of a network.

    Args:
        operations: The operations; none is right, too.
        data: The data set; one without images has no use for them.
        channels: Number of channels of the first stage; the second has twice as many.

    Raises:
        SettingError: If two have one name, or one gives another shape; the message says both.
    """
    check_distinct(operations)
    height, width = (getattr(data, "image_shape", None) or (0, 0, 0))[1:]
    for operation in operations if height else ():
        check_operation(operation, channels, (height, width))
        check_operation(operation, 2 * channels, (max(1, height // 2), max(1, width // 2)))


def _stable_repr(value: object) -> str:
    """The repr in one line and without addresses in memory; equal numbers give equal text."""
    if REAL.accepts(value):
        return f"{value:.12g}"
    return " ".join(re.sub(r" at 0x[0-9a-fA-F]+", "", full(value)).split())
