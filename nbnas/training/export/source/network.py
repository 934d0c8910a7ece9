"""The class `Network` of the source, and those before it.

Notation
    body    the network after its normalisation
    other   what stands in a skeleton between its cells
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from nbnas.graphs.architecture import Architecture
from nbnas.training.export.own.code import Code
from nbnas.training.export.source.block import BODY, Attribute, Block
from nbnas.training.export.source.cell import cell_block, cell_module
from nbnas.training.export.source.darts import darts_blocks
from nbnas.training.export.source.expression import Call, Expression
from nbnas.training.export.source.layered import layered_block
from nbnas.training.export.source.modules import leaves, written
from nbnas.training.export.source.reduction import reduction_block
from nbnas.training.export.source.split import split_block, split_module
from nbnas.training.networks.cell import Cell, VertexCell
from nbnas.training.networks.darts.build import DartsNetwork
from nbnas.training.networks.layered import LayeredNetwork
from nbnas.training.networks.skeleton.parts import Residual
from nbnas.training.networks.split_cell import SplitCell

SAYS = "The network that was found: pictures to scores; the highest score is the class."


@dataclass(frozen=True, slots=True)
class Body:
    """The classes of a network, but for its normalisation.

    Attributes:
        blocks: The classes, `Network` the last one; its `forward` begins with "x0".
    """

    blocks: tuple[Block, ...]

    @property
    def network(self) -> Block:
        """The class `Network`."""
        return self.blocks[-1]

    def weights(self) -> dict[str, Tensor]:
        """The weights by their names in the source."""
        return self.network.weights()


def split_normalization(network: nn.Module) -> tuple[nn.Module | None, nn.Module]:
    """The normalisation that a network begins with, and all the rest."""
    first = network[0] if isinstance(network, nn.Sequential) and len(network) > 1 else None
    if first is None or type(first).__name__ != "Normalize":
        return None, network
    rest = list(network)[1:] if isinstance(network, nn.Sequential) else []
    return first, rest[0] if len(rest) == 1 else nn.Sequential(*rest)


def body_of(body: nn.Module, architecture: Architecture, code: Code | None = None) -> Body | None:
    """The classes of a network that takes normalised pictures.

    Args:
        body: The network.
        architecture: What it was made of.
        code: What makes the operations of a user's own, by their names.

    Returns:
        The classes; `None` if a part of it is of somebody else's making.
    """
    if isinstance(body, LayeredNetwork):
        block = layered_block(body, SAYS)
        return None if block is None else Body((block,))
    if isinstance(body, DartsNetwork):
        blocks = darts_blocks(body, SAYS, code)
        return None if blocks is None else Body(blocks)
    if isinstance(body, nn.Sequential) and any(map(_is_cell, body)):
        return _skeleton(list(body), architecture, code)
    made = written(body)
    if made is None:
        return None
    attributes = (Attribute("layers", made, body),)
    return Body((_network(attributes, (f"{' ' * BODY}return self.layers(x0)",)),))


def _is_cell(module: nn.Module) -> bool:
    return isinstance(module, Cell | VertexCell | SplitCell)


def _skeleton(
    parts: Sequence[nn.Module], architecture: Architecture, code: Code | None
) -> Body | None:
    """Cells in stages, with other layers before, between and after them."""
    groups = [(cell, list(some)) for cell, some in itertools.groupby(parts, _is_cell)]
    channels, words = _channels(groups), architecture.nodes
    block = _cell_block([some[0] for cell, some in groups if cell], words, channels, code)
    reduction = reduction_block([p for p in parts if isinstance(p, Residual)], channels)
    if block is None:
        return None
    attributes = []
    stage = 0
    for index, (is_cell, some) in enumerate(groups):
        if is_cell:
            attributes.append(_stage(f"cells_{stage + 1}", some, channels[stage], words))
            stage += 1
            continue
        other = _other(_name(index, len(groups)), some, channels[stage - 1])
        if other is None:
            return None
        attributes.append(other)
    network = _network(tuple(attributes), _chained([a.name for a in attributes]))
    return Body((block, *([] if reduction is None else [reduction]), network))


def _cell_block(
    firsts: Sequence[nn.Module], words: Sequence[str], channels: list[int], code: Code | None
) -> Block | None:
    """The class of the cells, by the first one of each stage."""
    if isinstance(firsts[0], SplitCell):
        return split_block(firsts[0], words)
    cells = [cell for cell in firsts if isinstance(cell, Cell | VertexCell)]
    return cell_block(cells, words, channels[0], code)


def _channels(groups: Sequence[tuple[bool, list[nn.Module]]]) -> list[int]:
    """The number of channels of each stage: what the last convolution before it gives."""
    found, width = [], 0
    for is_cell, some in groups:
        if is_cell:
            found.append(width)
        layers = (x for part in some for x in part.modules())
        widths = [x.out_channels for x in layers if isinstance(x, nn.Conv2d)]
        width = widths[-1] if widths and not is_cell else width
    return found


def _name(index: int, groups: int) -> str:
    """What the layers of a group are called; a skeleton has two groups a stage, and one more."""
    if index == 0:
        return "stem"
    if index == groups - 1:
        return "head"
    return "reduction" if groups == 5 else f"reduction_{index // 2}"


def _stage(
    name: str, cells: Sequence[nn.Module], channels: int, words: Sequence[str]
) -> Attribute:
    """The cells of a stage, as one sequence."""
    modules, calls = [], []
    for cell in cells:
        if isinstance(cell, SplitCell):
            modules.append(split_module(cell))
            calls.append(f"Cell({cell.inputs}, {cell.channels})")
        elif isinstance(cell, Cell | VertexCell):
            modules.append(cell_module(cell, words))
            calls.append(f"Cell({channels})")
    runs = [(call, len(list(some))) for call, some in itertools.groupby(calls)]
    said = (one if n == 1 else f"*({one} for _ in range({n}))" for one, n in runs)
    return Attribute(name, Call("nn.Sequential", tuple(said)), nn.Sequential(*modules))


def _other(name: str, some: Sequence[nn.Module], channels: int) -> Attribute | None:
    """Layers between cells, as one sequence; a residual block as what it is."""
    if len(some) == 1 and isinstance(some[0], Residual):
        return Attribute(name, Call("Reduction", (str(channels),)), some[0])
    layers = nn.Sequential(*leaves(some))
    code: Expression | None = written(layers)
    return None if code is None else Attribute(name, code, layers)


def _chained(names: Sequence[str]) -> tuple[str, ...]:
    """The lines that apply attributes one after the other."""
    space = " " * BODY
    lines = [f"{space}x = self.{names[0]}(x0)"]
    lines += [f"{space}x = self.{name}(x)" for name in names[1:-1]]
    return (*lines, f"{space}return self.{names[-1]}(x)")


def _network(attributes: tuple[Attribute, ...], forward: tuple[str, ...]) -> Block:
    return Block("Network", SAYS, attributes, "x0: Tensor) -> Tensor", forward)
