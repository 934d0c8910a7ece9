"""The settings of a recipe that are objects, by the words that stand for them in a text.

A `Categorical` has words in their place: `optimizer=Categorical("sgd", "adamw")`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from nbnas.errors import SettingError, shown
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.image_data import ImageData
from nbnas.training.optimizers.optimizer import SGD, AdamW, Muon, Optimizer
from nbnas.training.schedule import Cosine, LinearDecay, OneCycle, Schedule, Warmup

NONE = "none"
OPTIMIZERS: Mapping[str, Callable[[], Optimizer]] = {"sgd": SGD, "adamw": AdamW, "muon": Muon}
"""The words of the optimisers."""
SCHEDULES: Mapping[str, Callable[[], Schedule]] = {
    "one_cycle": OneCycle,
    "cosine": Cosine,
    "linear": LinearDecay,
    "warmup": Warmup,
}
"""The words of the schedules; "warmup" goes up and then down by a cosine."""


def _crop(data: ImageData, **others: Any) -> CropAndFlip:  # noqa: ANN401
    return CropAndFlip(max(min(data.image_shape[1:]) // 8, 1), **others)


AUGMENTS: Mapping[str, Callable[[ImageData], CropAndFlip | None]] = {
    NONE: lambda data: None,
    "crop": lambda data: _crop(data, flip=False),
    "crop_and_flip": _crop,
    "cutout": lambda data: _crop(data, cutout=min(data.image_shape[1:]) // 2),
}
"""The words of augmentations: shifts by an eighth of a picture, mirrored, with half a side out."""
MIXES: Mapping[str, Callable[[ImageData], Any]] = {
    NONE: lambda data: None,
    "mixup": lambda data: _mixing("MixUp", data.classes),
    "cutmix": lambda data: _mixing("CutMix", data.classes),
}
"""The words of what mixes the images of a batch."""
WORDS: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "augment": AUGMENTS,
    "mix": MIXES,
}
"""The settings that have words, and these."""


def object_of(recipe: Any, name: str, word: object) -> Any:  # noqa: ANN401
    """What a word stands for.

    Args:
        recipe: The recipe; of its own kind of optimiser or schedule it keeps its own.
        name: The setting, one of `WORDS`.
        word: The word.

    Raises:
        SettingError: If there is no such word; the message says which there are.
    """
    words = WORDS[name]
    if not isinstance(word, str) or word not in words:
        raise SettingError(
            f"expected {name} to be one of the words {', '.join(words)}, got {name}={shown(word)}"
        )
    if words is AUGMENTS or words is MIXES:
        return words[word](recipe.data)
    own = getattr(recipe, name)
    return own if type(own) is words[word] else words[word]()


def _mixing(name: str, classes: int) -> Any:  # noqa: ANN401
    from torchvision.transforms import v2  # brings torch's compiler, which takes seconds

    return getattr(v2, name)(num_classes=classes)
