"""What known networks of images share: how large a part's result is, and how weights begin.

Notation
    C, H, W   channels, height and width of an image
    side      the lesser of H and W, in pixels

References:
    He et al., Delving Deep into Rectifiers, ICCV 2015 (initialisation of convolutions).
"""

from collections.abc import Callable

import torch
from torch import nn

from nbnas.errors import SettingError

Image = tuple[int, int, int]
LARGE = 128  # pixels of a side from which a network is built as it was published for 224


def side_of(image_shape: Image, least: int, name: str) -> int:
    """The side of images that a network can read.

    Args:
        image_shape: `(C, H, W)`.
        least: The least side that it reads, in pixels.
        name: The network's, for the message.

    Raises:
        SettingError: If they are smaller.
    """
    side = min(image_shape[1:])
    if side < least:
        raise SettingError(
            f"expected images of at least {least}×{least} pixels for {name}, got "  # noqa: RUF001
            f"{image_shape[1]}×{image_shape[2]}; leave it out of the comparison"  # noqa: RUF001
        )
    return side


def numbers_of(features: Callable[[], nn.Module], image_shape: Image) -> int:
    """How many numbers a part of a network gives for an image; without computing them."""
    with torch.device("meta"):
        return int(features()(torch.zeros(1, *image_shape)).numel())


def begin(network: nn.Module) -> nn.Module:
    """Let convolutions begin as He et al. say; the rest begins as torch has it."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network
