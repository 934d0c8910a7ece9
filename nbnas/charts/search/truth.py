"""Searches where the truth is known: what they found, beside all that there was to be found.

At the left the course of each search; at the right, on the same axis, how many architectures are
how good, and where each incumbent stands among them.

Notation
    bounds   the lower and the upper end of the axis of values
"""

import itertools
from collections.abc import Iterable, Iterator

import altair as alt
import numpy as np
from numpy.typing import NDArray

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.search.trace import cost_axis
from nbnas.records import Comparison, Measure, Observations

LINES = (theme.VERMILLION, theme.BLUE, theme.GREEN, theme.PURPLE, theme.ORANGE, theme.SKY)
BINS = 40
LINE = 16  # pixels from one line of text to the next


def truth(
    comparison: Comparison, *, width: float = 430, side: float = 300, height: float = 330
) -> theme.AnyChart:
    """Draw searches and what there was to be found.

    Args:
        comparison: Searches whose `truths` are known.
        width: Width of the courses in pixels.
        side: Width of the distribution in pixels.
        height: Height in pixels.

    Returns:
        The chart.
    """
    heading = theme.title("What was found, and what there was to be found", tell(comparison))
    if not comparison.standings:
        return theme.note("no trial has been completed yet", width + side, height / 3, heading)
    bounds = _bounds(comparison)
    courses = _courses(comparison, bounds).properties(width=width, height=height)
    found = _distribution(comparison, bounds, height).properties(width=side, height=height)
    return theme.beside(courses, found, heading=heading).properties(spacing=14)


def tell(comparison: Comparison) -> str:
    """One sentence on where each search's incumbent stands among all architectures."""
    measure, count = comparison.observations[0].measure, f"{len(comparison.truths):,}"
    parts = []
    for place, each in enumerate(comparison.standings):
        of = f" of all {count} architectures" if place == 0 else ""
        best = " the best" if place == 0 else ""
        behind = f", {measure.difference(each.regret)} behind{best}" if each.rank > 1 else ""
        found = " found" if place == 0 else ""
        parts.append(f"{each.name}{found} the {ordinal(each.rank)}best{of}{behind}")
    return "; ".join(parts) + "." if parts else "Nothing completed yet."


def ordinal(rank: int) -> str:
    """A rank as it stands before "best", with the space between; nothing for the first.

    Example:
        >>> ordinal(1), ordinal(2), ordinal(13), ordinal(1_003)
        ('', '2nd ', '13th ', '1,003rd ')
    """
    if rank == 1:
        return ""
    teen = rank % 100 in (11, 12, 13)
    return f"{rank:,}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th')} "


def alike(observations: Iterable[Observations]) -> int:
    """With how many trials all searches begin that are the same in each."""
    firsts = zip(*([(e.architecture, e.epochs) for e in o] for o in observations), strict=False)
    return len(list(itertools.takewhile(lambda row: len(set(row)) == 1, firsts)))


def _bounds(comparison: Comparison) -> tuple[float, float]:
    """From the worst incumbent that is no outlier, or the best quarter of all, to the best."""
    measure = comparison.observations[0].measure
    seen = [v for each in comparison.observations for v in each.trace.tolist()]
    known = [*seen, *(each.truth for each in comparison.standings), _best(comparison)]
    quarter = measure.gain(float(np.quantile(measure.gain(_truths(comparison)), 0.75)))
    low, high = scales.domain(known, 1.0, measure)
    return min(low, quarter), max(high, quarter)


def _best(comparison: Comparison) -> float:
    measure = comparison.observations[0].measure
    return measure.gain(float(np.nanmax(measure.gain(_truths(comparison)))))


def _truths(comparison: Comparison) -> NDArray[np.float64]:
    """The true value of every architecture, `(n,)`."""
    return np.fromiter(comparison.truths.values(), dtype=np.float64)


def _y(measure: Measure, bounds: tuple[float, float], *, labelled: bool) -> alt.Y:
    axis = scales.axis(measure, bounds, measure.name)
    if not labelled:
        axis["labels"], axis["title"], axis["ticks"] = False, None, False
    return alt.Y("value:Q", axis=axis, scale=theme.scale(bounds))


def _courses(comparison: Comparison, bounds: tuple[float, float]) -> alt.LayerChart:
    """Every trial as a dot, and each search's best so far as a step line."""
    names, observations = comparison.names, comparison.observations
    y = _y(observations[0].measure, bounds, labelled=True)
    last = max(2, *map(len, observations))
    ticks = alt.Axis(title="trial", format="d", grid=False, tickCount=10, tickMinStep=1)
    x = alt.X("trial:Q", axis=ticks, scale=theme.scale((0.5, last + 0.5)))
    end = last + 0.5
    if comparison.by_cost:
        end = 1.02 * max(places[-1] for places in comparison.places if places)
        rings = _dots(comparison, bounds, looks=True)
        x = cost_axis("trial", end, rings=bool(rings))
    color = alt.Color("name:N", scale=theme.series(names, LINES), legend=None)
    dots = Chart(theme.rows(_dots(comparison, bounds))).mark_circle(size=34, opacity=0.55)
    steps = Chart(theme.rows(_steps(comparison, bounds, end)))
    lines = steps.mark_line(interpolate="step-after").encode(
        x=x,
        y=y,
        color=color,
        strokeDash=alt.StrokeDash("name:N", scale=theme.series(names, theme.DASHES), legend=None),
        strokeWidth=alt.condition(alt.datum.name == names[0], alt.value(3.4), alt.value(2.0)),
    )
    layers = [_optimum(comparison, y), dots.encode(x=x, y=y, color=color), lines]
    if comparison.by_cost:
        looks = Chart(theme.rows(rings)).mark_point(size=26, opacity=0.6)
        layers.insert(1, looks.encode(x=x, y=y, color=color))
    return theme.layered(*_beginning(comparison, x, y), *layers)


def _dots(
    comparison: Comparison, bounds: tuple[float, float], *, looks: bool = False
) -> theme.Rows:
    """The trials within the axis: full trainings, or else looks, which are drawn apart by cost."""
    low, high = bounds
    return [
        {"name": name, "trial": place, "value": each.value}
        for name, *found in _trials(comparison)
        for place, each in zip(*found, strict=True)
        if each.value is not None and low <= each.value <= high
        if not comparison.by_cost or looks == (each.epochs is not None)
    ]


def _trials(comparison: Comparison) -> Iterator[tuple[str, tuple[float, ...], Observations]]:
    """The name of each search, how far it was after each trial, and the trials."""
    return zip(comparison.names, comparison.places, comparison.observations, strict=True)


def _steps(comparison: Comparison, bounds: tuple[float, float], end: float) -> theme.Rows:
    """The best so far after each trial, held within the axis, and half a trial more."""
    rows: theme.Rows = []
    for name, places, found in _trials(comparison):
        trace: list[tuple[float, float]]
        trace = [(n, float(v)) for n, v in zip(places, found.trace, strict=True) if np.isfinite(v)]
        trace += [(min(n + 0.5, end), v) for n, v in trace[-1:]]
        rows += [{"name": name, "trial": n, "value": np.clip(v, *bounds)} for n, v in trace]
    return rows


def _beginning(comparison: Comparison, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A rule after the trials that all searches have in common, where there are some."""
    shared = alike(comparison.observations)
    if shared < 2 or len(comparison.names) < 2:
        return []
    place = comparison.places[0][shared - 1] + (0.0 if comparison.by_cost else 0.5)
    row = {"trial": place, "value": _best(comparison), "text": f"the same first {shared}"}
    base = Chart(theme.rows([row]))
    rule = base.mark_rule(color=theme.GREY, strokeWidth=1.2, strokeDash=[3, 3]).encode(x=x)
    words = base.mark_text(
        align="right",
        baseline="bottom",
        dx=-5,  # the name of the best of all stands above its line
        dy=LINE + 4 if comparison.observations[0].measure.maximize else -LINE - 4,
        fontSize=theme.SMALL,
        color=theme.INK,
    )
    return [rule, words.encode(x=x, y=y, text="text:N")]


def _optimum(comparison: Comparison, y: alt.Y) -> alt.LayerChart:
    """The best of all architectures as a line, with its name above it."""
    measure, best = comparison.observations[0].measure, _best(comparison)
    text = f"the best of all: {measure.text(best)}"
    base = Chart(theme.rows([{"value": best, "text": text}])).encode(y=y)
    rule = base.mark_rule(color=theme.GREEN, strokeWidth=2, strokeDash=[2, 3])
    words = base.mark_text(
        align="left", baseline="bottom", dy=-4, fontSize=theme.SMALL, color=theme.INK
    )
    return theme.layered(rule, words.encode(x=alt.value(4), text="text:N"))


def _distribution(
    comparison: Comparison, bounds: tuple[float, float], height: float
) -> alt.LayerChart:
    """How many architectures are how good, and where the incumbents stand."""
    measure, truths = comparison.observations[0].measure, _truths(comparison)
    y = _y(measure, bounds, labelled=False)
    counts, edges = np.histogram(truths, np.linspace(*bounds, BINS + 1))
    bars: theme.Rows = [
        {"value": low, "to": high, "count": count}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    beyond = np.mean((truths < bounds[0]) | (truths > bounds[1]))
    title = f"number of architectures ({100 * beyond:.0f} % are worse still)"
    x = alt.X(
        "count:Q",
        axis=alt.Axis(title=title, tickCount=4, grid=False),
        scale=theme.scale((0.0, 1.05 * max(counts.max(), 1))),
    )
    drawn = Chart(theme.rows(bars)).mark_rect(color=theme.GREY, opacity=0.45)
    best = Chart(theme.rows([{"value": _best(comparison)}]))
    rule = best.mark_rule(color=theme.GREEN, strokeWidth=2, strokeDash=[2, 3]).encode(y=y)
    layers = [drawn.encode(y=y, y2="to:Q", x=x, x2=alt.datum(0)), rule]
    return theme.layered(*layers, *_winners(comparison, bounds, height, y))


def _winners(
    comparison: Comparison, bounds: tuple[float, float], height: float, y: alt.Y
) -> list[alt.Chart]:
    """A line for each incumbent from its true value to its rank and regret."""
    measure = comparison.observations[0].measure
    rows: theme.Rows = [
        {
            "name": each.name,
            "value": float(np.clip(each.truth, *bounds)),
            "text": f"{each.name}: {ordinal(each.rank)}best, regret "
            + measure.difference(each.regret),
        }
        for each in comparison.standings
    ]
    step = LINE / height * (bounds[1] - bounds[0])
    color = alt.Color("name:N", scale=theme.series(comparison.names, LINES), legend=None)
    base = Chart(theme.rows(rows)).encode(y=y, color=color)
    rule = base.mark_rule(strokeWidth=2.4)
    mark = base.mark_point(shape="diamond", size=130, strokeWidth=2.4, fill=theme.PAPER, opacity=1)
    named = [{**row, "value": at} for row, at in zip(rows, _places(rows, step), strict=True)]
    words = Chart(theme.rows(named)).mark_text(
        align="right", baseline="bottom", dy=-3, fontSize=theme.SMALL, fontWeight=600
    )
    halo = theme.halo(words)
    texts = [each.encode(x=alt.value("width"), y=y, text="text:N") for each in (halo, words)]
    return [rule, mark.encode(x=alt.value(0)), texts[0], texts[1].encode(color=color)]


def _places(rows: theme.Rows, step: float) -> list[float]:
    """Where the lines of text stand: at their values, but a step apart, the highest first."""
    places = [float(row["value"]) for row in rows]
    order = sorted(range(len(places)), key=lambda k: -places[k])
    for above, below in itertools.pairwise(order):
        places[below] = min(places[below], places[above] - step)
    return places
