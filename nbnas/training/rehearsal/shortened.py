"""A recipe on so few of its data that an epoch has few steps; each step is as it would be."""

from dataclasses import replace
from typing import TypeVar

from nbnas.training.data.image_data import ImageData
from nbnas.training.data.text import TextData
from nbnas.training.lengths import alone
from nbnas.training.recipe import Recipe

R = TypeVar("R", bound=Recipe)
CALM = 1e-3  # times the learning rate: a step takes as long, and nothing diverges
FEWEST = 2  # pictures or tokens that a part needs


def shortened(recipe: R, steps: int, epochs: int) -> R:
    """The recipe for so few steps an epoch, with next to nothing held out, and no files.

    Args:
        recipe: A recipe of whichever class.
        steps: How many; as many as there are, where those are fewer.
        epochs: Number of epochs.
    """
    data = recipe.data
    few: ImageData | TextData
    if isinstance(data, TextData):
        few = _text(data, recipe, steps)
    else:
        few = _images(data, recipe, steps)
    slow = CALM * recipe.learning_rate
    short = replace(alone(recipe, epochs), data=few, patience=None, learning_rate=slow)
    return replace(short, checkpoint_minutes=None, keep_weights=False)


def held_out_share(recipe: Recipe) -> float:
    """How much is held out for each picture or token that is trained on."""
    data = recipe.data
    if isinstance(data, TextData):
        return len(data.val) / len(data.train)
    return len(data.val[1]) / len(data.train[1])


def _images(data: ImageData, recipe: Recipe, steps: int) -> ImageData:
    images, labels = data.train
    count = max(FEWEST, steps * recipe.batch_size)
    val, test = ((part[0][:FEWEST], part[1][:FEWEST]) for part in (data.val, data.test))
    return replace(data, train=(images[:count], labels[:count]), val=val, test=test)


def _text(data: TextData, recipe: Recipe, steps: int) -> TextData:
    streams = recipe.batch_size
    count = max(streams * (recipe.sequence or 1) * steps + 1, FEWEST * streams)
    return replace(data, train=data.train[:count], val=data.val[:FEWEST], test=data.test[:FEWEST])
