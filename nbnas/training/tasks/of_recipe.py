"""What a recipe's training is about, and how many steps it has."""

import torch

from nbnas.training.data.text import TextData
from nbnas.training.device import Place
from nbnas.training.recipe import Recipe
from nbnas.training.tasks.pictures import PictureTask
from nbnas.training.tasks.task import Task
from nbnas.training.tasks.text import TextTask


def task_of(trainer: Recipe, place: Place, generator: torch.Generator) -> Task:
    """What a recipe's training is about: pictures or text, as its data are.

    Args:
        trainer: The recipe.
        place: Where the network computes.
        generator: Source of all that is random in batches and in what is dropped.
    """
    if isinstance(trainer.data, TextData):
        return TextTask(trainer.data, trainer, place, generator)
    return PictureTask(trainer.data, trainer, place, generator)


def steps_of(recipe: Recipe) -> int:
    """How many steps an epoch of a recipe has."""
    task = task_of(recipe, Place(), torch.Generator())
    return task.batches_of(task.parts(final=False)[0])
