"""By which recipe `notebooks/search.ipynb` trains each kind of data: all such choices, and why.

Notation
    n    number of training pictures, or of tokens that are trained on
    p    pixels of a picture
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nbnas.notebook.data import Source
from nbnas.notebook.strategies import initial_for
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.text import TextData
from nbnas.training.device import choose_device
from nbnas.training.following.words import OPTIMIZERS as OPTIMIZERS
from nbnas.training.networks.darts.skeleton import DartsSkeleton, darts_skeleton
from nbnas.training.networks.skeleton.plan import small_plan
from nbnas.training.networks.skeleton.skeleton import (
    CellSkeleton,
    nas_bench_101_skeleton,
    nas_bench_201_skeleton,
)
from nbnas.training.optimizers.optimizer import Muon
from nbnas.training.optimizers.uncompiled import has_muon

CPU_SIDE, SIDE = 32, 64  # pixels: the most that is chosen for pictures of a folder
CPU_EFFORT, EFFORT = 1.2e7, 1.6e8  # pixels that are trained on: n · p · epochs
EPOCHS_OF_NAMED = 12  # on data that have a word
FEWEST, MOST = 4, 60  # epochs on pictures
FEW, MANY = 1000, 10_000  # training pictures
SMOOTHED = 0.1  # of the labels of few, which a network soon knows by heart
CPU_TOKENS, TOKENS = 1.5e6, 15e6  # tokens that are trained on: n · epochs
MULTIPLY_ADDS = 5_000_000  # of a network of layers, for one picture; a few seconds an epoch
INITIAL_OF_OWN = 5  # architectures before there is a model, on data without a word


@dataclass(frozen=True, slots=True)
class Choice:
    """One setting that was chosen.

    Attributes:
        what: What is set.
        chosen: To what.
        why: The reason, for a person.
    """

    what: str
    chosen: str
    why: str


def on_cpu(device: str) -> bool:
    """Whether trainings compute on the CPU."""
    return choose_device(device).type == "cpu"


def largest_side(device: str) -> int:
    """The most that is chosen for the side of a folder's pictures, in pixels."""
    return CPU_SIDE if on_cpu(device) else SIDE


def initial_of(source: Source | None, strategy: str) -> int:
    """How many architectures there are before a model.

    Args:
        source: Where the data are from; `None` where there are none.
        strategy: A word of `STRATEGIES`.
    """
    named = source is not None and source.path is None
    return initial_for(strategy) if named else INITIAL_OF_OWN


def settings_of(
    source: Source, data: ImageData | TextData, device: str, optimizer: str = ""
) -> dict[str, Any]:
    """The settings of a `Trainer`, all else being as it is by default.

    Args:
        source: Where the data are from.
        data: The data.
        device: Where trainings compute.
        optimizer: A word of `OPTIMIZERS`, or empty to choose.
    """
    settings = _by_sgd(source, data, device)
    pictures = source.path is not None and isinstance(data, ImageData)
    few = pictures and len(data.train[1]) < FEW  # so that steps are dear
    word = optimizer or ("muon" if few and has_muon() else "")
    if word and word != "sgd":
        settings.pop("learning_rate", None)  # what is usual with the other
    if few and word == "muon":
        settings["label_smoothing"] = SMOOTHED
    return settings | ({"optimizer": OPTIMIZERS[word]()} if word else {})


def _by_sgd(source: Source, data: ImageData | TextData, device: str) -> dict[str, Any]:
    if source.word == "cifar10":
        return {"epochs": EPOCHS_OF_NAMED, **_LARGE, "augment": CropAndFlip(), "threads": None}
    if source.path is None:
        return {"epochs": EPOCHS_OF_NAMED}
    if isinstance(data, TextData):
        return {"epochs": _epochs_of_text(len(data.train), device)}
    return _of_pictures(data, device)


SKELETONS: Mapping[str, Callable[[], CellSkeleton | DartsSkeleton]] = {
    "nas-bench-201": nas_bench_201_skeleton,
    "nas-bench-101": nas_bench_101_skeleton,
    "darts": darts_skeleton,
}
"""The words of the skeletons that cells can be put into."""


def in_skeleton(settings: Mapping[str, Any], word: str) -> dict[str, Any]:
    """Settings of a `Trainer` with a skeleton in place of channels and cells.

    Args:
        settings: The settings.
        word: One of `SKELETONS`, or empty for the settings as they are.
    """
    if not word:
        return dict(settings)
    others = {name: value for name, value in settings.items() if name not in ("channels", "cells")}
    return others | {"skeleton": SKELETONS[word]()}


_LARGE: Mapping[str, Any] = {"batch_size": 256, "channels": 16, "cells": 2}


def _of_pictures(data: ImageData, device: str) -> dict[str, Any]:
    """For pictures of one's own."""
    n, (colors, height, width) = len(data.train[1]), data.image_shape
    least = min(height, width)
    effort = CPU_EFFORT if on_cpu(device) else EFFORT
    epochs = min(max(round(effort / (n * height * width)), FEWEST), MOST)
    augment = CropAndFlip(max(least // 8, 1)) if colors == 3 else None
    large = not on_cpu(device) and n >= MANY
    small: dict[str, Any] = {"channels": 16, "batch_size": 64 if n >= 5000 else 32}
    if n < FEW:  # more steps, each a smaller one
        small = {"channels": 8, "batch_size": 16, "learning_rate": 0.1}
    settings = {"epochs": epochs, "augment": augment, "threads": None}
    return settings | dict(_LARGE if large else small)


def _epochs_of_text(n: int, device: str) -> int:
    tokens = CPU_TOKENS if on_cpu(device) else TOKENS
    return min(max(round(tokens / n), 1), 20)


def choices(trainer: Any, source: Source, device: str) -> tuple[Choice, ...]:  # noqa: ANN401
    """What is said of a recipe: its settings as they are, each with its reason.

    Args:
        trainer: The trainer.
        source: Where the data are from.
        device: Where trainings compute.
    """
    data = trainer.data
    told = _of_text_said(trainer) if isinstance(data, TextData) else _of_pictures_said(trainer)
    if source.path is None:
        kept = "as it always was for these data, so that searches can be compared"
        told = tuple(Choice(one.what, one.chosen, kept) for one in told)
    if source.folder:
        side = "×".join(map(str, data.image_shape[1:]))  # noqa: RUF001
        why = f"at most {largest_side(device)} pixels, which train quickly here; -p size 96 for 96"
        told = (Choice("pictures", side, why), _chosen_by(data), *told)
    where = "GPUs train more in the same time" if on_cpu(device) else "a GPU, which trains more"
    return (*told, Choice("device", str(choose_device(device)), where))


def _chosen_by(data: ImageData) -> Choice:
    """How many pictures architectures are compared on."""
    held_out, trained = len(data.val[1]), len(data.train[1])
    why = "of few pictures many, as an accuracy on few says little; -p validation 0.2 for a fifth"
    if held_out <= trained / 2:
        why = "the folder's own, or a fifth; -p validation 0.3 for more where it has none"
    return Choice("validation part", f"{held_out:,} pictures", why)


def _of_pictures_said(trainer: Any) -> tuple[Choice, ...]:  # noqa: ANN401
    why = (
        f"many for few pictures, {FEWEST} to {MOST}, so that a training of a cell takes about "
        "half a minute on one core; -p epochs 50 for 50"
    )
    turned = trainer.augment is None
    smoothed = f"{trainer.label_smoothing:g}", "few labels are soon known by heart"
    return (
        Choice("epochs", str(trainer.epochs), why),
        Choice("optimiser", *_optimizer_said(trainer)),
        Choice("learning rate", _rate(trainer), "up and down again in one cycle, quick to learn"),
        *([Choice("label smoothing", *smoothed)] if trainer.label_smoothing else []),
        Choice("batch", str(trainer.batch_size), "smaller for few pictures: more steps"),
        Choice(
            "augmentation",
            "none" if turned else repr(trainer.augment),
            "gray pictures may be characters, which must not be mirrored"
            if turned
            else "photographs, shifted and mirrored, show the same",
        ),
        Choice("network of cells", *_cells_said(trainer)),
        Choice("measure", trainer.measure.name, "what the search improves; see -p measure"),
    )


def _optimizer_said(trainer: Any) -> tuple[str, str]:  # noqa: ANN401
    """By what steps are made, and why."""
    why = "the usual one; -p optimizer muon or adamw for another"
    if isinstance(trainer.optimizer, Muon):
        why = "learns more from few pictures in as many steps; -p optimizer sgd for the usual one"
    return repr(trainer.optimizer), why


def _cells_said(trainer: Any) -> tuple[str, str]:  # noqa: ANN401
    """How many cells of how many channels a network has, and why."""
    asked = "the skeleton that was asked for; without it networks are smaller and train sooner"
    plan = trainer.skeleton or small_plan(trainer.channels, trainer.cells)
    if isinstance(plan, DartsSkeleton):
        return f"{plan.cells} cells, the first ones of {plan.channels} channels", asked
    *widths, last = map(str, plan.widths)
    cells = f"{plan.stages} × {plan.cells} cells"  # noqa: RUF001
    channels = f"{', '.join(widths)} and {last}" if widths else last
    why = "wider for more pictures; networks of layers have sizes of their own"
    if trainer.skeleton is not None:
        why = asked
    return f"{cells}, {channels} channels", why


def _of_text_said(trainer: Any) -> tuple[Choice, ...]:  # noqa: ANN401
    layers = f"{trainer.cells} layer{'s' * (trainer.cells != 1)} of {trainer.channels}"
    return (
        Choice("epochs", str(trainer.epochs), "fewer for long texts; -p epochs 10 for 10"),
        Choice("learning rate", _rate(trainer), "AdamW's, up and down again in one cycle"),
        Choice(
            "batch",
            f"{trainer.batch_size} texts side by side, {trainer.sequence} tokens at once",
            "gradients flow back through so many tokens",
        ),
        Choice("clipping", f"norm {trainer.clip}", "as is usual for recurrent networks"),
        Choice("network", layers, "small enough to train many"),
        Choice("measure", trainer.measure.name, "what the search improves; see -p measure"),
    )


def _rate(trainer: Any) -> str:  # noqa: ANN401
    return f"{trainer.learning_rate:g}, {trainer.schedule!r}"
