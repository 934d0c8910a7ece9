"""A network of cells, built by the plan of a skeleton.

Notation
    C   channels of an image
"""

from collections.abc import Sequence

from torch import nn

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.spaces.operation import Operation
from nbnas.training.networks.cell import NONE_OWN, Cell, VertexCell
from nbnas.training.networks.darts.plan import DartsPlan
from nbnas.training.networks.multiply_adds import Classifier
from nbnas.training.networks.own import Builds, check_operation
from nbnas.training.networks.skeleton.parts import head_of, reduction_of, stem_of
from nbnas.training.networks.skeleton.plan import Plan, Shape
from nbnas.training.networks.split_cell import SplitCell


def build_planned(
    plan: Plan,
    architecture: Architecture,
    colors: int,
    classes: int,
    own: Builds = NONE_OWN,
    classifier: type[nn.Linear] = Classifier,
) -> nn.Sequential:
    """The repeated cells of an architecture, with whatever weights torch gives.

    Args:
        plan: The skeleton.
        architecture: A cell for images.
        colors: Channels of an image.
        classes: Number of classes.
        own: The operations of a user's own, by their names.
        classifier: The class of the last layer.

    Raises:
        ArchitectureError: If the channels are too few to be split among the cell's vertices.
    """
    parts = [stem_of(plan.stem, colors, plan.channels)]
    for stage, width in enumerate(plan.widths):
        if stage:
            widen = not is_split(plan, architecture)
            parts.append(reduction_of(plan.reduction, width // 2, widen=widen))
        before = inputs_of(plan, architecture, stage)
        for inputs in (before, *[width] * (plan.cells - 1)):
            parts.append(build_cell(plan, architecture, inputs, width, own))
    width = plan.widths[-1]
    return nn.Sequential(*parts, *head_of(plan.head, width, classifier(width, classes)))


def build_cell(
    plan: Plan, architecture: Architecture, inputs: int, channels: int, own: Builds = NONE_OWN
) -> nn.Module:
    """The module of one cell.

    Args:
        plan: The skeleton, which says how operations at vertices are put together.
        architecture: A cell for images.
        inputs: C that come in; others than `channels` only where channels are split.
        channels: C that come out.
        own: The operations of a user's own, by their names.
    """
    if is_split(plan, architecture):
        return SplitCell(architecture, inputs, channels)
    if has_vertex_operations(architecture):
        return VertexCell(architecture, channels)
    return Cell(architecture, channels, own, prune=plan.prune)


def check_fit(plan: Plan | DartsPlan, operations: Sequence[Operation], image_shape: Shape) -> None:
    """Check that a user's operations keep the shape of the images of all stages.

    Args:
        plan: The skeleton.
        operations: The operations; none is right, too.
        image_shape: `(C, H, W)` of the images.

    Raises:
        SettingError: If one gives another shape; the message says both. Or if the images are too
            small for so many stages, and there are any.
    """
    for operation in operations:
        for channels, height, width in plan.shapes(image_shape):
            check_operation(operation, channels, (height, width))


def is_split(plan: Plan, architecture: Architecture) -> bool:
    """Whether channels are split between the vertices of a cell, which may widen them then."""
    return plan.vertices == "concatenate" and has_vertex_operations(architecture)


def inputs_of(plan: Plan, architecture: Architecture, stage: int) -> int:
    """How many channels the first cell of a stage is given.

    Args:
        plan: The skeleton.
        architecture: The cell.
        stage: Number of the stage, from 0.
    """
    widens = stage > 0 and plan.reduction == "max" and is_split(plan, architecture)
    return plan.widths[stage] // (2 if widens else 1)
