"""The layers of a picture of the front: limits, what is dominated, its line, trials, beliefs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.search.goals.rows import BREAKS, DOMINATED, MEMBER

CROSS = "M-1,-1L1,1M1,-1L-1,1"
_SIZES = {MEMBER: 95.0, DOMINATED: 42.0, BREAKS: 38.0}
Data = Mapping[str, alt.Data | alt.InlineData | alt.NamedData]


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of the chart, and what answers to a pointer.

    Attributes:
        x: The goal across.
        y: The goal up.
        color: Of the trials, by their number.
        size: Of the trials.
        width: Of their borders.
    """

    x: alt.X
    y: alt.Y
    color: alt.Color
    size: object
    width: object


def layers_of(axes: Axes, data: Data) -> list[alt.Chart]:
    """The layers of the chart, the lowest first; see `rows.Drawn.data` for the data sets."""
    x, y = axes.x, axes.y
    area = Chart(data["area"]).mark_rect(color=theme.ORANGE, opacity=0.13)
    line = Chart(data["steps"]).mark_line(
        interpolate="linear", strokeWidth=2.4, color=theme.ORANGE, clip=True
    )
    base = Chart(data["points"]).encode(x=x, y=y, tooltip=alt.Tooltip("label:N"))
    crosses = base.transform_filter(f"datum.kind === '{BREAKS}'").mark_point(
        shape=CROSS, color=theme.VERMILLION, opacity=0.9, filled=False
    )
    dots = base.transform_filter(f"datum.kind !== '{BREAKS}'").mark_point(
        filled=True, opacity=1, stroke=theme.INK
    )
    return [
        *_limits(axes, data["limits"]),
        *_front(axes, data),
        area.encode(x=x, x2="x2:Q", y=y, y2="y2:Q"),
        line.encode(x=x, y=y, order="order:Q"),
        *_reference(axes, data["reference"]),
        *_believed(axes, data["believed"]),
        crosses.encode(size=axes.size, strokeWidth=axes.width),
        dots.encode(
            color=axes.color,
            shape=alt.Shape("shape:N", scale=None),
            size=axes.size,
            strokeWidth=axes.width,
        ),
    ]


def sizes(*first: tuple[str, float]) -> dict[str, Any]:
    """The size of each kind of trial.

    Args:
        *first: Tests that come before, and the values where they hold.
    """
    own = [(f"datum.kind === '{kind}'", value) for kind, value in _SIZES.items()]
    tests = [{"test": test, "value": value} for test, value in (*first, *own)]
    return {"condition": tests, "value": _SIZES[DOMINATED]}


def color(last: float | alt.ExprRef, legend: alt.Legend | None) -> alt.Color:
    """The colours of trials: from dark, the first, to bright."""
    scale = alt.Scale(scheme="viridis", domainMin=1, domainMax=last, nice=False)
    return alt.Color("trial:Q", scale=scale, legend=legend)


def _limits(axes: Axes, data: Any) -> list[alt.Chart]:  # noqa: ANN401
    """What limits exclude, their edges, and their words."""
    base = Chart(data)
    across = base.transform_filter("datum.across")
    up = base.transform_filter("!datum.across")
    x = alt.X("from:Q", axis=axes.x["axis"], scale=axes.x["scale"])
    y = alt.Y("from:Q", axis=axes.y["axis"], scale=axes.y["scale"])
    grey: dict[str, Any] = {"color": theme.GREY, "opacity": 0.16}
    edge: dict[str, Any] = {"color": theme.VERMILLION, "strokeDash": [5, 3], "strokeWidth": 1.4}
    words: dict[str, Any] = {"color": theme.INK, "fontSize": theme.SMALL}
    right = across.transform_filter("!datum.left").mark_text(align="left", dx=4, dy=-9, **words)
    left = across.transform_filter("datum.left").mark_text(align="right", dx=-4, dy=-9, **words)
    own = up.mark_text(align="left", baseline="bottom", dy=-3, **words)
    text = alt.Text("text:N")
    return [
        across.mark_rect(**grey).encode(x=x, x2="to:Q"),
        up.mark_rect(**grey).encode(y=y, y2="to:Q"),
        across.mark_rule(**edge).encode(x=x),
        up.mark_rule(**edge).encode(y=y),
        right.encode(x=x, y=alt.value("height"), text=text),
        left.encode(x=x, y=alt.value("height"), text=text),
        own.encode(x=alt.value(4), y=y, text=text),
    ]


def _reference(axes: Axes, data: Any) -> list[alt.Chart]:  # noqa: ANN401
    base = Chart(data).encode(x=axes.x, y=axes.y)
    mark = base.mark_point(shape="cross", size=60, filled=True, color=theme.INK, opacity=0.75)
    words = base.mark_text(align="right", dx=-8, dy=8, color=theme.INK, fontSize=theme.SMALL)
    return [mark, words.encode(text=alt.value("reference"))]


def _front(axes: Axes, data: Data) -> list[alt.Chart]:
    """The believed front: a band and a line in its middle."""
    band = Chart(data["band"]).mark_rect(color=theme.PURPLE, opacity=0.2)
    line = Chart(data["median"]).mark_line(
        interpolate="linear", strokeWidth=1.8, strokeDash=[6, 3], color=theme.PURPLE
    )
    return [
        band.encode(x=axes.x, x2="x2:Q", y=axes.y, y2="y2:Q"),
        line.encode(x=axes.x, y=axes.y, order="order:Q"),
    ]


def _believed(axes: Axes, data: Any) -> list[alt.Chart]:  # noqa: ANN401
    """Candidates where they are predicted, and how far off that may be."""
    base = Chart(data)
    x1 = alt.X("x1:Q", axis=axes.x["axis"], scale=axes.x["scale"])
    y1 = alt.Y("y1:Q", axis=axes.y["axis"], scale=axes.y["scale"])
    bars = base.mark_rule(color=theme.PURPLE, strokeWidth=1.4)
    strong = alt.condition("datum.first", alt.value(0.95), alt.value(0.4))
    dots = base.mark_point(
        shape="square", size=30, color=theme.PURPLE, fill=theme.PAPER, opacity=1, strokeWidth=1.6
    )
    return [
        bars.encode(x=x1, x2="x2:Q", y=axes.y, opacity=strong),
        bars.encode(x=axes.x, y=y1, y2="y2:Q", opacity=strong),
        dots.encode(x=axes.x, y=axes.y, tooltip=alt.Tooltip("label:N")),
    ]
