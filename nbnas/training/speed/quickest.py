"""The step of a training in the way that is chosen for it."""

import torch

from nbnas.graphs.architecture import Architecture
from nbnas.training.device import Place
from nbnas.training.recipe import Recipe
from nbnas.training.speed.compiled import CompiledStep
from nbnas.training.speed.cuda import capture_on
from nbnas.training.speed.graph import StepGraph
from nbnas.training.speed.step import Step
from nbnas.training.speed.way import COMPILED, GRAPH, way_of


def quickest(
    recipe: Recipe,
    architecture: Architecture,
    step: Step,
    place: Place,
    generator: torch.Generator,
    steps: int,
) -> Step | StepGraph | CompiledStep:
    """A step in the way that is chosen; see `nbnas.training.speed.way`.

    Args:
        recipe: The recipe.
        architecture: What is trained.
        step: The step as it is, which nothing was done with yet.
        place: Where it is computed.
        generator: Source of what is random in it.
        steps: How many the training has.
    """
    way = way_of(recipe, architecture, place, steps)
    if way.name == COMPILED:
        return CompiledStep(step, generator)
    capture = capture_on(place.device) if way.name == GRAPH else None
    return step if capture is None else StepGraph(step, capture, place.device)
