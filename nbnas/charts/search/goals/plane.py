"""Where things are drawn in the plane of two goals.

Notation
    across, up     the two goals; the first goal of a search, its value, goes up
    good end       that of the better values of an axis; the poor end is the other
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.charts import scales
from nbnas.charts.graphs.wording import TIMES
from nbnas.errors import ObservationError, SettingError
from nbnas.records import Constraint, Goals, Measure, Observations
from nbnas.records.measure import MEASURE

Pair = tuple[Measure, Measure]
LETTER = 6.5  # pixels of a letter of an axis title, on average at most
_SIDES = {True: ("right", "upper"), False: ("left", "lower")}


@dataclass(frozen=True, slots=True)
class Plane:
    """Two goals and the part of their plane that is worth showing.

    Attributes:
        across: The goal from left to right.
        up: The goal from below to above.
        x: The ends of the axis across.
        y: The ends of the axis up.
    """

    across: Measure
    up: Measure
    x: scales.Ends
    y: scales.Ends

    def inside(self, across: float, up: float) -> tuple[float, float]:
        """A place, moved to the poor end of an axis that it lies beyond."""
        return (
            scales.within(across, self.x, self.across),
            scales.within(up, self.y, self.up),
        )

    @property
    def poor(self) -> tuple[float, float]:
        """The corner of the worst values."""
        return scales.poor_end(self.x, self.across), scales.poor_end(self.y, self.up)

    def shape(self, across: float, up: float) -> str:
        """A triangle that points to where a value lies beyond an axis, else a circle."""
        if scales.beyond(up, self.y, self.up):
            return "triangle-down" if self.up.maximize else "triangle-up"
        if scales.beyond(across, self.x, self.across):
            return "triangle-left" if self.across.maximize else "triangle-right"
        return "circle"

    def holds(self, across: float, up: float) -> bool:
        """Whether a place lies between all ends."""
        return self.x[0] <= across <= self.x[1] and self.y[0] <= up <= self.y[1]


def plane(
    pair: Pair, across: Iterable[float], up: Iterable[float], limits: Sequence[Constraint] = ()
) -> Plane:
    """The plane of values of two goals and the limits on them, without far-out poor ones.

    Args:
        pair: The goal across and the goal up.
        across: Values of the first, in its unit.
        up: Values of the second, in its unit.
        limits: All limits.
    """
    x, y = (
        scales.domain([*values, *(c.bound for c in limits if c.measure.name == m.name)], 3.0, m)
        for m, values in zip(pair, (across, up), strict=True)
    )
    return Plane(*pair, x, y)


def has_front(observations: Observations) -> bool:
    """Whether there are several goals, so that there is a front to draw."""
    return observations.goals is not None and len(observations.goals.measures) > 1


def goals_of(observations: Observations) -> Goals:
    """The goals of observations.

    Raises:
        ObservationError: If they have only one.
    """
    goals = observations.goals
    if goals is None or len(goals.measures) < 2:
        raise ObservationError(
            f"expected observations with two goals or more, got those of "
            f"{observations.measure.name} alone; give the search goals=(nbnas.ACCURACY, "
            "nbnas.PARAMETERS)"
        )
    return goals


def pair_of(goals: Goals, pair: Iterable[Measure] | None = None) -> Pair:
    """The goal across and the goal up: what is chosen, or else the second and the first.

    Raises:
        SettingError: If they are not two different goals.
    """
    if pair is None:
        return goals.measures[1], goals.measures[0]
    chosen = tuple(MEASURE("pair", measure) for measure in pair)
    if len(set(chosen)) != 2 or len(chosen) != 2 or not set(chosen) <= set(goals.measures):
        names = ", ".join(measure.name for measure in goals.measures)
        raise SettingError(
            f"expected two different goals of {names} as pair, got "
            f"{', '.join(measure.name for measure in chosen) or 'none'}"
        )
    return chosen[0], chosen[1]


def pairs_of(goals: Goals) -> tuple[Pair, ...]:
    """Each pair of goals, the goal across first; those with the value upwards come first."""
    names = goals.measures
    return tuple((b, a) for i, a in enumerate(names) for b in names[i + 1 :])


def spoken(measure: Measure) -> str:
    """The name of a goal in words: "multiply-adds"."""
    return measure.name.replace("_", "-")


def better(pair: Pair) -> str:
    """Where the better ones are: "upper left"."""
    across, up = pair
    return f"{_SIDES[up.maximize][1]} {_SIDES[across.maximize][0]}"


def unit_of(goals: Goals) -> str:
    """The unit of hypervolume: "% × ms"."""
    return f" {TIMES} ".join("%" if m.fraction else m.unit or spoken(m) for m in goals.measures)


def volume_title(goals: Goals, height: float) -> str | list[str]:
    """What the axis of hypervolume is called, in several lines where one is too long for it.

    Args:
        goals: The goals.
        height: Height of the axis in pixels.
    """
    words = f"hypervolume ({unit_of(goals)})"
    lines = textwrap.wrap(words, max(int(height / LETTER), 1), break_on_hyphens=False)
    return words if len(lines) == 1 else lines


def scale_of(goals: Goals) -> float:
    """What a hypervolume is multiplied by in order to be drawn in that unit."""
    return float(np.prod([measure.scale for measure in goals.measures]))
