"""What the lab shows of several goals and of limits: the map's colours, the believed front."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.charts.search.goals.plane import pairs_of, scale_of, spoken, unit_of
from nbnas.graphs.architecture import Architecture
from nbnas.records import ACCURACY, Goals, Measure, Observations
from nbnas.records.measure import number
from nbnas.records.proposal import Prediction
from nbnas.search.strategies.goals.attained import BelievedFront, attained
from nbnas.search.strategies.goals.beliefs import Beliefs
from nbnas.search.strategies.goals.believed import beliefs
from nbnas.widgets.lab.cards.seldom import Seldom

Page = dict[str, Any]
Array = NDArray[np.float64]
VOLUME, FEASIBLE = "volume", "feasible"
NEVER = 0.0005  # a probability below which 0.0 % are told


def colours(measure: Measure = ACCURACY, goals: Goals | None = None) -> list[Page]:
    """What the map may be coloured by: a column of `map_page` each, and how its values are told.

    Args:
        measure: What the objective's value is.
        goals: What else is wanted.

    Returns:
        Of each the column, words, whether the lowest value has the brightest colour, whether it
        is a fraction, and the ends of the colours where they are fixed.
    """
    alone = f" of the {measure.noun}" if goals is not None and len(goals.measures) > 1 else ""
    found = [
        _colour("mean", f"predicted {measure.noun}", measure),
        _colour("stddev", f"uncertainty{alone} (stddev)", measure, turned=False),
        _colour("ei", f"expected improvement{alone}", measure, turned=False),
    ]
    if goals is None:
        return found
    found += [_colour(f"goal {m.name}", _named(goals, m), m) for m in goals.further]
    if len(goals.measures) > 1:
        plain = Measure("hypervolume")
        found.append(_colour(VOLUME, f"expected hypervolume ({unit_of(goals)})", plain))
    if goals.constraints:
        found.append(_colour(FEASIBLE, "probability to meet the limits", ACCURACY, ends=[0, 1]))
    return found


def _colour(column: str, words: str, measure: Measure, **more: Any) -> Page:  # noqa: ANN401
    own = {"turned": not measure.maximize, "percent": measure.fraction, "ends": None}
    return {"column": column, "words": words, **own, **more}


def _named(goals: Goals, measure: Measure) -> str:
    known = goals.known_of(measure) is not None
    return (
        f"{measure.titled(spoken(measure))}, known"
        if known
        else (f"predicted {measure.titled(spoken(measure))}")
    )


def told(
    found: Beliefs | None, architectures: Sequence[Architecture]
) -> tuple[dict[str, Array], list[str]]:
    """What is believed of goals and limits, for the map.

    Args:
        found: What is believed; `None` where there is one goal without limits, or no model.
        architectures: `m` of them.

    Returns:
        Columns `(m,)` by the names that `colours` has, and the same in words.
    """
    if found is None or not architectures:
        return {}, [""] * len(architectures)
    goals, rows = found.goals, found.predictions(architectures)
    columns = {
        f"goal {m.name}": np.array([row[at].mean for row in rows])
        for at, m in enumerate(goals.further)
    }
    said = [", ".join(_words(p) for p in row if math.isfinite(p.mean)) for row in rows]
    if len(goals.measures) > 1:
        columns[VOLUME] = found.volume(architectures).numpy() * scale_of(goals)
    if goals.constraints:
        columns[FEASIBLE] = met = feasible(found, architectures)
        limits = (f"limits met with {likely(p)}" for p in met.tolist())
        said = ["; ".join(filter(None, pair)) for pair in zip(said, limits, strict=True)]
    return columns, said


def _words(predicted: Prediction) -> str:
    return f"{spoken(predicted.measure)} {predicted.words}{'' if predicted.stddev else ' (known)'}"


def feasible(found: Beliefs, architectures: Sequence[Architecture]) -> Array:
    """The probability `(m,)` that all limits are met, those that are known beforehand too."""
    met = found.log_feasible(architectures).exp().clamp(0.0, 1.0).numpy()
    for limit, known in found.goals.beforehand:
        met = met * limit.met(known.values(architectures))
    return np.asarray(met, dtype=np.float64)


def likely(probability: float) -> str:
    """A probability in words; what is unsure is never certain."""
    if probability in (0.0, 1.0):
        return f"{100 * probability:.0f} %"
    if NEVER <= probability <= 1 - NEVER:
        return f"{100 * probability:.1f} %"
    return "below 0.1 %" if probability < NEVER else "above 99.9 %"


def volume_words(found: Beliefs, architecture: Architecture) -> str:
    """The hypervolume that an architecture is expected to add."""
    added = float(found.volume((architecture,))[0]) * scale_of(found.goals)
    return f"{number(added, 3)} {unit_of(found.goals)}"


class Wanted:
    """What is believed of the goals of a search in the round that is looked at.

    Attributes:
        fronts: The believed front of each pair of goals; none where there is no model of them.
    """

    def __init__(self) -> None:
        self.fronts: tuple[BelievedFront, ...] = ()
        self._number: int | None = None
        self._seldom = Seldom()

    def beliefs(self, search: Any, observations: Observations) -> Beliefs | None:  # noqa: ANN401
        """What the search's strategy believed after some observations."""
        return beliefs(search.strategy, observations)

    def of_round(self, number: int | None) -> tuple[BelievedFront, ...]:
        """The believed fronts if they are of a round; `None` for the present one."""
        return self.fronts if number == self._number else ()

    def update(
        self,
        found: Beliefs | None,
        among: Sequence[Architecture],
        number: int | None,
        *,
        wait: bool,
    ) -> bool:
        """Draw the believed fronts anew, unless it is too early for that.

        Args:
            found: What is believed.
            among: The architectures that count.
            number: The round that a person looks at; `None` for the present one.
            wait: Whether more comes soon, so that this may be left out.

        Returns:
            Whether there are other ones now.
        """
        if found is None or len(found.goals.measures) < 2:
            changed, self.fronts = bool(self.fronts), ()
            return changed
        question = number, len(found.observations), len(among)
        if not self._seldom.due(question, wait=wait):
            return False
        with self._seldom.working(question):
            self.fronts, self._number = attained(found, pairs_of(found.goals), among), number
        return True
