"""A network of shared cells: what a recipe puts cells into, around all cells at once.

Notation
    W         number of kinds of cells: one, or a normal and a reduction cell
    weights   how much of each operation the edges of each kind carry, W tensors `(E, O)`
    C, H, W   channels, height and width of an image
"""

import functools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.operation import own_operations
from nbnas.training.networks.cell import Cell
from nbnas.training.networks.shared.cell import SharedCell
from nbnas.training.networks.skeleton.build import build_planned
from nbnas.training.networks.skeleton.plan import Plan
from nbnas.training.networks.weights import initialized

Weights = tuple[Tensor, ...]


class Shared(nn.Module):
    """A network of all architectures: scores of images, with given weights of operations."""

    def give(self, network: nn.Module) -> None:
        """Copy the weights of one architecture into its network.

        Args:
            network: What the same recipe builds for the architecture, for normalised images.
        """
        raise NotImplementedError(f"expected {type(self).__name__} to define give")


class SharedNetwork(Shared):
    """A network of shared cells.

    Args:
        parts: What images pass one after the other; shared cells among them.
    """

    def __init__(self, parts: Sequence[nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, images: Tensor, weights: Weights) -> Tensor:
        """Compute the scores, `(n, C, H, W)` to `(n, classes)`."""
        for part in self.parts:
            images = part(images, weights[0]) if isinstance(part, SharedCell) else part(images)
        return images

    def give(self, network: nn.Module) -> None:
        """See `Shared.give`."""
        assert isinstance(network, nn.Sequential)
        for part, own in zip(network, self.parts, strict=True):
            if isinstance(own, SharedCell):
                assert isinstance(part, Cell)
                own.give(part)
            else:
                part.load_state_dict(own.state_dict())


class Mixture(nn.Module):
    """A shared network with given weights, as a network of images alone.

    Args:
        shared: The network.
        weights: W tensors `(E, O)`.
    """

    def __init__(self, shared: nn.Module, weights: Weights) -> None:
        super().__init__()
        self.shared, self.weights = shared, weights

    def forward(self, images: Tensor) -> Tensor:
        """Compute the scores, `(n, C, H, W)` to `(n, classes)`."""
        scores: Tensor = self.shared(images, self.weights)
        return scores


def build_shared(
    space: CellSpace,
    plan: Plan,
    colors: int,
    classes: int,
    classifier: type[nn.Linear],
    generator: torch.Generator,
) -> SharedNetwork:
    """Build and initialise the network of all cells of a space, on the CPU.

    Args:
        space: The cells.
        plan: What they are put into.
        colors: Channels of an image.
        classes: Number of classes.
        classifier: The class of the last layer.
        generator: Source of the initial weights, a generator of the CPU.
    """
    own = {each.name: each for each in own_operations(space.operations)}
    any_cell = space.decode((0,) * len(space.edges))
    frame = functools.partial(build_planned, plan, any_cell, colors, classes, own, classifier)

    def build() -> SharedNetwork:
        cell = functools.partial(SharedCell, space.edges, space.words, own=own, prune=plan.prune)
        return SharedNetwork([cell(p.channels) if isinstance(p, Cell) else p for p in frame()])

    return initialized(build, generator, own=bool(own))
