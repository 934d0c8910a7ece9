"""The recipe of a training: from an architecture to its accuracy on held-out images."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import cast

import numpy as np
from torch import Tensor

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation
from nbnas.training.data.images import ImageData
from nbnas.training.device import choose_device
from nbnas.training.networks.network import check_operations, reads_text
from nbnas.training.run import Training
from nbnas.training.schedule import OneCycle, Schedule
from nbnas.training.settings import check

ONE_CYCLE = OneCycle()


@dataclass(frozen=True, slots=True)
class Trainer:
    """How networks are trained; an objective, from an architecture to its validation accuracy.

    The optimiser is stochastic gradient descent with Nesterov's momentum.

    Attributes:
        data: The images.
        epochs: Number of passes over the training part.
        batch_size: Largest number of images of a step.
        learning_rate: Highest learning rate.
        schedule: How the learning rate changes over the steps.
        momentum: Momentum, at least 0 and below 1.
        weight_decay: Factor of the squared weights' gradient, at least 0.
        label_smoothing: Share of the target that is spread over all classes, 0 to below 1.
        channels: Number of channels of the network's first stage.
        cells: Number of cells of each of its two stages.
        augment: A transform of one training image `(C, H, W)`, normalised, such as one of
            `torchvision.transforms.v2`; applied anew in every epoch. Or
            `nbnas.training.data.augment.CropAndFlip`, which is quicker: it takes a batch at once.
        threads: Number of CPU threads while it trains; `None` leaves torch's setting. One is
            quickest for networks as small as those of digits, and results depend on it.
        device: "auto" for CUDA, else MPS, else the CPU; or one of these by its word.
        mixed_precision: Whether to compute in bfloat16 where that is safe; `None` for on CUDA.
        channels_last: Whether to keep channels last in memory; `None` for on CUDA.

    Raises:
        SettingError: If a value is not allowed or the device is missing; the message says what is.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.training.data.images import digits
        >>> trainer = Trainer(digits(), epochs=1)
        >>> trainer(CellSpace().sample(0, 1)[0], seed=1).status
        'completed'
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

    def start(self, architecture: Architecture, seed: int = 0, *, final: bool = False) -> Training:
        """Prepare a live training; iterate or run it to train.

        Args:
            architecture: The cell.
            seed: Seed of initialisation, shuffling and augmentation.
            final: Whether to train on training and validation part together and to hold out the
                test part instead. The reports' `val_loss` and `val_accuracy`, and the evaluation's
                value, then are those of the test part.

        Returns:
            The training, before its first epoch.

        Raises:
            ArchitectureError: If the architecture has an unknown operation, or is a recurrent
                cell, which reads text and no images.
            SettingError: If the seed is no whole number from 0 to below 2**63.
        """
        allowed = isinstance(seed, int | np.integer) and 0 <= seed < 2**63
        check(allowed, "seed", seed, "a whole number from 0 to below 2**63")
        check_operations(architecture)
        _check_reads_images(architecture)
        return Training(self, architecture, int(seed), final=final)

    def __call__(self, architecture: Architecture, seed: int = 0) -> Evaluation:
        """Train, and return the evaluation with the validation accuracy; see `start`."""
        return self.start(architecture, seed).run()

    def test(self, architecture: Architecture, seed: int = 0) -> float:
        """Train on training and validation part, and return the accuracy on the test part."""
        return cast(float, self.start(architecture, seed, final=True).run().value)

    def fingerprint(self) -> dict[str, str]:
        """Everything that changes results, by name; device and memory layout are not among it.

        Returns:
            The data set's name and hash and each setting as text, the same in every process.
        """
        names = [f.name for f in fields(self) if f.name not in ("data", "device", "channels_last")]
        settings = {name: _stable_repr(getattr(self, name)) for name in names}
        return {"data": f"{self.data.name} {self.data.fingerprint}", **settings}


def _check_reads_images(architecture: Architecture) -> None:
    if reads_text(architecture):
        raise ArchitectureError(
            "expected an architecture that reads images, got the recurrent cell "
            f"{architecture.text!r:.200}, which reads text; a Trainer has images: build the "
            "network with nbnas.training.networks.network.build_network and train it on tokens"
        )


def _stable_repr(value: object) -> str:
    """The repr in one line and without addresses in memory; equal numbers give equal text."""
    if _is_real(value):
        return f"{value:.12g}"
    return " ".join(re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value)).split())


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
