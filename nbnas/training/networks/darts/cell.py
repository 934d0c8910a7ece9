"""A cell of a genotype as a torch module.

Notation
    C          channels of each vertex; the cell gives four times as many
    0, 1       what the cell before the last one gave, and the last one, both brought to C channels
    live       an input of a vertex that brings something, see `genotype.live_inputs`

References:
    Liu, Simonyan and Yang, DARTS, ICLR 2019; `model.py` of their code.
"""

from typing import cast

import torch
from torch import Tensor, nn

from nbnas.graphs.spaces.darts.genotype import JOINED, VERTICES, Cell, live_inputs
from nbnas.training.networks.cell import NONE_OWN
from nbnas.training.networks.darts.operations import FactorizedReduce, operation_of, pointwise
from nbnas.training.networks.own import Builds


def stride_of(source: int, *, reduction: bool) -> int:
    """The stride of an operation: 2 where a reduction cell reads what it is given."""
    return 2 if reduction and source < JOINED[0] else 1


class DartsCell(nn.Module):
    """Four vertices, each the sum of two operations on earlier ones; the output joins them.

    What is not live is not built, and an empty vertex gives zeros.

    Args:
        cell: The inputs of the vertices.
        widths: Channels of what the cell before the last one gave, and the last one.
        channels: C.
        reduction: Whether height and width are halved.
        after_reduction: Whether the last cell has halved them, so that what the one before it gave
            is twice as high and wide.
        own: The operations of a user's own, by their names.
    """

    def __init__(
        self,
        cell: Cell,
        widths: tuple[int, int],
        channels: int,
        *,
        reduction: bool,
        after_reduction: bool,
        own: Builds = NONE_OWN,
    ) -> None:
        super().__init__()
        self.channels, self.stride = channels, 2 if reduction else 1
        self.inputs = live_inputs(cell)
        read = {source for some in self.inputs.values() for _, source in some}
        first = FactorizedReduce if after_reduction else pointwise
        made = (first(widths[0], channels), pointwise(widths[1], channels))
        self.preprocess = nn.ModuleDict({str(i): m for i, m in enumerate(made) if i in read})
        self.operations = nn.ModuleDict(
            {
                str(vertex): nn.ModuleList(
                    operation_of(word, channels, stride_of(source, reduction=reduction), own)
                    for word, source in some
                )
                for vertex, some in self.inputs.items()
            }
        )

    def forward(self, before: Tensor, last: Tensor) -> Tensor:
        """Compute the output.

        Args:
            before: What the cell before the last one gave.
            last: What the last one gave, `(n, widths[1], H, W)`.

        Returns:
            The joined vertices, `(n, 4 C, H, W)`; half as high and wide after a reduction.
        """
        given = {"0": before, "1": last}
        values = {int(i): module(given[i]) for i, module in self.preprocess.items()}
        for vertex, some in self.operations.items():
            operations = cast(nn.ModuleList, some)
            sources = (source for _, source in self.inputs[int(vertex)])
            terms = [one(values[u]) for one, u in zip(operations, sources, strict=True)]
            values[int(vertex)] = sum(terms[1:], terms[0]) if terms else self._zeros(last)
        return torch.cat([values[vertex] for vertex in JOINED], dim=1)

    @property
    def width(self) -> int:
        """Channels of the output."""
        return VERTICES * self.channels

    def _zeros(self, last: Tensor) -> Tensor:
        sides = (-(-side // self.stride) for side in last.shape[2:])
        return last.new_zeros((len(last), self.channels, *sides))
