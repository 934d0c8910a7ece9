"""What is drawn of a front: trials, its steps, what they dominate, limits, and the reference.

Notation
    member     an evaluation of the front of all goals
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.charts import theme
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.goals.beliefs import BELIEVED, believed_rows, front_rows, front_words
from nbnas.charts.search.goals.plane import Pair, Plane, goals_of, pair_of, plane
from nbnas.graphs.architecture import Architecture
from nbnas.records import Constraint, Evaluation, Goals, Measure, Observations, Proposal
from nbnas.records.goals.pareto import pareto
from nbnas.search.strategies.goals.attained import BelievedFront

Keys = Mapping[Architecture, str]
Place = tuple[float, float]
SETS = ("points", "steps", "area", "limits", "reference", "believed", "band", "median")
MEMBER, DOMINATED, BREAKS = "on the front", "dominated", "breaks a limit"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of two goals.

    Attributes:
        plane: The two goals and the ends of the axes.
        points: A row for each full trial that tells both goals, members last.
        steps: The corners of the front of these two goals.
        area: The rectangles that make up what it dominates, down to the reference.
        limits: What the limits of these two goals exclude.
        reference: Where hypervolume is told from, if it lies inside.
        believed: Candidates where a model predicts them, mean and standard deviation.
        band: What the front is believed to be, as rectangles of 9 of 10 draws.
        median: The corners of the line in its middle.
        last: Number of trials.
        said: What band and line mean.
    """

    plane: Plane
    points: theme.Rows
    steps: theme.Rows
    area: theme.Rows
    limits: theme.Rows
    reference: theme.Rows
    believed: theme.Rows
    band: theme.Rows
    median: theme.Rows
    last: int
    said: tuple[str, ...] = ()

    @property
    def key(self) -> list[str]:
        """What signs mean that are not always there, as sentences."""
        beyond = sum(row["shape"] != "circle" for row in self.points)
        said = [f"{theme.count(beyond, 'triangle')}: beyond an axis."] if beyond else []
        return [*said, *([BELIEVED] if self.believed else []), *self.said]

    @property
    def data(self) -> dict[str, theme.Rows]:
        """The data sets of the chart by their names."""
        return {name: getattr(self, name) for name in SETS}


def drawn(
    observations: Observations,
    pair: Pair | None = None,
    keys: Keys | None = None,
    proposal: Proposal | None = None,
    front: BelievedFront | None = None,
) -> Drawn:
    """What is drawn of observations.

    Args:
        observations: The trials so far.
        pair: The goal across and the goal up.
        keys: The page's key of each architecture.
        proposal: What was proposed last, whose candidates are drawn where they are predicted.
        front: What the front of the two goals is believed to be.

    Raises:
        ObservationError: If they have one goal only.
    """
    goals = goals_of(observations)
    pair = pair_of(goals, pair)
    places = _places(observations, goals, pair)
    hoped = () if front is None else front.upper
    shown = plane(pair, places[:, 0], (*places[:, 1], *hoped), goals.constraints)
    band, median = front_rows(front, shown)
    steps = _front(observations, goals, pair)
    origin = _reference(observations, goals, pair)
    return Drawn(
        shown,
        _points(observations, goals, shown, places, keys),
        [{"order": n, "x": x, "y": y} for n, (x, y) in enumerate(_corners(steps, shown))],
        _area(steps, origin, shown),
        [row for each in goals.constraints for row in _excluded(each, shown)],
        [{"x": origin[0], "y": origin[1]}] if origin and shown.holds(*origin) else [],
        believed_rows(observations, goals, shown, keys, proposal),
        band,
        median,
        max(len(observations), 2),
        tuple(front_words(front)),
    )


def counts(observations: Observations) -> dict[str, int]:
    """How many full trials are members, dominated, or break a limit; failed ones are not told."""
    kinds = standing(observations)
    return {kind: kinds.count(kind) for kind in (MEMBER, DOMINATED, BREAKS)}


def standing(observations: Observations) -> list[str]:
    """What each trial is; empty for what is failed or a look."""
    goals = goals_of(observations)
    members = set(np.flatnonzero(pareto(observations.goal_gains)).tolist())
    met = goals.feasible(observations.evaluations)
    trials = enumerate(zip(observations, met.tolist(), strict=True))
    return [_kind(each, fine=fine, member=number in members) for number, (each, fine) in trials]


def _kind(evaluation: Evaluation, *, fine: bool, member: bool) -> str:
    if evaluation.value is None or evaluation.epochs is not None:
        return ""
    return BREAKS if not fine else MEMBER if member else DOMINATED


def _places(observations: Observations, goals: Goals, pair: Pair) -> NDArray[np.float64]:
    """Both goals of each trial `(n, 2)`, NaN where it tells none, or is a look."""
    rows = [[_told(goals, each, m) for m in pair] for each in observations]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2)


def _told(goals: Goals, evaluation: Evaluation, measure: Measure) -> float:
    full = evaluation.value is not None and evaluation.epochs is None
    return goals.value_of(evaluation, measure) if full else np.nan


def _points(
    observations: Observations,
    goals: Goals,
    shown: Plane,
    places: NDArray[np.float64],
    keys: Keys | None,
) -> theme.Rows:
    found = []
    trials = zip(observations, standing(observations), places.tolist(), strict=True)
    for number, (each, kind, (across, up)) in enumerate(trials, 1):
        if not kind or np.isnan(across) or np.isnan(up):
            continue
        x, y = shown.inside(across, up)
        row = {
            "x": x,
            "y": y,
            "trial": number,
            "kind": kind,
            "shape": shown.shape(across, up),
            "label": told(goals, each, number),
        }
        found.append(row if keys is None else {**row, "key": keys[each.architecture]})
    order = (BREAKS, DOMINATED, MEMBER)
    return sorted(found, key=lambda row: order.index(row["kind"]))


def told(goals: Goals, evaluation: Evaluation, number: int) -> str:
    """A trial in words: its number, its goals, and what it is."""
    values = ((m, goals.value_of(evaluation, m)) for m in goals.measures)
    said = ", ".join(m.text(v) for m, v in values if np.isfinite(v))
    return f"trial {number}: {said}; {notation(evaluation.architecture)}"


def _front(observations: Observations, goals: Goals, pair: Pair) -> list[Place]:
    """The front of two goals alone, the best of the goal across first."""
    columns = [goals.measures.index(measure) for measure in pair]
    gains = observations.goal_gains[:, columns]
    found = gains[np.flatnonzero(pareto(gains))]
    found = np.unique(found, axis=0)[::-1]
    return [(pair[0].gain(float(a)), pair[1].gain(float(b))) for a, b in found]


def _corners(steps: list[Place], shown: Plane) -> Iterator[Place]:
    """The corners of a line along a front, from one poor end to the other."""
    if not steps:
        return
    poor_x, poor_y = shown.poor
    inside = [shown.inside(*place) for place in steps]
    last = poor_y
    for x, y in inside:
        yield x, last
        yield x, y
        last = y
    yield poor_x, last


def _area(steps: list[Place], origin: Place | None, shown: Plane) -> theme.Rows:
    """Rectangles side by side: what a front dominates down to the reference."""
    if origin is None:
        return []
    gain_x, gain_y = shown.across.gain, shown.up.gain
    least = gain_x(origin[0]), gain_y(origin[1])
    better = [p for p in steps if gain_x(p[0]) > least[0] and gain_y(p[1]) > least[1]]
    ends = [*(x for x, _ in better[1:]), origin[0]]
    found = []
    for (x, y), end in zip(better, ends, strict=False):
        left, top = shown.inside(x, y)
        right, bottom = shown.inside(end, origin[1])
        found.append({"x": left, "x2": right, "y": top, "y2": bottom})
    return found


def _reference(observations: Observations, goals: Goals, pair: Pair) -> Place | None:
    """The reference point of hypervolume in the two goals, in their units."""
    reference = observations.reference
    if reference is None:
        return None
    by_name = dict(zip((m.name for m in goals.measures), reference.tolist(), strict=True))
    across, up = pair
    return across.gain(by_name[across.name]), up.gain(by_name[up.name])


def _excluded(limit: Constraint, shown: Plane) -> Iterator[dict[str, object]]:
    """The part of the plane that a limit on one of its goals excludes: its ends, and its words."""
    for measure, ends in ((shown.across, shown.x), (shown.up, shown.y)):
        if limit.measure.name == measure.name and ends[0] <= limit.bound <= ends[1]:
            yield {
                "from": limit.bound,
                "to": ends[1] if limit.most else ends[0],
                "across": measure is shown.across,
                "left": limit.bound > sum(ends) / 2,  # of the edge is room for words
                "text": f"{'at most' if limit.most else 'at least'} {measure.text(limit.bound)}",
            }
