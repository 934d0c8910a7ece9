"""Calibration: how often the truth lies in the bands that should hold it so often."""

from collections.abc import Callable
from typing import Literal, cast

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart

SHARES = tuple(i / 20 for i in range(1, 20))
CHANCE = 0.95  # probability of the region that luck alone explains


def calibration(
    coverage: Callable[[float], float], trials: int, *, width: float = 250, height: float = 250
) -> alt.LayerChart | alt.Chart:
    """Draw the share of truths in the central bands of many widths.

    Args:
        coverage: The share of truths that lie in the band which should hold a given share, as
            `nbnas.surrogate.leave_one_out.LeaveOneOut.coverage`.
        trials: Number of truths.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart; the line of an honest model stays in the grey region, which holds it with
        95 % probability at each point.
    """
    heading = "Are the bands honest?"
    if not trials:
        return theme.note("nothing has been measured yet", width, height / 3, theme.title(heading))
    points = [{"nominal": s, "found": coverage(s), **_chance(s, trials)} for s in SHARES]
    data = theme.rows(points)
    x = alt.X(
        "nominal:Q",
        scale=theme.scale((0, 1)),
        axis=alt.Axis(title="share the band should hold", format=".0%", tickCount=5),
    )
    axis = alt.Axis(title="share of truths it holds", format=".0%", tickCount=5)
    base = Chart(data, width=width, height=height).encode(x=x)
    luck = base.mark_area(color=theme.GREY, opacity=0.28).encode(
        y=alt.Y("low:Q", scale=theme.scale((0, 1)), axis=axis), y2="high:Q"
    )
    line = base.mark_line(
        color=theme.BLUE, strokeWidth=2.2, point=alt.OverlayMarkDef(size=34, color=theme.BLUE)
    ).encode(y=alt.Y("found:Q", scale=theme.scale((0, 1)), axis=axis))
    words = [_word(0.04, 0.96, "too cautious", "left"), _word(0.96, 0.04, "too sure", "right")]
    said = theme.title(heading, summary(coverage, trials))
    return theme.layered(luck, _diagonal(), line, *words, title=said)


def summary(coverage: Callable[[float], float], trials: int) -> str:
    """One sentence: whether more or fewer truths are in the bands than luck explains."""
    if not trials:
        return "No trial has been predicted yet."
    off = [(coverage(s) * trials, _chance(s, trials), s) for s in SHARES]
    above = sum(found > trials * chance["high"] + 1e-9 for found, chance, _ in off)
    below = sum(found < trials * chance["low"] - 1e-9 for found, chance, _ in off)
    if not above and not below:
        return f"Within what luck explains with {theme.count(trials, 'trial')} (grey)."
    return "More truths in the bands: too cautious." if above >= below else "Too sure of itself."


def _chance(share: float, trials: int) -> dict[str, float]:
    """Between which shares an honest model's line is, by the binomial distribution."""
    from scipy.stats import binom  # takes a second to import

    low, high = binom.interval(CHANCE, trials, share)
    return {"low": float(low) / trials, "high": float(high) / trials}


def _diagonal() -> alt.Chart:
    line = Chart(theme.rows([{"nominal": 0, "found": 0}, {"nominal": 1, "found": 1}]))
    dashed = line.mark_line(color=theme.INK, opacity=0.5, strokeDash=[4, 4], strokeWidth=1.2)
    return cast(alt.Chart, dashed.encode(x="nominal:Q", y="found:Q"))


def _word(x: float, y: float, text: str, align: Literal["left", "right"]) -> alt.Chart:
    mark = Chart(theme.rows([{"nominal": x, "found": y, "text": text}])).mark_text(
        align=align, color=theme.INK, opacity=0.8, fontSize=theme.SMALL, fontStyle="italic"
    )
    return cast(alt.Chart, mark.encode(x="nominal:Q", y="found:Q", text="text:N"))
