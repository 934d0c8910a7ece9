"""The source of a language model of recurrent cells.

Notation
    I, H     size of what a cell reads, and of each of its hidden states
    K        number of hidden states of the cell
    node     a line of the cell: an operation of inputs and of earlier nodes
"""

from collections.abc import Sequence

import torch
from torch import nn

from nbnas.graphs.spaces.recurrent.recipe import (
    BLEND,
    LEAKY,
    LINEAR,
    PROD,
    SIGM,
    SUM,
    TANH,
    Node,
    inputs,
)
from nbnas.training.export.source.block import BODY, Attribute, Block, identifier
from nbnas.training.export.source.expression import Call, laid_out, summed
from nbnas.training.networks.recurrent_cell import RecurrentCell

_ACTIVATIONS = {TANH: "torch.tanh", SIGM: "torch.sigmoid", LEAKY: "leaky_relu"}


def recurrent_block(cell: RecurrentCell) -> Block:
    """The class of a recurrent cell.

    Args:
        cell: A cell of the network.

    Returns:
        The class, `Cell(inputs, hidden)`, with the weights of this cell.
    """
    names = _names(cell)
    states = [names[f"h_prev_{k}"] for k in range(cell.hidden_states)]
    lines: list[str] = []
    for name, node in cell.recipe.items():
        sources = tuple(names[source] for source in node.sources)
        lines += _line(names[name], node, sources)
    ends = tuple(names[f"h_new_{k}"] for k in range(cell.hidden_states))
    lines += laid_out(Call("", ends), BODY, "return ") if len(ends) > 1 else _alone(ends[0])
    return Block(
        "Cell",
        "One step of the recurrent cell that was found.",
        tuple(_attributes(cell, names)),
        _signature(states),
        tuple(lines),
        "inputs: int, hidden: int",
    )


def _signature(states: Sequence[str]) -> str:
    taken = ", ".join(f"{name}: Tensor" for name in ("x", *states))
    return f"{taken}) -> tuple[Tensor, ...]"


def _alone(end: str) -> tuple[str, ...]:
    return (f"{' ' * BODY}return ({end},)",)


def _names(cell: RecurrentCell) -> dict[str, str]:
    """A name of Python for every input and node."""
    found: dict[str, str] = {}
    for name in (*inputs(cell.recipe), *cell.recipe):
        found[name] = identifier(name, ("inputs", "hidden", "leaky_relu", *found.values()))
    return found


def _attributes(cell: RecurrentCell, names: dict[str, str]) -> list[Attribute]:
    """A linear map for each linear node."""
    found = []
    for name, node in cell.recipe.items():
        if node.operation == LINEAR:
            hidden = len(node.sources) - ("x" in node.sources)
            sizes = ["inputs"] * ("x" in node.sources)
            sizes += [f"{hidden} * hidden" if hidden > 1 else "hidden"] * (hidden > 0)
            code = Call("nn.Linear", (" + ".join(sizes), "hidden"))
            found.append(Attribute(names[name], code, _linear(cell, name)))
    return found


def _linear(cell: RecurrentCell, name: str) -> nn.Linear:
    """One linear node as a module of its own; nodes of the same sources are one in the cell."""
    weights, bias = cell.weights(name)
    weight = torch.cat(list(weights), dim=1).detach()
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.load_state_dict({"weight": weight, "bias": bias.detach()})
    return linear


def _line(name: str, node: Node, sources: tuple[str, ...]) -> tuple[str, ...]:
    """The line that computes one node."""
    before = f"{name} = "
    if node.operation == LINEAR:
        joined = sources[0]
        if len(sources) > 1:
            joined = f"torch.cat([{', '.join(sources)}], dim=-1)"
        return laid_out(Call(f"self.{name}", (joined,)), BODY, before)
    if node.operation == BLEND:
        gate, on, off = sources
        return summed((f"{gate} * {on}", f"(1 - {gate}) * {off}"), BODY, before)
    if node.operation == SUM:
        return summed(sources, BODY, before)
    if node.operation == PROD:
        return (f"{' ' * BODY}{before}{' * '.join(sources)}",)
    return laid_out(Call(_ACTIVATIONS[node.operation], sources), BODY, before)


def cell_module(cell: RecurrentCell) -> nn.ModuleDict:
    """The linear maps of one cell under the names that they have in its class."""
    return nn.ModuleDict({a.name: a.module for a in recurrent_block(cell).attributes})
