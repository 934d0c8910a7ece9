"""A kind of cell that is relaxed: its edges and operations, and what is to be chosen of them.

Notation
    W, E, O   number of kinds of cells, of edges of one of them, of operations
    weights   how much of each operation the edges of each kind carry, W tensors `(E, O)`
    losses    of the network without each of the options of a choice
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations

import torch
from torch import Tensor

from nbnas.graphs.architecture import ZERO
from nbnas.records import CellWeights
from nbnas.training.networks.shared.network import Weights

Row = Sequence[float]
Option = tuple[int, int | None]  # an edge's row, and an operation's place; `None` for all of them
Kept = tuple[int, ...]  # numbers of the options that stay


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


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice out of several options: one operation of an edge, or two inputs of a vertex.

    Attributes:
        kind: The number of the kind of cell, from 0.
        options: What can be kept.
        kept: How many of them are.
    """

    kind: int
    options: tuple[Option, ...]
    kept: int = 1

    def without(self, weights: Weights, number: int) -> Weights:
        """The weights without one of the options, the others as they are."""
        row, place = self.options[number]
        changed = weights[self.kind].clone()
        changed[row, slice(None) if place is None else place] = 0.0
        return self._with(weights, changed)

    def only(self, weights: Weights, kept: Kept) -> Weights:
        """The weights where nothing but what is kept is left of the options."""
        changed = weights[self.kind].clone()
        for number, (row, place) in enumerate(self.options):
            if place is None:
                changed[row] *= float(number in kept)
            elif number in kept:
                changed[row] = 0.0
                changed[row, place] = 1.0
        return self._with(weights, changed)

    def ranked(self, losses: Sequence[float]) -> list[tuple[float, Kept]]:
        """What can be kept, the best first, and how much less of it is missed than of the best.

        Args:
            losses: Of the network without each of the options: what is missed most stays.
        """
        missed = [
            (sum(losses[number] for number in some), some)
            for some in combinations(range(len(self.options)), self.kept)
        ]
        best = max(total for total, _ in missed)
        return sorted((best - total, some) for total, some in missed)

    def _with(self, weights: Weights, changed: Tensor) -> Weights:
        return (*weights[: self.kind], changed, *weights[self.kind + 1 :])


def operation_choices(kinds: Sequence[Kind]) -> tuple[Choice, ...]:
    """For each edge of each kind of cell which operation it keeps; "none" is never kept."""
    return tuple(
        Choice(number, tuple((row, place) for place in _real(kind)))
        for number, kind in enumerate(kinds)
        for row in range(len(kind.edges))
    )


def _real(kind: Kind) -> list[int]:
    return [place for place, word in enumerate(kind.operations) if word != ZERO]


def best_together(
    ranked: Iterable[Sequence[tuple[float, Kept]]], n: int
) -> list[tuple[float, tuple[Kept, ...]]]:
    """The `n` ways to decide all choices whose sum of gaps is smallest, the smallest first.

    Args:
        ranked: What each choice says of what can be kept, see `Choice.ranked`.
        n: How many ways.

    Example:
        >>> two = [(0.0, (0,)), (0.3, (1,))], [(0.0, (1,)), (0.1, (0,))]
        >>> [ways for _, ways in best_together(two, 3)]
        [((0,), (1,)), ((0,), (0,)), ((1,), (1,))]
    """
    best: list[tuple[float, tuple[Kept, ...]]] = [(0.0, ())]
    for each in ranked:
        # A way that is not among the best of what is decided so far cannot be among them later.
        joined = ((gap + more, (*ways, kept)) for gap, ways in best for more, kept in each)
        best = nsmallest(n, joined, key=lambda way: way[0])
    return best
