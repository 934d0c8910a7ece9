"""The source of cells of NAS-Bench-101, whose channels are split between their vertices.

Notation
    xV       what vertex V of a cell gives
    place    which share of the channels a vertex has, see `nbnas.training.networks.split_cell`
"""

from collections.abc import Iterator, Sequence

from torch import nn

from nbnas.training.export.source.block import BODY, Attribute, Block, docstring, identifier
from nbnas.training.export.source.cell import head_of
from nbnas.training.export.source.expression import STEP, Call, laid_out, summed
from nbnas.training.export.source.modules import for_all_widths, written
from nbnas.training.networks.cell import VERTEX_OPERATIONS
from nbnas.training.networks.split_cell import SplitCell

_SAYS = "The cell that was found: what reaches its end is joined, and shares its channels."
_WIDTH = 64  # channels of an operation that is written in terms of them
_PROJECTION = Call(
    "nn.Sequential",
    ("nn.Conv2d(inputs, channels, 1, bias=False)", "nn.BatchNorm2d(channels)", "nn.ReLU()"),
)
_SPLIT = '''def split(channels: int, shares: int) -> list[int]:
    """Channels in equal shares; the first ones get what is left over."""
    return [(channels + shares - 1 - place) // shares for place in range(shares)]


'''


def split_block(cell: SplitCell, words: Sequence[str]) -> Block:
    """The class of a cell, and the functions that it needs.

    Args:
        cell: A cell of any stage.
        words: The architecture's nodes.
    """
    used = list(dict.fromkeys(words[v] for v in cell.places))
    functions = [line for word in used for line in _function(word)]
    functions += _projection() if cell.projections else ()
    functions += _SPLIT.splitlines() if cell.shares > 1 else ()
    return Block(
        "Cell",
        _SAYS,
        tuple(_attributes(cell, words)),
        "x0: Tensor) -> Tensor",
        tuple(_forward(cell)),
        "inputs: int, channels: int",
        tuple(functions),
    )


def split_module(cell: SplitCell) -> nn.ModuleDict:
    """The modules of one cell under the names that they have in its class."""
    projections = {f"project_{v}": module for v, module in cell.projections.items()}
    return nn.ModuleDict(
        projections | {f"vertex_{v}": module for v, module in cell.operations.items()}
    )


def _attributes(cell: SplitCell, words: Sequence[str]) -> Iterator[Attribute]:
    if cell.shares > 1:
        yield Attribute("widths", f"split(channels, {cell.shares})", nn.Identity())
    if not cell.sources[cell.output] and not cell.projections:
        yield Attribute("channels", "channels", nn.Identity())
    for v in (*cell.places, cell.output):
        if str(v) in cell.projections:
            code = Call("projection", ("inputs", _width(cell, v)))
            yield Attribute(f"project_{v}", code, cell.projections[str(v)])
        if v in cell.places:
            code = Call(identifier(words[v]), (_width(cell, v),))
            yield Attribute(f"vertex_{v}", code, cell.operations[str(v)])


def _forward(cell: SplitCell) -> Iterator[str]:
    for v, place in cell.places.items():
        terms = [
            f"x{u}" if cell.places[u] == place else f"x{u}[:, : self.widths[{place}]]"
            for u in cell.sources[v]
        ]
        total = " + ".join([*terms, *_projected(cell, v)])
        yield from laid_out(Call(f"self.vertex_{v}", (total,)), BODY, f"x{v} = ")
    last = [f"x{u}" for u in cell.sources[cell.output]]
    joined = last if len(last) < 2 else [str(Call("torch.cat", (str(Call("", (*last,))), "1")))]
    terms = [*joined, *_projected(cell, cell.output)]
    zeros = "x0.new_zeros((len(x0), self.channels, *x0.shape[2:]))"
    yield from summed(terms or [zeros], BODY, "return ")


def _projected(cell: SplitCell, vertex: int) -> list[str]:
    return [f"self.project_{vertex}(x0)"] if str(vertex) in cell.projections else []


def _width(cell: SplitCell, vertex: int) -> str:
    """The number of channels of a vertex, as it is written in `__init__`."""
    whole = vertex == cell.output or cell.shares == 1
    return "channels" if whole else f"self.widths[{cell.places[vertex]}]"


def _function(word: str) -> list[str]:
    """The function that makes an operation for a number of channels."""
    codes = [written(VERTEX_OPERATIONS[word](width)) for width in (_WIDTH, 2 * _WIDTH)]
    made = for_all_widths(_WIDTH, [code for code in codes if code is not None])
    return [*head_of(word, identifier(word)), *laid_out(made or "", STEP, "return "), "", ""]


def _projection() -> Iterator[str]:
    yield "def projection(inputs: int, channels: int) -> nn.Module:"
    yield from docstring("What changes the number of channels.", STEP)
    yield from laid_out(_PROJECTION, STEP, "return ")
    yield from ("", "")
