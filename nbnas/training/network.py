"""A network from any cell: NAS-Bench-201's skeleton, made small.

Notation
    (u, v, operation)   an edge of the cell; a vertex is the sum of what its edges bring
    C, H, W             channels, height and width of an image
    live edge           an edge on a path of operations other than "none" from input to output

    image -> stem -> cells -> reduction (twice C, half H and W) -> cells -> mean -> classifier

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020, section 2.1; He et al., Delving Deep into Rectifiers,
    ICCV 2015 (initialisation of convolutions).
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor, nn

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import IDENTITY, ZERO, Architecture, Edge

Fan = tuple[int, str, tuple[int, ...]]


def relu_conv_bn(channels: int, copies: int, kernel_size: int) -> nn.Module:
    """ReLU, convolution and batch normalisation, as many times side by side as there are copies.

    Args:
        channels: Number of channels that come in.
        copies: Number of independent convolutions of the same input.
        kernel_size: Odd side of the kernel, in pixels.

    Returns:
        The module, `(n, C, H, W)` to `(n, copies * C, H, W)`.
    """
    padding, width = kernel_size // 2, copies * channels
    convolution = nn.Conv2d(channels, width, kernel_size, padding=padding, bias=False)
    return nn.Sequential(nn.ReLU(), convolution, nn.BatchNorm2d(width))


OPERATIONS: Mapping[str, Callable[[int, int], nn.Module]] = MappingProxyType(
    {
        IDENTITY: lambda channels, copies: nn.Identity(),
        "nor_conv_1x1": lambda channels, copies: relu_conv_bn(channels, copies, 1),
        "nor_conv_3x3": lambda channels, copies: relu_conv_bn(channels, copies, 3),
        "avg_pool_3x3": lambda channels, copies: nn.AvgPool2d(3, 1, 1, count_include_pad=False),
    }
)
"""What each operation but "none" does: `(channels, copies) -> module`.

A module with weights gives its copies one after the other along the channels; one without weights
gives one result that all copies share.
"""


class Cell(nn.Module):
    """The cell of an architecture: every vertex adds what its live edges bring.

    Edges of one operation that leave the same vertex are computed at once. Without a path from
    input to output the cell gives zeros.

    Args:
        architecture: Any architecture whose operations are known.
        channels: Number of channels of every vertex.
    """

    def __init__(self, architecture: Architecture, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.output = len(architecture.nodes) - 1
        self.fans = fans(live_edges(architecture))
        self.operations = nn.ModuleList(
            OPERATIONS[word](channels, len(targets)) for _, word, targets in self.fans
        )

    def forward(self, images: Tensor) -> Tensor:
        """Compute the output vertex, `(n, C, H, W)` to `(n, C, H, W)`."""
        if not self.fans:
            return torch.zeros_like(images)
        values = {0: images}
        for (source, _, targets), operation in zip(self.fans, self.operations, strict=True):
            outputs = operation(values[source])
            shared = outputs.shape[1] == self.channels
            terms = itertools.repeat(outputs) if shared else outputs.split(self.channels, dim=1)
            for target, term in zip(targets, terms, strict=False):
                values[target] = values[target] + term if target in values else term
        return values[self.output]


def build_network(
    architecture: Architecture,
    *,
    image_shape: tuple[int, int, int],
    classes: int,
    channels: int = 8,
    cells: int = 1,
    generator: torch.Generator,
) -> nn.Module:
    """Build and initialise the network of a cell, on the CPU, leaving torch's own generator alone.

    Args:
        architecture: The cell that is repeated.
        image_shape: `(C, H, W)` of the images.
        classes: Number of classes.
        channels: Number of channels of the first stage; the second has twice as many.
        cells: Number of cells of each of the two stages.
        generator: Source of the initial weights, a generator of the CPU.

    Returns:
        The network, images `(n, C, H, W)` to scores `(n, classes)`.

    Raises:
        ArchitectureError: If the architecture has an unknown operation.
        SettingError: If there is no channel, cell or class.
    """
    check_operations(architecture)
    if min(channels, cells, classes) < 1:
        raise SettingError(
            "expected at least one channel, cell and class, "
            f"got channels={channels}, cells={cells}, classes={classes}"
        )
    with torch.device("meta"):
        network = _skeleton(architecture, image_shape[0], classes, channels, cells)
    network = network.to_empty(device="cpu")
    initialize(network, generator)
    return network


def check_operations(architecture: Architecture) -> None:
    """Check that every operation of an architecture can be built.

    Raises:
        ArchitectureError: If one is unknown; the message lists the known words.
    """
    unknown = {word for _, _, word in architecture.edges} - {ZERO, *OPERATIONS}
    if unknown:
        raise ArchitectureError(
            f"expected operations out of {', '.join((ZERO, *OPERATIONS))}; "
            f"got {', '.join(sorted(unknown))} in {architecture.text!r:.200}"
        )


def live_edges(architecture: Architecture) -> tuple[Edge, ...]:
    """The edges on a path of operations other than "none" from input to output, in order."""
    edges = [edge for edge in architecture.edges if edge[2] != ZERO]
    filled, used = {0}, {len(architecture.nodes) - 1}
    for source, target, _ in edges:
        filled |= {target} if source in filled else set()
    for source, target, _ in reversed(edges):
        used |= {source} if target in used else set()
    return tuple(edge for edge in edges if edge[0] in filled and edge[1] in used)


def fans(edges: Sequence[Edge]) -> tuple[Fan, ...]:
    """Put edges of one source and operation together, as `(source, operation, targets)`."""
    targets: dict[tuple[int, str], list[int]] = {}
    for source, target, word in edges:
        targets.setdefault((source, word), []).append(target)
    return tuple((source, word, tuple(ends)) for (source, word), ends in targets.items())


def initialize(network: nn.Module, generator: torch.Generator) -> None:
    """Set every weight and buffer: He's normal for convolutions, torch's default for the rest.

    Args:
        network: A network of convolutions, batch normalisations and linear layers; changed.
        generator: Source of the weights.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
        elif isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            nn.init.uniform_(module.bias, -bound, bound, generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()


def count_parameters(network: nn.Module) -> int:
    """Number of trainable weights."""
    return sum(weight.numel() for weight in network.parameters() if weight.requires_grad)


def count_multiply_adds(network: nn.Module, image_shape: tuple[int, int, int]) -> int:
    """Number of multiply-adds of the convolutions and linear layers for one image.

    Args:
        network: The network; left as it is.
        image_shape: `(C, H, W)` of the image.

    Returns:
        The count. Additions of biases, normalisation and pooling are not counted, as is usual.
    """
    counts: list[int] = []

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        weight = layer.get_parameter("weight")
        counts.append(output.numel() * weight[0].numel())

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    training = network.training
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, *image_shape, device=next(network.parameters()).device))
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return sum(counts)


def _skeleton(
    architecture: Architecture, colors: int, classes: int, channels: int, cells: int
) -> nn.Sequential:
    stem = nn.Conv2d(colors, channels, 3, padding=1, bias=False)
    return nn.Sequential(
        nn.Sequential(stem, nn.BatchNorm2d(channels)),
        *(Cell(architecture, channels) for _ in range(cells)),
        _reduction(channels),
        *(Cell(architecture, 2 * channels) for _ in range(cells)),
        nn.Sequential(nn.BatchNorm2d(2 * channels), nn.ReLU()),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        nn.Linear(2 * channels, classes),
    )


def _reduction(channels: int) -> nn.Module:
    convolution = nn.Conv2d(channels, 2 * channels, 1, bias=False)
    return nn.Sequential(nn.AvgPool2d(2), convolution, nn.BatchNorm2d(2 * channels))
