"""How many multiply-adds a network of any layers takes: counted where torch computes them."""

import torch
from torch import Tensor, nn

_COUNTED = (nn.Conv2d, nn.Linear)
_WITHOUT = (
    *(nn.Sequential, nn.ModuleList, nn.ModuleDict, nn.Identity, nn.Flatten, nn.BatchNorm2d),
    *(nn.ReLU, nn.Tanh, nn.AvgPool2d, nn.MaxPool2d, nn.AdaptiveAvgPool2d, nn.Dropout),
)


def counts_by_layer(network: nn.Module) -> bool:
    """Whether all multiply-adds of a network are those of its convolutions and linear layers.

    So it is for the networks that nbnas builds, and for others of the usual layers in a row.
    """
    known = {*_COUNTED, *_WITHOUT}
    return all(
        type(module) in known or type(module).__module__.startswith("nbnas.")
        for module in network.modules()
    )


def computed_multiply_adds(network: nn.Module, inputs: Tensor) -> int:
    """Multiply-adds of all convolutions and products of matrices, attention's too, for inputs.

    Args:
        network: The network, in evaluation mode.
        inputs: What it is given.

    Returns:
        The count. Torch's recurrent layers, which are computed at once, are not counted.
    """
    from torch.utils.flop_counter import FlopCounterMode  # takes seconds to import

    with torch.enable_grad(), FlopCounterMode(display=False) as counter:
        network(inputs)  # with gradients, as without them torch fuses attention into one call
    return int(counter.get_total_flops()) // 2
