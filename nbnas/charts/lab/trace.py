"""The course of a search for the lab: accuracy by trial, or regret where the optimum is known."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from nbnas.charts import theme
from nbnas.charts.lab.page import between, percent_axis, picked, signals
from nbnas.charts.lab.random import RandomBand
from nbnas.charts.search.trace import FAILED, LOW, TRIAL
from nbnas.records import Observations

Data = dict[str, Any]
_KINDS = [TRIAL, LOW, FAILED]
_COLORS = alt.Scale(domain=_KINDS, range=[theme.BLUE, theme.BLUE, theme.VERMILLION])
_SHAPES = alt.Scale(domain=_KINDS, range=["circle", "triangle-down", "M-1,-1L1,1M1,-1L-1,1"])
_HEIGHT = 190
WORDS = 0.08  # of the axis, which is left free above the optimum


def trace_chart() -> alt.LayerChart:
    """Trials, the incumbent's steps, random search's band and the table's optimum.

    Data sets: `trials` (key, trial, accuracy, kind), `steps` (trial, accuracy), `band` (trial,
    mean, lower, upper), `optimum` (accuracy, text), `round` (trial). Signals: `low`, `high` and
    `last`.
    """
    x, y = _x(), _y()
    chart = theme.layered(
        *_band(x, y),
        _rule(x),
        alt.Chart(alt.NamedData("optimum"))
        .mark_rule(strokeDash=[2, 3], color=theme.GREEN, strokeWidth=1.6)
        .encode(y=y),
        alt.Chart(alt.NamedData("optimum"))
        .mark_text(align="left", baseline="bottom", dy=-3, color=theme.INK, fontSize=theme.SMALL)
        .encode(x=alt.value(4), y=y, text="text:N"),
        _steps(x, y),
        _dots(x, y),
        width=400,
        height=_HEIGHT,
    )
    return chart.add_params(*signals(low=0.0, high=1.0, last=10))


def regret_chart() -> alt.LayerChart:
    """The distance to the optimum, in percentage points, on a logarithmic axis.

    Data sets: `steps` (trial, regret), `band` (trial, mean), `round`. Signals: `floor`, `high`
    and `last`.
    """
    x = _x()
    scale = alt.Scale(
        type="log", domainMin=alt.ExprRef("floor"), domainMax=alt.ExprRef("high"), nice=False
    )
    axis = alt.Axis(title="regret (percentage points)", tickCount=4, format="~g")
    y = alt.Y("regret:Q", scale=scale, axis=axis)
    band = alt.Chart(alt.NamedData("band")).mark_line(
        color=theme.GREY, strokeDash=[6, 3], strokeWidth=1.8
    )
    steps = alt.Chart(alt.NamedData("steps")).mark_line(
        interpolate="step-after", strokeWidth=2.4, color=theme.ORANGE
    )
    layers = (_rule(x), band.encode(x=x, y=y), steps.encode(x=x, y=y))
    chart = theme.layered(*layers, width=400, height=_HEIGHT)
    return chart.add_params(*signals(floor=0.01, high=10.0, last=10))


def trace_data(
    observations: Observations,
    keys: Mapping[Any, str],
    *,
    trials: int | None = None,
    band: RandomBand | None = None,
    optimum: float | None = None,
    number: int | None = None,
) -> Data:
    """What `trace_chart` shows of a search.

    Args:
        observations: All trials so far.
        keys: The page's key of each architecture.
        trials: Number of trials to come to.
        band: What random search finds, where that is known.
        optimum: The highest accuracy there is, where that is known.
        number: The round that is looked at, from 0; `None` for the present one.

    Returns:
        `data`, the data sets by name, and `signals`.
    """
    best = observations.trace
    values = [e.value for e in observations if e.value is not None]
    shown = [*values, *([] if optimum is None else [optimum])]
    if len(values) < 2 and band is not None:
        shown += [*band.lower.tolist(), *band.upper.tolist()]
    low, high = theme.domain(shown, fence=1.5)
    if optimum is not None:  # room for words above it, where no trial can be
        high += WORDS * (high - low)
    last = max(len(observations), trials or 0, 2)
    floor = low + 0.03 * (high - low)
    rows = []
    for at, each in enumerate(observations, 1):
        kind = FAILED if each.value is None else LOW if each.value < low else TRIAL
        accuracy = floor if each.value is None or kind == LOW else each.value
        key = keys.get(each.architecture, "")
        rows.append({"key": key, "trial": at, "accuracy": accuracy, "kind": kind})
    steps = [
        {"trial": at, "accuracy": max(float(value), low)}
        for at, value in enumerate(best, 1)
        if np.isfinite(value)
    ]
    return {
        "data": {
            "trials": rows,
            "steps": _extended(steps, last),
            "band": _band_rows(band, last, low),
            "optimum": _optimum(optimum),
            "round": [] if number is None else [{"trial": number + 0.5}],
        },
        "signals": {"low": low, "high": high, "last": last},
    }


def regret_data(
    observations: Observations,
    optimum: float,
    *,
    trials: int | None = None,
    band: RandomBand | None = None,
    number: int | None = None,
) -> Data:
    """What `regret_chart` shows: nothing is below the smallest regret that is not zero, halved."""
    regret = [100 * (optimum - float(v)) for v in observations.trace]
    expected = [] if band is None else [100 * (optimum - v) for v in band.mean.tolist()]
    seen = [r for r in (*regret, *expected) if np.isfinite(r) and r > 1e-9]
    floor, high = (min(seen) / 2, max(seen) * 1.3) if seen else (0.01, 1.0)
    last = max(len(observations), trials or 0, 2)
    rows = [{"trial": n, "regret": max(r, floor)} for n, r in enumerate(regret, 1) if r == r]
    random = [{"trial": n, "regret": max(r, floor)} for n, r in enumerate(expected[:last], 1)]
    return {
        "data": {
            "steps": _extended(rows, last),
            "band": random,
            "round": [] if number is None else [{"trial": number + 0.5}],
        },
        "signals": {"floor": floor, "high": high, "last": last},
    }


def regret_words(observations: Observations, optimum: float) -> str:
    """How far the incumbent is from the best there is, as a sentence."""
    best = observations.incumbent
    if best is None or best.value is None:
        return ""
    regret = optimum - best.value
    if regret < 1e-12:
        return f"This is the best there is ({theme.percent(optimum)}): regret 0."
    return f"Regret {100 * regret:.2f} points: the best there is has {theme.percent(optimum)}."


def _x() -> alt.X:
    axis = alt.Axis(title="trial", format="d", grid=False, tickMinStep=1, tickCount=8)
    return alt.X("trial:Q", axis=axis, scale=between("0.5", "last + 0.5"))


def _y() -> alt.Y:
    return alt.Y(
        "accuracy:Q", axis=percent_axis("validation accuracy"), scale=between("low", "high")
    )


def _band(x: alt.X, y: alt.Y) -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData("band")).encode(x=x)
    area = base.mark_area(color=theme.GREY, opacity=0.18, clip=True).encode(
        y=alt.Y("lower:Q", axis=y["axis"], scale=y["scale"]), y2="upper:Q"
    )
    line = base.mark_line(color=theme.GREY, strokeDash=[6, 3], strokeWidth=1.8, clip=True)
    return [area, line.encode(y=alt.Y("mean:Q", axis=y["axis"], scale=y["scale"]))]


def _rule(x: alt.X) -> alt.Chart:
    return (  # type: ignore[no-any-return]
        alt.Chart(alt.NamedData("round"))
        .mark_rule(color=theme.PURPLE, strokeWidth=2, strokeDash=[4, 3])
        .encode(x=x)
    )


def _steps(x: alt.X, y: alt.Y) -> alt.Chart:
    line = alt.Chart(alt.NamedData("steps")).mark_line(
        interpolate="step-after", strokeWidth=2.4, color=theme.ORANGE
    )
    return line.encode(x=x, y=y)  # type: ignore[no-any-return]


def _dots(x: alt.X, y: alt.Y) -> alt.Chart:
    dots = alt.Chart(alt.NamedData("trials")).mark_point(
        strokeWidth=1.6, opacity=0.9, cursor="pointer"
    )
    filled = f"datum.kind === '{TRIAL}'"
    return dots.encode(  # type: ignore[no-any-return]
        x=x,
        y=y,
        size=picked(50, 150, 130),
        strokeWidth=picked(1.6, 3, 3),
        color=alt.Color("kind:N", scale=_COLORS, legend=None),
        shape=alt.Shape("kind:N", scale=_SHAPES, legend=None),
        fill=alt.condition(filled, alt.value(theme.BLUE), alt.value("transparent")),
    )


def _band_rows(band: RandomBand | None, last: int, low: float) -> theme.Rows:
    if band is None:
        return []
    columns = zip(band.mean.tolist(), band.lower.tolist(), band.upper.tolist(), strict=True)
    return [
        {"trial": n, "mean": max(mean, low), "lower": max(a, low), "upper": max(b, low)}
        for n, (mean, a, b) in enumerate(columns, 1)
        if n <= last
    ]


def _optimum(optimum: float | None) -> theme.Rows:
    if optimum is None:
        return []
    return [{"accuracy": optimum, "text": f"best there is: {theme.percent(optimum)}"}]


def _extended(steps: theme.Rows, last: int) -> theme.Rows:
    """The steps, and half a trial more, so that the last one is seen as a line."""
    if not steps:
        return []
    end = steps[-1]
    return [*steps, {**end, "trial": min(end["trial"] + 0.5, last + 0.5)}]
