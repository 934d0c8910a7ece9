"""From a recipe and an architecture to what is chosen for the speed of the training."""

from collections.abc import Iterator

import psutil
import torch

from nbnas.brief import cut
from nbnas.graphs.architecture import Architecture
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.image_data import ImageData
from nbnas.training.device import Place, choose_place
from nbnas.training.losses import ELSEWHERE, TOGETHER
from nbnas.training.measure import EVALUATION_BATCH
from nbnas.training.optimizers.optimizer import SGD, AdamW
from nbnas.training.recipe import Recipe
from nbnas.training.speed.explanation import SpeedChoice, SpeedExplanation
from nbnas.training.speed.way import multiply_adds_of, way_of
from nbnas.training.tasks.of_recipe import steps_of
from nbnas.training.tasks.pictures import PictureTask

# Multiply-adds of a step's forward pass from which several threads are worth it. Digits have
# 10 million by default, 16 cores are 1.5 times as quick; 3×32×32 has 176 million, 4.9 times.
OF_THREADS = 50_000_000
_WIDTHS = {torch.float32: "float32", torch.bfloat16: "bfloat16", torch.float16: "float16"}


def explain(recipe: Recipe, architecture: Architecture) -> SpeedExplanation:
    """What is chosen for the speed of a training; nothing is trained, and no weight is made.

    Args:
        recipe: The recipe.
        architecture: What would be trained.
    """
    place = choose_place(recipe.device, recipe.mixed_precision, recipe.channels_last)
    batches = steps_of(recipe)
    way = way_of(recipe, architecture, place, batches * recipe.epochs)
    steps = SpeedChoice("steps", way.name, way.why, way.quicker)
    choices = (steps, *_others(recipe, architecture, place, batches))
    return SpeedExplanation(architecture, str(place.device), choices)


def _others(
    recipe: Recipe, architecture: Architecture, place: Place, batches: int
) -> Iterator[SpeedChoice]:
    """All but how steps are computed."""
    kind = place.device.type
    yield _precision(recipe, place, kind)
    if isinstance(recipe.data, ImageData):
        yield _layout(place, kind)
    yield _threads(recipe, architecture, kind)
    yield _optimizer(recipe, kind)
    if isinstance(recipe.data, ImageData):
        yield _pictures(recipe, place, batches)
        several = f"{EVALUATION_BATCH} pictures at a time"
        yield SpeedChoice("held-out part", several, "without gradients that takes little memory")
    yield _copies(kind)


def _precision(recipe: Recipe, place: Place, kind: str) -> SpeedChoice:
    chosen = _WIDTHS[place.precision]
    if place.precision != torch.float32:
        return SpeedChoice("precision", chosen, "where that is safe, by autocast")
    if kind == "cuda":
        return SpeedChoice("precision", chosen, "as asked for", "mixed_precision=None")
    asked = "as asked for" if recipe.mixed_precision is False else "mixing helps on CUDA"
    return SpeedChoice("precision", chosen, asked)


def _layout(place: Place, kind: str) -> SpeedChoice:
    if place.layout == torch.channels_last:
        return SpeedChoice("layout", "channels last", "convolutions are quicker so")
    quicker = "channels_last=None" if kind in ("cpu", "cuda") else ""
    return SpeedChoice("layout", "channels first", "as asked for, or usual on MPS", quicker)


def _threads(recipe: Recipe, architecture: Architecture, kind: str) -> SpeedChoice:
    """The rule of threads; it recommends only, as results depend on their number."""
    chosen = "torch's own number" if recipe.threads is None else f"{recipe.threads}"
    if kind != "cpu":
        return SpeedChoice("threads", chosen, f"the computer only sends the work to {kind}")
    multiply_adds, cores = multiply_adds_of(recipe, architecture), psutil.cpu_count(False) or 1
    if multiply_adds is None:
        return SpeedChoice("threads", chosen, "how large a step is is not known before it is made")
    work = multiply_adds * recipe.batch_size
    said = f"a step has {work / 1e6:,.3g} million multiply-adds"
    if work < OF_THREADS:
        quicker = "" if recipe.threads == 1 else "threads=1, most often"
        return SpeedChoice("threads", chosen, f"{said}, few enough for one", quicker)
    if recipe.threads == 1 and cores > 1:
        quicker = f"threads={cores} for a training alone; the last digits of its numbers change"
        return SpeedChoice("threads", chosen, f"{said}, enough for several", quicker)
    return SpeedChoice("threads", chosen, said)


def _optimizer(recipe: Recipe, kind: str) -> SpeedChoice:
    name = type(recipe.optimizer).__name__
    if not isinstance(recipe.optimizer, SGD | AdamW):
        return SpeedChoice("optimiser", name, "weight by weight", "SGD() or AdamW(), by the step")
    if kind in ("cpu", "cuda"):
        return SpeedChoice("optimiser", f"{name}, fused", "one operation for all weights")
    return SpeedChoice("optimiser", name, f"not fused on {kind}")


def _pictures(recipe: Recipe, place: Place, batches: int) -> SpeedChoice:
    """Where pictures are made ready, and how many at once."""
    augment, device, name = recipe.augment, place.device, "pictures"
    task = PictureTask(recipe.pictures, recipe, place, torch.Generator())
    at_once = task.batches_at_once(batches)
    if not isinstance(augment, CropAndFlip | None):
        why = f"{cut(type(augment).__name__, 40)} takes one picture; on {device}"
        return SpeedChoice(name, "one by one", why, "augment=CropAndFlip(), a batch at once")
    made = "chosen" if augment is None else "chosen and augmented"
    if at_once > 1:
        share = "all of an epoch" if at_once == batches else f"{at_once} of {batches} batches"
        return SpeedChoice(name, f"{share} at once", f"{made} on {device}, in its free memory")
    if device.type == "cpu":
        return SpeedChoice(name, "a batch at once", f"{made} on the CPU, in its cache")
    room = "the memory has no room for more"
    why = "mix draws for each batch" if recipe.mix is not None else room
    return SpeedChoice(name, "a batch at once", f"{made} on {device}; {why}")


def _copies(kind: str) -> SpeedChoice:
    name = "copied back"
    if kind == "cpu":
        return SpeedChoice(name, "nothing", "the CPU has the numbers where they are needed")
    looks = TOGETHER * ELSEWHERE
    why = f"sums stay on the device; losses are looked at then, or each {looks:,} steps"
    return SpeedChoice(name, "once an epoch", why)
