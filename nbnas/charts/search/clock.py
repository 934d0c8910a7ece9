"""Strategies compared by a simulated clock: how good they are when, by numbers of workers.

Colour belongs to a strategy and dash to a number of workers, by their places in the benchmark. A
dot tells when half of the seeds had found the best of the table.
"""

from collections.abc import Iterable
from typing import Any

import altair as alt
import numpy as np

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.search.benchmark import LINES, subtitle
from nbnas.charts.search.vertical import Vertical, vertical_of
from nbnas.search.benchmark.clock import BenchmarkClock


def clock(found: BenchmarkClock, *, width: float = 640, height: float = 330) -> theme.AnyChart:
    """Draw the regret of every strategy by simulated time.

    Args:
        found: The measure.
        width: Width in pixels, without the legends at the right.
        height: Height in pixels.

    Returns:
        The chart; both axes are logarithmic.
    """
    curves = found.curves
    said = subtitle(curves) + "; dot: half of the seeds have found the best"
    if not found.times:
        heading = theme.title(curves.title)
        return theme.note("the table knows no training times", width, height / 3, heading)
    vertical = vertical_of(curves)
    first = min(float(times[0]) for times in found.times.values())
    last = max(float(times[-1]) for times in found.times.values())
    axis = alt.Axis(title=f"simulated {found.unit}", grid=False, format="~g", labelOverlap=True)
    x = alt.X("time:Q", axis=axis, scale=theme.scale((first, 1.1 * last), type="log"))
    y_axis = vertical.axis(curves.axis)
    y = alt.Y("value:Q", axis=y_axis, scale=vertical.scale)
    colors, dashes = _color(found), _dash(found)
    data = theme.rows([row for name in found.times for row in _rows(found, name, vertical)])
    base = Chart(data, width=width, height=height).encode(x=x, color=colors, detail="name:N")
    opacity = 0.14 if len(found.times) <= 4 else 0.07
    band = base.mark_area(opacity=opacity, interpolate="step-after", clip=True).encode(
        y=alt.Y("lower:Q", axis=y_axis, scale=vertical.scale), y2="upper:Q"
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2, clip=True).encode(
        y=y, strokeDash=dashes
    )
    dots = Chart(theme.rows(_dots(found, vertical)), width=width, height=height).mark_point(
        filled=True, size=70, opacity=1, stroke=theme.PAPER, strokeWidth=1, clip=True
    )
    place = {"x": x, "y": y}
    marks = [band, *_zero(vertical, y), line, dots.encode(**place, fill=_color(found, alt.Fill))]
    return theme.layered(*marks, title=theme.title(curves.title, said))


def _color(found: BenchmarkClock, channel: type = alt.Color) -> Any:  # noqa: ANN401
    """The colour of each strategy; with a legend where lines are drawn."""
    line: dict[str, Any] = {
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "symbolSize": 300,
        "symbolOpacity": 1,
    }
    legend = alt.Legend(title="strategy", **line)
    return channel(
        "strategy:N",
        scale=theme.series(tuple(dict.fromkeys(found.families.values())), LINES),
        legend=legend if channel is alt.Color else None,
    )


def _dash(found: BenchmarkClock) -> alt.StrokeDash:
    """The dash of each number of workers, most first, with a legend."""
    numbers = sorted(set(found.workers.values()), reverse=True)
    return alt.StrokeDash(
        "workers:N",
        scale=alt.Scale(
            domain=[theme.count(n, "worker") for n in numbers],
            range=[theme.DASHES[i % len(theme.DASHES)] for i in range(len(numbers))],
        ),
        legend=alt.Legend(title="simulated", symbolStrokeColor=theme.INK, symbolSize=300),
    )


def _rows(found: BenchmarkClock, name: str, vertical: Vertical) -> Iterable[dict[str, Any]]:
    for time, (middle, lower, upper) in zip(
        found.times[name], zip(*found.curves.curves[name], strict=True), strict=True
    ):
        yield {
            **_names(found, name),
            "time": float(time),
            "value": vertical.place(float(middle)),
            "lower": vertical.place(float(lower if np.isfinite(lower) else middle)),
            "upper": vertical.place(float(upper if np.isfinite(upper) else middle)),
        }


def _names(found: BenchmarkClock, name: str) -> dict[str, Any]:
    workers = theme.count(found.workers[name], "worker")
    return {"name": name, "strategy": found.families[name], "workers": workers}


def _dots(found: BenchmarkClock, vertical: Vertical) -> theme.Rows:
    """Where each line is when half of its seeds have found the best of the table."""
    rows = []
    for name, half in found.halves.items():
        if np.isfinite(half):
            place = int(np.searchsorted(found.times[name], half, side="right")) - 1
            value = vertical.place(float(found.curves.curves[name][0][max(place, 0)]))
            rows.append({**_names(found, name), "time": half, "value": value})
    return rows


def _zero(vertical: Vertical, y: alt.Y) -> list[alt.Chart]:
    """The line of 0, where anything is there."""
    if vertical.zero is None:
        return []
    row = theme.rows([{"value": vertical.zero, "text": "0: found in every seed"}])
    place = Chart(row).encode(y=y)
    words = place.mark_text(
        align="left", dy=-7, fontSize=theme.SMALL, color=theme.INK, opacity=0.8
    )
    rule = place.mark_rule(color=theme.INK, opacity=0.35, strokeDash=[2, 3])
    return [rule, words.encode(x=alt.value(8), text="text:N")]
