"""The source of the network of a genotype: all its operations in one class.

Notation
    cC_readI   what brings the I-th input of cell C to the channels of its vertices
    cC_vV_J    the J-th operation of vertex V of cell C
    readI, vV  what these give
    yC         what cell C gives; y0 is what the stem gives, cells are counted from 1
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from torch import nn

from nbnas.training.export.own.code import Code
from nbnas.training.export.source.block import BODY, Attribute, Block
from nbnas.training.export.source.expression import Call, Expression, laid_out
from nbnas.training.export.source.modules import written
from nbnas.training.networks.darts.build import DartsNetwork
from nbnas.training.networks.darts.cell import DartsCell, stride_of
from nbnas.training.networks.darts.operations import FactorizedReduce
from nbnas.training.networks.own import Own

_SPACE = " " * BODY
_REDUCES = "Half the height and width by two 1x1 convolutions, the second one pixel further."
_REDUCED = (
    f"{_SPACE}x = torch.relu(x0)",
    f"{_SPACE}height, width = x.shape[2:]",
    f"{_SPACE}shifted = nn.functional.pad(x, (-1, width % 2, -1, height % 2))",
    f"{_SPACE}return self.normalize(torch.cat([self.first(x), self.second(shifted)], dim=1))",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A module of the network.

    Attributes:
        module: The module.
        made: The function of a user that makes it for a number of channels; empty for none.
        channels: How many.
    """

    module: nn.Module
    made: str = ""
    channels: int = 0


def darts_blocks(
    network: DartsNetwork, says: str, code: Code | None = None
) -> tuple[Block, ...] | None:
    """The classes of a genotype's network, the network the last one.

    Args:
        network: The network.
        says: The docstring of its class.
        code: What makes the operations of a user's own, by their names.

    Returns:
        The classes; `None` if a cell gives nothing, or an operation cannot be written.
    """
    cells = [cast(DartsCell, cell) for cell in network.cells]
    inner = dict(_named(cells, {} if code is None else code.called))
    named = {"stem": Part(network.stem), **inner, "head": Part(network.head)}
    told = {name: _written(part) for name, part in named.items()}
    made = [
        Attribute(name, said, _bare(named[name].module))
        for name, said in told.items()
        if said is not None
    ]
    if len(made) < len(named) or not all(any(cell.inputs.values()) for cell in cells):
        return None
    lines = [f"{_SPACE}y0 = self.stem(x0)"]
    for number, cell in enumerate(cells, 1):
        lines += _lines(number, cell)
    lines.append(f"{_SPACE}return self.head(y{len(cells)})")
    block = Block("Network", says, tuple(made), "x0: Tensor) -> Tensor", tuple(lines))
    reduces = next((m for m in network.modules() if isinstance(m, FactorizedReduce)), None)
    return (block,) if reduces is None else (_reduce_block(reduces), block)


def _named(cells: list[DartsCell], called: Mapping[str, str]) -> Iterator[tuple[str, Part]]:
    """The modules of all cells by their names in the source."""
    for number, cell in enumerate(cells, 1):
        for given, module in cell.preprocess.items():
            yield f"c{number}_read{given}", Part(module)
        for vertex, some in cell.operations.items():
            for place, module in enumerate(cast(nn.ModuleList, some)):
                word, source = cell.inputs[int(vertex)][place]
                apart = stride_of(source, reduction=cell.stride > 1) > 1
                made = (called.get(f"{word} strided") if apart else None) or called.get(word, "")
                yield f"c{number}_v{vertex}_{place}", Part(module, made, cell.channels)


def _written(part: Part) -> Expression | None:
    """The call that makes a module; one of a user's own is made by their function."""
    module = part.module
    match module:
        case FactorizedReduce():
            channels = (module.first.in_channels, module.normalize.num_features)
            return Call("FactorizedReduce", tuple(map(str, channels)))
        case Own():
            return Call(part.made, (str(part.channels),)) if part.made else None
        case nn.Sequential() if isinstance(module[-1], Own):
            both = [_written(replace(part, module=each)) for each in module]
            said = tuple(each for each in both if each is not None)
            return Call("nn.Sequential", said) if len(said) == len(both) else None
    return written(module)


def _bare(module: nn.Module) -> nn.Module:
    """A module whose weights have the names that they have in the source."""
    if isinstance(module, Own):
        return module.copies[0]
    if isinstance(module, nn.Sequential) and isinstance(module[-1], Own):
        return nn.Sequential(*map(_bare, module))
    return module


def _lines(number: int, cell: DartsCell) -> Iterator[str]:
    """What `forward` does for a cell."""
    given = (f"y{max(number - 2, 0)}", f"y{number - 1}")
    for source in cell.preprocess:
        yield f"{_SPACE}read{source} = self.c{number}_read{source}({given[int(source)]})"
    full = [vertex for vertex, some in cell.inputs.items() if some]
    for vertex in full:
        terms = (
            f"self.c{number}_v{vertex}_{place}({'read' if source < 2 else 'v'}{source})"
            for place, (_, source) in enumerate(cell.inputs[vertex])
        )
        yield f"{_SPACE}v{vertex} = {' + '.join(terms)}"
    empty = f"torch.zeros_like(v{full[0]})"
    joined = ", ".join(f"v{vertex}" if vertex in full else empty for vertex in cell.inputs)
    yield from laid_out(Call("torch.cat", (f"[{joined}]", "dim=1")), BODY, f"y{number} = ")


def _reduce_block(reduce: FactorizedReduce) -> Block:
    halves = ("channels // 2", "channels - channels // 2")
    made = (
        *(
            Attribute(
                name,
                Call("nn.Conv2d", ("inputs", half, "1", "stride=2", "bias=False")),
                getattr(reduce, name),
            )
            for name, half in zip(("first", "second"), halves, strict=True)
        ),
        Attribute("normalize", Call("nn.BatchNorm2d", ("channels",)), reduce.normalize),
    )
    signature, takes = "x0: Tensor) -> Tensor", "inputs: int, channels: int"
    return Block("FactorizedReduce", _REDUCES, made, signature, _REDUCED, takes)
