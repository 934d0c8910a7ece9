"""Strategies compared by a simulated clock: how good they are when, by numbers of workers.

Colour and sign belong to a strategy and dash to a number of workers, by their places in the
benchmark. A large sign tells when half of the seeds had found the best of the table.
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

SIGNS = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
MARKS = 4  # signs on a line


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
    said = subtitle(curves) + "; large sign: half of the seeds have found the best"
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
    (colors, signs), dashes = _signs(found), _dash(found)
    data = theme.rows([row for name in found.times for row in _rows(found, name, vertical)])
    base = Chart(data, width=width, height=height).encode(x=x, color=colors, detail="name:N")
    opacity = 0.14 if len(found.times) <= 4 else 0.07
    band = base.mark_area(opacity=opacity, interpolate="step-after", clip=True).encode(
        y=alt.Y("lower:Q", axis=y_axis, scale=vertical.scale), y2="upper:Q"
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2, clip=True).encode(
        y=y, strokeDash=dashes
    )
    points = [
        Chart(theme.rows(rows), width=width, height=height)
        .mark_point(
            filled=True, size=size, opacity=1, stroke=theme.PAPER, strokeWidth=1, clip=True
        )
        .encode(x=x, y=y, color=colors, shape=signs)
        for size, rows in ((60, _marks(found, vertical)), (170, _dots(found, vertical)))
    ]
    marks = [band, *_zero(vertical, y), line, *points]
    return theme.layered(*marks, title=theme.title(curves.title, said))


def _signs(found: BenchmarkClock) -> tuple[alt.Color, alt.Shape]:
    """The colour and the sign of each strategy, with one legend for both."""
    families = _families(found)
    legend = alt.Legend(title="strategy", symbolSize=90, symbolOpacity=1, symbolStrokeWidth=2)
    return (
        alt.Color("strategy:N", scale=theme.series(families, LINES), legend=legend),
        alt.Shape("strategy:N", scale=theme.series(families, SIGNS), legend=legend),
    )


def _families(found: BenchmarkClock) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.families.values()))


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


def _marks(found: BenchmarkClock, vertical: Vertical) -> theme.Rows:
    """Where each line has its signs: evenly by the logarithm of time, not where others have."""
    rows = []
    for place, name in enumerate(found.times):
        times, middles = found.times[name], found.curves.curves[name][0]
        shares = (np.arange(MARKS) + (place + 1) / (len(found.times) + 1)) / MARKS
        for time in np.geomspace(times[0], times[-1], 1001)[(1000 * shares).astype(int)]:
            at = max(int(np.searchsorted(times, time, side="right")) - 1, 0)
            value = vertical.place(float(middles[at]))
            rows.append({**_names(found, name), "time": float(time), "value": value})
    return rows


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
