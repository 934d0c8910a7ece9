"""What a kernel says before any data: covariance by distance, and the matrix of a sample.

Notation
    n          number of architectures
    K          their covariance matrix `(n, n)`
    D          their distances `(n, n)`
"""

from collections.abc import Mapping, Sequence
from typing import cast

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from nbnas.charts import theme
from nbnas.charts.chart import Chart

BINS = 16
_PARTS = (theme.VERMILLION, theme.GREEN, theme.PURPLE, theme.ORANGE, theme.SKY)
Matrix = NDArray[np.float64]


def covariance(
    distances: ArrayLike,
    covariances: ArrayLike,
    *,
    name: str = "distance",
    parts: Mapping[str, ArrayLike] | None = None,
    total: str = "the sum",
    width: float = 250,
    height: float = 200,
) -> alt.LayerChart | alt.Chart:
    """Draw the covariance of pairs by their distance: the mean, and the range of the middle 90 %.

    Args:
        distances: D `(n, n)`.
        covariances: K `(n, n)`.
        name: What the distance is called.
        parts: The covariances `(n, n)` of which K is the sum or the product, by name.
        total: What K is called beside them.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart; for a kernel of just this distance the range has no width.
    """
    d, k = np.asarray(distances, dtype=np.float64), np.asarray(covariances, dtype=np.float64)
    heading = theme.title("Covariance by distance", "mean; middle 90 % of the pairs")
    if len(d) < 2:
        return theme.note("one architecture has no pairs", width, height / 3, heading)
    points = _by_distance(d.ravel(), k.ravel())
    inside = {each: np.asarray(part, np.float64) for each, part in (parts or {}).items()}
    top = max(*(float(each.max()) for each in (k, *inside.values())), 1e-9) * 1.05
    bottom = min(*(float(each.min()) for each in (k, *inside.values())), 0.0)
    x = alt.X("distance:Q", axis=alt.Axis(title=name, tickCount=6), scale=alt.Scale(zero=True))
    axis, scale = alt.Axis(title="covariance", tickCount=5), theme.scale((bottom, top))
    base = Chart(theme.rows(points), width=width, height=height).encode(x=x)
    range_ = base.mark_rule(color=theme.BLUE, opacity=0.45, strokeWidth=3).encode(
        y=alt.Y("low:Q", axis=axis, scale=scale), y2="high:Q"
    )
    y = alt.Y("mean:Q", axis=axis, scale=scale)
    line = base.mark_line(
        color=theme.BLUE, strokeWidth=1.8, point=alt.OverlayMarkDef(size=45, color=theme.BLUE)
    ).encode(y=y)
    lines = _lines({total: k, **inside}, d, x, y) if inside else []
    return theme.layered(range_, line, *lines, title=heading)


def matrix(
    covariances: ArrayLike, *, size: float = 200, number: str = ".2~f"
) -> alt.Chart | alt.LayerChart:
    """Draw a covariance matrix, its architectures in an order that puts similar ones together.

    Args:
        covariances: K `(n, n)`.
        size: Width and height in pixels, about: each cell is a whole number of pixels.
        number: How values are written, in d3's notation.

    Returns:
        The chart; blocks on the diagonal are groups of architectures that the kernel finds alike.
    """
    k = np.asarray(covariances, dtype=np.float64)
    heading = theme.title("The kernel's matrix", "ordered by similarity; blocks are alike")
    if not len(k):
        return theme.note("there are no architectures", size, size / 3, heading)
    order = by_similarity(k)
    cells = [
        {"row": i, "column": j, "value": float(k[a, b])}
        for i, a in enumerate(order)
        for j, b in enumerate(order)
    ]
    ends = (min(float(k.min()), 0.0), max(float(k.max()), 1e-9))
    color = alt.Color(
        "value:Q",
        scale=alt.Scale(scheme="cividis", domain=list(ends)),
        legend=alt.Legend(title="covariance", format=number, gradientLength=0.7 * size),
    )
    bars = alt.Axis(labels=False, ticks=False, domain=False, grid=False)
    name = theme.count(len(k), "architecture")
    side = max(round(size / len(k)), 1) * len(k)
    base = Chart(theme.rows(cells), width=side, height=side, title=heading).mark_rect(
        strokeWidth=0.7
    )
    drawn = base.encode(
        x=alt.X("column:O", axis=bars.copy(deep=False), title=name),
        y=alt.Y("row:O", axis=bars, title="the same"),
        color=color,
        stroke=alt.Stroke("value:Q", scale=color["scale"], legend=None),
    )
    return cast(alt.Chart, drawn)


def by_similarity(covariances: ArrayLike) -> list[int]:
    """An order of architectures that puts similar ones next to each other.

    Args:
        covariances: K `(n, n)`.

    Returns:
        Their numbers: the leaves of the tree of average linkage, ordered so that neighbours are as
        alike as the tree allows.

    References:
        Bar-Joseph, Gifford and Jaakkola, Fast optimal leaf ordering for hierarchical clustering,
        Bioinformatics 17, 2001.
    """
    k = np.asarray(covariances, dtype=np.float64)
    if len(k) < 3:
        return list(range(len(k)))
    variance = k.diagonal()
    apart = np.sqrt(np.maximum(variance[:, None] + variance - k - k.T, 0.0))
    np.fill_diagonal(apart, 0.0)
    flat = squareform((apart + apart.T) / 2, checks=False)
    return [int(i) for i in leaves_list(optimal_leaf_ordering(linkage(flat, "average"), flat))]


def profile(
    settings: Sequence[float],
    likelihoods: Sequence[float],
    now: tuple[float, float],
    *,
    name: str = "length-scale",
    width: float = 300,
    height: float = 200,
) -> alt.LayerChart | alt.Chart:
    """Draw the log marginal likelihood by one parameter, all others as they are.

    Args:
        settings: Values of the parameter.
        likelihoods: Its log marginal likelihoods, in nats; NaN where the kernel is no covariance.
        now: The parameter as it is, and its log marginal likelihood.
        name: What the parameter is called.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart; the diamond is where the parameter stands.
    """
    found = [(s, v) for s, v in zip(settings, likelihoods, strict=True) if np.isfinite(v)]
    said = f"now {now[1]:,.1f} nats" if np.isfinite(now[1]) else "here the kernel is no covariance"
    heading = theme.title("How well the prior foretells the data", said)
    if not found:
        return theme.note("no covariance for any value", width, height / 3, heading)
    x = alt.X("setting:Q", scale=alt.Scale(type="log", nice=False), axis=_log_axis(name))
    values = [v for _, v in [*found, now] if np.isfinite(v)]
    low = max(min(values), max(values) - 30.0)
    margin = max(0.06 * (max(values) - low), 0.05)
    y = alt.Y(
        "likelihood:Q",
        scale=theme.scale((low - margin, max(values) + margin)),
        axis=alt.Axis(title="log marginal likelihood (nats)", tickCount=5),
    )
    line = Chart(
        theme.rows([{"setting": s, "likelihood": v} for s, v in found]), width=width, height=height
    ).mark_line(color=theme.BLUE, strokeWidth=2.2, clip=True)
    layers = [line.encode(x=x, y=y)]
    if np.isfinite(now[1]):
        point = Chart(theme.rows([{"setting": now[0], "likelihood": max(now[1], low)}]))
        mark = point.mark_point(
            shape="diamond", size=170, filled=True, color=theme.VERMILLION, opacity=1
        )
        layers.append(mark.encode(x=x, y=y))
    return theme.layered(*layers, title=heading)


def _log_axis(name: str) -> alt.Axis:
    return alt.Axis(title=name, tickCount=5, format="~g", labelOverlap="greedy", grid=False)


def _lines(parts: Mapping[str, Matrix], d: Matrix, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The mean of each part by distance; the first is what they make together."""
    points = [
        {"part": part, "distance": point["distance"], "mean": point["mean"]}
        for part, k in parts.items()
        for point in _by_distance(d.ravel(), k.ravel())
    ]
    names = list(parts)
    key = alt.Legend(title=None, symbolSize=300, labelLimit=130)
    dashes = theme.series(names, theme.DASHES)
    colors = [theme.BLUE, *(_PARTS[i % len(_PARTS)] for i in range(len(names) - 1))]
    lines = Chart(theme.rows(points)).mark_line(strokeWidth=2.2)
    drawn = lines.encode(
        x=x,
        y=y,
        color=alt.Color("part:N", scale=alt.Scale(domain=names, range=colors), legend=key),
        strokeDash=alt.StrokeDash("part:N", scale=dashes, legend=key),
    )
    return [cast(alt.Chart, drawn)]


def _by_distance(d: Matrix, k: Matrix) -> theme.Rows:
    """Mean and middle 90 % of the covariances of pairs that are as far apart, or nearly so."""
    if len(np.unique(d)) > BINS:
        edges = np.linspace(0.0, float(d.max()), BINS + 1)
        groups = np.where(d > 0, np.clip(np.digitize(d, edges), 1, BINS), 0)
    else:
        groups = np.unique(d, return_inverse=True)[1].reshape(-1)
    rows = []
    for group in np.unique(groups):
        inside = k[groups == group]
        low, high = np.quantile(inside, [0.05, 0.95])
        rows.append(
            {
                "distance": float(d[groups == group].mean()),
                "mean": float(inside.mean()),
                "low": float(low),
                "high": float(high),
            }
        )
    return rows
