"""How DARTS' space is relaxed: all operations on all edges of a normal and a reduction cell.

Notation
    E, O   number of edges of a cell, 14, and of operations

References:
    Liu, Simonyan and Yang, DARTS, ICLR 2019, section 2.4 (what is kept).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nbnas.graphs.architecture import ZERO, Architecture
from nbnas.graphs.space import check_member
from nbnas.graphs.spaces.darts.genotype import JOINED, Cell, Genotype, Input, vertex_of
from nbnas.graphs.spaces.darts.graph import architecture_of, genotype_of
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.training.networks.darts.plan import DartsPlan, small_darts_plan
from nbnas.training.networks.multiply_adds import Classifier
from nbnas.training.networks.shared.darts import (
    DARTS_EDGES,
    SharedDartsNetwork,
    build_shared_darts,
)
from nbnas.training.networks.shared.network import Weights
from nbnas.training.recipe import Recipe
from nbnas.training.relaxed.kind import Choice, Kind, Row, operation_choices, uniform

KEPT = 2  # inputs of a vertex


@dataclass(frozen=True, slots=True)
class GenotypeForm:
    """The form of a `DartsSpace`; see `Form`.

    Attributes:
        space: The space.
    """

    space: DartsSpace

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The normal and the reduction cell, with vertices as genotypes number them."""
        edges = tuple((str(source), str(vertex)) for source, vertex in DARTS_EDGES)
        return tuple(Kind(name, edges, self.space.words) for name in ("normal", "reduction"))

    @property
    def uniform(self) -> Weights:
        """See `Form.uniform`."""
        return uniform(self.kinds)

    @property
    def choices(self) -> tuple[tuple[Choice, ...], ...]:
        """The operation of each edge, and then the two edges that a vertex reads."""
        read = tuple(
            Choice(kind, tuple((row, None) for row in rows), KEPT)
            for kind in range(len(self.kinds))
            for vertex in JOINED
            if len(rows := [row for row, (_, end) in enumerate(DARTS_EDGES) if end == vertex])
            > KEPT
        )
        return operation_choices(self.kinds), read

    def architecture(self, values: Sequence[Sequence[Row]]) -> Architecture:
        """The genotype: of each vertex the two edges whose greatest weight is greatest."""
        return architecture_of(Genotype(*map(self._cell, values)))

    def one_hot(self, architecture: Architecture) -> Weights:
        """See `Form.one_hot`.

        Raises:
            ArchitectureError: If it is no genotype of the space.
        """
        check_member(self.space, architecture, "a genotype")
        genotype = genotype_of(architecture)
        return self._marked(genotype.normal), self._marked(genotype.reduce)

    def build(self, recipe: Recipe, generator: torch.Generator) -> SharedDartsNetwork:
        """See `Form.build`."""
        data, plan = recipe.pictures, small_darts_plan(recipe.channels, recipe.cells)
        if isinstance(recipe.skeleton, DartsPlan):
            plan = recipe.skeleton
        classifier = nn.Linear if recipe.skeleton is None else Classifier
        given = data.image_shape[0], data.classes, classifier
        return build_shared_darts(self.space, plan, *given, generator)

    def _cell(self, values: Sequence[Row]) -> Cell:
        words = self.space.words
        places = [place for place, word in enumerate(words) if word != ZERO]
        cell: list[Input] = []
        for vertex in JOINED:
            best: list[tuple[float, Input]] = []
            for (source, target), row in zip(DARTS_EDGES, values, strict=True):
                if target == vertex:
                    place = max(places, key=row.__getitem__)
                    best.append((row[place], (words[place], source)))
            kept = sorted(best, key=lambda each: -each[0])[:KEPT]
            cell += sorted((one for _, one in kept), key=lambda each: each[1])
        return tuple(cell)

    def _marked(self, cell: Cell) -> Tensor:
        marked = torch.zeros(len(DARTS_EDGES), len(self.space.words))
        for place, (word, source) in enumerate(cell):
            row = DARTS_EDGES.index((source, vertex_of(place)))
            marked[row, self.space.words.index(word)] = 1.0
        return marked
