"""The shape of an acquisition function: what a better mean is worth, and what uncertainty is.

Notation
    t          mean of a candidate minus the incumbent's value, on the scale of the model
    σ          standard deviation of the candidate, on the same scale
"""

from collections.abc import Callable
from typing import cast

import altair as alt
import numpy as np
from numpy.typing import NDArray

from nbnas.charts import theme
from nbnas.charts.chart import Chart

Array = NDArray[np.float64]
Score = Callable[[Array, Array], Array]
STDDEVS = (0.1, 0.4, 1.0)
REACH = 2.0  # means from -REACH to REACH
_COLORS = (theme.PURPLE, theme.BLUE, theme.VERMILLION)
LEVELS = ((-1.0, 0.5), (-0.5, 0.6), (0.0, 0.5), (0.5, 0.4))  # (t, σ) through which lines go


def acquisition(
    score: Score,
    *,
    name: str,
    point: tuple[float, float] | None = None,
    in_logs: bool = False,
    width: float = 330,
    height: float = 220,
) -> alt.HConcatChart:
    """Draw the score by mean, one curve for each standard deviation, and lines of equal score.

    Args:
        score: From t `(m,)` and σ `(m,)` to scores `(m,)`, larger is better.
        name: What the score is called.
        point: A candidate (t, σ) to be marked.
        in_logs: Whether the scores are logarithms; then the axis ends where they fall steeply.
        width: Width of each of the two panels in pixels.
        height: Height in pixels.

    Returns:
        The chart: on the left the score by mean, on the right which means and standard deviations
        are worth the same.
    """
    left = _curves(score, name, point, in_logs, width, height)
    right = _ties(score, point, width, height)
    return theme.beside(left, right)


def summary(score: Score, name: str, point: tuple[float, float] | None = None) -> str:
    """What the chart shows, in words; and the score of the marked candidate."""
    text = f"{name}: larger is better."
    if point is None:
        return text
    value = float(score(np.array([point[0]]), np.array([point[1]]))[0])
    side = "above" if point[0] >= 0 else "below"
    return (
        f"{text} A candidate {abs(point[0]):.2f} {side} the incumbent with standard deviation "
        f"{point[1]:.2f} scores {value:.3g}, on the model's scale, where values vary by about 1."
    )


def _curves(
    score: Score,
    name: str,
    point: tuple[float, float] | None,
    in_logs: bool,
    width: float,
    height: float,
) -> alt.LayerChart:
    t = np.linspace(-REACH, REACH, 101)
    scores = {s: score(t, np.full_like(t, s)) for s in STDDEVS}
    everything = np.concatenate(list(scores.values()))
    low = float(np.min(everything)) if not in_logs else float(np.max(everything)) - 12.0
    high = float(np.max(everything))
    margin = 0.04 * (high - low) or 0.1
    bounds = (low - margin, high + margin)
    names = [f"stddev {s:g}" for s in STDDEVS]
    rows = [
        {"t": a, "score": b, "stddev": label}
        for label, s in zip(names, STDDEVS, strict=True)
        for a, b in zip(t, scores[s], strict=True)
        if b >= bounds[0]
    ]
    key = alt.Legend(title=None, orient="bottom", symbolSize=900)
    colors, dashes = (theme.series(names, looks) for looks in (_COLORS, theme.DASHES))
    x = _mean_axis("t", "mean above the incumbent")
    axis = alt.Axis(title=name, tickCount=5)
    y = alt.Y("score:Q", scale=theme.scale(bounds), axis=axis)
    lines = Chart(theme.rows(rows), width=width, height=height).mark_line(
        strokeWidth=2.4, clip=True
    )
    layers = [
        _zero("x", "t:Q", width, height),
        lines.encode(
            x=x,
            y=y,
            color=alt.Color("stddev:N", scale=colors, legend=key),
            strokeDash=alt.StrokeDash("stddev:N", scale=dashes, legend=key),
        ),
    ]
    if point is not None:
        value = float(score(np.array([point[0]]), np.array([point[1]]))[0])
        layers += _diamond({"t": point[0], "score": max(value, bounds[0])}, x, y)
    said = theme.title("What a mean is worth", "at three uncertainties; 0 is as good as the best")
    return theme.layered(*layers, title=said)


def _ties(
    score: Score, point: tuple[float, float] | None, width: float, height: float
) -> alt.LayerChart:
    through = [*LEVELS, *([] if point is None else [point])]
    sigma = np.linspace(0.05, 1.2, 60)
    rows = []
    for number, (t, s) in enumerate(through):
        level = float(score(np.array([t]), np.array([s]))[0])
        means = _mean_of(score, level, sigma)
        rows += [
            {"sigma": a, "t": b, "line": number, "own": number >= len(LEVELS)}
            for a, b in zip(sigma, means, strict=True)
            if abs(b) <= REACH
        ]
    x = alt.X(
        "sigma:Q",
        scale=theme.scale((0.0, 1.2)),
        axis=alt.Axis(title="standard deviation", tickCount=6, grid=False),
    )
    y = alt.Y(
        "t:Q",
        scale=theme.scale((-REACH, REACH)),
        axis=alt.Axis(title="mean above the incumbent", tickCount=5),
    )
    lines = Chart(theme.rows(rows), width=width, height=height).mark_line(clip=True)
    drawn = lines.encode(
        x=x,
        y=y,
        detail="line:N",
        color=alt.condition("datum.own", alt.value(theme.VERMILLION), alt.value(theme.GREEN)),
        strokeWidth=alt.condition("datum.own", alt.value(3), alt.value(1.8)),
    )
    layers = [_zero("y", "t:Q", width, height), drawn]
    if point is not None:
        layers += _diamond({"sigma": point[1], "t": point[0]}, x, y)
    words = "candidates on one line score alike; higher lines are better"
    return theme.layered(*layers, title=theme.title("What is worth the same", words))


def _mean_of(score: Score, level: float, sigma: Array, steps: int = 50) -> Array:
    """The mean `(k,)` with which each σ `(k,)` reaches a level, by bisection."""
    low, high = np.full_like(sigma, -3 * REACH), np.full_like(sigma, 3 * REACH)
    for _ in range(steps):
        middle = (low + high) / 2
        less = score(middle, sigma) < level
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return high


def _mean_axis(field: str, title: str) -> alt.X:
    return alt.X(
        f"{field}:Q",
        scale=theme.scale((-REACH, REACH)),
        axis=alt.Axis(title=title, tickCount=5, grid=False),
    )


def _zero(channel: str, field: str, width: float, height: float) -> alt.Chart:
    """The incumbent's mean, dashed."""
    name = field.partition(":")[0]
    rule = Chart(theme.rows([{name: 0.0}]), width=width, height=height).mark_rule(
        color=theme.INK, strokeDash=[4, 3], opacity=0.6
    )
    return cast(alt.Chart, rule.encode(**{channel: field}))


def _diamond(row: dict[str, float], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    mark = Chart(theme.rows([row])).mark_point(
        shape="diamond", size=190, filled=True, color=theme.VERMILLION, opacity=1
    )
    return [mark.encode(x=x, y=y)]
