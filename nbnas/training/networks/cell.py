"""One cell as a torch module: operations on the edges, or at the vertices.

Notation
    (u, v, operation)   an edge of the cell; a vertex is the sum of what its edges bring
    C, H, W             channels, height and width of an image
    live edge           an edge on a path of operations other than "none" from input to output

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020, section 2.1 (operations on edges); Ying et al.,
    NAS-Bench-101, ICML 2019 (operations at vertices).
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor, nn

from nbnas.graphs.architecture import IDENTITY, ZERO, Architecture, Edge
from nbnas.training.networks.own import Builds, Own

Fan = tuple[int, str, tuple[int, ...]]
NONE_OWN: Builds = MappingProxyType({})


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


def conv_bn_relu(channels: int, kernel_size: int) -> nn.Module:
    """Convolution, batch normalisation and ReLU, `(n, C, H, W)` to `(n, C, H, W)`.

    Args:
        channels: Number of channels.
        kernel_size: Odd side of the kernel, in pixels.
    """
    padding = kernel_size // 2
    convolution = nn.Conv2d(channels, channels, kernel_size, padding=padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.ReLU())


class AveragePool(nn.AvgPool2d):
    """Average pooling whose gradients are right on every device.

    Torch's own are wrong on CUDA where images keep their channels last and are padded
    (https://github.com/pytorch/pytorch/issues/188344), so there it gets them the other way round.
    On the CPU, where they are right, channels stay last: that is quicker.
    """

    def forward(self, images: Tensor) -> Tensor:
        """Pool, `(n, C, H, W)` to `(n, C, H', W')`."""
        return super().forward(images.contiguous() if images.is_cuda else images)


OPERATIONS: Mapping[str, Callable[[int, int], nn.Module]] = MappingProxyType(
    {
        IDENTITY: lambda channels, copies: nn.Identity(),
        "nor_conv_1x1": lambda channels, copies: relu_conv_bn(channels, copies, 1),
        "nor_conv_3x3": lambda channels, copies: relu_conv_bn(channels, copies, 3),
        "avg_pool_3x3": lambda channels, copies: AveragePool(3, 1, 1, count_include_pad=False),
    }
)
"""What each operation of an edge but "none" does: `(channels, copies) -> module`.

A module with weights gives its copies one after the other along the channels; one without weights
gives one result that all copies share. A user's own operation is an `Own`, which has its copies.
"""

VERTEX_OPERATIONS: Mapping[str, Callable[[int], nn.Module]] = MappingProxyType(
    {
        "conv3x3-bn-relu": lambda channels: conv_bn_relu(channels, 3),
        "conv1x1-bn-relu": lambda channels: conv_bn_relu(channels, 1),
        "maxpool3x3": lambda channels: nn.MaxPool2d(3, 1, 1),
    }
)
"""What each operation of a vertex does: `channels -> module`."""


class Cell(nn.Module):
    """The cell of an architecture: every vertex adds what its live edges bring.

    Edges of one operation that leave the same vertex are computed at once. Without a path from
    input to output the cell gives zeros.

    Args:
        architecture: Any architecture whose operations are known.
        channels: Number of channels of every vertex.
        own: The operations of a user's own, by their names.
        prune: Whether edges that are not live are left out. NAS-Bench-201's authors compute them;
            what begins at a vertex that nothing reaches then begins with zeros, of which a batch
            normalisation makes the bias that it learns.
    """

    def __init__(
        self,
        architecture: Architecture,
        channels: int,
        own: Builds = NONE_OWN,
        *,
        prune: bool = True,
    ) -> None:
        super().__init__()
        self.channels = channels
        self.output = len(architecture.nodes) - 1
        self.fans = fans(built_edges(architecture, prune=prune))
        self.operations = nn.ModuleList(
            Own(own[word].build, channels, len(targets))
            if word in own
            else OPERATIONS[word](channels, len(targets))
            for _, word, targets in self.fans
        )

    def forward(self, images: Tensor) -> Tensor:
        """Compute the output vertex, `(n, C, H, W)` to `(n, C, H, W)`."""
        values = {0: images}
        for (source, _, targets), operation in zip(self.fans, self.operations, strict=True):
            outputs = operation(at(values, source))
            shared = outputs.shape[1] == self.channels
            terms = itertools.repeat(outputs) if shared else outputs.split(self.channels, dim=1)
            for target, term in zip(targets, terms, strict=False):
                values[target] = values[target] + term if target in values else term
        return at(values, self.output)


def at(values: Mapping[int, Tensor], vertex: int) -> Tensor:
    """What is at a vertex: zeros where nothing reaches it."""
    return values[vertex] if vertex in values else torch.zeros_like(values[0])


class VertexCell(nn.Module):
    """A cell with operations at its vertices: each is applied to the sum of what its edges bring.

    The output is the sum of what reaches it, too, so that every vertex has C channels;
    NAS-Bench-101 concatenates there and gives the inner vertices fewer channels instead, see
    `nbnas.training.networks.split_cell`. Vertices that are not on a path from input to output are
    left out; without a path it gives zeros.

    Args:
        architecture: Any architecture whose edges are links and whose vertices are known.
        channels: Number of channels of every vertex.
    """

    def __init__(self, architecture: Architecture, channels: int) -> None:
        super().__init__()
        edges = live_edges(architecture)
        self.sources = {
            target: tuple(u for u, v, _ in edges if v == target)
            for target in sorted({v for _, v, _ in edges})
        }
        *inner, self.output = (*self.sources,) or (len(architecture.nodes) - 1,)
        self.operations = nn.ModuleDict(
            {str(v): VERTEX_OPERATIONS[architecture.nodes[v]](channels) for v in inner}
        )

    def forward(self, images: Tensor) -> Tensor:
        """Compute the output vertex, `(n, C, H, W)` to `(n, C, H, W)`."""
        if not self.sources:
            return torch.zeros_like(images)
        values = {0: images}
        for target, sources in self.sources.items():
            total = sum((values[u] for u in sources[1:]), start=values[sources[0]])
            inner = target != self.output
            values[target] = self.operations[str(target)](total) if inner else total
        return values[self.output]


def built_edges(architecture: Architecture, *, prune: bool) -> tuple[Edge, ...]:
    """The edges that a cell computes: its live ones, or all but "none", in order."""
    if prune:
        return live_edges(architecture)
    return tuple(edge for edge in architecture.edges if edge[2] != ZERO)


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
