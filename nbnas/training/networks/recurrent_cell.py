"""One step of any recurrent cell, as a torch module.

Notation
    B        number of texts side by side
    I, H     size of what a cell reads, and of each of its hidden states
    K        number of hidden states of the cell
    x        (B, I), what the cell reads at one step
    states   K tensors (B, H)

References:
    Klyuchnikov et al., NAS-Bench-NLP, IEEE Access 10, 2022 (the operations).
"""

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, linear

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.recurrent.graph import recipe_of
from nbnas.graphs.spaces.recurrent.recipe import (
    BLEND,
    LEAKY,
    LINEAR,
    PROD,
    SIGM,
    SUM,
    TANH,
    inputs,
)

States = tuple[Tensor, ...]
Read = Mapping[tuple[str, ...], Tensor]
_Weights = tuple[Tensor | None, Tensor | None, Tensor]
Split = Mapping[tuple[str, ...], _Weights]


def blend(gate: Tensor, on: Tensor, off: Tensor) -> Tensor:
    """`gate * on + (1 - gate) * off`, all of one shape."""
    return off + gate * (on - off)


def total(first: Tensor, *others: Tensor) -> Tensor:
    """The sum of tensors of one shape."""
    for other in others:
        first = first + other
    return first


def product(first: Tensor, *others: Tensor) -> Tensor:
    """The element-wise product of tensors of one shape."""
    for other in others:
        first = first * other
    return first


OPERATIONS: Mapping[str, Callable[..., Tensor]] = MappingProxyType(
    {
        BLEND: blend,
        SUM: total,
        PROD: product,
        TANH: torch.tanh,
        SIGM: torch.sigmoid,
        LEAKY: leaky_relu,
    }
)
"""What each operation without weights does with its sources, `(B, H)` each, in their order."""


class RecurrentCell(nn.Module):
    """One step of a recurrent cell.

    A linear node is a sum of linear maps, one weight for each source and one bias. Linear nodes
    that read the same sources, a fan, are computed at once; `weights` takes them apart. What they
    make of x needs no hidden state, so `read` computes it for all steps before the first one.

    Args:
        architecture: A cell of `RecurrentSpace`.
        input_size: I.
        hidden_size: H.

    Raises:
        ArchitectureError: If the architecture is no recurrent cell.
    """

    def __init__(self, architecture: Architecture, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.recipe = recipe_of(architecture)
        self.hidden_states = len(inputs(self.recipe)) - 1
        self.fans: dict[tuple[str, ...], list[str]] = {}
        for name, node in self.recipe.items():
            if node.operation == LINEAR:
                self.fans.setdefault(node.sources, []).append(name)
        self.linears = nn.ModuleList(
            nn.Linear(sum(map(self._size, sources)), len(names) * hidden_size)
            for sources, names in self.fans.items()
        )

    def forward(self, x: Tensor, states: States) -> States:
        """Compute the new hidden states.

        Args:
            x: What the cell reads, (B, I).
            states: The K previous hidden states, (B, H) each.

        Returns:
            The K new hidden states, (B, H) each; the first is what the cell puts out.

        Raises:
            SettingError: If there are not K states.
        """
        weights = self.split()
        (read,) = self.read(x[None], weights)
        return self.step(read, weights, states)

    def split(self) -> Split:
        """The weights of each fan: for x, transposed, for all other sources, and the bias."""
        return {sources: self._split(sources, linear) for sources, linear in self._linears}

    def read(self, values: Tensor, weights: Split) -> Iterator[Read]:
        """What the linear nodes make of x, computed for all steps at once.

        Args:
            values: What the cell reads at each step, (T, B, I).
            weights: As `split` gives them.

        Yields:
            For each step, by the sources of a fan, (B, size of the fan), with the bias.
        """
        made = {
            sources: linear(values, of_x, bias).unbind()
            for sources, (of_x, _, bias) in weights.items()
            if of_x is not None
        }
        for t in range(len(values)):
            yield {sources: steps[t] for sources, steps in made.items()}

    def step(self, read: Read, weights: Split, states: States) -> States:
        """Compute the new hidden states from what was made of x.

        Args:
            read: As `read` gives it for this step.
            weights: As `split` gives them.
            states: The K previous hidden states, (B, H) each.

        Returns:
            The K new hidden states, (B, H) each.

        Raises:
            SettingError: If there are not K states.
        """
        if len(states) != self.hidden_states:
            raise SettingError(f"expected {self.hidden_states} states, got {len(states)}")
        values = dict(zip(inputs(self.recipe)[1:], states, strict=True))
        for name, node in self.recipe.items():
            if node.operation != LINEAR:
                sources = [values[source] for source in node.sources]
                values[name] = OPERATIONS[node.operation](*sources)
            elif name not in values:
                result = _linear(read, weights, node.sources, values)
                parts = torch.split(result, self.hidden_size, dim=-1)
                values.update(zip(self.fans[node.sources], parts, strict=True))
        return tuple(values[f"h_new_{k}"] for k in range(self.hidden_states))

    def initial(self, batch: int) -> States:
        """Hidden states of zeros, K tensors (batch, H), where the weights are."""
        zeros = next(self.parameters()).new_zeros(batch, self.hidden_size)
        return (zeros,) * self.hidden_states

    def weights(self, name: str) -> tuple[tuple[Tensor, ...], Tensor]:
        """The parameters of one linear node, as views.

        Args:
            name: The node's name in the architecture's text.

        Returns:
            The weight of each source, (H, size of the source), and the bias (H,).

        Raises:
            SettingError: If there is no such linear node.
        """
        node = self.recipe.get(name)
        if node is None or node.operation != LINEAR:
            raise SettingError(f"expected a linear node, got {name!r} of {list(self.recipe)}")
        fan = list(self.fans).index(node.sources)
        start = self.fans[node.sources].index(name) * self.hidden_size
        linear, rows = self.linears[fan], slice(start, start + self.hidden_size)
        weight, bias = linear.get_parameter("weight")[rows], linear.get_parameter("bias")[rows]
        sizes = [self._size(source) for source in node.sources]
        return torch.split(weight, sizes, dim=1), bias

    @property
    def _linears(self) -> Iterator[tuple[tuple[str, ...], nn.Linear]]:
        """The sources of each fan and the layer that computes it."""
        for sources, layer in zip(self.fans, self.linears, strict=True):
            if isinstance(layer, nn.Linear):
                yield sources, layer

    def _split(self, sources: tuple[str, ...], layer: nn.Linear) -> _Weights:
        parts = torch.split(layer.weight, [self._size(source) for source in sources], dim=1)
        others = [part for source, part in zip(sources, parts, strict=True) if source != "x"]
        of_x = parts[sources.index("x")] if "x" in sources else None
        return of_x, torch.cat(others, 1).T if others else None, layer.bias

    def _size(self, source: str) -> int:
        return self.input_size if source == "x" else self.hidden_size


def _linear(
    read: Read,
    weights: Split,
    sources: tuple[str, ...],
    values: Mapping[str, Tensor],
) -> Tensor:
    """All linear nodes of some sources at one step, (B, size of the fan)."""
    of_x, of_others, bias = weights[sources]
    if of_others is None:
        return read[sources]
    others = [values[source] for source in sources if source != "x"]
    joined = others[0] if len(others) == 1 else torch.cat(others, dim=-1)
    return torch.addmm(bias if of_x is None else read[sources], joined, of_others)


def initialize_cell(cell: RecurrentCell, generator: torch.Generator) -> None:
    """Set every weight and bias of a cell, uniform within 1 / sqrt(H).

    Args:
        cell: The cell; changed.
        generator: Source of the weights.
    """
    bound = 1 / math.sqrt(cell.hidden_size)
    for weight in cell.parameters():
        nn.init.uniform_(weight, -bound, bound, generator=generator)
