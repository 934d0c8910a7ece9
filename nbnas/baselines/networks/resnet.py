"""ResNet-20, the residual network for CIFAR-10, with shortcuts that have no weights.

References:
    He, Zhang, Ren and Sun, Deep residual learning for image recognition, CVPR 2016, section 4.2
    (shortcuts of type A).
"""

from torch import Tensor, nn
from torch.nn.functional import pad, relu

from nbnas.baselines.networks.shapes import Image, begin, side_of

STAGES, BLOCKS = (16, 32, 64), 3  # channels, and blocks of two convolutions in each stage
LAYERS = (
    "conv3x3:16",
    *(f"block:{channels}" for channels in STAGES for _ in range(BLOCKS)),
    *("avg-pool", "dense"),
)


class Block(nn.Module):
    """Two convolutions, and beside them what comes in, with every second pixel where they stride.

    Args:
        before: Channels that come in.
        channels: Channels that are given; further ones than come in are 0 in the shortcut.
    """

    def __init__(self, before: int, channels: int) -> None:
        super().__init__()
        self.stride = 1 if before == channels else 2
        self.more = channels - before
        self.residual = nn.Sequential(
            nn.Conv2d(before, channels, 3, self.stride, 1, bias=False),
            *(nn.BatchNorm2d(channels), nn.ReLU()),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Add both, `(n, C, H, W)` to `(n, C', H', W')`."""
        shortcut = images[:, :, :: self.stride, :: self.stride]
        around = (0, 0, 0, 0, self.more // 2, self.more - self.more // 2)
        total: Tensor = self.residual(images) + pad(shortcut, around)
        return relu(total)


def resnet20(image_shape: Image, classes: int) -> nn.Module:
    """ResNet-20; 0.27 million weights for 3×32×32 and 10 classes. It reads images of any size.

    Args:
        image_shape: `(C, H, W)`, at least 4×4 pixels.
        classes: Number of classes.

    Returns:
        The network, images `(n, C, H, W)` to scores `(n, classes)`.
    """
    side_of(image_shape, 4, "ResNet-20")
    sizes = [c for c in STAGES for _ in range(BLOCKS)]
    stem = nn.Conv2d(image_shape[0], STAGES[0], 3, padding=1, bias=False)
    return begin(
        nn.Sequential(
            *(stem, nn.BatchNorm2d(STAGES[0]), nn.ReLU()),
            *map(Block, [STAGES[0], *sizes], sizes),
            *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(STAGES[-1], classes)),
        )
    )
