"""AlexNet, in the form of one column that torchvision publishes.

References:
    Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural
    networks, NeurIPS 2012; Krizhevsky, One weird trick for parallelizing convolutional neural
    networks, arXiv 1404.5997, 2014 (the form with one column).
"""

from torch import nn

from nbnas.baselines.networks.shapes import LARGE, Image, begin, numbers_of, side_of

LAYERS = (
    *("conv11x11:64:s4", "max-pool", "conv5x5:192", "max-pool"),
    *(
        "conv3x3:384",
        "conv3x3:256",
        "conv3x3:256",
        "max-pool",
        "dense:4096",
        "dense:4096",
        "dense",
    ),
)


def alexnet(image_shape: Image, classes: int) -> nn.Module:
    """AlexNet; 61.1 million weights for 3×224×224 and 1,000 classes.

    From 128×128 on it is as published. Below, it is scaled to the images, as is usual for
    CIFAR-10: kernels of 3×3, a first stride of 4 from 64×64 on, of 2 from 32×32 on, else 1, and
    pools of 2×2; the widths are the published ones.

    Args:
        image_shape: `(C, H, W)`, at least 8×8 pixels.
        classes: Number of classes.

    Returns:
        The network, images `(n, C, H, W)` to scores `(n, classes)`.
    """
    side, colors = side_of(image_shape, 8, "AlexNet"), image_shape[0]
    large = side >= LARGE

    def features() -> nn.Module:
        first = (11, 4, 2) if large else (3, 4 if side >= 64 else 2 if side >= 32 else 1, 1)
        second, pool = ((5, 1, 2), (3, 2)) if large else ((3, 1, 1), (2, 2))
        end = [nn.AdaptiveAvgPool2d(6)] if large else []
        return nn.Sequential(
            *(nn.Conv2d(colors, 64, *first), nn.ReLU(), nn.MaxPool2d(*pool)),
            *(nn.Conv2d(64, 192, *second), nn.ReLU(), nn.MaxPool2d(*pool)),
            *(nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(*pool)),
            *(*end, nn.Flatten()),
        )

    classifier = nn.Sequential(
        *(nn.Dropout(0.5), nn.Linear(numbers_of(features, image_shape), 4096), nn.ReLU()),
        *(nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU()),
        nn.Linear(4096, classes),
    )
    return begin(nn.Sequential(features(), classifier))
