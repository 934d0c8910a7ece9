"""Candidates in the plane of two goals, where a model predicts them, and the believed front."""

from collections.abc import Mapping

import numpy as np

from nbnas.charts import theme
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.goals.plane import Plane
from nbnas.graphs.architecture import Architecture
from nbnas.records import Candidate, Goals, Measure, Observations, Proposal
from nbnas.search.strategies.goals.attained import BelievedFront

Keys = Mapping[Architecture, str]
BELIEVED = "Squares: what was considered last, as predicted, ± one standard deviation."
FRONT = "Purple: the believed front, and 9 of 10 draws of it"
CANDIDATES = 8  # of a proposal that are drawn


def believed_rows(
    observations: Observations,
    goals: Goals,
    shown: Plane,
    keys: Keys | None,
    proposal: Proposal | None,
) -> theme.Rows:
    """Candidates of which both goals are predicted, and which are not evaluated since."""
    trained = set(observations.full.architectures)
    found = []
    candidates = () if proposal is None else proposal.candidates[:CANDIDATES]
    for each in candidates:
        if each.architecture in trained:
            continue
        row: dict[str, object] = {}
        for axis, ends, measure in (("x", shown.x, shown.across), ("y", shown.y, shown.up)):
            span = _span(goals, each, measure)
            names = (f"{axis}1", axis, f"{axis}2")
            row |= dict(zip(names, np.clip(span, *ends).tolist(), strict=True)) if span else {}
        if len(row) < 6:
            continue
        row["first"] = each is candidates[0]
        row["label"] = f"{notation(each.architecture)}, predicted"
        found.append(row if keys is None else {**row, "key": keys[each.architecture]})
    return found


def _span(
    goals: Goals, candidate: Candidate, measure: Measure
) -> tuple[float, float, float] | None:
    """Mean - stddev, mean and mean + stddev of a goal; `None` where it is not predicted."""
    moments = {p.measure.name: (p.mean, p.stddev) for p in candidate.further}
    moments[goals.value.name] = (candidate.mean, candidate.stddev)
    if measure.name not in moments:
        return None
    mean, stddev = moments[measure.name]
    return mean - stddev, mean, mean + stddev


def front_rows(believed: BelievedFront | None, shown: Plane) -> tuple[theme.Rows, theme.Rows]:
    """The band of a believed front as rectangles side by side, and the corners of its line."""
    if believed is None or not believed.levels:
        return [], []
    good = believed.across.maximize  # levels are attained from the good end on
    columns = (believed.levels, believed.lower, believed.middle, believed.upper)
    steps = list(zip(*columns, strict=True))[:: -1 if good else 1]
    ends = [step[0] for step in steps[1:]] + [shown.poor[0]]
    band: theme.Rows = []
    line: theme.Rows = []
    for (x, low, middle, high), end in zip(steps, ends, strict=True):
        left, right = (_between(at, shown.x) for at in (x, end))
        low, middle, high = (_between(at, shown.y) for at in (low, middle, high))
        if left != right:
            band.append({"x": left, "x2": right, "y": low, "y2": high})
        corners = ((left, middle), (right, middle))
        line += [{"x": a, "y": b, "order": len(line) + n} for n, (a, b) in enumerate(corners)]
    return band, line


def front_words(believed: BelievedFront | None) -> list[str]:
    """What the believed front is, as a sentence."""
    if believed is None or not believed.levels:
        return []
    return [f"{FRONT}, by the model of {theme.count(believed.trials, 'trial')}."]


def _between(value: float, ends: tuple[float, float]) -> float:
    return float(np.clip(value, *ends))
