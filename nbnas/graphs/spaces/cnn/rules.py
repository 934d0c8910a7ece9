"""What makes a free CNN valid.

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, appendix (the constraints on the networks).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nbnas.brief import brief, settings
from nbnas.checks import settle, span, whole
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import ARCHITECTURE, LINK, Architecture
from nbnas.graphs.spaces.counts import BOUND, Counts, counts, excess, is_bounded, later
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import CONVOLUTIONS, SOFTMAX, Shape, shapes, sources

MOST_LAYERS = 1_000
WIDEST = 999_999  # units that a layer's label can have
KINDS = (*CONVOLUTIONS, "max-pool", "avg-pool", "fc", SOFTMAX)


@dataclass(frozen=True, slots=True)
class CnnRules:
    """The bounds of a space of free CNNs, and the check that a graph is in them.

    Attributes:
        layers: Least and greatest number of layers, softmaxes among them; "image" and "output"
            are none.
        units: Least and greatest number of channels or features of a layer.
        image_size: Side of the square images, in pixels.
        degree: Greatest number of links into, and out of, any vertex.
        links: Greatest number of links.
        max_parameters: Greatest number of trainable weights of a network; `None` for any.
        max_multiply_adds: Greatest number of multiply-adds for one image; `None` for any.
        colors: Channels of the images; of a meaning only for these two bounds.
        classes: Number of classes; of a meaning only for these two bounds.

    Raises:
        SettingError: If a bound is no whole number from 1, a range is empty or the links are too
            few.
    """

    layers: tuple[int, int] = (5, 60)
    units: tuple[int, int] = (8, 1024)
    image_size: int = 32
    degree: int = 5
    links: int = 200
    max_parameters: int | None = later(None)
    max_multiply_adds: int | None = later(None)
    colors: int = later(3)
    classes: int = later(10)

    def __post_init__(self) -> None:
        settle(
            self,
            layers=span(1, MOST_LAYERS),
            units=span(1, WIDEST),
            image_size=whole(1),
            degree=whole(1),
            links=whole(1),
        )
        settle(self, max_parameters=BOUND, max_multiply_adds=BOUND)
        settle(self, colors=whole(1), classes=whole(1))
        if self.links <= self.layers[0]:
            raise SettingError(
                f"expected more links than least layers, got links={self.links} with "
                f"layers={self.layers}"
            )

    @brief
    def __repr__(self) -> str:
        return settings(self)

    def check(self, architecture: Architecture) -> None:
        """Check that an architecture is a network within these bounds.

        It is where (1) every layer is on a path from image to output; (2) exactly the softmaxes
        lead to the output, and nowhere else; (3) no convolution or pool comes after a dense layer;
        (4) what meets at a vertex is all flat, or all images of the same side, counted after
        strides, and no side of 1 is halved; (5) the numbers of layers, units and links, and the
        size of the network where it has bounds, are within them.

        Raises:
            ArchitectureError: If it is none; the message names the vertex or the number.
        """
        _check_numbers(self, ARCHITECTURE("architecture", architecture))
        for vertex, label in list(enumerate(architecture.nodes))[1:-1]:
            _check_label(self, vertex, label)
        _check_sides(architecture, sides(self, architecture))
        _check_output(architecture)
        _check_size(self, architecture)


def size_of(rules: CnnRules, architecture: Architecture) -> Counts:
    """How large a network is, for the images that a space is for."""
    side = rules.image_size
    return counts(architecture, (rules.colors, side, side), rules.classes)


def sides(rules: CnnRules, architecture: Architecture) -> tuple[Shape, ...]:
    """For each vertex the `(height, width)` of what it gives, in pixels; `()` where it is flat.

    Raises:
        ArchitectureError: If the layers do not go together.
    """
    side = rules.image_size
    return tuple(shape[1:] for shape in shapes(architecture, (3, side, side), 10))


def _check_numbers(rules: CnnRules, architecture: Architecture) -> None:
    least, greatest = rules.layers
    number, edges = len(architecture.nodes) - 2, architecture.edges
    if not least <= number <= greatest:
        raise ArchitectureError(f"expected {least} to {greatest} layers, got {number}")
    if len(edges) > rules.links:
        raise ArchitectureError(f"expected up to {rules.links} links, got {len(edges)}")
    for u, v, operation in edges:
        if operation != LINK:
            raise ArchitectureError(f"edge {u} -> {v}: expected {LINK!r}, got {operation!r:.40}")
    _check_degree(rules, architecture, (u for u, _, _ in edges), "out of")
    _check_degree(rules, architecture, (v for _, v, _ in edges), "into")


def _check_degree(rules: CnnRules, a: Architecture, ends: Iterable[int], word: str) -> None:
    for vertex, number in Counter(ends).items():
        if number > rules.degree:
            raise ArchitectureError(
                f"vertex {vertex} ({a.nodes[vertex]}): expected up to {rules.degree} links "
                f"{word} it, got {number}"
            )


def _check_label(rules: CnnRules, vertex: int, label: str) -> None:
    layer = Layer.parse(label)
    if layer.kind not in KINDS:
        raise ArchitectureError(
            f"vertex {vertex} ({label}): expected a layer out of {', '.join(KINDS)}"
        )
    least, greatest = rules.units
    if layer.units is not None and not least <= layer.units <= greatest:
        raise ArchitectureError(f"vertex {vertex} ({label}): expected {least} to {greatest} units")


def _check_sides(architecture: Architecture, found: Sequence[Shape]) -> None:
    for vertex, incoming in enumerate(sources(architecture)):
        meeting = {found[u] for u in incoming}
        if len(meeting) > 1:
            raise ArchitectureError(
                f"vertex {vertex} ({architecture.nodes[vertex]}): expected images of one side, or "
                f"only flat results, to meet; got {', '.join(map(_side, sorted(meeting)))}"
            )


def _side(side: Shape) -> str:
    return " x ".join(map(str, side)) or "flat"


def _check_output(architecture: Architecture) -> None:
    last = len(architecture.nodes) - 1
    for source, target, _ in architecture.edges:
        if (architecture.nodes[source] == SOFTMAX) != (target == last):
            raise ArchitectureError(
                f"vertex {source} ({architecture.nodes[source]}): expected each softmax, and "
                f"nothing else, to lead to the output; it leads to vertex {target}"
            )


def _check_size(rules: CnnRules, architecture: Architecture) -> None:
    if is_bounded(rules):
        fault = excess(size_of(rules, architecture), rules)
        if fault:
            raise ArchitectureError(f"expected {fault}")
