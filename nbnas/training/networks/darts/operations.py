"""DARTS' operations under their published names.

Notation
    C, H, W   channels, height and width of an image
    stride    steps of the operation in pixels: 1, or 2 where a reduction cell reads its inputs

References:
    Liu, Simonyan and Yang, DARTS: Differentiable Architecture Search, ICLR 2019; `operations.py`
    of their code, as the networks that are evaluated have it: pools without normalisation, and
    weights in all batch normalisations.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from nbnas.graphs.graph import IDENTITY, ZERO
from nbnas.training.networks.cell import NONE_OWN, AveragePool
from nbnas.training.networks.own import Builds, Own


def pointwise(inputs: int, channels: int) -> nn.Module:
    """ReLU, 1x1 convolution and batch normalisation: `(n, inputs, H, W)` to `(n, C, H, W)`."""
    convolution = nn.Conv2d(inputs, channels, 1, bias=False)
    return nn.Sequential(nn.ReLU(), convolution, nn.BatchNorm2d(channels))


class FactorizedReduce(nn.Module):
    """Half the height and width by two 1x1 convolutions, the second one pixel to the right below.

    An odd side is rounded up; the paper's code has even ones only.

    Args:
        inputs: Channels that come in.
        channels: Channels that come out, half of them from each convolution.
    """

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        halves = (channels // 2, channels - channels // 2)
        self.relu = nn.ReLU()
        self.first, self.second = (nn.Conv2d(inputs, c, 1, 2, bias=False) for c in halves)
        self.normalize = nn.BatchNorm2d(channels)

    def forward(self, images: Tensor) -> Tensor:
        """Reduce, `(n, inputs, H, W)` to `(n, C, H / 2, W / 2)`."""
        images = self.relu(images)
        height, width = images.shape[2:]
        shifted = pad(images, (-1, width % 2, -1, height % 2))
        joined = torch.cat([self.first(images), self.second(shifted)], dim=1)
        reduced: Tensor = self.normalize(joined)
        return reduced


class Zero(nn.Module):
    """Nothing of whatever comes, in the shape that other operations of the stride give.

    Args:
        stride: 1 or 2.
    """

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, images: Tensor) -> Tensor:
        """Zeros, `(n, C, H, W)` to `(n, C, H / stride, W / stride)`."""
        return torch.zeros_like(images[:, :, :: self.stride, :: self.stride])


def separable(channels: int, side: int, stride: int) -> nn.Module:
    """A depthwise separable convolution, applied twice.

    Args:
        channels: C that come in and out.
        side: Odd side of the kernels, in pixels.
        stride: Of the first time.
    """
    return nn.Sequential(
        *_depthwise(channels, side, stride, side // 2), *_depthwise(channels, side, 1, side // 2)
    )


def dilated(channels: int, side: int, stride: int) -> nn.Module:
    """A depthwise separable convolution whose kernel leaves out every second pixel.

    Args:
        channels: C that come in and out.
        side: Odd number of pixels that a side of the kernel reads.
        stride: Its steps.
    """
    return nn.Sequential(*_depthwise(channels, side, stride, side - 1, dilation=2))


def _depthwise(
    channels: int, side: int, stride: int, padding: int, dilation: int = 1
) -> tuple[nn.Module, ...]:
    return (
        nn.ReLU(),
        nn.Conv2d(
            *(channels, channels, side, stride, padding, dilation), groups=channels, bias=False
        ),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
    )


def _skip(channels: int, stride: int) -> nn.Module:
    return nn.Identity() if stride == 1 else FactorizedReduce(channels, channels)


OPERATIONS: Mapping[str, Callable[[int, int], nn.Module]] = MappingProxyType(
    {
        ZERO: lambda channels, stride: Zero(stride),
        "max_pool_3x3": lambda channels, stride: nn.MaxPool2d(3, stride, 1),
        "avg_pool_3x3": lambda channels, stride: AveragePool(
            3, stride, 1, count_include_pad=False
        ),
        IDENTITY: _skip,
        "sep_conv_3x3": lambda channels, stride: separable(channels, 3, stride),
        "sep_conv_5x5": lambda channels, stride: separable(channels, 5, stride),
        "dil_conv_3x3": lambda channels, stride: dilated(channels, 3, stride),
        "dil_conv_5x5": lambda channels, stride: dilated(channels, 5, stride),
    }
)
"""What each operation does: `(channels, stride) -> module`, images `(n, C, H, W)` to
`(n, C, H / stride, W / stride)`."""


def operation_of(word: str, channels: int, stride: int, own: Builds = NONE_OWN) -> nn.Module:
    """The module of an operation.

    Args:
        word: Its name.
        channels: C.
        stride: 1 or 2.
        own: The operations of a user's own, by their names.
    """
    if word not in own:
        return OPERATIONS[word](channels, stride)
    operation = own[word]
    if stride > 1 and operation.strided is not None:
        return Own(operation.strided, channels)
    made = Own(operation.build, channels)
    return made if stride == 1 else nn.Sequential(_skip(channels, stride), made)
