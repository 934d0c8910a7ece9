"""The weights that a network for images begins with.

References:
    He et al., Delving Deep into Rectifiers, ICCV 2015 (initialisation of convolutions).
"""

import math
from collections.abc import Callable, Iterator
from typing import TypeVar

import torch
from torch import nn

from nbnas.training.draws import drawing
from nbnas.training.networks.own import Own

Network = TypeVar("Network", bound=nn.Module)


def initialized(
    make: Callable[[], Network], generator: torch.Generator, *, own: bool = False
) -> Network:
    """A network on the CPU, its weights drawn once: as `initialize` does.

    Args:
        make: Makes the network.
        generator: Source of the weights, a generator of the CPU.
        own: Whether a user's own operations are in it, which draw theirs as they are made.
    """
    if own:
        with drawing(generator):
            network = make()
    else:
        with torch.device("meta"):  # or torch would draw weights that are drawn again
            network = make()
        network = network.to_empty(device="cpu")
    initialize(network, generator)
    return network


def initialize(network: nn.Module, generator: torch.Generator) -> None:
    """Set every weight and buffer: He's normal for convolutions, torch's default for the rest.

    Args:
        network: A network of convolutions, batch normalisations and linear layers; changed.
            A user's own operations in it are left as they were made.
        generator: Source of the weights.
    """
    for module in ours(network):
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()


def ours(module: nn.Module) -> Iterator[nn.Module]:
    """A module and all that it holds, but for a user's own operations."""
    if isinstance(module, Own):
        return
    yield module
    for child in module.children():
        yield from ours(child)
