"""A network from any architecture: repeated cells, a whole network, or a language model.

Notation
    C, H, W   channels, height and width of an image
    T, B      number of steps, and of texts side by side

    first vertex   architecture        built as
    "image"        a whole network     `nbnas.training.networks.layered`, as it is
    "x"            a recurrent cell    `nbnas.training.networks.recurrent`, which reads text
    any other      a cell for images,  `nbnas.training.networks.planned`, which repeats it
                   or a genotype
"""

import functools
from collections.abc import Iterable, Sequence

import torch
from torch import nn

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, ZERO, Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.graph import holds_cells
from nbnas.graphs.spaces.darts.graph import genotype_of
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.operation import OF_DARTS, Operation
from nbnas.graphs.spaces.recurrent.graph import begins_recurrent, recipe_of
from nbnas.graphs.spaces.shapes import KINDS
from nbnas.graphs.values import is_of_choices
from nbnas.training.networks.cell import OPERATIONS, VERTEX_OPERATIONS
from nbnas.training.networks.cell import Cell as Cell
from nbnas.training.networks.darts.plan import DartsPlan
from nbnas.training.networks.layered import build_layers
from nbnas.training.networks.multiply_adds import Classifier
from nbnas.training.networks.multiply_adds import count_multiply_adds as count_multiply_adds
from nbnas.training.networks.multiply_adds import count_parameters as count_parameters
from nbnas.training.networks.own import builds_of
from nbnas.training.networks.planned import AnyPlan, build_plan, plan_for
from nbnas.training.networks.recurrent import build_recurrent
from nbnas.training.networks.weights import initialized

IMAGE = "image"  # the first vertex of whole networks
_HINT = "; what builds one of your own is told by operations=space.operations"


def build_network(
    architecture: Architecture,
    *,
    image_shape: tuple[int, int, int] | None = None,
    classes: int,
    channels: int = 8,
    cells: int = 1,
    operations: Sequence[Operation] = (),
    skeleton: AnyPlan | None = None,
    generator: torch.Generator,
) -> nn.Module:
    """Build and initialise a network, on the CPU, leaving torch's own generator alone.

    Args:
        architecture: An architecture of any search space.
        image_shape: `(C, H, W)` of the images; `None` for a recurrent cell, which reads text.
        classes: Number of classes; of a recurrent cell, the number of different tokens.
        channels: Number of channels of the first stage; the second has twice as many. A whole
            network has its own. Of a recurrent cell, the size of an embedded token and of a
            hidden state; `recurrent.build_recurrent` takes them one by one.
        cells: Number of cells of each of the two stages. A whole network has none. Of a recurrent
            cell, the number of layers; of a genotype, of normal cells of each stage.
        operations: A user's own operations of cells. Their weights begin as torch makes them.
        skeleton: What repeats a cell for images, or both of a genotype, in place of `channels`
            and `cells`.
        generator: Source of the initial weights, a generator of the CPU.

    Returns:
        The network, images `(n, C, H, W)` to scores `(n, classes)`; of a recurrent cell a
        `RecurrentNetwork`, tokens `(T, B)` to logits `(T, B, classes)` and its hidden states.

    Raises:
        ArchitectureError: If the architecture has an unknown operation, or does not suit the
            skeleton.
        SettingError: If there is no channel, cell or class, or an image shape is missing or given
            to a recurrent cell.

    Example:
        >>> from nbnas.graphs.spaces.recurrent.space import lstm
        >>> network = build_network(lstm(), classes=65, channels=16, generator=torch.Generator())
        >>> logits, state = network(torch.zeros(5, 2, dtype=torch.int64))
        >>> logits.shape
        torch.Size([5, 2, 65])
    """
    check_operations(architecture, operations)
    if skeleton is not None:
        check_suits(architecture, skeleton)
    if min(channels, cells, classes) < 1:
        raise SettingError(
            "expected at least one channel, cell and class, "
            f"got channels={channels}, cells={cells}, classes={classes}"
        )
    _check_image_shape(architecture, image_shape)
    if image_shape is None:  # it reads text
        sizes = {"vocabulary": classes, "embedding": channels, "hidden": channels}
        return build_recurrent(architecture, **sizes, layers=cells, generator=generator)
    if architecture.nodes[0] == IMAGE:
        return build_layers(
            architecture, image_shape=image_shape, classes=classes, generator=generator
        )
    plan = plan_for(architecture, channels, cells) if skeleton is None else skeleton
    build = functools.partial(
        build_plan,
        *(plan, architecture, image_shape[0], classes),
        classifier=nn.Linear if skeleton is None else Classifier,
    )
    own = builds_of(operations, architecture)
    make = functools.partial(build, own=own) if own else build
    return initialized(make, generator, own=bool(own))


def reads_text(architecture: Architecture) -> bool:
    """Whether it is a recurrent cell, which reads text; all other architectures read images."""
    return begins_recurrent(architecture)


def check_suits(architecture: Architecture, skeleton: AnyPlan) -> None:
    """Check that an architecture is what a skeleton can repeat.

    Raises:
        ArchitectureError: If it is a whole network or a recurrent cell; or a genotype where the
            skeleton repeats equal cells, or such a cell where it is DARTS'.
    """
    if architecture.nodes[0] == IMAGE or reads_text(architecture):
        what = "recurrent cell" if reads_text(architecture) else "whole network"
        raise ArchitectureError(
            f"expected a cell for images, which the skeleton repeats, got the {what} "
            f"{architecture.text!r:.200}; leave the skeleton out"
        )
    if holds_cells(architecture) != isinstance(skeleton, DartsPlan):
        what, other = "a genotype of a DartsSpace", "a cell that is repeated as it is"
        wanted, came = (other, what) if holds_cells(architecture) else (what, other)
        does = "nas_bench_201_skeleton()" if came == other else "darts_skeleton()"
        raise ArchitectureError(
            f"expected {wanted} for skeleton={skeleton!r}, got {came}: "
            f"{architecture.text!r:.200}; give another skeleton, such as {does}"
        )


def check_operations(architecture: Architecture, own: Sequence[Operation] = ()) -> None:
    """Check that every operation of an architecture can be built.

    Args:
        architecture: The architecture.
        own: A user's own operations.

    Raises:
        ArchitectureError: If one is unknown; the message lists the known words. Also if it begins
            like a recurrent cell and is none.
    """
    text = architecture.text
    if is_of_choices(architecture.nodes):
        raise ArchitectureError(
            f"expected an architecture that says what its network is, got the choices "
            f"{text!r:.200}; give what builds a network of them: Trainer(data, network=build)"
        )
    edges = (word for _, _, word in architecture.edges)
    if reads_text(architecture):
        recipe_of(architecture)
    elif holds_cells(architecture):
        found = genotype_of(architecture)
        words = (word for word, _ in (*found.normal, *found.reduce))
        _check_words(words, (*OF_DARTS, *map(str, own)), text, _HINT)
    elif architecture.nodes[0] == IMAGE:
        _check_words(edges, (LINK,), text)
        _check_words((Layer.parse(label).kind for label in architecture.nodes[1:-1]), KINDS, text)
    elif has_vertex_operations(architecture):
        _check_words(architecture.nodes[1:-1], VERTEX_OPERATIONS, text)
    else:
        _check_words(edges, (ZERO, *OPERATIONS, *map(str, own)), text, _HINT)


def _check_image_shape(
    architecture: Architecture, image_shape: tuple[int, int, int] | None
) -> None:
    """Check that there is an image shape exactly if the architecture reads images."""
    text = architecture.text
    if reads_text(architecture) and image_shape is not None:
        raise SettingError(
            f"expected no image_shape for a recurrent cell, which reads text, got {image_shape}; "
            f"leave it out and give the number of tokens as classes to build {text!r:.200}"
        )
    if not reads_text(architecture) and image_shape is None:
        raise SettingError(
            "expected image_shape=(C, H, W) for an architecture that reads images, got None "
            f"for {text!r:.200}"
        )


def _check_words(words: Iterable[str], known: Iterable[str], text: str, hint: str = "") -> None:
    unknown = set(words) - set(known)
    if unknown:
        raise ArchitectureError(
            f"expected operations out of {', '.join(known)}; "
            f"got {', '.join(sorted(unknown))} in {text!r:.200}{hint}"
        )
