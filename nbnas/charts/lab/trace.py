"""The course of a search for the lab: value by trial, or regret where the optimum is known."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.lab.page import between, picked, signals, value_axis
from nbnas.charts.lab.random import Floats, RandomBand
from nbnas.charts.search.trace import COLORS, TRIAL, placed, shapes
from nbnas.records import ACCURACY, Measure, Observations

Data = dict[str, Any]
_HEIGHT = 190
WORDS = 0.08  # of the axis, which is left free beyond the optimum


def trace_chart(measure: Measure = ACCURACY) -> alt.LayerChart:
    """Trials, the incumbent's steps, random search's band and the table's optimum.

    Data sets: `trials` (key, trial, value, kind), `steps` (trial, value), `band` (trial,
    mean, lower, upper), `optimum` (value, text), `round` (trial). Signals: `low`, `high` and
    `last`.
    """
    x, y = _x(), _y(measure)
    above = measure.maximize
    chart = theme.layered(
        *_band(x, y),
        _rule(x),
        Chart(alt.NamedData("optimum"))
        .mark_rule(strokeDash=[2, 3], color=theme.GREEN, strokeWidth=1.6)
        .encode(y=y),
        Chart(alt.NamedData("optimum"))
        .mark_text(
            align="left",
            color=theme.INK,
            fontSize=theme.SMALL,
            baseline="bottom" if above else "top",
            dy=-3 if above else 4,
        )
        .encode(x=alt.value(4), y=y, text="text:N"),
        _steps(x, y),
        _dots(x, y, shapes(measure)),
        width=400,
        height=_HEIGHT,
    )
    return chart.add_params(*signals(low=0.0, high=1.0, last=10))


def regret_chart(measure: Measure = ACCURACY) -> alt.LayerChart:
    """The distance to the optimum, in `measure.points`, on a logarithmic axis.

    Data sets: `steps` (trial, regret), `band` (trial, mean), `round`. Signals: `floor`, `high`
    and `last`.
    """
    x = _x()
    scale = alt.Scale(
        type="log", domainMin=alt.ExprRef("floor"), domainMax=alt.ExprRef("high"), nice=False
    )
    axis = alt.Axis(title=f"regret ({measure.points})", tickCount=4, format="~g")
    y = alt.Y("regret:Q", scale=scale, axis=axis)
    band = Chart(alt.NamedData("band")).mark_line(
        color=theme.GREY, strokeDash=[6, 3], strokeWidth=1.8
    )
    steps = Chart(alt.NamedData("steps")).mark_line(
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
        optimum: The best value there is, where that is known.
        number: The round that is looked at, from 0; `None` for the present one.

    Returns:
        `data`, the data sets by name, and `signals`.
    """
    best, measure = observations.trace, observations.measure
    values = [e.value for e in observations if e.value is not None]
    shown = [*values, *([] if optimum is None else [optimum])]
    if len(values) < 2 and band is not None:
        shown += [*band.lower.tolist(), *band.upper.tolist()]
    low, high = bounds = _bounds(shown, measure, words=optimum is not None)
    last = max(len(observations), trials or 0, 2)
    rows = []
    for at, each in enumerate(observations, 1):
        place, kind = placed(each, bounds, measure)
        key = keys.get(each.architecture, "")
        rows.append({"key": key, "trial": at, "value": place, "kind": kind})
    steps = [
        {"trial": at, "value": scales.within(float(value), bounds, measure)}
        for at, value in enumerate(best, 1)
        if np.isfinite(value)
    ]
    return {
        "data": {
            "trials": rows,
            "steps": _extended(steps, last),
            "band": _band_rows(band, last, bounds, measure),
            "optimum": _optimum(optimum, measure),
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
    measure = observations.measure
    regret = _regrets(observations.trace, optimum, measure)
    expected = [] if band is None else _regrets(band.mean, optimum, measure)
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
    measure = observations.measure
    regret, known = measure.gain(optimum) - measure.gain(best.value), measure.text(optimum)
    if regret < 1e-12 * max(abs(optimum), 1.0):
        return f"This is the best there is ({known}): regret 0."
    return f"Regret {measure.difference(regret)}: the best there is has {known}."


def _regrets(values: Floats, optimum: float, measure: Measure) -> list[float]:
    """How much worse values `(k,)` are than the best there is, in `measure.points`."""
    missing = measure.gain(optimum) - measure.gain(values)
    return [measure.scale * float(each) for each in missing]


def _bounds(shown: list[float], measure: Measure, *, words: bool) -> scales.Ends:
    """The vertical axis, with room for words beyond the optimum, where no trial can be."""
    low, high = scales.domain(shown, 1.5, measure)
    room = WORDS * (high - low) if words else 0.0
    return (low, high + room) if measure.maximize else (low - room, high)


def _x() -> alt.X:
    axis = alt.Axis(title="trial", format="d", grid=False, tickMinStep=1, tickCount=8)
    return alt.X("trial:Q", axis=axis, scale=between("0.5", "last + 0.5"))


def _y(measure: Measure) -> alt.Y:
    axis = value_axis(measure, measure.name)
    return alt.Y("value:Q", axis=axis, scale=between("low", "high"))


def _band(x: alt.X, y: alt.Y) -> list[alt.Chart]:
    base = Chart(alt.NamedData("band")).encode(x=x)
    area = base.mark_area(color=theme.GREY, opacity=0.18, clip=True).encode(
        y=alt.Y("lower:Q", axis=y["axis"], scale=y["scale"]), y2="upper:Q"
    )
    line = base.mark_line(color=theme.GREY, strokeDash=[6, 3], strokeWidth=1.8, clip=True)
    return [area, line.encode(y=alt.Y("mean:Q", axis=y["axis"], scale=y["scale"]))]


def _rule(x: alt.X) -> alt.Chart:
    return (  # type: ignore[no-any-return]
        Chart(alt.NamedData("round"))
        .mark_rule(color=theme.PURPLE, strokeWidth=2, strokeDash=[4, 3])
        .encode(x=x)
    )


def _steps(x: alt.X, y: alt.Y) -> alt.Chart:
    line = Chart(alt.NamedData("steps")).mark_line(
        interpolate="step-after", strokeWidth=2.4, color=theme.ORANGE
    )
    return line.encode(x=x, y=y)  # type: ignore[no-any-return]


def _dots(x: alt.X, y: alt.Y, shapes: alt.Scale) -> alt.Chart:
    dots = Chart(alt.NamedData("trials")).mark_point(
        strokeWidth=1.6, opacity=0.9, cursor="pointer"
    )
    filled = f"datum.kind === '{TRIAL}'"
    return dots.encode(  # type: ignore[no-any-return]
        x=x,
        y=y,
        size=picked(50, 150, 130),
        strokeWidth=picked(1.6, 3, 3),
        color=alt.Color("kind:N", scale=COLORS, legend=None),
        shape=alt.Shape("kind:N", scale=shapes, legend=None),
        fill=alt.condition(filled, alt.value(theme.BLUE), alt.value("transparent")),
    )


def _band_rows(
    band: RandomBand | None, last: int, bounds: scales.Ends, measure: Measure
) -> theme.Rows:
    if band is None:
        return []
    columns = zip(band.mean.tolist(), band.lower.tolist(), band.upper.tolist(), strict=True)
    return [
        {"trial": n}
        | {
            name: scales.within(value, bounds, measure)
            for name, value in zip(("mean", "lower", "upper"), row, strict=True)
        }
        for n, row in enumerate(columns, 1)
        if n <= last
    ]


def _optimum(optimum: float | None, measure: Measure) -> theme.Rows:
    if optimum is None:
        return []
    return [{"value": optimum, "text": f"best there is: {measure.text(optimum)}"}]


def _extended(steps: theme.Rows, last: int) -> theme.Rows:
    """The steps, and half a trial more, so that the last one is seen as a line."""
    if not steps:
        return []
    end = steps[-1]
    return [*steps, {**end, "trial": min(end["trial"] + 0.5, last + 0.5)}]
