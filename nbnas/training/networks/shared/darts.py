"""The network that holds all genotypes: DARTS' cells with all operations on every edge.

Notation
    E, O      number of edges of a cell, 14, and of operations
    weights   how much of each operation an edge carries, `(E, O)` of the normal cell, then of the
              reduction cell
    C         channels of each vertex; a cell gives four times as many

References:
    Liu, Simonyan and Yang, DARTS, ICLR 2019; `model_search.py` of their code. Its pools are
    followed by a batch normalisation, which is left out, as in the networks that are evaluated.
"""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from nbnas.graphs.graph import ZERO
from nbnas.graphs.spaces.darts.genotype import JOINED, VERTICES
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.operation import own_operations
from nbnas.training.networks.cell import NONE_OWN
from nbnas.training.networks.darts.build import ANY_SIDE, DartsNetwork, stem_of
from nbnas.training.networks.darts.cell import DartsCell, stride_of
from nbnas.training.networks.darts.operations import FactorizedReduce, operation_of, pointwise
from nbnas.training.networks.darts.plan import STEM, CellPlan, DartsPlan
from nbnas.training.networks.own import Builds
from nbnas.training.networks.shared.network import Shared, Weights
from nbnas.training.networks.skeleton.parts import head_of
from nbnas.training.networks.weights import initialized, ours

DARTS_EDGES = tuple((source, vertex) for vertex in JOINED for source in range(vertex))


class SharedDartsCell(nn.Module):
    """Four vertices, each the sum of all operations on all earlier ones, by weight.

    Args:
        planned: What it is given, and makes of it.
        words: The names of the operations, O.
        own: Those of them that are of a user's own, by their names.
    """

    def __init__(self, planned: CellPlan, words: Sequence[str], own: Builds = NONE_OWN) -> None:
        super().__init__()
        self.words, self.reduction = tuple(words), planned.reduction
        self.channels, (before, last) = planned.channels, planned.widths
        first = FactorizedReduce if planned.after_reduction else pointwise
        self.preprocess = nn.ModuleList(
            [first(before, self.channels), pointwise(last, self.channels)]
        )
        self.operations = nn.ModuleList(
            nn.ModuleList(self._operation(word, source, own) for word in words)
            for source, _ in DARTS_EDGES
        )

    def forward(self, before: Tensor, last: Tensor, weights: Tensor) -> Tensor:
        """Compute the output; see `DartsCell.forward`."""
        known = None if weights.requires_grad else weights.tolist()
        values = {
            i: module(x) for (i, module), x in zip(self._first(), (before, last), strict=True)
        }
        for row, ((source, vertex), edge) in enumerate(
            zip(DARTS_EDGES, _each(self.operations), strict=True)
        ):
            for place, (word, operation) in enumerate(zip(self.words, _each(edge), strict=True)):
                carried = known is None or known[row][place] != 0.0
                if word == ZERO or source not in values or not carried:
                    continue
                brought = operation(values[source])
                if known is None or known[row][place] != 1.0:
                    brought = brought * weights[row, place]
                values[vertex] = values[vertex] + brought if vertex in values else brought
        return torch.cat([values[v] if v in values else self._zeros(last) for v in JOINED], dim=1)

    def give(self, cell: DartsCell) -> None:
        """Copy the weights of one genotype's operations into its cell, of the same channels."""
        for place, module in cell.preprocess.items():
            module.load_state_dict(self.preprocess[int(place)].state_dict())
        for vertex, inputs in cell.inputs.items():
            built = cast(nn.ModuleList, cell.operations[str(vertex)])
            for (word, source), operation in zip(inputs, built, strict=True):
                edge: Any = self.operations[DARTS_EDGES.index((source, vertex))]
                operation.load_state_dict(edge[self.words.index(word)].state_dict())

    def _operation(self, word: str, source: int, own: Builds) -> nn.Module:
        """An operation whose normalisations have no weights, which would hide the edge's.

        One of a user's own is as it was made.
        """
        stride = stride_of(source, reduction=self.reduction)
        made = operation_of(word, self.channels, stride, own)
        for layer in ours(made):
            if isinstance(layer, nn.BatchNorm2d):
                layer.requires_grad_(False)
        return made

    def _first(self) -> Iterable[tuple[int, nn.Module]]:
        return enumerate(self.preprocess)

    def _zeros(self, last: Tensor) -> Tensor:
        sides = (-(-side // (1 + self.reduction)) for side in last.shape[2:])
        return last.new_zeros((len(last), self.channels, *sides))


class SharedDartsNetwork(Shared):
    """All genotypes in one network.

    Args:
        plan: Which cells there are.
        words: The names of the operations.
        colors: Channels of an image.
        classes: Number of classes.
        classifier: The class of the last layer.
        own: Those of the operations that are of a user's own, by their names.
    """

    def __init__(
        self,
        plan: DartsPlan,
        words: Sequence[str],
        colors: int,
        classes: int,
        classifier: type[nn.Linear],
        own: Builds = NONE_OWN,
    ) -> None:
        super().__init__()
        width = STEM * plan.channels
        self.stem, self.cells = stem_of(colors, width), nn.ModuleList()
        for planned in plan.planned((colors, ANY_SIDE, ANY_SIDE)):
            self.cells.append(SharedDartsCell(planned, words, own))
            width = VERTICES * planned.channels
        self.head = nn.Sequential(*head_of("plain", width, classifier(width, classes)))

    def forward(self, images: Tensor, weights: Weights) -> Tensor:
        """Compute the scores, `(n, colors, H, W)` to `(n, classes)`."""
        before = last = self.stem(images)
        for cell in cast(Iterable[SharedDartsCell], self.cells):
            before, last = last, cell(before, last, weights[int(cell.reduction)])
        scores: Tensor = self.head(last)
        return scores

    def give(self, network: nn.Module) -> None:
        """See `Shared.give`."""
        assert isinstance(network, DartsNetwork)
        network.stem.load_state_dict(self.stem.state_dict())
        network.head.load_state_dict(self.head.state_dict())
        for own, cell in zip(self.cells, network.cells, strict=True):
            cast(SharedDartsCell, own).give(cast(DartsCell, cell))


def build_shared_darts(
    space: DartsSpace,
    plan: DartsPlan,
    colors: int,
    classes: int,
    classifier: type[nn.Linear],
    generator: torch.Generator,
) -> SharedDartsNetwork:
    """Build and initialise the network of all genotypes, on the CPU.

    Args:
        space: The genotypes.
        plan: Which cells there are.
        colors: Channels of an image.
        classes: Number of classes.
        classifier: The class of the last layer.
        generator: Source of the initial weights, a generator of the CPU.
    """
    own = {each.name: each for each in own_operations(space.operations)}
    told = plan, space.words, colors, classes, classifier, own
    return initialized(lambda: SharedDartsNetwork(*told), generator, own=bool(own))


def _each(modules: Any) -> Iterable[Any]:  # noqa: ANN401
    return cast(Iterable[Any], modules)
