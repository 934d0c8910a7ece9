"""What is drawn of trainings that went differently far: lines, points and predicted ends.

Notation
    E          epochs of a full training
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nbnas.charts import scales, theme
from nbnas.charts.training.learning_curve import drawn_measure
from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation, Fidelities
from nbnas.search.fidelities.told import Looks

LOOK, STOPPED, FULL = "looked at only", "stopped", "trained fully"
KINDS = (STOPPED, LOOK, FULL)  # in the order in which they are drawn
BENT = 16  # from what ratio of the longest to the shortest on epochs are drawn on a logarithm
POINTS = 30  # of a line, beside those that were evaluated
STEP = 0.045  # between two predicted ends, in widths of the axis up to E
Keys = Mapping[Architecture, str]


def parts(looks: Looks, keys: Keys | None = None) -> tuple[dict[str, theme.Rows], scales.Ends]:
    """The data sets of the chart by their names, and the ends of the axis of values.

    Args:
        looks: What the looks told.
        keys: The page's key of each architecture.
    """
    found = {
        "lines": line_rows(looks, keys),
        "points": point_rows(looks, keys),
        "leads": lead_rows(looks, keys),
        "ends": end_rows(looks, keys),
    }
    bounds = bounds_of(looks, [row for rows in found.values() for row in rows])
    measure = looks.observations.measure
    for row in found["points"]:
        poor = scales.beyond(row["value"], bounds, measure)
        down = "triangle-down" if measure.maximize else "triangle-up"
        row["shape"] = down if poor else "diamond" if row["best"] else "circle"
    return {name: _clipped(rows, bounds) for name, rows in found.items()}, bounds


def kinds(looks: Looks) -> dict[Architecture, str]:
    """Whether each architecture was trained fully, stopped, or looked at only so far."""
    stopped = {each.architecture for each in looks.standings if each.state == "stopped"}
    return {
        a: FULL if epochs == looks.fidelities.full else STOPPED if a in stopped else LOOK
        for a, epochs in looks.reached.items()
    }


def line_rows(looks: Looks, keys: Keys | None = None) -> theme.Rows:
    """The points of all lines, those of full trainings last.

    Where trainings are continued an architecture is one line. Else each training has a line of its
    own, if its epochs are known, and `joined` lines lead from one training to the next.

    Args:
        looks: What the looks told.
        keys: The page's key of each architecture.
    """
    known, found = kinds(looks), []
    for number, (architecture, own) in enumerate(_trainings(looks).items()):
        shared = {"kind": known[architecture], "key": (keys or {}).get(architecture, "")}
        ends = [(e.epochs or looks.fidelities.full, _value(e)) for e in own]
        curves = [_curve(looks, e) for e in own]
        if looks.fidelities.continued:
            merged = {epoch: value for curve in curves for epoch, value in curve.items()}
            curves = [merged | dict(ends)]
        elif len(ends) > 1:
            found += _line(f"{number} joined", dict(ends), shared | {"joined": True})
        for part, curve in enumerate(curves):
            found += _line(f"{number} {part}", curve, shared | {"joined": False})
    return sorted(found, key=lambda row: KINDS.index(row["kind"]))


def point_rows(looks: Looks, keys: Keys | None = None) -> theme.Rows:
    """A point for each training that gave a value, those of full trainings last."""
    known, best = kinds(looks), looks.observations.incumbent
    rows = [
        {
            "epochs": e.epochs or looks.fidelities.full,
            "value": e.value,
            "kind": known[e.architecture],
            "full": e.epochs is None,
            "best": e is best,
            "key": (keys or {}).get(e.architecture, ""),
        }
        for e in looks.observations.completed
    ]
    return sorted(rows, key=lambda row: (KINDS.index(row["kind"]), row["best"]))


def end_rows(looks: Looks, keys: Keys | None = None) -> theme.Rows:
    """The predicted full results, beside the full trainings."""
    return [
        {
            "epochs": beyond(looks, place),
            "value": each.mean,
            "lower": each.mean - each.stddev,
            "upper": each.mean + each.stddev,
            "first": place == 1,
            "key": (keys or {}).get(each.architecture, ""),
        }
        for place, each in enumerate(looks.predictions, 1)
    ]


def lead_rows(looks: Looks, keys: Keys | None = None) -> theme.Rows:
    """Lines from where a training stands to its predicted end after E, and aside to its place."""
    rows: theme.Rows = []
    for place, each in enumerate(looks.predictions, 1):
        last = max(_trainings(looks)[each.architecture], key=lambda e: e.epochs or 0)
        ends = {
            float(last.epochs or 0): _value(last),
            float(looks.fidelities.full): each.mean,
            beyond(looks, place): each.mean,
        }
        rows += _line(str(place), ends, {"key": (keys or {}).get(each.architecture, "")})
    return rows


def bounds_of(looks: Looks, rows: Sequence[Mapping[str, Any]]) -> scales.Ends:
    """The part of the axis of values that is worth showing of lines, points and ends."""
    names = ("value", "lower", "upper")
    measure = looks.observations.measure
    low, high = scales.domain([row[n] for row in rows for n in names if n in row], 3.0, measure)
    return max(low, measure.lower), min(high, measure.upper)


def _clipped(rows: theme.Rows, bounds: scales.Ends) -> theme.Rows:
    """The rows with what is too poor for the axis at its end."""
    names = ("value", "lower", "upper")
    low, high = bounds
    return [row | {n: min(max(row[n], low), high) for n in names if n in row} for row in rows]


def bent(fidelities: Fidelities) -> bool:
    """Whether epochs are drawn on a logarithm: else the first lengths would be one."""
    epochs = fidelities.epochs
    return len(epochs) > 2 and epochs[-1] >= BENT * epochs[0]


def scale_type(fidelities: Fidelities) -> str:
    """Of the axis of epochs: "log" or "linear"."""
    return "log" if bent(fidelities) else "linear"


def span(looks: Looks) -> tuple[float, float]:
    """The ends of the axis of epochs, with room for the predicted ends."""
    first = 1 if looks.fidelities.continued else looks.fidelities.epochs[0]
    low = 0.85 * first if bent(looks.fidelities) else 0.0
    return low, beyond(looks, len(looks.predictions) + 1 if looks.predictions else 0.8)


def beyond(looks: Looks, steps: float) -> float:
    """A place so many steps beyond E on the axis of epochs."""
    full, first = looks.fidelities.full, looks.fidelities.epochs[0]
    if bent(looks.fidelities):
        return float(full * (full / first) ** (STEP * steps))
    return full * (1 + STEP * steps)


def _trainings(looks: Looks) -> dict[Architecture, list[Evaluation]]:
    """The completed trainings of each architecture, in order."""
    found: dict[Architecture, list[Evaluation]] = {}
    for evaluation in looks.observations.completed:
        found.setdefault(evaluation.architecture, []).append(evaluation)
    return found


def _curve(looks: Looks, evaluation: Evaluation) -> dict[int, float]:
    """The values of a training by epoch, if its reports are of the same measure."""
    reports, measure = evaluation.reports, looks.observations.measure
    if not reports or drawn_measure(reports, measure) != measure:
        return {}
    step = max(1, len(reports) // POINTS)
    kept = (*reports[::step], reports[-1])
    found = {r.epoch: r.measured for r in kept if math.isfinite(r.measured)}
    if not looks.fidelities.continued:  # its value may be of another epoch, such as the best one
        found[evaluation.epochs or looks.fidelities.full] = _value(evaluation)
    return dict(sorted(found.items()))


def _line(name: str, points: Mapping[Any, float], shared: Mapping[str, Any]) -> theme.Rows:
    if len(points) < 2:
        return []
    return [
        {"line": name, "epochs": epochs, "value": value, **shared}
        for epochs, value in sorted(points.items())
    ]


def _value(evaluation: Evaluation) -> float:
    assert evaluation.value is not None
    return evaluation.value
