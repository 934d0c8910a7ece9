"""The weights that a network for images begins with.

References:
    He et al., Delving Deep into Rectifiers, ICCV 2015 (initialisation of convolutions).
"""

import math
from collections.abc import Iterator

import torch
from torch import nn

from nbnas.training.networks.own import Own


def initialize(network: nn.Module, generator: torch.Generator) -> None:
    """Set every weight and buffer: He's normal for convolutions, torch's default for the rest.

    Args:
        network: A network of convolutions, batch normalisations and linear layers; changed.
            A user's own operations in it are left as they were made.
        generator: Source of the weights.
    """
    for module in _ours(network):
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()


def _ours(module: nn.Module) -> Iterator[nn.Module]:
    """A module and all that it holds, but for a user's own operations."""
    if isinstance(module, Own):
        return
    yield module
    for child in module.children():
        yield from _ours(child)
