"""How far trainings went, what was spent, and what looks told, for the lab."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.lab.page import HOVERED, SELECTED, between, signals, value_axis
from nbnas.charts.search.looks import beliefs, rungs, spent, stops
from nbnas.charts.search.looks import rows as made
from nbnas.graphs.architecture import Architecture
from nbnas.records import ACCURACY, Fidelities, Measure
from nbnas.search.fidelities.told import Belief, Looks

Page = dict[str, Any]


def rungs_chart(fidelities: Fidelities, measure: Measure = ACCURACY) -> alt.LayerChart:
    """How far each training went, and the predicted ends of those that went less far.

    Data sets: `lines`, `points`, `leads`, `ends`. Signals: `low`, `high`, `near`, `far` (the ends
    of the axis of epochs) and `counts` (the words at each length).
    """
    x = between("near", "far", type=made.scale_type(fidelities))
    wide = {name: 1.5 * value for name, value in rungs.WIDTHS.items()}
    first = ((HOVERED, 1.0), (SELECTED, 1.0))
    axes = rungs.Axes(
        rungs.epochs_axis(fidelities, "counts", x),
        alt.Y("value:Q", axis=value_axis(measure, measure.name), scale=between("low", "high")),
        rungs.by_kind(rungs.FADED, *first),
        rungs.by_kind(wide, (HOVERED, 4.0), (SELECTED, 4.0), ("datum.joined", 1.1)),
    )
    data = {name: alt.NamedData(name) for name in ("lines", "points", "leads", "ends")}
    chart = theme.layered(*rungs.layers_of(fidelities, axes, data), width=500, height=250)
    words = {str(epochs): [str(epochs)] for epochs in fidelities.epochs}
    ends = {"low": 0.0, "high": 1.0, "near": 1.0, "far": float(fidelities.full)}
    return chart.add_params(*signals(**ends, counts=words))


def rungs_data(looks: Looks, keys: Mapping[Architecture, str]) -> Page:
    """What `rungs_chart` shows.

    Args:
        looks: What the looks told.
        keys: The page's key of each architecture.

    Returns:
        `data`, the data sets, and `signals`.
    """
    data, (low, high) = made.parts(looks, keys)
    near, far = made.span(looks)
    counts = rungs.counts(looks, (low, high))
    given = {"low": low, "high": high, "near": near, "far": far, "counts": counts}
    return {"data": data, "signals": given}


def spent_chart(fidelities: Fidelities) -> alt.LayerChart:
    """How many trainings there were of each length, and their cost. Data set: `parts`."""
    legend = alt.Legend(title=None, orient="bottom", columns=3)
    layers = spent.layers_of(alt.NamedData("parts"), fidelities, legend)
    return theme.layered(*layers, width=400, height=2 * spent.ROW).add_params(*signals())


def spent_data(looks: Looks) -> Page:
    """What `spent_chart` shows."""
    return {"data": {"parts": spent.spent_rows(looks) if len(looks.observations) else []}}


def stops_chart() -> alt.LayerChart:
    """Who went on from each length, and who was stopped. Data sets: `rows`, `lines`."""
    legend = alt.Legend(title=None, orient="bottom", columns=4)
    layers = stops.layers_of(alt.NamedData("rows"), alt.NamedData("lines"), legend)
    return theme.layered(*layers, width=400, height=150).add_params(*signals())


def stops_data(looks: Looks) -> Page:
    """What `stops_chart` shows; nothing where there is no scheduler."""
    if not looks.standings:
        return {"data": {"rows": [], "lines": []}}
    return {"data": {"rows": stops.fate_rows(looks), "lines": stops.line_rows(looks)}}


def beliefs_chart(measure: Measure = ACCURACY) -> alt.LayerChart:
    """What looks changed in predicted full results. Data set: `rows`. Signals: `low`, `high`."""
    axis = value_axis(measure, f"predicted full {measure.noun}", orient="bottom")
    x = alt.X("value:Q", axis=axis, scale=between("low", "high"))
    legend = alt.Legend(title=None, orient="bottom", symbolOpacity=1, columns=2)
    layers = beliefs.layers_of(alt.NamedData("rows"), x, legend)
    chart = theme.layered(*layers, width=400, height=4 * beliefs.ROW)
    return chart.add_params(*signals(low=0.0, high=1.0))


def beliefs_data(found: tuple[Belief, ...], measure: Measure = ACCURACY) -> Page:
    """What `beliefs_chart` shows."""
    rows = beliefs.belief_rows(found, measure)
    low, high = beliefs.bounds_of(rows, measure)
    return {"data": {"rows": rows}, "signals": {"low": low, "high": high}}
