"""How large the network of a skeleton is, told part by part without making its weights.

Cells of one stage are equal, and an operation on an edge has the same size wherever it is: so
each is counted once, on torch's meta device, where tensors have shapes and no numbers.

Notation
    shape   `(C, H, W)` of what a part is given
"""

import functools
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import nn

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.training.draws import drawing
from nbnas.training.networks.cell import OPERATIONS, built_edges
from nbnas.training.networks.multiply_adds import (
    Classifier,
    Size,
    count_multiply_adds,
    count_parameters,
)
from nbnas.training.networks.own import Builds, Own
from nbnas.training.networks.skeleton.build import build_cell, inputs_of, is_split
from nbnas.training.networks.skeleton.parts import head_of, reduction_of, stem_of
from nbnas.training.networks.skeleton.plan import Plan, Shape

_META = torch.device("meta")


def planned_size(
    plan: Plan, architecture: Architecture, image_shape: Shape, classes: int, own: Builds
) -> Size:
    """Count the weights and multiply-adds of a network of cells.

    Args:
        plan: The skeleton.
        architecture: A cell for images whose operations are known.
        image_shape: `(C, H, W)` of the images.
        classes: Number of classes.
        own: The operations of a user's own, by their names.

    Returns:
        The same counts as those of the network that `build.build_planned` makes.

    Raises:
        ArchitectureError: If the channels are too few to be split among the cell's vertices.
        SettingError: If the images are too small for so many stages.
    """
    widen = not is_split(plan, architecture)
    cells = _at_edges if not has_vertex_operations(architecture) else _at_vertices
    fixed = frame_size(plan, image_shape, classes, widen=widen)
    return total((fixed, *cells(plan, architecture, plan.shapes(image_shape), own)))


@functools.lru_cache(maxsize=256)
def frame_size(plan: Plan, image_shape: Shape, classes: int, *, widen: bool = True) -> Size:
    """The size of all that no cell changes: stem, reductions and head.

    Args:
        plan: The skeleton.
        image_shape: `(C, H, W)` of the images.
        classes: Number of classes.
        widen: Whether reductions make channels, as they do but where cells split theirs.

    Raises:
        SettingError: If the images are too small for so many stages.
    """
    shapes = plan.shapes(image_shape)
    width = plan.widths[-1]
    with _META:
        stem = stem_of(plan.stem, image_shape[0], plan.channels)
        reductions = [reduction_of(plan.reduction, c, widen=widen) for c in plan.widths[:-1]]
        head = nn.Sequential(*head_of(plan.head, width, Classifier(width, classes)))
        pairs = zip((stem, *reductions, head), (image_shape, *shapes), strict=True)
        return total(measured(part, shape) for part, shape in pairs)


def total(sizes: Iterable[Size]) -> Size:
    """The sum of sizes."""
    parameters, multiply_adds = 0, 0
    for size in sizes:
        parameters += size.parameters
        multiply_adds += size.multiply_adds
    return Size(parameters, multiply_adds)


def _at_edges(
    plan: Plan, architecture: Architecture, shapes: tuple[Shape, ...], own: Builds
) -> Iterator[Size]:
    """The size of each stage's cells, edge by edge."""
    words = [word for _, _, word in built_edges(architecture, prune=plan.prune)]
    theirs = {
        (word, shape): _own_size(own[word].build, shape)
        for word in {*words} & {*own}
        for shape in shapes
    }
    for shape in shapes:
        one = total(theirs.get((word, shape)) or _operation_size(word, shape) for word in words)
        yield Size(plan.cells * one.parameters, plan.cells * one.multiply_adds)


def _at_vertices(
    plan: Plan, architecture: Architecture, shapes: tuple[Shape, ...], own: Builds
) -> Iterator[Size]:
    """The size of each stage's cells; the first one may be given fewer channels."""
    with _META:
        for stage, (width, *sides) in enumerate(shapes):
            inputs = inputs_of(plan, architecture, stage)
            for before, cells in ((inputs, 1), (width, plan.cells - 1)):
                shape = (before, sides[0], sides[1])
                one = measured(build_cell(plan, architecture, before, width), shape)
                yield Size(cells * one.parameters, cells * one.multiply_adds)


@functools.lru_cache(maxsize=1024)
def _operation_size(word: str, shape: Shape) -> Size:
    with _META:
        return measured(OPERATIONS[word](shape[0], 1), shape)


def _own_size(build: Callable[[int], nn.Module], shape: Shape) -> Size:
    """The size of a user's operation, whose code may need real numbers."""
    with drawing(torch.Generator().manual_seed(0)):
        return measured(Own(build, shape[0]), shape)


def measured(part: nn.Module, shape: Shape) -> Size:
    """The size of a part that is given a shape."""
    if next(part.parameters(), None) is None:
        return Size(0, 0)
    return Size(count_parameters(part), count_multiply_adds(part, shape))
