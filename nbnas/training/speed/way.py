"""The rule by which the steps of a training are computed, each with its reason.

Notation
    work   floating-point operations of a training: two for a multiply-add, once forward and twice
           backward, for each picture in each epoch
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from nbnas.graphs.architecture import Architecture
from nbnas.training.data.text import TextData
from nbnas.training.device import Place
from nbnas.training.networks.size import Setting, network_size
from nbnas.training.optimizers.optimizer import SGD, AdamW
from nbnas.training.recipe import Recipe

EAGER, GRAPH, COMPILED = "eager", "CUDA graph", "compiled"
FEWEST = 50  # steps of a training for which recording, about as long as ten of them, is worth it
COMPILED_FROM = 1e16  # of work: on a GPU some ten minutes, of which compiling takes about one
UNKNOWN = 0.0  # work that nobody has counted


@dataclass(frozen=True, slots=True)
class Way:
    """How steps are computed.

    Attributes:
        name: "eager", "CUDA graph" or "compiled".
        why: The reason.
        quicker: What it would take for a quicker way; empty where none is known.
    """

    name: str
    why: str
    quicker: str = ""


def way_of(recipe: Recipe, architecture: Architecture, place: Place, steps: int) -> Way:
    """How the steps of a recipe's training are computed.

    Args:
        recipe: The recipe.
        architecture: What is trained.
        place: Where it computes.
        steps: How many steps the training has.
    """
    if recipe.compile:
        return Way(COMPILED, "compile=True asks for it; if torch cannot, it says so and goes on")
    if _may_compile(recipe, place) and (work := work_of(recipe, architecture)) >= COMPILED_FROM:
        why = f"{work:.1g} operations on a GPU are worth the minute that compiling takes"
        return Way(COMPILED, f"{why} (a rule that nobody has measured)")
    if place.device.type != "cuda":
        why = f"CUDA graphs need CUDA, and this is {place.device.type}"
        return Way(EAGER, why, "a CUDA device")
    for why, quicker in _against_graphs(recipe, place, steps):
        return Way(EAGER, why, quicker)
    return Way(GRAPH, "small steps cost more to send to the GPU one by one than to compute")


def multiply_adds_of(recipe: Recipe, architecture: Architecture) -> int | None:
    """The multiply-adds of a network for one picture, told before it is made.

    Args:
        recipe: The recipe.
        architecture: What is trained.

    Returns:
        The count; `None` of text, and of a network or operation of the user's own.
    """
    if isinstance(recipe.data, TextData) or recipe.network is not None or recipe.operations:
        return None
    shape, classes = recipe.data.image_shape, recipe.data.classes
    if recipe.skeleton is not None:
        size = recipe.skeleton.size(architecture, image_shape=shape, classes=classes)
        return int(size.multiply_adds)
    setting = Setting(shape, classes, recipe.channels, recipe.cells)
    return network_size(architecture, setting).multiply_adds


def work_of(recipe: Recipe, architecture: Architecture) -> float:
    """How much a training computes; 0 where that is not known before its network is made."""
    multiply_adds = multiply_adds_of(recipe, architecture)
    if multiply_adds is None:
        return UNKNOWN
    return 6.0 * multiply_adds * len(recipe.pictures.train[1]) * recipe.epochs


def _may_compile(recipe: Recipe, place: Place) -> bool:
    """Whether the rule is asked about compiling."""
    asked = recipe.compile is None and recipe.cuda_graphs is not True
    return asked and place.device.type == "cuda" and not recipe.deterministic


def _against_graphs(recipe: Recipe, place: Place, steps: int) -> Iterator[tuple[str, str]]:
    """Why steps are not recorded, and what would help; nothing where they are."""
    own = recipe.network is not None or bool(recipe.operations)
    if recipe.cuda_graphs is False:
        yield "cuda_graphs=False asks for it", "cuda_graphs=None"
    if isinstance(recipe.data, TextData):
        yield "hidden states and masks of text go from step to step through the computer", ""
    if recipe.deterministic:
        yield "nobody has tried deterministic=True with recorded steps", "deterministic=False"
    if recipe.mix is not None:
        yield "mix draws for each batch on the CPU", "no mix; augment=CropAndFlip() is recorded"
    if not isinstance(recipe.optimizer, SGD | AdamW):
        name = type(recipe.optimizer).__name__
        yield f"{name} reads its learning rate on the CPU in each step", "SGD() or AdamW()"
    if place.precision == torch.float16:
        yield "float16 needs its loss scaled, about which the computer decides", "a newer GPU"
    if own and recipe.cuda_graphs is None:
        yield (
            "a network or operation of your own may do other things in each step, a recording not",
            "cuda_graphs=True, if yours never looks at a value on the device or counts its calls",
        )
    if steps < FEWEST and recipe.cuda_graphs is None:
        yield f"{steps} steps are too few to be worth recording", f"{FEWEST} steps or more"
