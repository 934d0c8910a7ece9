"""How large the network of a graph of layers is, counted from its shapes alone, and bounds for it.

Notation
    F, u     numbers that come into a dense layer, and its units
    C, k     channels that come into a convolution, and the side of its kernel in pixels
    H, W     height and width of what it gives, in pixels

    layer                parameters       multiply-adds for one image
    convolution          k² C u + 2 u     k² C u H W       with the normalisation that follows it
    dense, softmax       F u + u          F u              of a softmax, u is the number of classes
    output               F u + u          F u              only where no softmax leads to it
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from nbnas.brief import ADDED
from nbnas.checks import whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import (
    CONVOLUTIONS,
    DENSE,
    SOFTMAX,
    Shape,
    meet,
    shapes,
    sources,
)

BOUND = whole(1, 10**15).optional


@dataclass(frozen=True, slots=True)
class Counts:
    """How large a network is.

    Attributes:
        parameters: Number of trainable weights.
        multiply_adds: Number of multiply-adds for one image.
    """

    parameters: int
    multiply_adds: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.parameters + other.parameters, self.multiply_adds + other.multiply_adds)


class Bounded(Protocol):
    """A space of whole networks with bounds for their size."""

    @property
    def max_parameters(self) -> int | None:
        """Greatest number of trainable weights; `None` for any."""

    @property
    def max_multiply_adds(self) -> int | None:
        """Greatest number of multiply-adds for one image; `None` for any."""


def later(default: Any) -> Any:  # noqa: ANN401
    """A field that came later, with what it is by default."""
    return field(default=default, metadata=ADDED)


def is_bounded(space: Bounded) -> bool:
    """Whether a space has a bound for the size of its networks."""
    return space.max_parameters is not None or space.max_multiply_adds is not None


def excess(counts: Counts, space: Bounded) -> str:
    """Which bound a network of some size breaks, in words; empty if none."""
    pairs = (
        (counts.parameters, space.max_parameters, "parameters"),
        (counts.multiply_adds, space.max_multiply_adds, "multiply-adds"),
    )
    faults = (f"up to {most:,} {word}, got {n:,}" for n, most, word in pairs if most and n > most)
    return " and ".join(faults)


def counts(architecture: Architecture, image_shape: tuple[int, int, int], classes: int) -> Counts:
    """Count the weights and multiply-adds of the network of a graph of layers.

    Args:
        architecture: A graph from "image" to "output" with layers between.
        image_shape: `(C, H, W)` of the image.
        classes: Number of classes.

    Returns:
        The same counts as those of the network that is built of it.

    Raises:
        ArchitectureError: If it is no such graph, or its layers do not go together.

    Example:
        >>> from nbnas.graphs.spaces.chain.space import ChainSpace
        >>> counts(ChainSpace(depth=2).parse("conv3x3-pool"), (1, 8, 8), 10)
        Counts(parameters=2746, multiply_adds=11776)
    """
    found = shapes(architecture, image_shape, classes)
    labels, reading = architecture.nodes, sources(architecture)
    total = Counts(0, 0)
    for vertex in range(1, len(labels) - 1):
        arriving = [found[u] for u in reading[vertex]]
        total += _of_layer(Layer.parse(labels[vertex]), arriving, found[vertex], classes)
    if all(labels[u] == SOFTMAX for u in reading[-1]):
        return total
    return total + dense(meet([found[u] for u in reading[-1]], flat=True)[0], classes)


def dense(features: int, units: int) -> Counts:
    """The size of a linear layer."""
    return Counts(features * units + units, features * units)


def convolution(side: int, channels: int, units: int, pixels: int) -> Counts:
    """The size of a convolution with its normalisation.

    Args:
        side: Side of its kernel.
        channels: Channels that come in.
        units: Channels that it gives.
        pixels: Height times width of what it gives.
    """
    weights = side * side * channels * units
    return Counts(weights + 2 * units, weights * pixels)


def _of_layer(layer: Layer, arriving: list[Shape], given: Shape, classes: int) -> Counts:
    if layer.kind == SOFTMAX:
        return dense(meet(arriving, flat=True)[0], classes)
    if layer.kind in DENSE:
        return dense(meet(arriving, flat=True)[0], layer.units or 0)
    if layer.kind in CONVOLUTIONS:
        pixels = given[1] * given[2]
        return convolution(CONVOLUTIONS[layer.kind], meet(arriving)[0], layer.units or 0, pixels)
    return Counts(0, 0)
