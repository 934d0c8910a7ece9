"""A network from any graph of layers: chains and free CNNs.

Notation
    (C, H, W), (F,)   shapes of images and of flat results; n, the number of images
    vertex            one layer; it reads what the vertices before it give, concatenated

    kind               module
    conv3x3 and so on  convolution, batch normalisation; then ReLU in a network with a softmax
    pool, max-pool     maximum over 2 x 2 pixels, stride 2        avg-pool   their mean
    dense, fc          linear; then ReLU in a network with a softmax
    relu               ReLU                                       softmax    linear to the classes
    output             mean of the scores of the softmaxes; else linear to the classes

A network with a softmax follows NASBOT's rules, in which a layer includes its activation
(`CnnSpace`); one without writes every ReLU as a layer (`ChainSpace`). A softmax gives scores
before the exponential, as losses expect them. Dense layers flatten images; there is no global
average. Every stride of 2 rounds a side up, as `nbnas.graphs.spaces.shapes` counts it.

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, appendix.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import (
    CONVOLUTIONS,
    DENSE,
    RELU,
    SOFTMAX,
    Shape,
    meet,
    shapes,
    sources,
)
from nbnas.training.networks.weights import initialized

Image = tuple[int, int, int]


def build_layers(
    architecture: Architecture,
    *,
    image_shape: Image,
    classes: int,
    generator: torch.Generator,
) -> nn.Module:
    """Build and initialise the network of a graph of layers, on the CPU.

    Torch's own generator is left alone.

    Args:
        architecture: A graph from "image" to "output", such as of `ChainSpace` or `CnnSpace`.
        image_shape: `(C, H, W)` of the images.
        classes: Number of classes.
        generator: Source of the initial weights, a generator of the CPU.

    Returns:
        The network, images `(n, C, H, W)` to scores `(n, classes)`.

    Raises:
        ArchitectureError: If it is no graph of known layers that go together, or the images get
            too small; the message names the vertex.
        SettingError: If there is no class or the images have no pixel.
    """
    if min(classes, *image_shape) < 1:
        raise SettingError(
            "expected at least one class, channel and pixel, "
            f"got classes={classes}, image_shape={image_shape}"
        )
    told = architecture, image_shape, classes
    return initialized(lambda: LayeredNetwork(*told), generator)


class LayeredNetwork(nn.Module):
    """One module a vertex, each of which reads what its vertex's links bring.

    Args:
        architecture: A graph from "image" to "output".
        image_shape: `(C, H, W)` of the images.
        classes: Number of classes.

    Raises:
        ArchitectureError: If the layers do not go together.
    """

    def __init__(self, architecture: Architecture, image_shape: Image, classes: int) -> None:
        super().__init__()
        self.sources = sources(architecture)
        self.labels = architecture.nodes
        found = shapes(architecture, image_shape, classes)
        activated = SOFTMAX in self.labels
        self.layers = nn.ModuleList(
            _module(Layer.parse(label), [found[u] for u in incoming], classes, activated)
            for label, incoming in zip(self.labels[1:-1], self.sources[1:-1], strict=True)
        )
        ends = self.sources[-1]
        self.averages = all(self.labels[u] == SOFTMAX for u in ends)
        features = meet([found[u] for u in ends], flat=True)[0]
        self.classifier = nn.Identity() if self.averages else nn.Linear(features, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Compute the scores, `(n, C, H, W)` to `(n, classes)`."""
        values = self.values(images)
        ends = [values[u] for u in self.sources[-1]]
        if self.averages:
            return torch.stack(ends).mean(dim=0)
        scores: Tensor = self.classifier(gather(ends, flat=True))
        return scores

    def values(self, images: Tensor) -> list[Tensor]:
        """What each vertex but the output gives, `(n, C, H, W)` or `(n, F)`."""
        values = [images]
        for vertex, layer in enumerate(self.layers, 1):
            arriving = [values[u] for u in self.sources[vertex]]
            values.append(layer(gather(arriving, flat=_flattens(self.labels[vertex]))))
        return values


def gather(arriving: Sequence[Tensor], *, flat: bool) -> Tensor:
    """Concatenate what meets at a vertex.

    Args:
        arriving: Tensors `(n, C, H, W)` or `(n, F)`, at least one.
        flat: Whether the vertex flattens whatever comes.

    Returns:
        Images joined along the channels, larger ones averaged down to the least height and width;
        or, where one of them is flat or `flat` is true, all numbers, `(n, F)`.
    """
    if flat or any(x.ndim == 2 for x in arriving):
        return torch.cat([x.flatten(1) for x in arriving], dim=1)
    size = (min(x.shape[2] for x in arriving), min(x.shape[3] for x in arriving))
    return torch.cat([_pooled(x, size) for x in arriving], dim=1)


def _pooled(images: Tensor, size: tuple[int, int]) -> Tensor:
    if images.shape[2:] == size:
        return images
    return functional.adaptive_avg_pool2d(images, size)


def _flattens(label: str) -> bool:
    return Layer.parse(label).kind in (*DENSE, SOFTMAX)


def _module(layer: Layer, arriving: Sequence[Shape], classes: int, activated: bool) -> nn.Module:
    """The module of a layer; `activated` says whether ReLU belongs to a layer with weights."""
    channels = meet(arriving, flat=_flattens(str(layer)))[0]
    if layer.kind == SOFTMAX:
        return nn.Linear(channels, classes)
    if layer.kind == RELU:
        return nn.ReLU()
    if layer.units is None:
        return _pool(layer)
    ends = [nn.ReLU()] if activated else []
    if layer.kind in DENSE:
        return nn.Sequential(nn.Linear(channels, layer.units), *ends)
    return nn.Sequential(*_convolution(layer, channels, layer.units), *ends)


def _convolution(layer: Layer, channels: int, units: int) -> tuple[nn.Module, nn.Module]:
    side = CONVOLUTIONS[layer.kind]
    convolution = nn.Conv2d(channels, units, side, layer.stride, side // 2, bias=False)
    return convolution, nn.BatchNorm2d(units)


def _pool(layer: Layer) -> nn.Module:
    if layer.kind == "avg-pool":
        return nn.AvgPool2d(2, ceil_mode=True)
    return nn.MaxPool2d(2, ceil_mode=True)
