"""A learning curve so far, and its predicted rest with a band."""

from collections.abc import Sequence

import altair as alt
import numpy as np

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.records import Measure
from nbnas.surrogate.curves.prediction import CurvePrediction

SO_FAR, REST, TRUTH = "so far", "predicted, 95 % band", "how it went on"
_COLORS = {SO_FAR: theme.BLUE, REST: theme.PURPLE, TRUTH: theme.GREY}
_LOOKS = {SO_FAR: theme.DASHES[0], REST: theme.DASHES[1], TRUTH: theme.DASHES[2]}


def predicted_curve(
    prediction: CurvePrediction,
    truth: Sequence[float] = (),
    *,
    width: float = 480,
    height: float = 240,
) -> alt.LayerChart:
    """Draw a learning curve so far and what is predicted of its rest.

    Args:
        prediction: What is known and predicted.
        truth: The values after all epochs, where the training has ended since; they are dotted
            beyond what was known.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart: a dashed line is the mean, the band holds 95 %.
    """
    measure, t = prediction.measure, len(prediction.values)
    rest = _band_rows(prediction)
    rows = [{"part": SO_FAR, **row} for row in _rows(prediction.values, 1)]
    rows += [{"part": REST, **row} for row in _rows(_joined(prediction, prediction.mean), t or 1)]
    rows += [{"part": TRUTH, **row} for row in _rows(_joined(prediction, truth[t:]), t or 1)]
    bounds = bounds_of([row["value"] for row in rows], rest, measure)
    parts = [part for part in _COLORS if any(row["part"] == part for row in rows)]
    x = alt.X(
        "epoch:Q",
        axis=alt.Axis(title="epoch", format="d", tickMinStep=1, tickCount=8, grid=False),
        scale=theme.scale((min(1, prediction.epochs - 1), prediction.epochs)),
    )
    axis = scales.axis(measure, bounds, measure.noun)
    y = alt.Y("value:Q", axis=axis, scale=theme.scale(bounds))
    legend = alt.Legend(title=None, orient="bottom", symbolSize=600)
    colors, dashes = (theme.series(parts, [kind[p] for p in parts]) for kind in (_COLORS, _LOOKS))
    band = Chart(theme.rows(rest), width=width, height=height).mark_area(
        color=theme.PURPLE, opacity=0.22, clip=True
    )
    lines = Chart(theme.rows(rows), width=width, height=height).mark_line(
        strokeWidth=2.2, clip=True, point=alt.OverlayMarkDef(size=22)
    )
    drawn = lines.encode(
        x=x,
        y=y,
        color=alt.Color("part:N", scale=colors, legend=legend),
        strokeDash=alt.StrokeDash("part:N", scale=dashes, legend=legend),
    )
    low = alt.Y("lower:Q", axis=y["axis"], scale=y["scale"])
    title = theme.title("Learning curve and its predicted rest", summary(prediction))
    return theme.layered(band.encode(x=x, y=low, y2="upper:Q"), drawn, title=title)


def summary(prediction: CurvePrediction) -> str:
    """How it stands, and where it will end, in a sentence."""
    measure, t = prediction.measure, len(prediction.values)
    mean, _ = prediction.end
    if not prediction.mean:
        return f"All {t} epochs are known; it ended at {measure.text(mean)}."
    low, high = (measure.text(end, digits=1) for end in prediction.band)
    known = f"after {theme.count(t, 'epoch')}" if t else "before it has begun"
    return (
        f"Predicted {known}: {measure.text(mean, digits=1)} after epoch {prediction.epochs}, "
        f"with 95 % between {low} and {high}."
    )


def _joined(prediction: CurvePrediction, values: Sequence[float]) -> list[float]:
    """Values after those that are known, with the last of these before them."""
    return [*prediction.values[-1:], *values] if values else []


def _rows(values: Sequence[float], first: int) -> theme.Rows:
    return [{"epoch": first + i, "value": value} for i, value in enumerate(values)]


def _band_rows(prediction: CurvePrediction) -> theme.Rows:
    t, last = len(prediction.values), prediction.values[-1:]
    ends = [*((each, each) for each in last)]
    ends += zip(prediction.lower, prediction.upper, strict=True)
    first = t if last else 1
    return [
        {"epoch": first + i, "lower": low, "upper": high} for i, (low, high) in enumerate(ends)
    ]


def rest_rows(prediction: CurvePrediction | None) -> tuple[theme.Rows, theme.Rows]:
    """The band and the mean of what is predicted, from the last epoch that is known on."""
    if prediction is None or not prediction.mean:
        return [], []
    first = len(prediction.values) or 1
    return _band_rows(prediction), _rows(_joined(prediction, prediction.mean), first)


def bounds_of(values: Sequence[float], band: theme.Rows, measure: Measure) -> scales.Ends:
    """Of all lines, and of the band unless it is much wider than these."""
    ends = [row[name] for row in band for name in ("lower", "upper")]
    low, high = scales.domain([*values, *ends], 1e9, measure)
    reach = 3 * max(float(np.ptp(values)), 1e-12) if len(values) > 1 else high - low
    low, high = max(low, min(values) - reach), min(high, max(values) + reach)
    return max(low, measure.lower), min(high, measure.upper)
