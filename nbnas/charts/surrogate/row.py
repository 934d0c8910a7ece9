"""Architectures in a row: what a model believes of each, and which of them is chosen.

Notation
    m          number of architectures; they have the places 1 to m, and neighbours are alike
    μ, σ       what the model believes of each `(m,)`, on its own scale
    draws      functions drawn from that `(k, m)`
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbnas.charts import theme
from nbnas.charts.chart import Chart

Array = NDArray[np.float64]
MEAN, BAND, SEEN = "mean", "95 % band", "evaluated"
_WIDE = 1.96  # standard deviations on either side of the mean hold 95 %
_LINES = (theme.VERMILLION, theme.BLUE, theme.GREEN)


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What a model believes of a row of architectures, and what it has seen.

    Attributes:
        mean: μ `(m,)`.
        stddev: σ `(m,)`.
        seen: The measured values by place, from 0.
        noise: Standard deviation of a measurement, drawn at each evaluation.
    """

    mean: ArrayLike
    stddev: ArrayLike
    seen: Mapping[int, float]
    noise: float = 0.0


def beliefs(
    belief: Belief,
    *,
    draws: ArrayLike = (),
    chosen: int | None = None,
    levels: Mapping[str, float] | None = None,
    heading: str = "What is believed",
    subtitle: str = "",
    width: float = 400,
    height: float = 220,
) -> alt.LayerChart:
    """Draw mean and band along the row, the evaluations, and functions that may be the truth.

    Args:
        belief: What is believed and seen.
        draws: Functions `(k, m)`; the first is drawn over the others.
        chosen: The place of the architecture that is chosen by the first function.
        levels: Values to draw across, by name, at most two.
        heading: A title.
        subtitle: What is to be seen.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart.
    """
    mu, sigma = np.asarray(belief.mean, np.float64), np.asarray(belief.stddev, np.float64)
    functions = np.asarray(draws, np.float64).reshape(-1, len(mu))
    measured, noise = np.array(list(belief.seen.values())), belief.noise
    low = min((mu - _WIDE * sigma).min(), functions.min(initial=0), (measured - noise).min())
    high = max((mu + _WIDE * sigma).max(), functions.max(initial=0), (measured + noise).max())
    margin = 0.04 * (high - low)
    scale = theme.scale((low - margin, high + margin))
    x = _places(len(mu))
    y = alt.Y("value:Q", scale=scale, axis=alt.Axis(title="value (model's scale)", tickCount=5))
    base = Chart(theme.rows(_band(mu, sigma)), width=width, height=height).encode(x=x)
    band = base.mark_area(color=theme.BLUE, opacity=0.18).encode(
        y=alt.Y("low:Q", scale=scale, axis=y["axis"]), y2="high:Q"
    )
    line = base.mark_line(color=theme.BLUE, strokeWidth=2, strokeDash=[6, 3]).encode(y=y)
    layers = [
        band,
        line,
        *_levels(levels or {}, len(mu), x, y),
        *_functions(functions, x, y),
        *_measured(belief.seen, noise, x, y),
        *([] if chosen is None else _diamonds({chosen: float(functions[0, chosen])}, x, y)),
    ]
    return theme.layered(*layers, title=theme.title(heading, subtitle))


def shares(
    counts: ArrayLike,
    *,
    chosen: int | None = None,
    heading: str = "How often each is the highest",
    subtitle: str = "",
    width: float = 400,
    height: float = 220,
) -> alt.LayerChart:
    """Draw how often each architecture is chosen.

    Args:
        counts: A count for each `(m,)`.
        chosen: The place that is marked.
        heading: A title.
        subtitle: What is to be seen.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart.
    """
    counted = np.asarray(counts, np.float64)
    share = counted / max(counted.sum(), 1.0)
    rows = [{"place": i + 1, "value": s} for i, s in enumerate(share)]
    top = float(share.max()) * 1.12 or 1.0
    axis = alt.Axis(title="share of the draws", format=".0%", tickCount=5)
    x, y = _places(len(share)), alt.Y("value:Q", scale=theme.scale((0.0, top)), axis=axis)
    wide = max(width / len(share) - 2, 2)
    bars = Chart(theme.rows(rows), width=width, height=height).mark_bar(
        color=theme.BLUE, size=wide
    )
    layers = [bars.encode(x=x, y=y)]
    if chosen is not None:
        layers += _diamonds({chosen: float(share[chosen])}, x, y)
    return theme.layered(*layers, title=theme.title(heading, subtitle))


def worth(
    scores: Mapping[str, ArrayLike],
    chosen: Sequence[int],
    *,
    heading: str = "What each is worth",
    subtitle: str = "",
    width: float = 400,
    height: float = 220,
) -> alt.LayerChart:
    """Draw one or more scores along the row, and the architecture that each would choose.

    Args:
        scores: Scores `(m,)` by name, larger is better; those that are no numbers are left out.
        chosen: The place that each of them chooses.
        heading: A title.
        subtitle: What is to be seen.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart.
    """
    lines = {name: np.asarray(each, np.float64) for name, each in scores.items()}
    rows = [
        {"place": i + 1, "value": v, "score": name}
        for name, each in lines.items()
        for i, v in enumerate(each)
        if np.isfinite(v)
    ]
    top = max((row["value"] for row in rows), default=0.0)
    colors, dashes = (theme.series(list(lines), looks) for looks in (_LINES, theme.DASHES))
    key = alt.Legend(title=None, orient="bottom", symbolSize=900)
    length = len(next(iter(lines.values())))
    bounds = theme.scale((0.0, 1.1 * top or 1.0))
    x = _places(length)
    y = alt.Y("value:Q", scale=bounds, axis=alt.Axis(title="score", tickCount=5))
    drawn = Chart(theme.rows(rows), width=width, height=height).mark_line(strokeWidth=2.4)
    layers = [
        drawn.encode(
            x=x,
            y=y,
            color=alt.Color("score:N", scale=colors, legend=key),
            strokeDash=alt.StrokeDash("score:N", scale=dashes, legend=key),
        )
    ]
    for (_, each), place, color in zip(lines.items(), chosen, _LINES, strict=False):
        layers += _diamonds({place: float(each[place])}, x, y, color)
    return theme.layered(*layers, title=theme.title(heading, subtitle))


def _band(mu: Array, sigma: Array) -> theme.Rows:
    return [
        {"place": i + 1, "value": m, "low": m - _WIDE * s, "high": m + _WIDE * s}
        for i, (m, s) in enumerate(zip(mu, sigma, strict=True))
    ]


def _functions(functions: Array, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """All but the first are thin; places where nothing was drawn are left out."""
    layers = []
    for which, width, opacity in ((functions[1:], 1.0, 0.45), (functions[:1], 2.4, 1.0)):
        rows = [
            {"place": i + 1, "value": v, "draw": k}
            for k, draw in enumerate(which)
            for i, v in enumerate(draw)
            if np.isfinite(v)
        ]
        mark = Chart(theme.rows(rows)).mark_line(
            color=theme.VERMILLION, strokeWidth=width, opacity=opacity
        )
        layers.append(mark.encode(x=x, y=y, detail="draw:N"))
    return layers if len(functions) else []


def _measured(
    seen: Mapping[int, float], noise: float, x: alt.X, y: alt.Y
) -> list[alt.Chart | alt.LayerChart]:
    rows = [
        {"place": i + 1, "value": v, "low": v - noise, "high": v + noise} for i, v in seen.items()
    ]
    base = Chart(theme.rows(rows)).encode(x=x)
    bars = base.mark_rule(color=theme.INK, strokeWidth=1.6).encode(
        y=alt.Y("low:Q", scale=y["scale"], axis=y["axis"]), y2="high:Q"
    )
    squares = base.mark_point(
        shape="square", size=60, filled=True, color=theme.INK, opacity=1
    ).encode(y=y)
    return [bars, squares] if noise else [squares]


def _levels(levels: Mapping[str, float], length: int, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Lines across, each with its name on it, one after the other from the left."""
    layers = []
    looks = ((theme.BLUE, [2, 3]), (theme.VERMILLION, [1, 0]))
    for k, ((name, value), (color, dash)) in enumerate(zip(levels.items(), looks, strict=False)):
        data = theme.rows([{"place": 1 + k * length / 2.7, "value": value, "text": name}])
        rule = Chart(data).mark_rule(color=color, strokeDash=dash, strokeWidth=1.8)
        text = Chart(data).mark_text(color=theme.INK, align="left", dy=-7, fontSize=theme.SMALL)
        layers += [rule.encode(y=y), text.encode(x=x, y=y, text="text:N")]
    return layers


def _diamonds(
    places: Mapping[int, float], x: alt.X, y: alt.Y, color: str = theme.VERMILLION
) -> list[alt.Chart]:
    rows = [{"place": i + 1, "value": v} for i, v in places.items()]
    mark = Chart(theme.rows(rows)).mark_point(
        shape="diamond", size=190, filled=True, color=color, opacity=1, stroke=theme.PAPER
    )
    return [mark.encode(x=x, y=y)]


def _places(length: int) -> alt.X:
    axis = alt.Axis(title="architectures in a row", tickCount=8, format="d", grid=False)
    return alt.X("place:Q", scale=theme.scale((0.0, length + 1.0)), axis=axis)
