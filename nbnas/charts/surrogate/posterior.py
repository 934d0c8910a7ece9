"""How far the posterior can be trusted: each observation predicted from all others."""

from typing import Protocol, cast

import altair as alt
import numpy as np
from numpy.typing import NDArray

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.records import Measure

INSIDE, OUTSIDE = "in its band", "outside"


class Predictions(Protocol):
    """What is drawn: `nbnas.surrogate.leave_one_out.LeaveOneOut` has these arrays `(n,)`.

    All are values of `measure`: the measured ones, and for each the mean and the 2.5 % and 97.5 %
    quantiles of the posterior that has not seen it.
    """

    @property
    def measure(self) -> Measure: ...  # noqa: D102
    @property
    def truth(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def mean(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def lower(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def upper(self) -> NDArray[np.float64]: ...  # noqa: D102


def leave_one_out(
    predictions: Predictions, *, width: float = 380, height: float = 320
) -> alt.LayerChart | alt.Chart:
    """Draw predicted against measured values with 95 % bands.

    Args:
        predictions: Each observation predicted from all others.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart; a good posterior has its points near the diagonal and its bands across it.
    """
    points = _rows(predictions)
    heading = "Each trial predicted from all others"
    if not points:
        return theme.note("nothing has been measured yet", width, height / 3, theme.title(heading))
    measure = predictions.measure
    x = scales.domain((row["truth"] for row in points), measure=measure)
    y = _predicted(points, measure)
    seen = [row for row in points if x[0] <= row["truth"] <= x[1]]
    few, name = len(seen) < 80, measure.titled(f"measured {measure.noun}")
    if len(seen) < len(points):
        end = measure.text(scales.poor_end(x, measure), digits=0)
        out = f"{len(points) - len(seen)} {scales.poor_side(measure)} {end}"
        name += f" ({out} not drawn)"
    below = scales.axis(measure, x, None)
    below["title"] = name
    base = Chart(theme.rows(seen), width=width, height=height).encode(
        x=alt.X("truth:Q", scale=theme.scale(x), axis=below),
        color=alt.Color("where:N", scale=_COLORS, legend=_LEGEND),
    )
    axis = scales.axis(measure, y, f"predicted {measure.noun}, 95 % band")
    bars = base.mark_rule(strokeWidth=1.6, opacity=0.5 if few else 0.3, clip=True).encode(
        y=alt.Y("lower:Q", scale=theme.scale(y), axis=axis), y2="upper:Q"
    )
    dots = base.mark_point(filled=True, size=55 if few else 18, opacity=1, clip=True).encode(
        y="mean:Q", shape=alt.Shape("where:N", scale=_SHAPES, legend=_LEGEND)
    )
    return theme.layered(
        _diagonal(x, y), bars, dots, title=theme.title(heading, summary(predictions))
    )


def summary(predictions: Predictions) -> str:
    """One sentence: how many measured values lie in their 95 % band."""
    inside = _inside(predictions)
    if not len(inside):
        return "No trial has been predicted yet."
    return f"{inside.sum()} of {len(inside)} truths lie in their 95 % band."


_COLORS = alt.Scale(domain=[INSIDE, OUTSIDE], range=[theme.BLUE, theme.VERMILLION])
_SHAPES = alt.Scale(domain=[INSIDE, OUTSIDE], range=["circle", "diamond"])
_LEGEND = alt.Legend(title=None, orient="bottom", symbolOpacity=1)


def _inside(predictions: Predictions) -> NDArray[np.bool_]:
    truth = np.asarray(predictions.truth, dtype=np.float64)
    inside: NDArray[np.bool_] = (predictions.lower <= truth) & (truth <= predictions.upper)
    return inside


def _rows(predictions: Predictions) -> theme.Rows:
    inside = _inside(predictions)
    return [
        {
            "truth": predictions.truth[i],
            "mean": predictions.mean[i],
            "lower": predictions.lower[i],
            "upper": predictions.upper[i],
            "where": INSIDE if inside[i] else OUTSIDE,
        }
        for i in range(len(inside))
        if np.isfinite(predictions.mean[i])
    ]


def _predicted(points: theme.Rows, measure: Measure) -> scales.Ends:
    """The vertical range: all of the means and most of the bands."""
    middle = scales.domain([row[k] for row in points for k in ("truth", "mean")], measure=measure)
    ends = scales.domain([row[k] for row in points for k in ("lower", "upper")], 1.5, measure)
    spare = 0.05 if measure.fraction else np.inf  # no band goes beyond the bounds
    low, high = max(ends[0], measure.lower - spare), min(ends[1], measure.upper + spare)
    return min(middle[0], low), max(middle[1], high)


def _diagonal(x: tuple[float, float], y: tuple[float, float]) -> alt.Chart:
    ends = [{"truth": each, "mean": each} for each in (max(x[0], y[0]), min(x[1], y[1]))]
    line = Chart(theme.rows(ends)).mark_line(
        color=theme.INK, opacity=0.5, strokeDash=[4, 4], strokeWidth=1.2, clip=True
    )
    return cast(alt.Chart, line.encode(x=alt.X("truth:Q", scale=theme.scale(x)), y="mean:Q"))
