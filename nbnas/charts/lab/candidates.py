"""The ranked candidates of a proposal, for the lab: mean, band and expected improvement."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from nbnas.brief import told_apart
from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.graphs.notation import settings_first
from nbnas.charts.lab.page import (
    HOVERED,
    SELECTED,
    between,
    name_of,
    picked,
    signals,
    value_axis,
)
from nbnas.charts.search.proposal import CHOSEN, by_volume, predicted
from nbnas.graphs.architecture import Architecture
from nbnas.records import ACCURACY, Candidate, Measure, Proposal

TOP = 10
NAME, WHOLE = 38, 2_000  # letters of a candidate that are shown, and that are compared
_ROW = 23
WORDS = 62  # pixels right of the bands, which are left free for words


def candidates_chart(measure: Measure = ACCURACY) -> alt.LayerChart:
    """A row for each candidate. Data sets: `rows`, `best`. Signals: `low`, `high`."""
    names = alt.Axis(
        title=None,
        labelExpr="split(datum.label, '\\t')[1]",
        labelLimit=190,
        ticks=False,
        domain=False,
        labelFontWeight={
            "condition": {"test": f"indexof(datum.label, '{CHOSEN}') >= 0", "value": "bold"},
            "value": "normal",
        },
    )
    y = alt.Y("rank:O", sort=alt.EncodingSortField("order"), axis=names)
    axis = value_axis(measure, predicted(measure), orient="bottom", titleAnchor="end")
    scale = between("low", "high", range=[0, alt.ExprRef(f"width - {WORDS}")])
    x = alt.X("lower:Q", scale=scale, axis=axis)
    base = Chart(alt.NamedData("rows")).encode(y=y)
    chosen = alt.condition("datum.chosen", alt.value(theme.VERMILLION), alt.value(theme.BLUE))
    band = base.mark_rule(strokeWidth=5, opacity=0.45, strokeCap="round", cursor="pointer")
    dots = base.mark_point(filled=True, opacity=1, cursor="pointer")
    words = base.mark_text(align="right", dx=-2, color=theme.INK, fontSize=theme.SMALL)
    best = Chart(alt.NamedData("best"))
    layers = (
        base.mark_bar(cursor="pointer", height=_ROW - 3).encode(
            x=alt.value(0),
            x2=alt.value("width"),
            color=alt.value(theme.GREY),
            opacity=_shade(),
        ),
        best.mark_rule(color=theme.INK, strokeDash=[4, 3], opacity=0.8).encode(
            x=alt.X("best:Q", scale=scale, axis=axis)
        ),
        band.encode(x=x, x2="upper:Q", color=chosen),
        dots.encode(
            x=alt.X("mean:Q", scale=scale, axis=axis),
            color=chosen,
            size=picked(75, 170, 150),
            shape=alt.condition("datum.chosen", alt.value("diamond"), alt.value("circle")),
        ),
        words.encode(x=alt.value("width"), text="gain:N"),
    )
    chart = theme.layered(*layers, width=400, height=_ROW * TOP)
    return chart.add_params(*signals(low=0.0, high=1.0))


def candidates_data(proposal: Proposal, keys: Mapping[Any, str]) -> dict[str, Any]:
    """What `candidates_chart` shows of a proposal: its best candidates.

    Args:
        proposal: What was proposed.
        keys: The page's key of each architecture.

    Returns:
        `data`, the data sets, and `signals`.
    """
    shown = proposal.candidates[:TOP]
    names = told_apart([_name(each.architecture) for each in shown], NAME)
    rows: theme.Rows = [
        {
            "key": keys.get(each.architecture, ""),
            "order": rank,
            "rank": f"{rank}\t{CHOSEN * (each.architecture in proposal.architectures)}" + name,
            "mean": each.mean,
            "lower": each.lower,
            "upper": each.upper,
            "gain": _gain(proposal, each),
            "chosen": each.architecture in proposal.architectures,
        }
        for rank, (each, name) in enumerate(zip(shown, names, strict=True), 1)
    ]
    ends = [end for each in shown for end in (each.lower, each.upper, each.mean)]
    best = [] if proposal.best is None or not rows else [proposal.best]
    low, high = scales.domain([*ends, *best], 1e9, proposal.measure)
    data = {"rows": rows, "best": [{"best": value} for value in best]}
    return {"data": data, "signals": {"low": low, "high": high}}


def _name(architecture: Architecture) -> str:
    if architecture.settings:
        return settings_first(architecture)
    return name_of(architecture, WHOLE)


def further_of(proposal: Proposal) -> Measure | None:
    """The goal that is told at the right of each candidate, where hypervolume ranks them."""
    first = proposal.candidates[:1]
    if not by_volume(proposal) or not first[0].further:
        return None
    return first[0].further[0].measure


def _gain(proposal: Proposal, each: Candidate) -> str:
    """The words at the right: what is expected of the value, or else the next goal."""
    if further_of(proposal) is not None:
        told = each.further[0]
        return told.measure.text(told.mean, digits=1)
    return f"EI {_two_digits(proposal.measure.scale * each.expected_improvement)}"


def _two_digits(points: float) -> str:
    """Two significant digits, also where the second is a zero, so that rows can be compared."""
    return f"{points:#.2g}".rstrip(".") if points < 100 else f"{points:,.0f}"


def _shade() -> dict[str, Any]:
    tests = [{"test": HOVERED, "value": 0.22}, {"test": SELECTED, "value": 0.16}]
    return {"condition": tests, "value": 0.0}
