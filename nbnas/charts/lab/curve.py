"""The training under way, for the lab: accuracy, or else the value, by epoch as it comes.

Where enough others have ended, also what is predicted of its rest.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.lab.page import TITLES, between, signals, written
from nbnas.charts.training.learning_curve import (
    HELD_OUT,
    TRAIN,
    VALUE,
    curve_rows,
    drawn_measure,
)
from nbnas.charts.training.predicted_curve import bounds_of, rest_rows
from nbnas.records import ACCURACY, EpochReport, Measure
from nbnas.surrogate.curves.prediction import CurvePrediction

_PARTS = [TRAIN, HELD_OUT, VALUE]
_COLORS = alt.Scale(domain=_PARTS, range=[theme.GREY, theme.BLUE, theme.BLUE])
_DASHES = alt.Scale(domain=_PARTS, range=[[5, 3], [1, 0], [1, 0]])
_SHAPES = alt.Scale(domain=_PARTS, range=["square", "circle", "circle"])


def curve_chart() -> alt.LayerChart:
    """Accuracy in training and held out, or the value after each epoch.

    Data sets: `reports`, and of what is predicted `band` and `rest`. Signals: `low`, `high`,
    `epochs`, `percent` (whether it is a fraction) and `value_title`.
    """
    count = alt.ExprRef("min(8, epochs - min(1, epochs - 1))")  # with more, steps are halved
    ticks = alt.Axis(title="epoch", format="d", tickMinStep=1, tickCount=count, grid=False)
    plain = Measure("value")
    label = f"percent ? (datum.value > 1.0001 ? '' : {written(ACCURACY)}) : {written(plain)}"
    axis = alt.Axis(
        title=TITLES[0], labelExpr=label, tickCount=5, labelOverlap="greedy", labelSeparation=8
    )
    color = alt.Color("part:N", scale=_COLORS, legend=None)
    dash = alt.StrokeDash("part:N", scale=_DASHES, legend=None)
    x = alt.X("epoch:Q", axis=ticks, scale=between("min(1, epochs - 1)", "epochs"))
    scale = between("low", "high")
    y = alt.Y("value:Q", axis=axis, scale=scale)
    base = Chart(alt.NamedData("reports")).encode(x=x, y=y, color=color)
    band = Chart(alt.NamedData("band")).mark_area(color=theme.PURPLE, opacity=0.22, clip=True)
    rest = Chart(alt.NamedData("rest")).mark_line(
        color=theme.PURPLE, strokeDash=[6, 3], strokeWidth=2, clip=True
    )
    lines = base.mark_line(strokeWidth=2.2).encode(strokeDash=dash)
    dots = base.mark_point(filled=True, size=34, opacity=1).encode(
        shape=alt.Shape("part:N", scale=_SHAPES, legend=None)
    )
    ends = alt.Y("lower:Q", axis=axis, scale=scale)
    ahead = (band.encode(x=x, y=ends, y2="upper:Q"), rest.encode(x=x, y=y))
    chart = theme.layered(*ahead, lines, dots, width=300, height=150)
    given = {"percent": True, TITLES[0]: ACCURACY.noun}
    return chart.add_params(*signals(low=0.0, high=1.0, epochs=2, **given))


def curve_data(
    reports: Sequence[EpochReport],
    epochs: int,
    measure: Measure = ACCURACY,
    ahead: CurvePrediction | None = None,
) -> dict[str, Any]:
    """What `curve_chart` shows of a training.

    Args:
        reports: The reports so far.
        epochs: Number of epochs planned.
        measure: What the reports' `value` is, where they have one.
        ahead: What is predicted of its rest.

    Returns:
        `data`, the data sets, `signals`, and `parts`, whether both held out and training are
        there.
    """
    drawn, rows = drawn_measure(reports, measure), curve_rows(reports)
    values = [row["value"] for row in rows]
    band, rest = rest_rows(ahead)
    if rest and ahead is not None:
        low, high = bounds_of([*values, *(row["value"] for row in rest)], band, ahead.measure)
    else:
        low, high = scales.domain(values, 1e9, drawn)
    ends = {"low": low, "high": min(high, 1.02) if drawn.fraction else high}
    return {
        "data": {"reports": rows, "band": band, "rest": rest},
        "parts": any(row["part"] != VALUE for row in rows),
        "signals": ends
        | {
            "epochs": max(epochs, 2, 0 if ahead is None else ahead.epochs),
            "percent": drawn.fraction,
            TITLES[0]: drawn.titled(drawn.noun),
        },
    }
