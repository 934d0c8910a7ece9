"""The recipe of a training: its settings, and what a study remembers of them."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import cast

from torch import Tensor

from nbnas.brief import full
from nbnas.training.data.images import ImageData
from nbnas.training.device import choose_device
from nbnas.training.schedule import OneCycle, Schedule
from nbnas.training.settings import check

ONE_CYCLE = OneCycle()


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
        check(isinstance(self.data, ImageData), "data", self.data, "an ImageData like digits()")
        _check_count("epochs", self.epochs, 1)
        _check_count("batch_size", self.batch_size, 2)
        _check_count("channels", self.channels, 1)
        _check_count("cells", self.cells, 1)
        rate = self.learning_rate
        check(_is_real(rate) and 0 < rate < math.inf, "learning_rate", rate, "a number above 0")
        _check_fraction("momentum", self.momentum)
        decay = self.weight_decay
        check(_is_real(decay) and 0 <= decay < math.inf, "weight_decay", decay, "at least 0")
        _check_fraction("label_smoothing", self.label_smoothing)
        has_rate = callable(getattr(self.schedule, "learning_rate", None))
        check(has_rate, "schedule", self.schedule, "a schedule like OneCycle() or Cosine()")
        can_call = self.augment is None or callable(self.augment)
        check(can_call, "augment", self.augment, "None or a transform of one image")
        if self.threads is not None:
            _check_count("threads", self.threads, 1)
        _check_choice("mixed_precision", self.mixed_precision)
        _check_choice("channels_last", self.channels_last)
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
    if _is_real(value):
        return f"{value:.12g}"
    return " ".join(re.sub(r" at 0x[0-9a-fA-F]+", "", full(value)).split())


def _is_real(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_count(name: str, value: object, least: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    expected = f"a whole number from {least}"
    check(whole and cast(int, value) >= least, name, value, expected)


def _check_fraction(name: str, value: float) -> None:
    check(_is_real(value) and 0 <= value < 1, name, value, "a number from 0 to below 1")


def _check_choice(name: str, value: bool | None) -> None:
    check(value is None or isinstance(value, bool), name, value, "True, False or None (auto)")
