"""The source of cells, with operations on their edges or at their vertices.

Notation
    xV              what vertex V of a cell gives
    C               channels of the first stage; each has twice that of the one before
    word            the name of an operation, such as "nor_conv_3x3"
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from nbnas.training.export.own.code import Code
from nbnas.training.export.source.block import BODY, Attribute, Block, docstring, identifier
from nbnas.training.export.source.expression import STEP, Call, Expression, laid_out, summed
from nbnas.training.export.source.modules import for_all_widths, written
from nbnas.training.networks.cell import Cell, VertexCell

Cells = Cell | VertexCell


@dataclass(frozen=True, slots=True)
class Step:
    """A module of a cell and where it stands.

    Attributes:
        name: Of the attribute, such as "edge_0_1".
        word: The operation.
        modules: Its modules, one for each stage.
    """

    name: str
    word: str
    modules: tuple[nn.Module, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """What a cell computes.

    Attributes:
        steps: Its modules.
        forward: The lines of `forward`.
    """

    steps: tuple[Step, ...]
    forward: tuple[str, ...]


def cell_block(
    cells: Sequence[Cells], words: Sequence[str], channels: int, code: Code | None = None
) -> Block | None:
    """The class of a cell, and the functions of its operations.

    Args:
        cells: One cell of each stage, each with twice the channels of the one before.
        words: The architecture's nodes.
        channels: C.
        code: What makes the operations of a user's own, by their names.

    Returns:
        The class, with the modules of the first cell; `None` if an operation cannot be written.
    """
    flow = flow_of(cells, words)
    names: dict[str, str] = {}
    functions: list[str] = []
    theirs = () if code is None else (*code.definitions, *code.imports)
    for step in flow.steps:
        if step.word in names:
            continue
        names[step.word] = identifier(step.word, (*names.values(), *theirs))
        function = _function(step, names[step.word], channels, code)
        if function is None:
            return None
        functions += function
    attributes = tuple(
        Attribute(step.name, f"{names[step.word]}(channels)", step.modules[0])
        for step in flow.steps
    )
    says = "The cell that was found: a vertex is the sum of what its edges bring."
    return Block(
        "Cell",
        says,
        attributes,
        "x0: Tensor) -> Tensor",
        flow.forward,
        "channels: int",
        tuple(functions),
    )


def cell_module(cell: Cells, words: Sequence[str]) -> nn.ModuleDict:
    """The modules of one cell under the names that they have in its class."""
    return nn.ModuleDict({step.name: step.modules[0] for step in flow_of((cell,), words).steps})


def flow_of(cells: Sequence[Cells], words: Sequence[str]) -> Flow:
    """What cells of one architecture compute, and their modules side by side."""
    first = cells[0]
    if isinstance(first, VertexCell):
        return _of_vertices([cell for cell in cells if isinstance(cell, VertexCell)], words)
    return _of_edges([cell for cell in cells if isinstance(cell, Cell)])


def _of_vertices(cells: Sequence[VertexCell], words: Sequence[str]) -> Flow:
    steps: list[Step] = []
    lines: list[str] = []
    first = cells[0]
    for target, sources in first.sources.items():
        terms = [f"x{u}" for u in sources]
        if target == first.output:
            lines += summed(terms, BODY, "return ")
            continue
        modules = tuple(cell.operations[str(target)] for cell in cells)
        steps.append(Step(f"vertex_{target}", words[target], modules))
        total = " + ".join(terms)
        lines += laid_out(Call(f"self.vertex_{target}", (total,)), BODY, f"x{target} = ")
    return Flow(tuple(steps), tuple(lines) or _ZEROS)


def _of_edges(cells: Sequence[Cell]) -> Flow:
    first = cells[0]
    steps: list[Step] = []
    terms: dict[int, list[str]] = {}
    shared: dict[int, list[str]] = {}
    read = _read(first)
    for place, (source, word, ends) in enumerate(first.fans):
        modules = [cell.operations[place] for cell in cells]
        copies = [number for number, end in enumerate(ends) if end in read]
        targets = [ends[number] for number in copies]
        if not targets:  # nobody would miss it
            continue
        if all(type(module) is nn.Identity for module in modules):
            for target in targets:
                terms.setdefault(target, []).append(f"x{source}")
            continue
        each = [_apart(m, len(ends), c.channels) for m, c in zip(modules, cells, strict=True)]
        alone = len(each[0]) == 1 < len(targets)
        for number, target in zip(copies[: 1 if alone else None], targets, strict=False):
            name = f"edge_{source}_{target}"
            stages = tuple(apart[number if len(apart) > 1 else 0] for apart in each)
            steps.append(Step(name, word, stages))
            terms.setdefault(target, []).append(f"self.{name}(x{source})")
        if alone:
            value = f"x{source}_{identifier(word)}"
            line = f"{' ' * BODY}{value} = {terms[targets[0]].pop()}"
            shared.setdefault(source, []).append(line)
            for target in targets:
                terms.setdefault(target, []).append(value)
    for source, _, ends in first.fans:
        if source and source not in terms and read & {*ends}:  # nothing reaches it
            terms[source] = ["torch.zeros_like(x0)"]
    return Flow(tuple(steps), tuple(_summed(terms, shared, first.output)) or _ZEROS)


def _read(cell: Cell) -> set[int]:
    """The vertices from which edges lead to the output, and the output itself."""
    read = {cell.output}
    for source, _, targets in sorted(cell.fans, reverse=True):
        read |= {source} if read & {*targets} else set()
    return read


def _summed(
    terms: dict[int, list[str]], shared: dict[int, list[str]], output: int
) -> Iterator[str]:
    """The lines of `forward`, vertex by vertex."""
    if not terms:
        return
    yield from shared.get(0, ())
    for target in sorted(terms):
        before = "return " if target == output else f"x{target} = "
        yield from summed(terms[target], BODY, before)
        yield from shared.get(target, ())


def _apart(module: nn.Module, copies: int, channels: int) -> list[nn.Module]:
    """The modules that stand side by side in one; itself if all share its one result."""
    own = getattr(module, "copies", None)
    if isinstance(own, nn.ModuleList):  # an operation of somebody's own, as often as needed
        return list(own)
    if copies == 1 or not any(True for _ in module.parameters()):
        return [module]
    return [_copy(module, number, copies, channels) for number in range(copies)]


def _copy(module: nn.Module, number: int, copies: int, channels: int) -> nn.Module:
    """One of the copies: its part of the channels that come out."""
    if isinstance(module, nn.Sequential):
        return nn.Sequential(*(_copy(part, number, copies, channels) for part in module))
    rows = slice(number * channels, (number + 1) * channels)
    if isinstance(module, nn.Conv2d):
        sides: Any = {name: getattr(module, name) for name in ("kernel_size", "stride", "padding")}
        bias = module.bias is not None
        part: nn.Module = nn.Conv2d(module.in_channels, channels, bias=bias, **sides)
    elif isinstance(module, nn.BatchNorm2d):
        part = nn.BatchNorm2d(channels, module.eps, module.momentum)
    else:
        return module
    full = {**module.state_dict()}
    part.load_state_dict({k: v[rows] if v.ndim else v for k, v in full.items()})
    return part.eval()


def _function(step: Step, name: str, channels: int, code: Code | None) -> list[str] | None:
    """The function that makes an operation for a number of channels."""
    if code is not None and step.word in code.called:
        return [
            *head_of(step.word, name),
            f"    return {code.called[step.word]}(channels)",
            "",
            "",
        ]
    codes = [written(module) for module in step.modules]
    if None in codes:
        return None
    said = [each for each in codes if each is not None]
    made: Expression | None = for_all_widths(channels, said)
    lines = []
    if made is None:  # the widths explain no difference: say all
        for stage, each in enumerate(said[:-1]):
            lines += [f"    if channels == {channels * 2**stage}:"]
            lines += laid_out(each, BODY, "return ")
        made = said[-1]
    return [*head_of(step.word, name), *lines, *laid_out(made, STEP, "return "), "", ""]


def head_of(word: str, name: str) -> Iterator[str]:
    """The first lines of the function that makes an operation."""
    yield f"def {name}(channels: int) -> nn.Module:"
    yield from docstring(f"The operation {_quoted(word)}.", STEP)


def _quoted(word: str) -> str:
    """A word that anybody may have chosen, as it may stand in a docstring."""
    return "".join(letter if letter.isalnum() or letter in "_-.:" else " " for letter in word)


_ZEROS = (f"{' ' * BODY}return torch.zeros_like(x0)",)
