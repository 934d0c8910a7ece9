"""The settings of a joint space as coordinates in the unit cube, and back.

Notation
    k, D      numbers of places and of coordinates
    place     coordinates `(D,)`: one of a number, one for each option of a category
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.real import Real
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.values import Value

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cube:
    """Where the settings of a space lie.

    Attributes:
        space: The space.
        starts: The first coordinate of each setting, and D at the end.
        numbers: The coordinates of numbers, which can be climbed.
        reals: Those of them that need no rounding.
        categories: The settings that have to be tried one by one.
    """

    space: JointSpace
    starts: tuple[int, ...] = field(init=False)
    numbers: tuple[int, ...] = field(init=False)
    reals: tuple[int, ...] = field(init=False)
    categories: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        each = self.space.dimensions
        widths = [d.size if isinstance(d, Categorical) else 1 for d in each]
        starts = (0, *np.cumsum(widths).tolist())
        places = range(len(each))
        categories = tuple(i for i in places if isinstance(each[i], Categorical))
        object.__setattr__(self, "starts", starts)
        object.__setattr__(self, "categories", categories)
        object.__setattr__(
            self, "numbers", tuple(starts[i] for i in places if i not in categories)
        )
        object.__setattr__(
            self, "reals", tuple(starts[i] for i in places if isinstance(each[i], Real))
        )

    def columns(self) -> tuple[slice, ...]:
        """Where the coordinates of each setting are."""
        return tuple(self._of(i) for i in range(len(self.space.names)))

    def random(self, k: int, rng: np.random.Generator) -> Array:
        """Places `(k, D)` drawn evenly."""
        coordinates = rng.random((k, self.starts[-1]))
        for i in self.categories:
            coordinates[:, self._of(i)] = self._options(i)[
                rng.integers(self.starts[i + 1] - self.starts[i], size=k)
            ]
        return coordinates

    def near(self, coordinates: Array, step: float, rng: np.random.Generator) -> Array:
        """Places `(k, D)` by a Gaussian step beside others; one category in five is drawn anew."""
        drawn = self.random(len(coordinates), rng)
        moved = coordinates + step * rng.standard_normal(coordinates.shape)
        near = coordinates.copy()
        near[:, self.numbers] = np.clip(moved[:, self.numbers], 0.0, 1.0)
        for i in self.categories:
            anew = rng.random(len(near)) < 0.2
            near[anew, self._of(i)] = drawn[anew, self._of(i)]
        return near

    def with_options(self, place: Array, i: int) -> Array:
        """A place with each option of a category `(options, D)`."""
        options = self._options(i)
        places = np.repeat(place[None], len(options), axis=0)
        places[:, self._of(i)] = options
        return places

    def values(self, place: Sequence[float] | Array) -> dict[str, Value]:
        """The settings at a place, numbers rounded as their dimensions do."""
        coordinates = np.asarray(place)
        units = [self._unit(i, coordinates) for i in range(len(self.space.names))]
        pairs = zip(self.space.names, self.space.dimensions, units, strict=True)
        return {name: dimension.from_unit(unit) for name, dimension, unit in pairs}

    def rounded(self, coordinates: Array) -> Array:
        """Places `(k, D)` whose whole numbers are whole."""
        found = coordinates.copy()
        for start, dimension in zip(self.starts, self.space.dimensions, strict=False):
            if start in self.numbers and start not in self.reals:
                units = coordinates[:, start].tolist()
                found[:, start] = [dimension.to_unit(dimension.from_unit(u)) for u in units]
        return found

    def _unit(self, i: int, coordinates: Array) -> float:
        own = coordinates[self._of(i)]
        return float((own.argmax() + 0.5) / len(own) if i in self.categories else own[0])

    def _of(self, i: int) -> slice:
        return slice(self.starts[i], self.starts[i + 1])

    def _options(self, i: int) -> Array:
        return np.eye(self.starts[i + 1] - self.starts[i])
