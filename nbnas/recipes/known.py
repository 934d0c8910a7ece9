"""The recipes that have a name.

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020, table 1 (`nas_bench_201`). There, what comes into a
    shifted picture from beyond its edge is black; here it is the mean colour.
"""

from nbnas.recipes.named import NamedRecipe, Setting
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.image_data import ImageData
from nbnas.training.networks.skeleton.skeleton import CellSkeleton, nas_bench_201_skeleton
from nbnas.training.optimizers.optimizer import SGD, Muon, Optimizer
from nbnas.training.optimizers.uncompiled import has_muon
from nbnas.training.schedule import Cosine

COLORS = 3  # channels of a photograph


def is_photographs(data: ImageData) -> bool:
    """Whether pictures have colours: then their mirror images show the same."""
    return data.image_shape[0] == COLORS


def moved(data: ImageData) -> CropAndFlip | None:
    """Of photographs a shift by a sixteenth of a side at most, and mirror images.

    Shifts of pictures as small as digits of 8×8 cost accuracy, and gray ones may be characters.
    """
    if not is_photographs(data):
        return None
    return CropAndFlip(max(min(data.image_shape[1:]) // 16, 1))


def best_optimizer(_: ImageData) -> Optimizer:
    """Muon, or where the installed torch has none, the default."""
    return Muon() if has_muon() else SGD()


def published_skeleton(_: ImageData) -> CellSkeleton:
    """The skeleton of NAS-Bench-201, whatever the pictures."""
    return nas_bench_201_skeleton()


quick = NamedRecipe(
    "quick",
    "For a first look, in half the time: while a space or a network is being tried out.",
    (
        Setting("epochs", 4, "a third of the default"),
        Setting("batch_size", 32, "twice the steps, which few epochs need"),
    ),
)
strong = NamedRecipe(
    "strong",
    "For accuracy that counts: to train what was found, or to search where a training may take "
    "three times as long.",
    (
        Setting("epochs", 24, "twice the default"),
        Setting(
            "optimizer",
            "Muon(), where torch has it",
            "more is learnt in as many steps",
            of=best_optimizer,
        ),
        Setting("batch_size", 32, "twice the steps"),
        Setting(
            "augment", "photographs shifted, mirrored", "more pictures than there are", of=moved
        ),
        Setting("test_flip", "of photographs", "two looks at each picture", of=is_photographs),
    ),
)
nas_bench_201 = NamedRecipe(
    "nas_bench_201",
    "For figures to put beside NAS-Bench-201: 200 epochs of its networks by its published recipe.",
    (
        Setting("epochs", 200, "as published"),
        Setting(
            "skeleton",
            "nas_bench_201_skeleton()",
            "as published; skeleton=None for a network of your own",
            of=published_skeleton,
        ),
        Setting("batch_size", 256, "as published"),
        Setting("learning_rate", 0.1, "as published"),
        Setting("schedule", Cosine(), "as published, down to 0 without a warm-up"),
        Setting("weight_decay", 5e-4, "as published, of all weights"),
        Setting("augment", CropAndFlip(4), "as published: shifts of 4 pixels, half mirrored"),
    ),
)
known = (quick, strong, nas_bench_201)
