"""Networks of one architecture side by side in one: groups of channels that never meet.

Small networks on a CPU are bound by the cost of each call, not by arithmetic. So the networks of
several seeds become one network with as many groups of channels, which does the same sums in
a third of the time; gradients and batch normalisations of one group do not see the others.

Notation
    G         number of networks
    C, H, W   channels, height and width of an image
    groups    `(n, G * C, H, W)`: the channels of the first network, then those of the second, …
"""

import functools
from collections.abc import Sequence
from copy import deepcopy
from typing import Any, cast

import torch
from torch import Tensor, nn

from nbnas.errors import ArchitectureError
from nbnas.training.networks.cell import Cell, at
from nbnas.training.networks.darts.build import DartsNetwork
from nbnas.training.networks.normalize import Normalize
from nbnas.training.networks.own import Own
from nbnas.training.networks.skeleton.parts import Residual


@functools.singledispatch
def side_by_side(first: nn.Module, *others: nn.Module) -> nn.Module:
    """One network that computes what several networks of the same form compute.

    Args:
        first: A network that `nbnas.training.networks.network.build_network` made of a `Cell`
            or a genotype. Those of genotypes are computed one after the other.
        others: Networks of the same architecture and sizes.

    Returns:
        The network, images `(n, G * C, H, W)` to scores `(n, G, classes)`. Its weights are copies.

    Raises:
        ArchitectureError: If the networks have layers that it does not know.
    """
    raise ArchitectureError(
        "expected networks of genotypes, or of cells with operations on their edges, got a "
        f"{type(first).__name__}"
    )


@side_by_side.register(nn.Identity)
@side_by_side.register(nn.ReLU)
@side_by_side.register(nn.AvgPool2d)
@side_by_side.register(nn.MaxPool2d)
@side_by_side.register(nn.AdaptiveAvgPool2d)
@side_by_side.register(nn.Flatten)
def _alike(first: nn.Module, *others: nn.Module) -> nn.Module:
    """Layers without weights treat every channel alike."""
    return first


@side_by_side.register
def _sequence(first: nn.Sequential, *others: nn.Sequential) -> nn.Sequential:
    return nn.Sequential(*(side_by_side(*layers) for layers in zip(first, *others, strict=True)))


@side_by_side.register
def _residuals(first: Residual, *others: Residual) -> Residual:
    ways = zip(*((each.body, each.shortcut) for each in (first, *others)), strict=True)
    return Residual(*(side_by_side(*layers) for layers in ways))


@side_by_side.register
def _normalizers(first: Normalize, *others: Normalize) -> Normalize:
    layers = (first, *others)
    shift, scale = (
        torch.cat([getattr(layer, name).flatten() for layer in layers])
        for name in ("shift", "scale")
    )
    return Normalize(shift, scale)


@side_by_side.register
def _convolutions(first: nn.Conv2d, *others: nn.Conv2d) -> nn.Conv2d:
    return _convolution(first, [layer.weight for layer in (first, *others)])


@side_by_side.register
def _normalizations(first: nn.BatchNorm2d, *others: nn.BatchNorm2d) -> nn.BatchNorm2d:
    return _normalization([first, *others], slice(None))


@side_by_side.register
def _linears(first: nn.Linear, *others: nn.Linear) -> nn.Module:
    return _Linears((first, *others))


@side_by_side.register
def _cells(first: Cell, *others: Cell) -> nn.Module:
    return _Cells((first, *others))


@side_by_side.register
def _genotypes(first: DartsNetwork, *others: DartsNetwork) -> nn.Module:
    return _Apart((first, *others))


class _Apart(nn.Module):
    """Networks that are not joined: each computes its own group."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(deepcopy(each) for each in networks)

    def forward(self, images: Tensor) -> Tensor:
        """Compute the scores of every group, `(n, G, classes)`."""
        groups = images.chunk(len(self.networks), dim=1)
        pairs = zip(self.networks, groups, strict=True)
        return torch.stack([network(group) for network, group in pairs], dim=1)


class _Separate(nn.Module):
    """A user's operation, which nobody knows how to join: applied to each group by itself."""

    def __init__(self, operations: Sequence[nn.Module]) -> None:
        super().__init__()
        self.operations = nn.ModuleList(deepcopy(each) for each in operations)

    def forward(self, images: Tensor) -> Tensor:
        """Compute every group, groups to groups."""
        groups = images.chunk(len(self.operations), dim=1)
        pairs = zip(self.operations, groups, strict=True)
        return torch.cat([operation(group) for operation, group in pairs], dim=1)


class _Linears(nn.Module):
    """A linear layer for each group, `(n, G * C)` to `(n, G, classes)`."""

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.stack([layer.weight.detach() for layer in layers]))
        self.bias = nn.Parameter(torch.stack([layer.bias.detach() for layer in layers]))

    def forward(self, features: Tensor) -> Tensor:
        """Compute the scores of every group."""
        groups = features.view(len(features), len(self.weight), -1).transpose(0, 1)
        return torch.baddbmm(self.bias[:, None], groups, self.weight.transpose(1, 2)).transpose(
            0, 1
        )


class _Cells(nn.Module):
    """The cells of all networks: every edge is computed for all groups at once."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        super().__init__()
        self.output = cells[0].output
        edges = [
            ((source, target), _copy(operations, copy, cells[0].channels))
            for (source, _, targets), *operations in zip(
                cells[0].fans, *(cell.operations for cell in cells), strict=True
            )
            for copy, target in enumerate(targets)
        ]
        self.edges = [edge for edge, _ in edges]
        self.operations = nn.ModuleList(operation for _, operation in edges)

    def forward(self, images: Tensor) -> Tensor:
        """Compute the output vertex, groups to groups."""
        values = {0: images}
        for (source, target), operation in zip(self.edges, self.operations, strict=True):
            term = operation(at(values, source))
            values[target] = values[target] + term if target in values else term
        return at(values, self.output)


def _copy(operations: Sequence[nn.Module], copy: int, channels: int) -> nn.Module:
    """One of the operations that a fan computes at once, for all groups."""
    if isinstance(operations[0], Own):
        return _Separate([cast(Own, own).copies[copy] for own in operations])
    if not isinstance(operations[0], nn.Sequential):
        return side_by_side(*operations)
    mine = slice(copy * channels, (copy + 1) * channels)
    fans: list[Any] = list(operations)
    weights = [convolution.weight[mine] for _, convolution, _ in fans]
    normalization = _normalization([layer for _, _, layer in fans], mine)
    return nn.Sequential(nn.ReLU(), _convolution(fans[0][1], weights), normalization)


def _convolution(like: nn.Conv2d, weights: Sequence[Tensor]) -> nn.Conv2d:
    groups, (outputs, inputs) = len(weights), weights[0].shape[:2]
    made = nn.Conv2d(
        groups * inputs,
        groups * outputs,
        like.kernel_size,  # type: ignore[arg-type]
        like.stride,  # type: ignore[arg-type]
        padding=like.padding,  # type: ignore[arg-type]
        groups=groups,
        bias=False,
        device="meta",
    )
    made.weight = nn.Parameter(torch.cat([weight.detach() for weight in weights]))
    return made


def _normalization(layers: Sequence[nn.BatchNorm2d], mine: slice) -> nn.BatchNorm2d:
    made = nn.BatchNorm2d(sum(len(layer.weight[mine]) for layer in layers))
    with torch.no_grad():
        made.weight.copy_(torch.cat([layer.weight[mine] for layer in layers]))
        made.bias.copy_(torch.cat([layer.bias[mine] for layer in layers]))
    return made
