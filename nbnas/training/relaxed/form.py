"""What is relaxed of a space: the edges that carry one of several operations.

Notation
    W, E, O   number of kinds of cells, of edges of one of them, of operations
    weights   how much of each operation the edges of each kind carry, W tensors `(E, O)`
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn
from torch.nn.functional import one_hot

from nbnas.errors import SettingError, shown
from nbnas.graphs.architecture import ZERO, Architecture
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.training.networks.cell import live_edges
from nbnas.training.networks.multiply_adds import Classifier
from nbnas.training.networks.shared.network import Shared, SharedNetwork, Weights, build_shared
from nbnas.training.networks.skeleton.plan import Plan, small_plan
from nbnas.training.recipe import Recipe
from nbnas.training.relaxed.genotypes import GenotypeForm
from nbnas.training.relaxed.kind import Choice, Kind, Row, operation_choices, uniform


class Form(Protocol):
    """How a space is relaxed."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of its cells, W of them."""
        ...

    @property
    def uniform(self) -> Weights:
        """Equal weights for all operations."""
        ...

    @property
    def choices(self) -> tuple[tuple[Choice, ...], ...]:
        """What has to be decided one by one: groups, each of which can be taken in any order."""
        ...

    def architecture(self, values: Sequence[Sequence[Row]]) -> Architecture:
        """What weights `(W, E, O)` stand for: on each edge the operation with the greatest.

        "none" is no such, as published: what follows is normalised, so that nothing says how much
        of it there is.
        """
        ...

    def one_hot(self, architecture: Architecture) -> Weights:
        """The weights that stand for one architecture: 1 on what it computes, else 0."""
        ...

    def build(self, recipe: Recipe, generator: torch.Generator) -> Shared:
        """The network of all architectures, as a recipe has networks."""
        ...


@dataclass(frozen=True, slots=True)
class CellForm:
    """The form of a `CellSpace`: every edge of its one cell carries one of all operations.

    Attributes:
        space: The space.
    """

    space: CellSpace

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """One, with the vertices numbered from the input."""
        edges = tuple((str(source), str(target)) for source, target in self.space.edges)
        return (Kind("cell", edges, self.space.words),)

    @property
    def uniform(self) -> Weights:
        """See `Form.uniform`."""
        return uniform(self.kinds)

    @property
    def choices(self) -> tuple[tuple[Choice, ...], ...]:
        """See `Form.choices`: the operation of each edge."""
        return (operation_choices(self.kinds),)

    def architecture(self, values: Sequence[Sequence[Row]]) -> Architecture:
        """See `Form.architecture`; of equal weights the first counts."""
        words = self.space.words
        places = [place for place, word in enumerate(words) if word != ZERO]
        return self.space.decode([max(places, key=row.__getitem__) for row in values[0]])

    def one_hot(self, architecture: Architecture) -> Weights:
        """See `Form.one_hot`; edges on no path from input to output carry nothing.

        Raises:
            ArchitectureError: If it is no cell of the space.
        """
        places = torch.tensor(self.space.encode(architecture))
        live = {(source, target) for source, target, _ in live_edges(architecture)}
        kept = torch.tensor([[edge in live] for edge in self.space.edges])
        return ((one_hot(places, len(self.space.words)) * kept).float(),)

    def build(self, recipe: Recipe, generator: torch.Generator) -> SharedNetwork:
        """See `Form.build`."""
        data = recipe.pictures
        plan = small_plan(recipe.channels, recipe.cells)
        if isinstance(recipe.skeleton, Plan):
            plan = recipe.skeleton
        classifier = nn.Linear if recipe.skeleton is None else Classifier
        colors = data.image_shape[0]
        return build_shared(self.space, plan, colors, data.classes, classifier, generator)


def form_of(space: object) -> Form:
    """How a space is relaxed.

    Raises:
        SettingError: If nobody knows how.
    """
    if isinstance(space, CellSpace):
        return CellForm(space)
    if isinstance(space, DartsSpace):
        return GenotypeForm(space)
    raise SettingError(
        "expected a space of cells, whose edges carry one of several operations, such as "
        f"CellSpace(), got {shown(space)}; search others by BayesianOptimization()"
    )
