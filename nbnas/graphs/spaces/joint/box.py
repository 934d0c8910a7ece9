"""The settings of a space all together: a box with a side for each.

Notation
    values    a value for each setting, in the order of the names
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.brief import brief
from nbnas.errors import ArchitectureError, SettingError, shown
from nbnas.graphs.settings import Settings
from nbnas.graphs.spaces.joint.dimension import DIMENSION, Dimension
from nbnas.graphs.values import Value

MOST_SETTINGS = 100
Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Some settings, sorted by name, with what each may be.

    Attributes:
        names: The names of the settings.
        dimensions: What each of them may be, in the order of the names.
    """

    names: tuple[str, ...]
    dimensions: tuple[Dimension, ...]

    @brief
    def __repr__(self) -> str:
        return ", ".join(f"{name}={each!r}" for name, each in self.items())

    def items(self) -> Iterator[tuple[str, Dimension]]:
        """Each name with what the setting may be."""
        return zip(self.names, self.dimensions, strict=True)

    @property
    def size(self) -> int | None:
        """Number of combinations; `None` where a setting has as many as there are numbers."""
        sizes = [each.size for each in self.dimensions]
        return None if None in sizes else math.prod(size for size in sizes if size is not None)

    @property
    def free(self) -> tuple[int, ...]:
        """The places of the settings that have more than one value."""
        return tuple(place for place, each in enumerate(self.dimensions) if each.size != 1)

    def check(self, settings: object) -> Values:
        """The values of some settings.

        Args:
            settings: Pairs of name and value, or a dictionary of them.

        Raises:
            ArchitectureError: If one is missing or is none of these, or a value is not allowed.
        """
        try:
            given: dict[str, object] = dict(settings)  # type: ignore[call-overload]
        except (TypeError, ValueError) as error:
            raise ArchitectureError(
                f"expected the settings {', '.join(self.names)} with a value each, got "
                f"{shown(settings)}"
            ) from error
        if set(given) != set(self.names):
            said = ", ".join(map(str, given)) or "none"
            raise ArchitectureError(
                f"expected the settings {', '.join(self.names)}, got {said:.200}"
            )
        return tuple(_checked(name, each, given[name]) for name, each in self.items())

    def named(self, values: Sequence[Value]) -> Settings:
        """The settings that some values are."""
        return tuple(zip(self.names, values, strict=True))

    def encode(self, values: Values) -> tuple[float, ...]:
        """The coordinates of all values in the unit cube, one setting after the other."""
        coded = (each.encode(v) for each, v in zip(self.dimensions, values, strict=True))
        return tuple(itertools.chain.from_iterable(coded))

    def sample(self, rng: np.random.Generator) -> Values:
        """Draw a value for each setting, independently."""
        return tuple(each.sample(rng) for each in self.dimensions)

    def mutate(self, values: Values, rng: np.random.Generator) -> Values:
        """Change one setting of those that have several values, each equally likely."""
        place = self.free[rng.integers(len(self.free))]
        return _put(values, place, self.dimensions[place].mutate(values[place], rng))

    def near(self, values: Values) -> Iterator[Values]:
        """The values that differ in one setting, by one of its `near`."""
        for place, each in enumerate(self.dimensions):
            for other in each.near(values[place]):
                yield _put(values, place, other)

    def __iter__(self) -> Iterator[Values]:
        """All combinations in lexicographic order.

        Raises:
            SettingError: If a setting cannot be listed.
        """
        return itertools.product(*(each.values() for each in self.dimensions))


def box_of(dimensions: Mapping[str, Dimension]) -> Box:
    """The box of some named settings.

    Raises:
        SettingError: If there is none, a name is no word, or one is no dimension.
    """
    if not 1 <= len(dimensions) <= MOST_SETTINGS:
        raise SettingError(
            f"expected 1 to {MOST_SETTINGS} settings, such as "
            f"learning_rate=nbnas.Real(1e-3, 1, log=True), got {len(dimensions)}"
        )
    for name, dimension in dimensions.items():
        if not name.isidentifier():
            raise SettingError(
                "expected names of letters, digits and _, such as learning_rate, got "
                f"{shown(name)}"
            )
        DIMENSION(name, dimension)
    names = tuple(sorted(dimensions))
    return Box(names, tuple(dimensions[name] for name in names))


def _checked(name: str, dimension: Dimension, value: object) -> Value:
    try:
        return dimension.check(value)
    except SettingError as error:
        said = str(error).replace("expected value to", f"expected {name} to")
        raise ArchitectureError(said.replace("got value=", f"got {name}=")) from error


def _put(values: Values, place: int, value: Value) -> Values:
    return (*values[:place], value, *values[place + 1 :])
