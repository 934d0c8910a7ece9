"""Candidates in the plane of two goals, where a model predicts them."""

from collections.abc import Mapping

import numpy as np

from nbnas.charts import theme
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.goals.plane import Plane
from nbnas.graphs.architecture import Architecture
from nbnas.records import Candidate, Goals, Measure, Observations, Proposal

Keys = Mapping[Architecture, str]
BELIEVED = "Squares: what was considered last, as predicted, ± one standard deviation."
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
