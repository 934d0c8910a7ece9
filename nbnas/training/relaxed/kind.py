"""A kind of cell that is relaxed: the names of its edges and operations.

Notation
    E, O   number of edges of a cell, of operations
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from nbnas.records import CellWeights
from nbnas.training.networks.shared.network import Weights

Row = Sequence[float]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cell.

    Attributes:
        name: "cell", "normal" or "reduction".
        edges: The names of the vertices that each edge joins, E pairs.
        operations: The names of the operations, O.
    """

    name: str
    edges: tuple[tuple[str, str], ...]
    operations: tuple[str, ...]

    def told(self, values: Sequence[Row]) -> CellWeights:
        """What a report has of its weights, `(E, O)`."""
        return CellWeights(self.name, self.edges, self.operations, tuple(map(tuple, values)))


def uniform(kinds: Sequence[Kind]) -> Weights:
    """Equal weights for all operations, `(E, O)` for each kind."""
    return tuple(
        torch.full((len(each.edges), len(each.operations)), 1 / len(each.operations))
        for each in kinds
    )
