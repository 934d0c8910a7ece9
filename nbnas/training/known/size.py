"""The size of the network that a recipe trains, told without making its weights where that can be.

network                            counted
cells, a user's operations too     part by part, each kind of part once; quick
a whole network, a language model  on torch's meta device
a user's own                       on the network itself, which is made as for a training
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from nbnas.brief import brief
from nbnas.errors import TrainingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.records import MULTIPLY_ADDS, PARAMETERS, Measure, MeasuredBy
from nbnas.records.measure import MEASURE
from nbnas.training.data.text import TextData
from nbnas.training.device import CPU, Place
from nbnas.training.draws import Draws
from nbnas.training.following.follow import following
from nbnas.training.networks.multiply_adds import Size, count_parameters
from nbnas.training.networks.network import IMAGE, check_operations, check_suits
from nbnas.training.networks.own import builds_of
from nbnas.training.networks.planned import plan_for, size_by_plan
from nbnas.training.networks.size import Setting, network_size
from nbnas.training.recipe import Recipe
from nbnas.training.run import network_of
from nbnas.training.tasks.of_recipe import task_of
from nbnas.training.tasks.reading import check_reads
from nbnas.undisturbed import undisturbed


@dataclass(frozen=True, slots=True, repr=False)
class SizeOf:
    """A function that tells one of the counts of the network of each architecture.

    Attributes:
        recipe: The recipe of its training.
        count: "parameters" or "multiply_adds".
        trained: What is trained in an architecture's place; `None` for itself.
    """

    recipe: Recipe
    count: str
    trained: Callable[[Architecture], Architecture] | None = None

    @brief
    def __repr__(self) -> str:
        return f"{self.count} of {self.recipe.data.name}'s networks"

    def __call__(self, architecture: Architecture) -> float:
        """The count; NaN, with a warning, where a network of the user's own cannot be built.

        Raises:
            ArchitectureError: If the architecture cannot be trained on these data.
            SettingError: If the recipe does not have its settings.
        """
        recipe = following(self.recipe, ARCHITECTURE("architecture", architecture))
        trained = architecture if self.trained is None else self.trained(architecture.bare)
        try:
            return float(getattr(size_of(recipe, trained), self.count))
        except TrainingError as error:
            warnings.warn(f"nobody can tell its {self.count}: {error}", stacklevel=2)
            return math.nan

    def fingerprint(self) -> dict[str, str]:
        """What a study remembers of it: the recipe is remembered anyway."""
        return {"function": f"{self.count} of the trainer's network"}


def known_size(
    recipe: Recipe,
    measure: Measure,
    trained: Callable[[Architecture], Architecture] | None = None,
) -> MeasuredBy | None:
    """What tells a count without training; `None` if the measure is none of a network's counts.

    Args:
        recipe: The recipe of the trainings.
        measure: `PARAMETERS` or `MULTIPLY_ADDS`.
        trained: What is trained in an architecture's place; `None` for itself.
    """
    if MEASURE("measure", measure) not in (PARAMETERS, MULTIPLY_ADDS):
        return None
    return MeasuredBy(SizeOf(recipe, measure.name, trained), measure)


def size_of(recipe: Recipe, architecture: Architecture) -> Size:
    """The number of weights and of multiply-adds of an architecture's network.

    Args:
        recipe: The recipe.
        architecture: What would be trained.

    Returns:
        The counts, which the evaluation of its training has, too.

    Raises:
        ArchitectureError: If it cannot be trained on these data.
        TrainingError: If a network of the user's own cannot be built; the message says the line.
    """
    check_trained(recipe, architecture)
    if recipe.network is not None:
        return _built(recipe, architecture)
    data = recipe.data
    if isinstance(data, TextData):
        return network_size(architecture, _setting(recipe, (1, 1, 1)))
    if architecture.nodes[0] == IMAGE:
        return network_size(architecture, _setting(recipe, data.image_shape))
    plan = recipe.skeleton or plan_for(architecture, recipe.channels, recipe.cells)
    own = builds_of(recipe.operations, architecture)
    size = size_by_plan(plan, architecture, data.image_shape, data.classes, own)
    if recipe.skeleton is not None:
        return size
    # The small network ends in a plain layer, of which the biases' additions do not count.
    return Size(size.parameters, size.multiply_adds - data.classes)


def check_trained(recipe: Recipe, architecture: Architecture) -> None:
    """Check that an architecture can be trained by a recipe.

    Raises:
        ArchitectureError: If not.
    """
    ARCHITECTURE("architecture", architecture)
    if recipe.network is None:
        check_operations(architecture, recipe.operations)
        check_reads(recipe.data, architecture)
        if recipe.skeleton is not None:
            check_suits(architecture, recipe.skeleton)


def _setting(recipe: Recipe, shape: tuple[int, int, int]) -> Setting:
    return Setting(shape, recipe.data.classes, recipe.channels, recipe.cells)


def _built(recipe: Recipe, architecture: Architecture) -> Size:
    """The counts of a network that is made, and let go."""
    generator = torch.Generator().manual_seed(0)
    with undisturbed(dtype=False), Draws(0).within(CPU):
        network: Any = network_of(recipe, architecture, generator)
        multiply_adds = task_of(recipe, Place(), generator).multiply_adds(network)
    return Size(count_parameters(network), int(multiply_adds))
