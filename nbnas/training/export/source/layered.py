"""The source of a graph of layers: chains and free CNNs.

Notation
    xV    what vertex V gives
    join  images that meet, joined along their channels at the least height and width
    flat  all numbers of what meets
"""

from collections.abc import Sequence

from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import DENSE, SOFTMAX
from nbnas.training.export.source.block import BODY, Attribute, Block
from nbnas.training.export.source.expression import Call, laid_out
from nbnas.training.export.source.modules import written
from nbnas.training.networks.layered import LayeredNetwork

JOIN = '''def join(*images: Tensor) -> Tensor:
    """Images side by side in their channels, larger ones averaged down to the least."""
    size = min(x.shape[2] for x in images), min(x.shape[3] for x in images)
    same = [x if x.shape[2:] == size else adaptive_avg_pool2d(x, size) for x in images]
    return torch.cat(same, dim=1)
'''
FLAT = '''def flat(*values: Tensor) -> Tensor:
    """All numbers of all values, one row for each picture."""
    return torch.cat([x.flatten(1) for x in values], dim=1)
'''


def layered_block(network: LayeredNetwork, says: str) -> Block | None:
    """The class of a graph of layers, before which stand the functions that it needs.

    Args:
        network: The network.
        says: The docstring of the class.

    Returns:
        The class; `None` if a layer cannot be written.
    """
    layers = _attributes(network)
    if layers is None:
        return None
    lines: list[str] = []
    flats = {0: False}
    for vertex in range(1, len(network.labels) - 1):
        label, sources = network.labels[vertex], network.sources[vertex]
        dense = Layer.parse(label).kind in (*DENSE, SOFTMAX)
        flats[vertex] = dense or any(flats[u] for u in sources)
        arriving = _arriving(sources, flats[vertex], flats)
        lines += laid_out(Call(f"self.layer_{vertex}", (arriving,)), BODY, f"x{vertex} = ")
    lines += _scores(network, flats)
    return Block(
        "Network", says, layers, "x0: Tensor) -> Tensor", tuple(lines), before=_needed(lines)
    )


def _attributes(network: LayeredNetwork) -> tuple[Attribute, ...] | None:
    """The layers, and the classifier where there is one."""
    named = {f"layer_{vertex}": layer for vertex, layer in enumerate(network.layers, 1)}
    if not network.averages:
        named["classifier"] = network.classifier
    found = []
    for name, module in named.items():
        code = written(module)
        if code is None:
            return None
        found.append(Attribute(name, code, module))
    return tuple(found)


def _arriving(sources: Sequence[int], flat: bool, flats: dict[int, bool]) -> Call | str:
    """What a layer reads."""
    names = tuple(f"x{u}" for u in sources)
    if flat and not (len(names) == 1 and flats[sources[0]]):
        return Call("flat", names)
    return names[0] if len(names) == 1 else Call("join", names)


def _scores(network: LayeredNetwork, flats: dict[int, bool]) -> tuple[str, ...]:
    """The lines that give the scores."""
    ends = network.sources[-1]
    if not network.averages:
        arriving = _arriving(ends, True, flats)
        return laid_out(Call("self.classifier", (arriving,)), BODY, "return ")
    if len(ends) == 1:
        return (f"{' ' * BODY}return x{ends[0]}",)
    terms = f"[{', '.join(f'x{u}' for u in ends)}]"
    return laid_out(Call("torch.stack", (terms,)), BODY, "return ", ".mean(dim=0)")


def _needed(lines: Sequence[str]) -> tuple[str, ...]:
    """The functions that the lines call."""
    text = "\n".join(lines)
    used = [code for name, code in (("join(", JOIN), ("flat(", FLAT)) if name in text]
    return tuple(line for code in used for line in (*code.splitlines(), "", ""))
