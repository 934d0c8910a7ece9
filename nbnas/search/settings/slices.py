"""The posterior along each setting, for one architecture.

Notation
    p          number of places along a setting
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nbnas.brief import brief, cut
from nbnas.checks import REAL, each, instance, settle, whole
from nbnas.errors import ObservationError, shown
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.framed import Framed
from nbnas.graphs.space import check_member
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.dimension import DIMENSION, Dimension
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.values import Value
from nbnas.records import Evaluation
from nbnas.records.evaluation import EVALUATION
from nbnas.records.measure import ACCURACY, MEASURE, Measure
from nbnas.search.maximizers.cube import Cube
from nbnas.search.settings.importance import model_of
from nbnas.surrogate.process.points import Points
from nbnas.surrogate.warp import band, moments
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
_PLACES = whole(2, 1000)


@dataclass(frozen=True, slots=True)
class Slice:
    """What is predicted along one setting, the others as they are.

    Attributes:
        name: The setting's name.
        dimension: What it may be.
        values: Some of its values, in order `(p,)`.
        mean: Posterior mean of the measure there `(p,)`.
        lower: 2.5 % quantiles `(p,)`.
        upper: 97.5 % quantiles `(p,)`.
    """

    name: str
    dimension: Dimension
    values: tuple[Value, ...]
    mean: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    @brief
    def __repr__(self) -> str:
        return f"{self.name}, {len(self.values)} values, best {self.best(maximize=True)!r}"

    def best(self, *, maximize: bool) -> Value:
        """The value of the best mean: the highest, or the lowest."""
        return self.values[int(np.argmax(self.mean) if maximize else np.argmin(self.mean))]


@dataclass(frozen=True, slots=True)
class Slices(Framed):
    """What is predicted along each setting, for one architecture; made by `slices`.

    Attributes:
        architecture: The architecture, with the settings through which all slices go.
        slices: One for each setting.
        evaluations: The completed trials.
        mean: Posterior mean of the measure for the architecture.
        measure: What is predicted.
        search: What made them, where it can be asked about other architectures.

    Raises:
        ArchitectureError: If it is no architecture.
        ObservationError: If there is no slice.
    """

    architecture: Architecture
    slices: tuple[Slice, ...]
    evaluations: tuple[Evaluation, ...]
    mean: float
    measure: Measure = ACCURACY
    search: Any = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        one = instance(Slice, "nbnas.slices(search).slices[0]").raising(ObservationError)
        settle(self, architecture=ARCHITECTURE, slices=each(one), evaluations=each(EVALUATION))
        settle(self, mean=REAL.raising(ObservationError), measure=MEASURE)
        if not self.slices:
            raise ObservationError("expected a slice for each setting, got none")

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each value of each setting."""
        for one in self.slices:
            columns = zip(one.values, one.mean, one.lower, one.upper, strict=True)
            for value, mean, lower, upper in columns:
                yield {
                    "setting": one.name,
                    "value": value,
                    "mean": mean,
                    "lower": lower,
                    "upper": upper,
                }

    @brief
    def __repr__(self) -> str:
        best = (f"{s.name} {self.best(s.name)!r}" for s in self.slices)
        return f"{cut(', '.join(best), 90)}, of {cut(self.architecture, 70)}"

    def best(self, name: str) -> Value:
        """The value of a setting that promises most while all others stay.

        Raises:
            ObservationError: If there is no slice along a setting of this name.
        """
        return self.along(name).best(maximize=self.measure.maximize)

    def along(self, name: str) -> Slice:
        """The slice along a setting.

        Raises:
            ObservationError: If there is none of this name.
        """
        for one in self.slices:
            if isinstance(name, str) and one.name == name:
                return one
        said = ", ".join(one.name for one in self.slices)
        raise ObservationError(f"expected one of the settings {said}, got {shown(name)}")


@undisturbed()
def slices(
    search: Any,  # noqa: ANN401
    architecture: Architecture | None = None,
    *,
    places: int = 61,
) -> Slices:
    """What a search believes along each setting, with all else as in one architecture.

    Args:
        search: A search over a `JointSpace` whose strategy has a Gaussian process.
        architecture: One of the space, with its settings; the best one so far by default.
        places: p, for numbers; of a category there are all options, of whole numbers no more than
            there are.

    Returns:
        The slices, as a record that draws itself.

    Raises:
        SettingError: If the space has no settings, or there is no model of this kind.
        ObservationError: If there is no model yet.
        ArchitectureError: If the architecture is none of the space.
    """
    places = _PLACES("places", places)
    points, space = model_of(search)
    if architecture is None:
        architecture = _best(search)
    check_member(space, architecture, "an architecture")
    return replace(slices_of(points, space, architecture, places), search=search)


def slices_of(
    points: Points, space: JointSpace, architecture: Architecture, places: int = 61
) -> Slices:
    """The slices by a posterior over a space, through one of its architectures; see `slices`."""
    seen = points.posterior.observations
    own = points.of((architecture,)).numpy()[0]
    made = [
        _slice(points, space, own, i, _along(dimension, places))
        for i, dimension in enumerate(space.dimensions)
    ]
    mean, _, _ = _predicted(points, own[None])
    return Slices(architecture, tuple(made), seen.completed, float(mean[0]), seen.measure)


def _best(search: Any) -> Architecture:  # noqa: ANN401
    best = search.best
    if best is None:
        raise ObservationError(
            "expected at least one completed trial, whose architecture is taken by default; give "
            "an architecture of the space"
        )
    found: Architecture = best.architecture
    return found


def _along(dimension: Dimension, places: int) -> tuple[Value, ...]:
    """Values of a setting, in order."""
    DIMENSION("dimension", dimension)
    if isinstance(dimension, Categorical):
        return dimension.values()
    units = np.linspace(0.0, 1.0, places).tolist()
    return tuple(dict.fromkeys(dimension.from_unit(u) for u in units))


def _slice(
    points: Points, space: JointSpace, own: Array, i: int, values: Sequence[Value]
) -> Slice:
    dimension, at = space.dimensions[i], Cube(space).columns()[i]
    moved = np.repeat(own[None], len(values), axis=0)
    moved[:, 1:][:, at] = [dimension.encode(value) for value in values]
    mean, lower, upper = (tuple(x.tolist()) for x in _predicted(points, moved))
    return Slice(space.names[i], dimension, tuple(values), mean, lower, upper)


def _predicted(points: Points, at: Array) -> tuple[Array, Array, Array]:
    """Mean and the ends of the 95 % band of the measure `(m,)` at points `(m, 1 + D)`."""
    mean, stddev = (x.numpy() for x in points.latent(torch.from_numpy(at)))
    warp = points.posterior.warp
    return (moments(warp, mean, stddev)[0], *band(warp, mean, stddev, 0.95))
