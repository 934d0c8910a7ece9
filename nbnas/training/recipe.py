"""The recipe of a training: its settings, and what a study remembers of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from torch import Tensor

from nbnas.brief import full
from nbnas.checks import FLAG, REAL, either, offering, real, settle, whole
from nbnas.errors import SettingError, shown
from nbnas.graphs.spaces.operation import OPERATIONS, Operation, check_distinct, own_operations
from nbnas.records import Fidelities
from nbnas.records.measure import MEASURE, Measure
from nbnas.source import source_of
from nbnas.training.data.image_data import IMAGE_DATA, ImageData
from nbnas.training.data.mix import MIX, Mix, check_mix
from nbnas.training.data.text import TEXT_DATA, TextData
from nbnas.training.device import choose_device
from nbnas.training.lengths import settle_lengths
from nbnas.training.measure import PICTURE_MEASURES, measures_of_text
from nbnas.training.networks.own import NETWORK, Build
from nbnas.training.networks.planned import AnyPlan
from nbnas.training.networks.skeleton.build import check_fit
from nbnas.training.networks.skeleton.plan import small_plan
from nbnas.training.networks.skeleton.skeleton import SKELETON, Skeleton
from nbnas.training.optimizers.optimizer import OPTIMIZER, Optimizer
from nbnas.training.schedule import SCHEDULE, OneCycle, Schedule
from nbnas.training.usual import (
    BY_DATA,
    LATER,
    NEVER,
    NOT_OF_TEXT,
    OF_PICTURES,
    OF_TEXT,
    OF_TEXT_ONLY,
    RATES,
)

ONE_CYCLE = OneCycle()
AUGMENT = offering("a transform of one image", "CropAndFlip()", "__call__")
SIZE = whole(1)
THREADS = whole(1, 10_000).optional
_TOLD_OTHERWISE = ("data", "device", "channels_last", "cuda_graphs", "network", "operations")
_NEVER_TOLD = ("checkpoint_minutes", "keep_weights")  # they change no results


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a `Trainer`, which says what each of them is.

    Raises:
        SettingError: If a value is not allowed or the device is missing; the message says what is.
    """

    data: ImageData | TextData
    epochs: int = BY_DATA
    batch_size: int = BY_DATA
    learning_rate: float = BY_DATA
    schedule: Schedule = ONE_CYCLE
    momentum: float = 0.9
    weight_decay: float = BY_DATA
    label_smoothing: float = 0.0
    channels: int = BY_DATA
    cells: int = 1
    augment: Callable[[Tensor], Tensor] | None = None
    threads: int | None = 1
    device: str = "auto"
    mixed_precision: bool | None = None
    channels_last: bool | None = None
    measure: Measure = BY_DATA
    sequence: int | None = None
    dropout: float = 0.0
    clip: float | None = None
    network: Build | None = None
    operations: tuple[Operation, ...] = ()
    skeleton: Skeleton | None = None
    checkpoint_minutes: float | None = 5.0
    keep_weights: bool = False
    deterministic: bool = False
    optimizer: Optimizer = BY_DATA
    decay_all: bool = True
    ema: float | None = None
    patience: int | None = None
    mix: Mix | None = None
    test_flip: bool = False
    compile: bool | None = None
    cuda_graphs: bool | None = None
    fidelities: Fidelities | None = None

    def __post_init__(self) -> None:
        settle(self, data=either(IMAGE_DATA, TEXT_DATA), optimizer=OPTIMIZER.optional)
        settle_lengths(self)
        for name, value in self.usual.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, value)
        settle(
            self,
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
            measure=MEASURE,
            sequence=SIZE.optional,
            dropout=real(0, below=1),
            clip=real(above=0).optional,
            network=NETWORK.optional,
            operations=OPERATIONS,
            skeleton=SKELETON.optional,
            checkpoint_minutes=real(above=0).optional,
            keep_weights=FLAG,
            deterministic=FLAG,
            decay_all=FLAG,
            ema=real(above=0, below=1).optional,
            patience=SIZE.optional,
            mix=MIX.optional,
            test_flip=FLAG,
            compile=FLAG.optional,
            cuda_graphs=FLAG.optional,
        )
        object.__setattr__(self, "operations", own_operations(self.operations))
        _check_suits(self)
        choose_device(self.device)
        check_own(self.operations, self.data, self.skeleton or small_plan(self.channels, 1))

    @property
    def usual(self) -> Mapping[str, Any]:
        """The defaults that depend on the data, by name."""
        text = isinstance(self.data, TextData)
        own = OF_TEXT if text else OF_PICTURES
        optimizer = own["optimizer"] if self.optimizer is None else self.optimizer
        rates = {name: optimizer.usual(text=text).get(name) for name in RATES}
        return {**own, **rates, "measure": self.measures[0]}

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All that is measured on the held-out part; the first of them is searched by default."""
        if isinstance(self.data, ImageData):
            return PICTURE_MEASURES
        return measures_of_text(self.data)

    @property
    def pictures(self) -> ImageData:
        """The data, which have to be pictures.

        Raises:
            SettingError: If they are text.
        """
        if not isinstance(self.data, ImageData):
            raise SettingError(
                f"expected a Trainer on pictures, such as digits(), got one on {self.data}; on "
                "text, train the seeds one by one with the Trainer itself"
            )
        return self.data

    def fingerprint(self) -> dict[str, str]:
        """Everything that changes results, by name; device and memory layout are not among it.

        Returns:
            The data set's name and hash and each setting as text, the same in every process.
        """
        usual = {**NEVER, **self.usual}
        names = [f.name for f in fields(self) if f.name not in (*_TOLD_OTHERWISE, *_NEVER_TOLD)]
        told = [n for n in names if n not in LATER or getattr(self, n) != usual[n]]
        settings = {name: _stable_repr(getattr(self, name)) for name in told}
        own = {} if self.network is None else {"network": source_of(self.network)}
        for operation in self.operations:
            own |= operation.fingerprint()
        return {"data": f"{self.data.name} {self.data.fingerprint}", **settings, **own}


def check_own(operations: Sequence[Operation], data: Any, skeleton: AnyPlan) -> None:  # noqa: ANN401
    """Check that a user's operations keep the shape of the images of all stages of a network.

    Args:
        operations: The operations; none is right, too.
        data: The data set; one without images has no use for them.
        skeleton: What the stages are of.

    Raises:
        SettingError: If two have one name, or one gives another shape; the message says both.
    """
    check_distinct(operations)
    if image_shape := getattr(data, "image_shape", None):
        check_fit(skeleton, operations, image_shape)


def check_skeleton(recipe: Any) -> None:  # noqa: ANN401
    """Check that a skeleton is given alone, and that the images are large enough for it.

    Args:
        recipe: What has `data`, a `skeleton` or `None`, `channels`, `cells`, and may have a
            `network` of a user's own.

    Raises:
        SettingError: If not; the message says what to leave out.
    """
    if recipe.skeleton is None:
        return
    if getattr(recipe, "network", None) is not None:
        raise SettingError(
            "expected a skeleton or a network of your own, which has none, got both: "
            f"skeleton={recipe.skeleton!r}; leave one of them out"
        )
    usual = {"channels": OF_PICTURES["channels"], "cells": 1}
    given = {name: getattr(recipe, name) for name in usual if getattr(recipe, name) != usual[name]}
    if given:
        said = ", ".join(f"{name}={value}" for name, value in given.items())
        raise SettingError(
            f"expected channels and cells to be those of the skeleton, got {said} and "
            f"skeleton={recipe.skeleton!r}; give them to the skeleton"
        )
    recipe.skeleton.shapes(recipe.data.image_shape)


def _check_suits(recipe: Recipe) -> None:
    """Check that settings and data go together."""
    pictures = isinstance(recipe.data, ImageData)
    read = "pictures" if pictures else "text"
    for name in OF_TEXT_ONLY if pictures else NOT_OF_TEXT:
        given = getattr(recipe, name)
        if given != NEVER[name]:
            raise SettingError(
                f"expected no {name} with {read}, which have no use for it, got "
                f"{name}={shown(given)}; leave it out"
            )
    if recipe.measure not in recipe.measures:
        allowed = ", ".join(measure.name for measure in recipe.measures)
        raise SettingError(
            f"expected measure to be one of {read}: {allowed}; got {recipe.measure.name!r}"
        )
    check_skeleton(recipe)
    if isinstance(recipe.data, TextData):
        whole(2, len(recipe.data.train) // 2)("batch_size", recipe.batch_size)
    elif recipe.mix is not None:
        check_mix(recipe.mix, recipe.data.image_shape, recipe.data.classes)


def _stable_repr(value: object) -> str:
    """The repr in one line and without addresses in memory; equal numbers give equal text."""
    if REAL.accepts(value):
        return f"{value:.12g}"
    return " ".join(re.sub(r" at 0x[0-9a-fA-F]+", "", full(value)).split())
