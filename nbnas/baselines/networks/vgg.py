"""VGG-11, configuration A.

References:
    Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition,
    ICLR 2015, table 1.
"""

from torch import nn

from nbnas.baselines.networks.shapes import LARGE, Image, begin, side_of

STAGES = ((64,), (128,), (256, 256), (512, 512), (512, 512))  # channels; a pool after each
LAYERS = (
    *(layer for stage in STAGES for layer in (*(f"conv3x3:{c}" for c in stage), "max-pool")),
    *("dense:4096", "dense:4096", "dense"),
)


def vgg11(image_shape: Image, classes: int) -> nn.Module:
    """VGG-11; 132.9 million weights for 3×224×224 and 1,000 classes.

    From 128×128 on it is as published. Below, it is as usual for CIFAR-10: batch normalisation
    after each convolution, pools while there are two pixels left, and one linear layer after the
    mean of what remains.

    Args:
        image_shape: `(C, H, W)`, at least 2×2 pixels.
        classes: Number of classes.

    Returns:
        The network, images `(n, C, H, W)` to scores `(n, classes)`.
    """
    side = side_of(image_shape, 2, "VGG-11")
    large = side >= LARGE
    layers: list[nn.Module] = []
    before = image_shape[0]
    for stage in STAGES:
        for channels in stage:
            layers += _convolution(before, channels, normalized=not large)
            before = channels
        if side >= 2:
            layers.append(nn.MaxPool2d(2))
            side //= 2
    return begin(nn.Sequential(nn.Sequential(*layers), _classifier(classes, large=large)))


def _convolution(before: int, channels: int, *, normalized: bool) -> list[nn.Module]:
    between = [nn.BatchNorm2d(channels)] if normalized else []
    return [nn.Conv2d(before, channels, 3, padding=1), *between, nn.ReLU()]


def _classifier(classes: int, *, large: bool) -> nn.Module:
    if not large:
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))
    return nn.Sequential(
        *(nn.AdaptiveAvgPool2d(7), nn.Flatten()),
        *(nn.Linear(512 * 49, 4096), nn.ReLU(), nn.Dropout(0.5)),
        *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5)),
        nn.Linear(4096, classes),
    )
