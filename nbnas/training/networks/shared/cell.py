"""A cell that holds all operations on every edge, each with weights of its own.

Notation
    E, O      number of edges and of operations
    weights   how much of each operation an edge carries, `(E, O)`
    fan       the edges that leave one vertex
    C, H, W   channels, height and width of an image

References:
    Liu et al., DARTS, ICLR 2019, equation (2) (the mixed operation); Dong and Yang,
    NAS-Bench-201, ICLR 2020 (its cell, and batch normalisation without weights of its own).
"""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from nbnas.graphs.architecture import ZERO
from nbnas.training.networks.cell import Cell
from nbnas.training.networks.own import Builds
from nbnas.training.networks.shared.fan import Fan

Pairs = Sequence[tuple[int, int]]


class SharedCell(nn.Module):
    """All cells over some edges and operations: a vertex adds what its edges bring, by weight.

    An operation whose weight is 0 is not computed, and neither is what leaves a vertex that
    nothing reaches: so with weights of 0 and 1 it is the `Cell` of one architecture.

    Args:
        edges: `(source, target)` of each edge, E pairs.
        words: The names of the operations, O.
        channels: Number of channels of every vertex.
        own: The operations of a user's own, by their names.
        prune: Whether what leaves a vertex that nothing reaches is left out, see `Cell`.
    """

    def __init__(
        self, edges: Pairs, words: Sequence[str], channels: int, own: Builds, *, prune: bool
    ) -> None:
        super().__init__()
        self.words, self.prune = tuple(words), prune
        self.output = max(target for _, target in edges)
        self.sources = sorted({source for source, _ in edges})
        self.targets = [[t for s, t in edges if s == source] for source in self.sources]
        self.rows = [[edges.index((s, t)) for t in e] for s, e in self._fans()]
        self.operations = nn.ModuleList(
            nn.ModuleList(Fan(word, channels, len(ends), own) for word in words)
            for _, ends in self._fans()
        )

    def forward(self, images: Tensor, weights: Tensor) -> Tensor:
        """Compute the output vertex, `(n, C, H, W)` to `(n, C, H, W)`."""
        values = {0: images}
        known = None if weights.requires_grad else weights.tolist()
        for (source, targets), rows, fans in zip(
            self._fans(), self.rows, self.operations, strict=True
        ):
            if source not in values and self.prune:
                continue
            given = values[source] if source in values else torch.zeros_like(images)
            for place, (word, fan) in enumerate(zip(self.words, _each(fans), strict=True)):
                carried = [known is None or known[row][place] != 0.0 for row in rows]
                which = [j for j, carries in enumerate(carried) if carries]
                if word == ZERO or not which:
                    continue
                mine = [rows[j] for j in which]
                brought = fan(given, which)
                if known is None or any(known[row][place] != 1.0 for row in mine):
                    brought = brought * weights[mine, place].view(-1, 1, 1, 1)
                _add(values, [targets[j] for j in which], brought)
        return values.get(self.output, torch.zeros_like(images))

    def give(self, cell: Cell) -> None:
        """Copy the weights of one architecture's operations into its cell.

        Args:
            cell: The cell, of the same channels.
        """
        for (source, word, targets), operation in zip(cell.fans, cell.operations, strict=True):
            number = self.sources.index(source)
            fan = self.operations[number][self.words.index(word)]  # type: ignore[index]
            fan.give(operation, [self.targets[number].index(target) for target in targets])

    def _fans(self) -> list[tuple[int, list[int]]]:
        """Each source and its targets."""
        return list(zip(self.sources, self.targets, strict=True))


def _add(values: dict[int, Tensor], targets: Sequence[int], brought: Tensor) -> None:
    """Add what a fan brings, `(n, 1 or number of targets, C, H, W)`, to its targets."""
    each = brought.unbind(1) if brought.shape[1] > 1 else (brought[:, 0],) * len(targets)
    for target, term in zip(targets, each, strict=True):
        values[target] = values[target] + term if target in values else term


def _each(fans: Any) -> Iterable[Fan]:  # noqa: ANN401
    """The operations of a list of modules."""
    return cast(Iterable[Fan], fans)
