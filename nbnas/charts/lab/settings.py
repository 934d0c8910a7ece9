"""The posterior along each setting, and how much each matters, for the lab."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lab.page import HOVERED, SELECTED, between, picked, signals, value_axis
from nbnas.charts.search.settings.importance import ROW, bar_rows, by_part, summary, top_of
from nbnas.charts.search.settings.slices import (
    along,
    ends_of,
    filled,
    in_order,
    line_rows,
    predicted,
    trial_rows,
)
from nbnas.charts.search.settings.slices import summary as best
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.joint.dimension import Dimension
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import ACCURACY, Measure
from nbnas.search.settings.importance import Importance
from nbnas.search.settings.slices import Slices

Page = dict[str, Any]
Keys = Mapping[Architecture, str]
BELOW = 60.0  # pixels of an axis and a legend


def settings_charts(
    space: JointSpace | None, measure: Measure = ACCURACY
) -> dict[str, alt.LayerChart]:
    """The charts of a space with settings by their names: a slice each, and their importance."""
    if space is None:
        return {}
    each = {f"slice{n}": slice_chart(d, measure) for n, d in enumerate(space.dimensions)}
    return each | {"importance": importance_chart(1 + len(space.dimensions))}


def slice_chart(dimension: Dimension, measure: Measure = ACCURACY) -> alt.LayerChart:
    """Mean and band along a setting, trials, and where the architecture is.

    Data sets: `line`, `dots`, `here`. Signals: `low`, `high`.
    """
    x = along(dimension)
    scale = between("low", "high")
    y = alt.Y("mean:Q", axis=value_axis(measure, f"predicted {measure.noun}"), scale=scale)
    lower = alt.Y("lower:Q", axis=y["axis"], scale=scale)
    base = Chart(alt.NamedData("line")).encode(x=x)
    band, line = predicted(base, dimension)
    rule = Chart(alt.NamedData("here")).mark_rule(color=theme.INK, strokeDash=[4, 3])
    dots = Chart(alt.NamedData("dots")).mark_point(
        stroke=theme.ORANGE, opacity=0.9, cursor="pointer"
    )
    sizes = [{"test": HOVERED, "value": 150}, {"test": SELECTED, "value": 120}]
    trials = dots.encode(
        x=x,
        y=alt.Y("measured:Q", axis=y["axis"], scale=scale),
        fill=filled(),
        shape=alt.Shape("shape:N", scale=None),
        size={"condition": sizes, "value": 40},
        strokeWidth=picked(1.4, 3, 3),
    )
    layers = (
        band.encode(y=lower, y2="upper:Q"),
        rule.encode(x=x),
        *in_order(dimension, line.encode(y=y), trials),
    )
    chart = theme.layered(*layers, width=400, height=220)
    return chart.add_params(*signals(low=0.0, high=1.0))


def importance_chart(inputs: int) -> alt.LayerChart:
    """A bar for the architecture and each setting. Data set: `rows`. Signal: `top`."""
    names = alt.Axis(title=None, ticks=False, labelLimit=150)
    y = alt.Y("name:N", sort=alt.EncodingSortField("order"), axis=names)
    x = between("0", "top")
    base = Chart(alt.NamedData("rows")).encode(y=y)
    axis = alt.Axis(title="share of the variance of what is predicted", format=".0%", tickCount=5)
    layers = (
        base.mark_bar(height=ROW / 2, color=theme.BLUE).encode(
            x=alt.X("from:Q", scale=x, axis=axis), x2="to:Q", opacity=by_part()
        ),
        base.mark_rule(color=theme.INK, strokeWidth=1.4).encode(
            x=alt.X("least:Q", scale=x), x2="most:Q"
        ),
        base.mark_text(align="left", dx=6, color=theme.INK, fontSize=theme.SMALL).encode(
            x=alt.X("most:Q", scale=x), text="said:N"
        ),
    )
    chart = theme.layered(*layers, width=400, height=ROW * inputs)
    return chart.add_params(*signals(top=1.0))


def slices_data(found: Slices, keys: Keys) -> Page:
    """What the charts of `slice_chart` show, and the line below.

    Args:
        found: The slices.
        keys: The page's key of each architecture.
    """
    low, high = ends = ends_of(found)
    told = [keys[e.architecture] for e in found.evaluations if e.value is not None]
    panels = [
        {
            "data": {
                "line": line_rows(one),
                "here": [{"value": found.architecture.setting(one.name)}],
                "dots": [
                    {**row, "key": key}
                    for row, key in zip(trial_rows(found, one, ends), told, strict=True)
                ],
            },
            "signals": {"low": low, "high": high},
        }
        for one in found.slices
    ]
    return {"panels": panels, "line": best(found)}


def importance_data(found: Importance) -> Page:
    """What `importance_chart` shows, and the line below."""
    rows = bar_rows(found) if found.stddev else []
    order = {name: place for place, (name, _) in enumerate(found.ranked())}
    rows = [{**row, "order": order.get(row["name"], len(order))} for row in rows]
    return {"data": {"rows": rows}, "signals": {"top": top_of(rows)}, "line": summary(found)}


def names_of(space: JointSpace | None) -> list[str]:
    """The settings of a space, in the order of its slices."""
    return [] if space is None else list(space.names)
