"""The front of several goals and its hypervolume, for the lab."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lab.page import HOVERED, SELECTED, between, picked, signals, value_axis
from nbnas.charts.search.goals.front import summary
from nbnas.charts.search.goals.hypervolume import volume_rows
from nbnas.charts.search.goals.layers import Axes, color, layers_of, sizes
from nbnas.charts.search.goals.plane import Pair, goals_of, pair_of, pairs_of, spoken, volume_title
from nbnas.charts.search.goals.rows import SETS, Drawn, drawn
from nbnas.graphs.architecture import Architecture
from nbnas.records import Goals, Observations, Proposal
from nbnas.search.strategies.goals.attained import BelievedFront

Page = dict[str, Any]
VOLUME = 200  # height of the chart of hypervolume, in pixels


def front_chart(pair: Pair) -> alt.LayerChart:
    """Trials in the plane of two goals, and the front so far.

    Data sets: those of `goals.rows.Drawn.data`. Signals: `low`, `high`, `left`, `right`, the ends
    of the axes, and `last`, the number of trials.
    """
    across, up = pair
    ends = ("left", "right")
    x = alt.X(
        "x:Q",
        axis=value_axis(across, spoken(across), ends, orient="bottom"),
        scale=between(*ends),
    )
    y = alt.Y("y:Q", axis=value_axis(up, spoken(up)), scale=between("low", "high"))
    legend = alt.Legend(title="trial", format="d", tickMinStep=1, tickCount=4, gradientLength=90)
    axes = Axes(
        x,
        y,
        color(alt.ExprRef("last"), legend),
        sizes((HOVERED, 210.0), (SELECTED, 190.0)),
        picked(0.7, 3, 3.4),
    )
    layers = layers_of(axes, {name: alt.NamedData(name) for name in SETS})
    for layer in layers[-5:]:
        layer["mark"]["cursor"] = "pointer"
    chart = theme.layered(*layers, width=400, height=300)
    return chart.add_params(*signals(low=0.0, high=1.0, left=0.0, right=1.0, last=2))


def volume_chart(goals: Goals) -> alt.LayerChart:
    """Hypervolume after each trial. Data sets: `volumes`, `round`. Signals: `high`, `last`."""
    ticks = alt.Axis(title="trial", format="d", grid=False, tickMinStep=1, tickCount=6)
    x = alt.X("trial:Q", axis=ticks, scale=between("0.5", "last + 0.5"))
    axis = alt.Axis(title=volume_title(goals, VOLUME), tickCount=5)
    y = alt.Y("volume:Q", axis=axis, scale=between("0", "high"))
    line = Chart(alt.NamedData("volumes")).mark_line(
        interpolate="step-after", strokeWidth=2.4, color=theme.ORANGE
    )
    rule = Chart(alt.NamedData("round")).mark_rule(
        color=theme.PURPLE, strokeWidth=2, strokeDash=[4, 3]
    )
    chart = theme.layered(rule.encode(x=x), line.encode(x=x, y=y), width=300, height=VOLUME)
    return chart.add_params(*signals(high=1.0, last=2))


def front_charts(goals: Goals | None) -> dict[str, alt.LayerChart]:
    """The charts of several goals by their names: a front for each pair, and the hypervolume."""
    if goals is None or len(goals.measures) < 2:
        return {}
    fronts = {f"front{n}": front_chart(pair) for n, pair in enumerate(pairs_of(goals))}
    return fronts | {"volume": volume_chart(goals)}


def pair_names(goals: Goals | None) -> list[str]:
    """What the fronts of `front_charts` are called, in their order."""
    if goals is None or len(goals.measures) < 2:
        return []
    return [f"{spoken(up)} by {spoken(across)}" for across, up in pairs_of(goals)]


def front_data(
    observations: Observations,
    keys: Mapping[Architecture, str],
    *,
    proposal: Proposal | None = None,
    trials: int | None = None,
    number: int | None = None,
    believed: Sequence[BelievedFront] = (),
) -> Page:
    """What the charts of `front_charts` show of a search, and the line below.

    Args:
        observations: All trials so far.
        keys: The page's key of each architecture.
        proposal: What was proposed last, whose candidates are drawn where they are predicted.
        trials: Number of trials to come to.
        number: The round that is looked at, from 0: the front is then as it was before; `None`
            for the present one.
        believed: What the front of each pair of goals is believed to be, where a model tells it.
    """
    goals = goals_of(observations)
    seen = observations if number is None else observations.first(number)
    proposal = proposal if number is None else None
    pairs = pairs_of(goals)
    fronts: Sequence[BelievedFront | None] = believed or [None] * len(pairs)
    found = [
        drawn(seen, pair, keys, proposal, front) for pair, front in zip(pairs, fronts, strict=True)
    ]
    said = [*summary(seen, (pair_of(goals),)), *found[0].key]
    said += [f"As it was before trial {number + 1}."] if number is not None else []
    rows = volume_rows(observations)
    last = max(len(observations), trials or 0, 2)
    return {
        "fronts": [{"data": each.data, "signals": _signals(each)} for each in found],
        "volume": {
            "data": {
                "volumes": rows,
                "round": [] if number is None else [{"trial": number + 0.5}],
            },
            "signals": {
                "last": last,
                "high": 1.08 * max((row["volume"] for row in rows), default=0.0) or 1.0,
            },
        },
        "line": " ".join(said),
    }


def _signals(found: Drawn) -> Page:
    (left, right), (low, high) = found.plane.x, found.plane.y
    return {"left": left, "right": right, "low": low, "high": high, "last": found.last}
