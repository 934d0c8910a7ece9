"""A plain network of two layers: what any search has to beat."""

import math

from torch import nn

from nbnas.baselines.networks.shapes import Image

HIDDEN = 128  # units of the layer within
LAYERS = (f"dense:{HIDDEN}", "relu", "dense")


def plain(image_shape: Image, classes: int) -> nn.Module:
    """Two linear layers with a ReLU between them, on all pixels at once.

    Args:
        image_shape: `(C, H, W)`.
        classes: Number of classes.

    Returns:
        The network, images `(n, C, H, W)` to scores `(n, classes)`.
    """
    first = nn.Linear(math.prod(image_shape), HIDDEN)
    return nn.Sequential(nn.Flatten(), first, nn.ReLU(), nn.Linear(HIDDEN, classes))
