"""The training under way, for the lab: accuracy by epoch as it comes."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.lab.page import between, percent_axis, signals
from nbnas.charts.training.learning_curve import HELD_OUT, TRAIN
from nbnas.records import EpochReport

_PARTS = [TRAIN, HELD_OUT]
_COLORS = alt.Scale(domain=_PARTS, range=[theme.GREY, theme.BLUE])
_DASHES = alt.Scale(domain=_PARTS, range=[[5, 3], [1, 0]])
_SHAPES = alt.Scale(domain=_PARTS, range=["square", "circle"])


def curve_chart() -> alt.LayerChart:
    """Accuracy in training and held out. Data set: `reports`. Signals: `low`, `high`, `epochs`."""
    ticks = alt.Axis(title="epoch", format="d", tickMinStep=1, tickCount=8, grid=False)
    color = alt.Color("part:N", scale=_COLORS, legend=None)
    dash = alt.StrokeDash("part:N", scale=_DASHES, legend=None)
    base = alt.Chart(alt.NamedData("reports")).encode(
        x=alt.X("epoch:Q", axis=ticks, scale=between("min(1, epochs - 1)", "epochs")),
        y=alt.Y("value:Q", axis=percent_axis("accuracy"), scale=between("low", "high")),
        color=color,
    )
    lines = base.mark_line(strokeWidth=2.2).encode(strokeDash=dash)
    dots = base.mark_point(filled=True, size=34, opacity=1).encode(
        shape=alt.Shape("part:N", scale=_SHAPES, legend=None)
    )
    chart = theme.layered(lines, dots, width=300, height=150)
    return chart.add_params(*signals(low=0.0, high=1.0, epochs=2))


def curve_data(reports: Sequence[EpochReport], epochs: int) -> dict[str, Any]:
    """What `curve_chart` shows of a training.

    Args:
        reports: The reports so far.
        epochs: Number of epochs planned.

    Returns:
        `data`, the data set, and `signals`.
    """
    rows = [
        {"epoch": report.epoch, "part": part, "value": getattr(report, f"{prefix}_accuracy")}
        for part, prefix in ((TRAIN, "train"), (HELD_OUT, "val"))
        for report in reports
    ]
    low, high = theme.domain([row["value"] for row in rows], fence=1e9)
    return {
        "data": {"reports": rows},
        "signals": {"low": low, "high": min(high, 1.02), "epochs": max(epochs, 2)},
    }
