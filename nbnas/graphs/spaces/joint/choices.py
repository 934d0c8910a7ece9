"""A joint space whose graphs and settings are all choices among options."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbnas.errors import ArchitectureError, SettingError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.values import write


@dataclass(frozen=True, slots=True, init=False, repr=False)
class JointChoices(JointSpace):
    """The space as a row of choices: those of the graph, then one for each setting.

    Args:
        graphs: The space of choices that the graphs are of.
        space: The joint space; its settings become choices among all of their values.

    Raises:
        SettingError: If a setting has more values than can be listed; the message names it.
    """

    def __init__(self, graphs: Any, space: JointSpace) -> None:  # noqa: ANN401
        JointSpace.__init__(self, graphs, **dict(space.box.items()))
        for name, dimension in self.box.items():
            try:
                dimension.values()
            except SettingError as error:
                raise SettingError(
                    "expected settings that are choices among some values, such as "
                    f"nbnas.Categorical(1e-3, 1e-2, 1e-1), got {name}={dimension!r}; list some "
                    "values, or use another strategy, such as Tpe or BayesianOptimization"
                ) from error

    @property
    def choices(self) -> tuple[tuple[str, ...], ...]:
        """The options of each choice of the graph, and the values of each setting as texts."""
        own: Any = self.graphs
        values = (tuple(map(write, each.values())) for each in self.box.dimensions)
        return (*own.choices, *values)

    def encode(self, architecture: Architecture) -> tuple[int, ...]:
        """What an architecture chooses, as places in `choices`.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        own: Any = self.graphs
        settings = self.box.check(architecture.settings)
        places = (
            each.values().index(value)
            for each, value in zip(self.box.dimensions, settings, strict=True)
        )
        return (*own.encode(architecture.bare), *places)

    def decode(self, indices: Sequence[int]) -> Architecture:
        """The architecture of a row of choices.

        Raises:
            ArchitectureError: If the row gives no architecture of this space.
        """
        own: Any = self.graphs
        first = len(indices) - len(self.box.names)
        sizes = [len(each.values()) for each in self.box.dimensions]
        places = tuple(indices)[max(first, 0) :]
        if first < 0 or not all(0 <= i < k for i, k in zip(places, sizes, strict=True)):
            raise ArchitectureError(
                f"expected a place for each choice, those of the settings below {sizes}, got "
                f"{shown(indices)}"
            )
        graph = own.decode(indices[:first])
        values = (each.values()[i] for each, i in zip(self.box.dimensions, places, strict=True))
        return self.join(graph, dict(zip(self.box.names, values, strict=True)))
