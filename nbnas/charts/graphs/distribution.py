"""The distribution of distances between random architectures, and where one distance stands."""

from typing import Any, cast

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbnas.charts import theme
from nbnas.charts.chart import Chart

BINS = 24
FEW = 30  # up to so many different whole numbers, each has a bar of its own


def distribution(
    distances: ArrayLike, value: float | None = None, *, width: float = 560, height: float = 120
) -> alt.LayerChart | alt.Chart:
    """Draw a histogram of distances with a rule at one of them.

    Args:
        distances: Distances of random pairs `(p,)`; infinite ones are left out.
        value: The distance to be placed.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart.
    """
    all_ = np.asarray(distances, dtype=np.float64).ravel()
    finite = all_[np.isfinite(all_)]
    heading = theme.title("Among the distances of random pairs", summary(all_, value))
    if not len(finite):
        return theme.note("there are no distances to draw", width, height / 3, heading)
    edges = _edges(finite, value)
    counts, _ = np.histogram(finite, edges)
    bars: theme.Rows = [
        {"from": low, "to": high, "share": count / len(all_)}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    x = alt.X(
        "from:Q",
        scale=theme.scale((edges[0], edges[-1])),
        axis=alt.Axis(title="distance", tickCount=8, grid=False),
    )
    axis = alt.Axis(title="share of pairs", format=".0%", tickCount=3)
    drawn = Chart(theme.rows(bars), width=width, height=height).mark_rect(
        color=theme.SKY, stroke=theme.PAPER, strokeWidth=0.8
    )
    top = 1.25 * max(bar["share"] for bar in bars)  # the word of the rule stands above the bars
    y = alt.Y("share:Q", axis=axis, scale=theme.scale((0.0, top)))
    layers = [drawn.encode(x=x, x2="to:Q", y=y, y2=alt.datum(0))]
    if value is not None and np.isfinite(value):
        layers += _rule(value, edges)
    return theme.layered(*layers, title=heading)


def summary(distances: ArrayLike, value: float | None) -> str:
    """One sentence: what share of random pairs is nearer, as near, and farther."""
    pairs = np.asarray(distances, dtype=np.float64).ravel()
    count = theme.count(len(pairs), "random pair")
    if value is None or not len(pairs):
        return f"{count}."
    same = np.isclose(pairs, value)
    nearer, farther = np.mean((pairs < value) & ~same), np.mean((pairs > value) & ~same)
    equal = f", {_share(same.mean())} as near" if same.any() else ""
    return (
        f"Of {count}, {_share(nearer)} are nearer to each other{equal}, {_share(farther)} farther."
    )


def _share(share: float | np.floating[Any]) -> str:
    """A share in percent; one that rounds to nothing, and is not, is "under 1 %"."""
    return "under 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _edges(finite: NDArray[np.float64], value: float | None) -> NDArray[np.float64]:
    """The ends of the bars `(k + 1,)`; a distance that counts has its bars around the counts."""
    shown = finite if value is None or not np.isfinite(value) else np.append(finite, value)
    high = float(shown.max())
    if (shown == np.round(shown)).all() and high <= FEW:
        return np.arange(-0.5, high + 1)
    return np.linspace(min(float(shown.min()), 0.0), high * 1.02 or 1.0, BINS + 1)


def _rule(value: float, edges: NDArray[np.float64]) -> list[alt.Chart]:
    left = value < (edges[0] + edges[-1]) / 2
    base = Chart(theme.rows([{"from": value, "text": f"this pair: {value:.4g}"}]))
    x = alt.X("from:Q")
    rule = base.mark_rule(color=theme.VERMILLION, strokeWidth=2.6)
    word = base.mark_text(
        color=theme.INK,
        align="left" if left else "right",
        dx=6 if left else -6,
        baseline="top",
        fontWeight=600,
    )
    halo = theme.halo(word)
    texts = [each.encode(x=x, y=alt.value(2), text="text:N") for each in (halo, word)]
    return cast(list[alt.Chart], [rule.encode(x=x), *texts])
