"""Strategies compared over many seeds: a measure by queries, each strategy with its band.

Colour and dash belong to a strategy by its place in the benchmark, so they are the same in every
chart; its name stands at the end of its line.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.search.vertical import Vertical, spread, vertical_of
from nbnas.search.benchmark.curves import BenchmarkCurves
from nbnas.search.benchmark.summaries import Band

LINES = (theme.VERMILLION, theme.BLUE, theme.GREEN, theme.PURPLE, theme.ORANGE, theme.GREY)
NAME = 15  # pixels between two names at least


def curves(found: BenchmarkCurves, *, width: float = 640, height: float = 330) -> theme.AnyChart:
    """Draw a measure of every strategy by queries, or by cost.

    Args:
        found: The measure.
        width: Width in pixels, without the names at the right.
        height: Height in pixels.

    Returns:
        The chart. A logarithmic axis has a place of its own for 0, at the bottom.
    """
    heading = theme.title(found.title, subtitle(found))
    if not found.curves:
        return theme.note("no run is finished yet", width, height / 3, heading)
    if not any(np.isfinite(middle).any() for middle, _, _ in found.curves.values()):
        return theme.note("no run has a full training yet", width, height / 3, heading)
    vertical = vertical_of(found)
    last = _last(found)
    x = _horizontal(last, found)
    axis = vertical.axis(found.axis)
    y = alt.Y("value:Q", axis=axis, scale=vertical.scale)
    rows = _rows(found, vertical)
    base = Chart(theme.rows(rows), width=width, height=height).encode(
        x=x, y=y, color=color(found.strategies)
    )
    told_apart = theme.rows([row for row in rows if row["query"] > min(found.initial, last - 1)])
    opacity = 0.15 if len(found.curves) <= 4 else 0.09
    step: Any = "step" if found.places is None else "step-after"
    area = base.mark_area(opacity=opacity, interpolate=step, clip=True)
    band = area.encode(y=alt.Y("lower:Q", axis=axis, scale=vertical.scale), y2="upper:Q")
    band.data = told_apart  # before, all strategies are the same
    line = base.mark_line(interpolate=step, strokeWidth=2.2, clip=True).encode(
        strokeDash=dash(found.strategies)
    )
    marks = [
        *_rules(found, vertical, x, y),
        band,
        line,
        *_names(found, vertical, last, x, y, height),
    ]
    return theme.layered(*marks, title=heading)


def subtitle(found: BenchmarkCurves) -> str:
    """What line and band are, and of how many seeds."""
    numbers = sorted(set(found.seeds.values())) or [0]
    seeds = theme.count(numbers[-1], "seed")
    few = f"{numbers[0]} to " if len(numbers) > 1 else ""
    return f"{few}{seeds}; {found.band}" if numbers[-1] > 1 else seeds


def color(strategies: Sequence[str]) -> alt.Color:
    """The colour of each strategy, by its place."""
    return alt.Color("strategy:N", scale=theme.series(strategies, LINES), legend=None)


def dash(strategies: Sequence[str]) -> alt.StrokeDash:
    """The dash of each strategy, by its place; no two of 36 share colour and dash."""
    n = len(LINES)
    chosen = [theme.DASHES[(i + i // n) % len(theme.DASHES)] for i in range(len(strategies))]
    scale = alt.Scale(domain=list(strategies), range=chosen)
    return alt.StrokeDash("strategy:N", scale=scale, legend=None)


def _last(found: BenchmarkCurves) -> float:
    """The right end of the axis: the last query, or the last cost."""
    if found.places is not None:
        return float(found.places[-1])
    return max(len(middle) for middle, _, _ in found.curves.values())


def _horizontal(last: float, found: BenchmarkCurves) -> alt.X:
    if found.places is not None:
        axis = alt.Axis(title=found.counted, grid=False, tickCount=10)
        return alt.X("query:Q", axis=axis, scale=theme.scale((0, last)))
    first = f" (the first {found.initial} know no values)" if 0 < found.initial < last else ""
    title = f"{found.counted}{first}"
    axis = alt.Axis(title=title, format="d", grid=False, tickCount=10, tickMinStep=1)
    return alt.X("query:Q", axis=axis, scale=theme.scale((1, max(last, 2))))


def _rows(found: BenchmarkCurves, vertical: Vertical) -> theme.Rows:
    return [
        {
            "strategy": strategy,
            "query": number,
            "value": vertical.place(float(middle)),
            "lower": vertical.place(float(lower if np.isfinite(lower) else middle)),
            "upper": vertical.place(float(upper if np.isfinite(upper) else middle)),
        }
        for strategy, band in found.curves.items()
        for number, middle, lower, upper in zip(_along(found, band), *band, strict=True)
        if np.isfinite(middle)
    ]


def _along(found: BenchmarkCurves, band: Band) -> list[float]:
    """Where the points of a curve are along the axis."""
    return [*range(1, len(band[0]) + 1)] if found.places is None else found.places.tolist()


def _rules(found: BenchmarkCurves, vertical: Vertical, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Where the first queries end, the best there is, and 0 on a logarithmic axis."""
    data = theme.rows([{"query": found.initial}])
    quiet: dict[str, Any] = {
        "color": theme.INK,
        "opacity": 0.35,
        "strokeDash": [2, 3],
        "clip": True,
    }
    rules = [Chart(data).mark_rule(**quiet).encode(x=x)] if found.places is None else []
    text = f"{found.name}: {found.limit:g}" if found.limit is not None else ""
    for value, words in ((found.limit, text), (vertical.zero, "0: found in every seed")):
        if value is not None:
            place = Chart(theme.rows([{"value": value, "text": words}])).encode(y=y)
            rules.append(place.mark_rule(**quiet))
            said = place.mark_text(
                align="left", dy=-7, fontSize=theme.SMALL, color=theme.INK, opacity=0.8
            )
            rules.append(said.encode(x=alt.value(24), text="text:N"))
    return rules


def _names(
    found: BenchmarkCurves, vertical: Vertical, last: float, x: alt.X, y: alt.Y, height: float
) -> list[alt.Chart]:
    """The name of each line at its end, apart from the others, and what leads there."""
    last_ones = {s: band[0][-1] for s, band in found.curves.items() if np.isfinite(band[0][-1])}
    ends = {s: vertical.place(float(value)) for s, value in last_ones.items()}
    shares = spread({s: vertical.share(v) for s, v in ends.items()}, NAME / height)
    away = last * 1.025
    leads = [
        {"strategy": s, "query": q, "value": v}
        for s, share in shares.items()
        for q, v in ((last, ends[s]), (away, vertical.at(share)))
    ]
    lead = Chart(theme.rows(leads)).mark_line(strokeWidth=1.2)
    name = Chart(theme.rows(leads[1::2])).mark_text(
        align="left", dx=4, fontSize=theme.NORMAL, fontWeight=600, color=theme.INK
    )
    return [
        lead.encode(x=x, y=y, color=color(found.strategies)),
        name.encode(x=x, y=y, text="strategy:N"),
    ]
