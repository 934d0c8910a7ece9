"""The training under way, for the lab: accuracy, or else the value, by epoch as it comes."""

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
from nbnas.records import ACCURACY, EpochReport, Measure

_PARTS = [TRAIN, HELD_OUT, VALUE]
_COLORS = alt.Scale(domain=_PARTS, range=[theme.GREY, theme.BLUE, theme.BLUE])
_DASHES = alt.Scale(domain=_PARTS, range=[[5, 3], [1, 0], [1, 0]])
_SHAPES = alt.Scale(domain=_PARTS, range=["square", "circle", "circle"])


def curve_chart() -> alt.LayerChart:
    """Accuracy in training and held out, or the value after each epoch.

    Data set: `reports`. Signals: `low`, `high`, `epochs`, `percent` (whether it is a fraction) and
    `value_title`.
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
    base = Chart(alt.NamedData("reports")).encode(
        x=alt.X("epoch:Q", axis=ticks, scale=between("min(1, epochs - 1)", "epochs")),
        y=alt.Y("value:Q", axis=axis, scale=between("low", "high")),
        color=color,
    )
    lines = base.mark_line(strokeWidth=2.2).encode(strokeDash=dash)
    dots = base.mark_point(filled=True, size=34, opacity=1).encode(
        shape=alt.Shape("part:N", scale=_SHAPES, legend=None)
    )
    chart = theme.layered(lines, dots, width=300, height=150)
    given = {"percent": True, TITLES[0]: ACCURACY.noun}
    return chart.add_params(*signals(low=0.0, high=1.0, epochs=2, **given))


def curve_data(
    reports: Sequence[EpochReport], epochs: int, measure: Measure = ACCURACY
) -> dict[str, Any]:
    """What `curve_chart` shows of a training.

    Args:
        reports: The reports so far.
        epochs: Number of epochs planned.
        measure: What the reports' `value` is, where they have one.

    Returns:
        `data`, the data set, `signals`, and `parts`, whether there are both held out and training.
    """
    drawn, rows = drawn_measure(reports, measure), curve_rows(reports)
    low, high = scales.domain([row["value"] for row in rows], 1e9, drawn)
    ends = {"low": low, "high": min(high, 1.02) if drawn.fraction else high}
    return {
        "data": {"reports": rows},
        "parts": any(row["part"] != VALUE for row in rows),
        "signals": ends
        | {
            "epochs": max(epochs, 2),
            "percent": drawn.fraction,
            TITLES[0]: drawn.titled(drawn.noun),
        },
    }
