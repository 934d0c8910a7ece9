"""The first module of a network: from pixels as they are to numbers around 0.

Notation
    C, H, W   channels, height and width of an image
"""

import torch
from torch import Tensor, nn

from nbnas.training.data.image_data import ImageData


class Normalize(nn.Module):
    """Shift and scale each channel; so a network takes pictures as they are, of any number type.

    Args:
        shift: What is subtracted from each channel, `(C,)`.
        scale: What it is then divided by, `(C,)`.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, shift: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("shift", shift.to(torch.float32)[:, None, None])
        self.register_buffer("scale", scale.to(torch.float32)[:, None, None])

    def forward(self, images: Tensor) -> Tensor:
        """Normalise a batch `(n, C, H, W)`, to float32."""
        return (images.to(torch.float32) - self.shift) / self.scale

    def extra_repr(self) -> str:
        """The number of channels."""
        return f"channels={len(self.shift)}"


def normalizing(data: ImageData) -> Normalize:
    """The module that gives the channels of a data set's training part mean 0 and deviation 1."""
    return Normalize(*data.moments)


def normalized(data: ImageData, network: nn.Module) -> nn.Sequential:
    """A network for normalised images as one for those of a data set: `(Normalize, network)`."""
    return nn.Sequential(normalizing(data), network)
