"""Architectures together with the settings of their training, as one space.

Notation
    graph       an architecture of the space inside, without settings
    settings    a value for each name; `Architecture.settings` holds them sorted by name
    "|nor_conv_3x3~0|… @ batch_size=64, learning_rate=0.01"    the notation: that of the graph,
                and the settings after an "@"
"""

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nbnas.brief import brief
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.settings import read_settings, splits
from nbnas.graphs.space import (
    COUNT,
    NOTATION,
    SPACE,
    Randomness,
    SearchSpace,
    check_member,
    generator,
)
from nbnas.graphs.spaces.joint.box import Box, Values, box_of
from nbnas.graphs.spaces.joint.dimension import Dimension
from nbnas.graphs.values import Value

OF_GRAPH = 0.5  # of the mutations change the graph, the others one setting


@dataclass(frozen=True, slots=True, init=False)
class JointSpace:
    """The architectures of a space, each with a value for every setting.

    A setting has the name that whoever trains has for it: a `Trainer` follows `learning_rate`,
    `weight_decay`, `batch_size`, `optimizer` and others of its own; an objective of yours reads
    them by `architecture.setting("learning_rate")`. Distances and kernels over graphs do not see
    them. Architectures one edit apart differ in their graph by one edit of its space, or in one
    setting.

    Args:
        graphs: The space of the architectures alone.
        dimensions: What each setting may be: a `Real`, an `Integer` or a `Categorical`.

    Attributes:
        graphs: The space of the architectures alone.
        box: The settings with what each may be, sorted by name.

    Raises:
        SettingError: If there is no setting, one is no dimension, the space has settings already,
            or choices of such a name.

    Example:
        >>> from nbnas import CellSpace, Categorical, Real
        >>> rate, optimizer = Real(1e-3, 1, log=True), Categorical("sgd", "adamw")
        >>> space = JointSpace(CellSpace(), learning_rate=rate, optimizer=optimizer)
        >>> a = space.sample(0, 1)[0]
        >>> a.settings, a.bare in CellSpace(), space.parse(str(a)) == a, space.size
        ((('learning_rate', 0.0011209), ('optimizer', 'sgd')), True, True, None)
    """

    graphs: SearchSpace
    box: Box

    def __init__(self, graphs: SearchSpace, /, **dimensions: Dimension) -> None:
        object.__setattr__(self, "graphs", SPACE("graphs", graphs))
        if isinstance(graphs, JointSpace):
            raise SettingError(f"expected a space without settings, got {graphs}")
        object.__setattr__(self, "box", box_of(dimensions))
        inner = getattr(getattr(graphs, "space", graphs), "names", ())
        if twice := set(inner).intersection(dimensions):
            raise SettingError(
                f"expected other names of settings than of choices, got both of "
                f"{', '.join(sorted(twice))}"
            )

    @brief
    def __repr__(self) -> str:
        return ", ".join([repr(self.graphs), *(f"{n}={each!r}" for n, each in self.box.items())])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the settings, sorted."""
        return self.box.names

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What each setting may be, in the order of the names."""
        return self.box.dimensions

    @property
    def size(self) -> int | None:
        """Number of architectures with settings; `None` where one of them is a `Real`."""
        graphs, settings = self.graphs.size, self.box.size
        return None if graphs is None or settings is None else graphs * settings

    def join(self, graph: Architecture, settings: Mapping[str, Value]) -> Architecture:
        """An architecture with settings.

        Args:
            graph: An architecture, whose own settings do not count.
            settings: A value for every setting, by its name.

        Raises:
            ArchitectureError: If the graph is none of the space, a setting is missing or there is
                no such one, or a value is none of it.
        """
        graph = ARCHITECTURE("graph", graph).bare
        if graph not in self.graphs:
            raise ArchitectureError(f"expected an architecture of {self.graphs}, got {graph!r}")
        return self._with(graph, self.box.check(settings))

    def encode_settings(self, architecture: Architecture) -> tuple[float, ...]:
        """The settings of an architecture in the unit cube, as kernels compare them.

        Returns:
            The coordinates of each setting, one after the other in the order of the names: one for
            a number, one for each option of a `Categorical`.

        Raises:
            ArchitectureError: If the architecture has other settings.
        """
        own = ARCHITECTURE("architecture", architecture).settings
        return self.box.encode(self.box.check(own))

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw architectures as the space inside does, and settings on their own.

        Args:
            rng: A generator, or a seed.
            n: Number of architectures.

        Returns:
            `n` architectures; the same for the same seed.
        """
        rng, n = generator(rng), COUNT("n", n)
        graphs = self.graphs.sample(rng, n)
        return tuple(self._with(graph, self.box.sample(rng)) for graph in graphs)

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """Change the graph or one of the settings, each about half of the times.

        A graph without an edit that stays in its space has a setting changed, and one whose
        settings have a single value each has its graph.

        Args:
            architecture: One of this space.
            rng: A generator, or a seed.

        Returns:
            Another architecture; itself only where it is the only one.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        check_member(self, architecture, "an architecture")
        rng = generator(rng)
        if not self.box.free or rng.random() < OF_GRAPH:
            changed = self._mutated_graph(architecture, rng)
            if changed != architecture or not self.box.free:
                return changed
        values = self.box.mutate(self.box.check(architecture.settings), rng)
        return self._with(architecture, values)

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """The neighbours of the graph with the same settings, and those of each setting.

        Of the infinitely many values of a `Real` these are the four that its `near` gives.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """
        check_member(self, architecture, "an architecture")
        near = self.graphs.neighbors(architecture.bare)
        return (
            *(replace(graph, settings=architecture.settings) for graph in near),
            *map(
                functools.partial(self._with, architecture),
                self.box.near(self.box.check(architecture.settings)),
            ),
        )

    def parse(self, text: str) -> Architecture:
        """Read an architecture from its notation.

        Args:
            text: That of the graph and its settings, such as "… @ batch_size=64".

        Returns:
            The architecture, with `str(architecture) == text`.

        Raises:
            ArchitectureError: If the text is none of this space; the message says where and why.
        """
        NOTATION("text", text)
        error = ArchitectureError(
            f"expected an architecture and after ' @ ' its settings {', '.join(self.names)}, got "
            f"{text!r:.200}"
        )
        for graph, settings in splits(text):
            try:
                values = self.box.check(read_settings(settings))
                return self._with(self.graphs.parse(graph), values)
            except ArchitectureError as why:
                error = why
        raise error

    def fingerprint(self) -> dict[str, str]:
        """The space inside and the settings: what a study remembers of them."""
        own: dict[str, str] = getattr(self.graphs, "fingerprint", dict)()
        said = {f"setting {name}": repr(each) for name, each in self.box.items()}
        return {"graphs": repr(self.graphs), **own, **said}

    def __contains__(self, architecture: object) -> bool:
        """Whether it is an architecture of this space, with all of its settings and no others."""
        if not isinstance(architecture, Architecture):
            return False
        try:
            self.box.check(architecture.settings)
        except ArchitectureError:
            return False
        return architecture.bare in self.graphs

    def __iter__(self) -> Iterator[Architecture]:
        """All architectures, where they can be listed; the settings of one after the other.

        Raises:
            SettingError: If a setting or the space inside cannot be listed; sample instead.
        """
        pairs = itertools.product(self.graphs, self.box)
        return (self._with(graph, values) for graph, values in pairs)

    def _with(self, graph: Architecture, values: Values) -> Architecture:
        return replace(graph, settings=self.box.named(values))

    def _mutated_graph(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """The architecture with a mutated graph; itself where no edit stays in the space."""
        try:
            graph = self.graphs.mutate(architecture.bare, rng)
        except ArchitectureError:
            return architecture
        return replace(graph, settings=architecture.settings)
