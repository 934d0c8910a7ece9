"""Which plan an architecture's cells are put into, and what is made by it.

cells                     plan
equal ones, in stages     `nbnas.training.networks.skeleton`
a normal and a reduction  `nbnas.training.networks.darts`
cell, as a genotype has
"""

from torch import nn

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.graph import holds_cells
from nbnas.training.networks.cell import NONE_OWN
from nbnas.training.networks.darts.build import DartsNetwork
from nbnas.training.networks.darts.counts import darts_size
from nbnas.training.networks.darts.plan import DartsPlan, small_darts_plan
from nbnas.training.networks.multiply_adds import Classifier, Size
from nbnas.training.networks.own import Builds
from nbnas.training.networks.skeleton.build import build_planned
from nbnas.training.networks.skeleton.counts import planned_size
from nbnas.training.networks.skeleton.plan import Plan, Shape, small_plan

AnyPlan = Plan | DartsPlan


def plan_for(architecture: Architecture, channels: int, cells: int) -> AnyPlan:
    """The small plan of a `Trainer` that is given no skeleton.

    Args:
        architecture: A cell for images, or a genotype.
        channels: Channels of the first stage.
        cells: Cells of each of the two stages.
    """
    return (small_darts_plan if holds_cells(architecture) else small_plan)(channels, cells)


def build_plan(
    plan: AnyPlan,
    architecture: Architecture,
    colors: int,
    classes: int,
    own: Builds = NONE_OWN,
    classifier: type[nn.Linear] = Classifier,
) -> nn.Module:
    """The network of an architecture, with whatever weights torch gives.

    Args:
        plan: One that suits it.
        architecture: A cell for images, or a genotype.
        colors: Channels of an image.
        classes: Number of classes.
        own: The operations of a user's own, by their names.
        classifier: The class of the last layer.

    Raises:
        ArchitectureError: If the channels are too few to be split among a cell's vertices.
    """
    if isinstance(plan, DartsPlan):
        return DartsNetwork(plan, architecture, colors, classes, own, classifier)
    return build_planned(plan, architecture, colors, classes, own, classifier)


def size_by_plan(
    plan: AnyPlan, architecture: Architecture, image_shape: Shape, classes: int, own: Builds
) -> Size:
    """The counts of the network that `build_plan` makes, told part by part.

    Args:
        plan: One that suits the architecture.
        architecture: A cell for images, or a genotype.
        image_shape: `(C, H, W)` of the images.
        classes: Number of classes.
        own: The operations of a user's own, by their names.

    Raises:
        ArchitectureError: If the channels are too few to be split among a cell's vertices.
        SettingError: If the images are too small for so many stages.
    """
    if isinstance(plan, DartsPlan):
        return darts_size(plan, architecture, image_shape, classes, own)
    return planned_size(plan, architecture, image_shape, classes, own)
