"""How large the network of a genotype is, told part by part without making its weights.

An operation has the same size wherever it is: so each is counted once, on torch's meta device,
where tensors have shapes and no numbers.
"""

import functools
from collections.abc import Iterator

import torch
from torch import nn

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.darts.genotype import Cell, live_inputs
from nbnas.graphs.spaces.darts.graph import genotype_of
from nbnas.training.draws import drawing
from nbnas.training.networks.cell import NONE_OWN
from nbnas.training.networks.darts.build import stem_of
from nbnas.training.networks.darts.cell import stride_of
from nbnas.training.networks.darts.operations import (
    OPERATIONS,
    FactorizedReduce,
    operation_of,
    pointwise,
)
from nbnas.training.networks.darts.plan import STEM, CellPlan, DartsPlan
from nbnas.training.networks.multiply_adds import Size
from nbnas.training.networks.own import Builds
from nbnas.training.networks.skeleton.counts import measured, total
from nbnas.training.networks.skeleton.plan import Shape


def darts_size(
    plan: DartsPlan,
    architecture: Architecture,
    image_shape: Shape,
    classes: int,
    own: Builds = NONE_OWN,
) -> Size:
    """Count the weights and multiply-adds of the network of a genotype.

    Args:
        plan: Which cells there are.
        architecture: A genotype.
        image_shape: `(C, H, W)` of the images.
        classes: Number of classes.
        own: The operations of a user's own, by their names.

    Returns:
        The same counts as those of the network that `build.DartsNetwork` makes, the additions of
        the classifier's bias among the multiply-adds.
    """
    genotype = genotype_of(architecture)
    sizes = [frame_size(plan, image_shape, classes)]
    for each in plan.planned(image_shape):
        sizes += _cell_sizes(genotype.reduce if each.reduction else genotype.normal, each, own)
    return total(sizes)


@functools.lru_cache(maxsize=256)
def frame_size(plan: DartsPlan, image_shape: Shape, classes: int) -> Size:
    """The size of all that is in no cell: stem and classifier."""
    width = STEM * plan.channels
    with torch.device("meta"):
        stem = measured(stem_of(image_shape[0], width), image_shape)
    *_, last = plan.planned(image_shape)
    features = last.result[0]
    weights = features * classes + classes  # as many multiply-adds, the bias's additions with them
    return total((stem, Size(weights, weights)))


def _cell_sizes(cell: Cell, plan: CellPlan, own: Builds) -> Iterator[Size]:
    """The sizes of what a cell is made of."""
    live = live_inputs(cell)
    read = {source for some in live.values() for _, source in some}
    height, width = plan.shape[1:]
    for source in {0, 1} & read:
        twice = 1 + (plan.after_reduction and source == 0)
        shape = (plan.widths[source], twice * height, twice * width)
        yield _brought_size(twice == 2, plan.channels, shape)
    for some in live.values():
        for word, source in some:
            strided = stride_of(source, reduction=plan.reduction)
            sides = plan.shape[1:] if source < 2 else plan.result[1:]
            shape = (plan.channels, sides[0], sides[1])
            if word in own:
                yield _own_size(word, strided, shape, own)
            else:
                yield _operation_size(word, strided, shape)


@functools.lru_cache(maxsize=1024)
def _brought_size(halved: bool, channels: int, shape: Shape) -> Size:
    with torch.device("meta"):
        make = FactorizedReduce if halved else pointwise
        return measured(make(shape[0], channels), shape)


@functools.lru_cache(maxsize=4096)
def _operation_size(word: str, stride: int, shape: Shape) -> Size:
    with torch.device("meta"):
        module: nn.Module = OPERATIONS[word](shape[0], stride)
        return measured(module, shape)


def _own_size(word: str, stride: int, shape: Shape, own: Builds) -> Size:
    """The size of a user's operation, whose code may need real numbers."""
    with drawing(torch.Generator().manual_seed(0)):
        return measured(operation_of(word, shape[0], stride, own), shape)
