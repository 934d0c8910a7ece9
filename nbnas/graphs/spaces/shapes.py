"""The shape of what every layer of a whole network gives, computed from its graph alone.

Notation
    (C, H, W)   shape of an image: channels, height and width
    (F,)        shape of a flat result: features
    halve(s)    the side after a stride of 2, rounded up: 8, 4, 2, 1 and 7, 4, 2, 1

What meets at a vertex is concatenated: images along their channels, larger ones first averaged
down to the smallest height and width; where a flat result is among them, or the vertex is dense,
everything is flattened.
"""

from collections.abc import Sequence

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.layers import Layer

CONVOLUTIONS = {"conv3x3": 3, "conv5x5": 5, "conv7x7": 7}
"""The side of the kernel of each kind of convolution, in pixels."""
POOLS = ("pool", "max-pool", "avg-pool")
DENSE = ("dense", "fc")
RELU, SOFTMAX = "relu", "softmax"
KINDS = (*CONVOLUTIONS, *POOLS, *DENSE, RELU, SOFTMAX)
WITH_UNITS = (*CONVOLUTIONS, *DENSE)

Shape = tuple[int, ...]


def halve(side: int) -> int:
    """The side, in pixels, after a stride of 2: rounded up, so that it stays at least 1."""
    return -(-side // 2)


def halvings(side: int) -> int:
    """How often a side, in pixels, can be halved until it is 1.

    Example:
        >>> halvings(8), halvings(7), halvings(1)
        (3, 3, 0)
    """
    return (side - 1).bit_length()


def shapes(
    architecture: Architecture, image_shape: tuple[int, int, int], classes: int
) -> tuple[Shape, ...]:
    """Compute the shape of what each vertex of a whole network gives.

    Args:
        architecture: A graph from "image" to "output" with layers between.
        image_shape: `(C, H, W)` of the image.
        classes: Number of classes: what a softmax vertex and the output give.

    Returns:
        One shape a vertex, `(C, H, W)` or `(F,)`.

    Raises:
        ArchitectureError: If it is no such graph, a layer is unknown or stands where it cannot, or
            an image gets too small; the message names the vertex.
    """
    check_ends(architecture)
    found: list[Shape] = [image_shape]
    for vertex, incoming in enumerate(sources(architecture)[1:-1], 1):
        label = architecture.nodes[vertex]
        try:
            found.append(_after(Layer.parse(label), [found[u] for u in incoming], classes))
        except ArchitectureError as error:
            raise ArchitectureError(f"vertex {vertex} ({label}): {error}") from error
    return (*found, (classes,))


def check_ends(architecture: Architecture) -> None:
    """Check that a graph goes from "image" to "output" and that every vertex is on such a path.

    Raises:
        ArchitectureError: If not; the message says what is there, or which vertex hangs.
    """
    nodes = architecture.nodes
    if (nodes[0], nodes[-1]) != ("image", "output"):
        raise ArchitectureError(
            f"expected a network from 'image' to 'output', got one from {nodes[0]!r:.40} "
            f"to {nodes[-1]!r:.40}; cells need build_network"
        )
    last = len(nodes) - 1
    ends = {v for _, v, _ in architecture.edges}, {u for u, _, _ in architecture.edges}
    for vertex, label in enumerate(nodes):
        if (vertex > 0 and vertex not in ends[0]) or (vertex < last and vertex not in ends[1]):
            raise ArchitectureError(
                f"vertex {vertex} ({label}): expected it on a path from image to output"
            )


def sources(architecture: Architecture) -> tuple[tuple[int, ...], ...]:
    """For each vertex the vertices whose edges end at it, ascending."""
    found: list[list[int]] = [[] for _ in architecture.nodes]
    for source, target, _ in architecture.edges:
        found[target].append(source)
    return tuple(map(tuple, found))


def meet(arriving: Sequence[Shape], flat: bool = False) -> Shape:
    """The shape of what meets at a vertex.

    Args:
        arriving: Shapes of what comes in, at least one.
        flat: Whether the vertex flattens whatever comes.

    Returns:
        `(sum of C, least H, least W)`, or `(F,)` with all numbers of all shapes.
    """
    images = [shape for shape in arriving if len(shape) == 3]
    if not flat and len(images) == len(arriving):
        channels, heights, widths = zip(*images, strict=True)
        return sum(channels), min(heights), min(widths)
    return (sum(_numbers(shape) for shape in arriving),)


def _numbers(shape: Shape) -> int:
    return shape[0] * shape[1] * shape[2] if len(shape) == 3 else shape[0]


def _after(layer: Layer, arriving: Sequence[Shape], classes: int) -> Shape:
    """The shape that a layer gives."""
    check_layer(layer)
    if layer.kind == SOFTMAX:
        return (classes,)
    if layer.kind in DENSE:
        return (layer.units or 0,)
    shape = meet(arriving)
    if layer.kind == RELU:
        return shape
    if len(shape) != 3:
        raise ArchitectureError("expected an image to come in, got a flat result of a dense layer")
    return (layer.units or shape[0], *(_stride(side, layer.stride) for side in shape[1:]))


def check_layer(layer: Layer) -> None:
    """Check that a layer is of a known kind, and has the units and the stride of that kind.

    Raises:
        ArchitectureError: If not; the message says what it needs.
    """
    if layer.kind not in KINDS:
        raise ArchitectureError(
            f"expected a layer out of {', '.join(KINDS)}; got {layer.kind!r:.40}"
        )
    if (layer.units is None) == (layer.kind in WITH_UNITS):
        needed = "a number of units" if layer.units is None else "no units"
        raise ArchitectureError(f"expected {layer.kind} with {needed}, got {str(layer)!r}")
    strides = (1, 2) if layer.kind in CONVOLUTIONS else (2,) if layer.kind in POOLS else (1,)
    if layer.stride not in strides:
        raise ArchitectureError(
            f"expected {layer.kind} with stride {' or '.join(map(str, strides))}, "
            f"got {str(layer)!r}"
        )


def _stride(side: int, stride: int) -> int:
    if stride == 1:
        return side
    if side < 2:
        raise ArchitectureError(
            "expected an image of at least 2 x 2 pixels to halve, got a side of 1: "
            "use larger images or fewer strides"
        )
    return halve(side)
