"""LeNet-5, without the table that left out connections between its first two stages.

References:
    LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition,
    Proceedings of the IEEE 86, 1998, section 2.B.
"""

from torch import nn

from nbnas.baselines.networks.shapes import Image, numbers_of, side_of

PUBLISHED, SECOND = 32, 20  # pixels below which the first and the second convolution are padded
LAYERS = (
    *("conv5x5:6", "tanh", "avg-pool", "conv5x5:16", "tanh", "avg-pool"),
    *("dense:120", "tanh", "dense:84", "tanh", "dense"),
)


def lenet5(image_shape: Image, classes: int) -> nn.Module:
    """LeNet-5 for images of any size; 61,706 weights for 1×32×32 and 10 classes.

    Images below 32×32 are padded by two pixels, as is usual for those of 28×28; and below 20×20
    the second convolution is padded, too, so that something is left for it.

    Args:
        image_shape: `(C, H, W)`, at least 4×4 pixels.
        classes: Number of classes.

    Returns:
        The network, images `(n, C, H, W)` to scores `(n, classes)`. The last layer is linear; the
        original measures distances there.
    """
    side, colors = side_of(image_shape, 4, "LeNet-5"), image_shape[0]

    def features() -> nn.Module:
        return nn.Sequential(
            *(nn.Conv2d(colors, 6, 5, padding=2 * (side < PUBLISHED)), nn.Tanh(), nn.AvgPool2d(2)),
            *(nn.Conv2d(6, 16, 5, padding=2 * (side < SECOND)), nn.Tanh(), nn.AvgPool2d(2)),
            nn.Flatten(),
        )

    return nn.Sequential(
        features(),
        *(nn.Linear(numbers_of(features, image_shape), 120), nn.Tanh()),
        *(nn.Linear(120, 84), nn.Tanh()),
        nn.Linear(84, classes),
    )
