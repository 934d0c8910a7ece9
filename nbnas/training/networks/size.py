"""How large the network of an architecture is, told without making its weights.

The network is built on torch's meta device, where tensors have shapes and no numbers.
"""

from dataclasses import dataclass

import torch
from torch import nn

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.operation import Operation, own_operations
from nbnas.training.networks.layered import LayeredNetwork
from nbnas.training.networks.multiply_adds import Size as Size
from nbnas.training.networks.multiply_adds import (
    count_multiply_adds,
    count_parameters,
    token_multiply_adds,
)
from nbnas.training.networks.network import (
    IMAGE,
    build_network,
    check_operations,
    reads_text,
)
from nbnas.training.networks.planned import AnyPlan, build_plan, plan_for
from nbnas.training.networks.recurrent import RecurrentNetwork


@dataclass(frozen=True, slots=True)
class Setting:
    """What an architecture is put into; by default what a `Trainer` on digits makes of it.

    Attributes:
        image_shape: `(C, H, W)` of the images; of no meaning for recurrent cells.
        classes: Number of classes; for recurrent cells, of different tokens.
        channels: Channels of the first stage; for recurrent cells, the size of a hidden state.
        cells: Cells of each of the two stages; for recurrent cells, layers.
        operations: A user's own operations of cells; names of built-in ones among them, as in a
            space's `operations`, change nothing.
    """

    image_shape: tuple[int, int, int] = (1, 8, 8)
    classes: int = 10
    channels: int = 8
    cells: int = 1
    operations: tuple[str | Operation, ...] = ()


def network_size(architecture: Architecture, setting: Setting | None = None) -> Size:
    """Count the weights and multiply-adds of an architecture's network.

    Args:
        architecture: An architecture of any search space.
        setting: What it is put into.

    Returns:
        The same counts as those of the network that `build_network` makes.

    Raises:
        ArchitectureError: If the architecture has an unknown operation, or its layers do not go
            together.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> network_size(CellSpace().sample(0, 1)[0])
        Size(parameters=450, multiply_adds=6816)
    """
    given = Setting() if setting is None else setting
    own = own_operations(given.operations)
    check_operations(architecture, own)
    if own and not reads_text(architecture) and architecture.nodes[0] != IMAGE:
        return _counted(architecture, given, own)
    network = meta_network(architecture, given)
    with torch.device("meta"):
        if reads_text(architecture):
            return Size(count_parameters(network), token_multiply_adds(network))
        return Size(count_parameters(network), count_multiply_adds(network, given.image_shape))


def meta_network(
    architecture: Architecture, setting: Setting, skeleton: AnyPlan | None = None
) -> nn.Module:
    """The network of an architecture on torch's meta device, which takes no memory.

    Args:
        architecture: An architecture of built-in operations.
        setting: What it is put into.
        skeleton: What cells are put into; `None` for what the setting says.
    """
    classes, channels, cells = setting.classes, setting.channels, setting.cells
    with torch.device("meta"):
        if reads_text(architecture):
            return RecurrentNetwork(architecture, classes, channels, channels, cells)
        if architecture.nodes[0] == IMAGE:
            return LayeredNetwork(architecture, setting.image_shape, classes)
        plan = skeleton or plan_for(architecture, channels, cells)
        colors = setting.image_shape[0]
        return build_plan(plan, architecture, colors, classes, classifier=nn.Linear)


def _counted(architecture: Architecture, given: Setting, own: tuple[Operation, ...]) -> Size:
    """The size of a network with a user's own operations, whose code may need real numbers."""
    network = build_network(
        architecture,
        image_shape=given.image_shape,
        classes=given.classes,
        channels=given.channels,
        cells=given.cells,
        operations=own,
        generator=torch.Generator().manual_seed(0),
    )
    return Size(count_parameters(network), count_multiply_adds(network, given.image_shape))
