"""A table of trainings as a whole: how good its architectures are, how noisy, how early one knows.

Notation
    K, G, E   number of architectures, of seeds and of epochs
"""

import altair as alt
import numpy as np
from numpy.typing import NDArray

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.records import ACCURACY

BINS = 60


def accuracies(
    means: NDArray[np.float64], *, width: float = 560, height: float = 150
) -> alt.LayerChart:
    """Draw how many architectures reach which accuracy, with a rule at the best.

    Args:
        means: Accuracy of each architecture, `(K,)`.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart.
    """
    best, middle = float(means.max()), float(np.median(means))
    counts, edges = np.histogram(means, BINS, range=(float(means.min()), best))
    bars = [
        {"from": low, "to": high, "count": count}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    bounds = (float(edges[0]), best + 0.06 * (best - float(edges[0])))
    x = alt.X("from:Q", scale=theme.scale(bounds), axis=scales.axis(ACCURACY, bounds, "accuracy"))
    top = 1.2 * float(counts.max())  # the words of the rules stand above the bars
    axis = alt.Axis(title="architectures", tickCount=4)
    y = alt.Y("count:Q", axis=axis, scale=theme.scale((0.0, top)))
    drawn = Chart(theme.rows(bars), width=width, height=height).mark_rect(
        color=theme.SKY, stroke=theme.PAPER, strokeWidth=0.5
    )
    marked = [
        {"at": middle, "word": "median"},
        {"at": best, "word": "best"},
    ]
    rule = Chart(theme.rows(marked)).encode(x=alt.X("at:Q", scale=theme.scale(bounds)))
    words = rule.mark_text(align="right", dx=-4, y=6, fontSize=theme.SMALL, color=theme.INK)
    ends = f"median {ACCURACY.text(middle)}, best {ACCURACY.text(best)}"
    said = f"{len(means):,} architectures; {ends}"
    return theme.layered(
        drawn.encode(x=x, x2="to:Q", y=y, y2=alt.datum(0)),
        rule.mark_rule(color=theme.INK, strokeDash=[4, 3]),
        words.encode(text="word:N"),
        title=theme.title("How good the architectures are", said),
    )


def noise(
    runs: NDArray[np.float64], *, groups: int = 20, width: float = 260, height: float = 170
) -> alt.LayerChart:
    """Draw how much seeds differ among architectures that are about equally good.

    Args:
        runs: Accuracy of each architecture with each seed, `(K, G)`.
        groups: Number of groups of architectures, equally large, from the worst to the best.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart: by the groups' mean accuracy the standard deviation between seeds, pooled.
    """
    order = np.argsort(runs.mean(axis=1), kind="stable")
    points = [
        {"mean": float(runs[g].mean()), "deviation": float(seed_deviation(runs[g]))}
        for g in np.array_split(order, min(groups, len(order)))
    ]
    bounds = scales.domain([p["mean"] for p in points], fence=1e9)
    between = alt.Axis(title="std. dev. between seeds", format=".1%", tickCount=4)
    base = Chart(theme.rows(list(points)), width=width, height=height).encode(
        x=alt.X(
            "mean:Q", scale=theme.scale(bounds), axis=scales.axis(ACCURACY, bounds, "accuracy")
        ),
        y=alt.Y("deviation:Q", axis=between),
    )
    return theme.layered(
        base.mark_line(color=theme.VERMILLION, strokeWidth=2),
        base.mark_point(color=theme.VERMILLION, filled=True, size=40, opacity=1),
        title=theme.title("How noisy a training is", f"{len(points)} groups from worst to best"),
    )


def foresight(
    correlations: NDArray[np.float64], *, width: float = 260, height: float = 170
) -> alt.LayerChart:
    """Draw how well the accuracy after each epoch ranks architectures as the last one does.

    Args:
        correlations: Spearman's ρ between each epoch and the last, `(E,)`.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart.
    """
    points = [{"epoch": k, "rho": float(rho)} for k, rho in enumerate(correlations, 1)]
    low = min(0.0, float(correlations.min()))
    base = Chart(theme.rows(list(points)), width=width, height=height).encode(
        x=alt.X(
            "epoch:Q",
            axis=alt.Axis(title="epoch", format="d", tickMinStep=1, grid=False),
            scale=theme.scale((1, len(correlations))),
        ),
        y=alt.Y(
            "rho:Q",
            axis=alt.Axis(title="rank correlation (Spearman)", tickCount=5),
            scale=theme.scale((low, 1)),
        ),
    )
    return theme.layered(
        base.mark_line(color=theme.BLUE, strokeWidth=2),
        base.mark_point(color=theme.BLUE, filled=True, size=40, opacity=1),
        title=theme.title("How early one knows", "ranks after each epoch against the last"),
    )


def table(
    curves: NDArray[np.float64], correlations: NDArray[np.float64]
) -> alt.VConcatChart | alt.HConcatChart:
    """Draw all three below and beside each other.

    Args:
        curves: Accuracy of each architecture with each seed after each epoch, `(K, G, E)`.
        correlations: Spearman's ρ between each epoch and the last, `(E,)`.

    Returns:
        The chart.
    """
    runs = curves[:, :, -1]
    above = accuracies(runs.mean(axis=1), width=590)
    return theme.stacked(above, theme.beside(noise(runs), foresight(correlations)))


def seed_deviation(runs: NDArray[np.float64]) -> float:
    """The standard deviation between seeds: root of the mean variance of the rows of `(K, G)`."""
    return float(np.sqrt(runs.var(axis=1, ddof=1).mean()))
