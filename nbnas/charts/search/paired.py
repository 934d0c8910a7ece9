"""One strategy against others, seed by seed: mean differences with their intervals."""

from collections.abc import Sequence
from math import isfinite
from typing import Any, Literal

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart, ConcatChart
from nbnas.charts.search.benchmark import color
from nbnas.search.benchmark.summaries import FEWEST, PairedDifference, PairedDifferences

ROW = 46  # pixels of height for each opponent
SPARE = 0.12  # of the axis, left free at both ends
SIDES: tuple[tuple[Literal["left", "right"], int], ...] = (("left", -4), ("right", 4))


def paired(found: PairedDifferences, *, columns: int = 4, width: float = 205) -> theme.AnyChart:
    """Draw the differences, a panel for each budget.

    Args:
        found: The differences.
        columns: How many panels stand in a row.
        width: Width of a panel in pixels.

    Returns:
        The chart: a dot is a mean difference, a bar its interval; right of the line at 0 the first
        strategy is better. Each panel has a scale of its own.
    """
    if not found.differences:
        heading = theme.title("Paired differences")
        return theme.note("there is nothing to compare yet", 500, 100, heading)
    first = found.differences[0].first
    budgets = sorted({d.queries for d in found.differences})
    panels = [
        _panel(
            [d for d in found.differences if d.queries == budget],
            found.strategies,
            width,
            named=number % columns == 0,
        )
        for number, budget in enumerate(budgets)
    ]
    heading = theme.title(f"{first} against the others, seed by seed", subtitle(found))
    heading["frame"] = "bounds"
    return ConcatChart(concat=panels, columns=columns, spacing=26, title=heading)


def subtitle(found: PairedDifferences) -> str:
    """What is drawn, and whether there are enough seeds for a claim."""
    some = found.differences[0]
    seeds = min(d.seeds for d in found.differences)
    few = f"; {theme.count(seeds, 'seed')}: too few to tell" if seeds < FEWEST else ""
    return (
        f"difference of the best so far ({some.unit.difference}), mean and 95 % bootstrap "
        f"interval; right of 0 {some.first} is better, in so many seeds; each panel has its own "
        f"scale{few}"
    )


def _panel(
    differences: Sequence[PairedDifference],
    strategies: Sequence[str],
    width: float,
    *,
    named: bool,
) -> alt.LayerChart:
    """The differences at one budget."""
    ends = [0.0, *(v for d in differences for v in (d.lower, d.mean, d.upper) if isfinite(v))]
    span = max(ends) - min(ends) or 1.0
    domain = (min(ends) - SPARE * span, max(ends) + SPARE * span)
    x: dict[str, Any] = {
        "title": None,
        "axis": alt.Axis(tickCount=4),
        "scale": theme.scale(domain),
    }
    names = list(dict.fromkeys(d.second for d in differences))
    axis = alt.Axis(domain=False, ticks=False, labels=named, labelFontSize=theme.NORMAL)
    base = Chart(
        theme.rows([_row(d, sum(domain) / 2) for d in differences]),
        width=width,
        height=ROW * len(names),
    ).encode(y=alt.Y("strategy:N", sort=names, title=None, axis=axis))
    bar = base.mark_rule(strokeWidth=2.4).encode(
        x=alt.X("lower:Q", **x), x2="upper:Q", color=color(strategies)
    )
    dot = base.mark_point(filled=True, size=75, opacity=1).encode(
        x=alt.X("mean:Q", **x), color=color(strategies)
    )
    zero = Chart(theme.rows([{"zero": 0}])).mark_rule(color=theme.INK, opacity=0.6)
    line = zero.encode(x=alt.X("zero:Q", **x))
    title = alt.TitleParams(differences[0].when, fontSize=theme.NORMAL)
    return theme.layered(line, bar, dot, *_counts(base, x), title=title)


def _counts(base: alt.Chart, x: dict[str, Any]) -> list[alt.Chart]:
    """Below each dot in how many seeds it is so; written towards the middle of the panel."""
    layers = []
    for align, dx in SIDES:
        halos: tuple[dict[str, Any], ...] = ({"stroke": theme.PAPER, "strokeWidth": 4}, {})
        for halo in halos:
            mark = base.mark_text(
                align=align, dx=dx, dy=15, fontSize=theme.SMALL, color=theme.INK, **halo
            )
            layers.append(mark.encode(x=alt.X("mean:Q", **x), text=f"{align}:N"))
    return layers


def _row(difference: PairedDifference, middle: float) -> dict[str, object]:
    d = difference
    worse = d.seeds - d.better - d.equal
    parts = [f"better {d.better}", *[f"equal {d.equal}"] * bool(d.equal), f"worse {worse}"]
    said = {"left" if d.mean < middle else "right": ", ".join(parts)}
    return {
        "strategy": d.second, "mean": d.mean, "lower": d.lower, "upper": d.upper,
        "left": "", "right": "", **said,
    }  # fmt: skip
