"""The course of a search by what it cost: looks at a low fidelity, and full trainings."""

from collections.abc import Sequence

import altair as alt
import numpy as np

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.search.trace import COLORS, LOOK, TRIAL, cost_axis, placed, shapes
from nbnas.errors import SettingError
from nbnas.records import Observations


def spending(
    observations: Observations,
    costs: Sequence[float],
    *,
    width: float = 560,
    height: float = 220,
) -> alt.LayerChart | alt.Chart:
    """Draw each trial where all had cost so much, and the incumbent as a step line.

    Args:
        observations: The trials so far.
        costs: What each of them cost, in full trainings.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart: rings are looks, dots full trainings, which alone move the line.

    Raises:
        SettingError: If there is not one cost for each trial.
    """
    if len(costs) != len(observations):
        raise SettingError(
            f"expected a cost for each of {len(observations)} trials, got {len(costs)}"
        )
    said = told(observations, costs)
    if not len(observations):
        return theme.note(said, width, height / 3, theme.title("What the search cost"))
    measure, at = observations.measure, np.cumsum(costs).tolist()
    known = [e.value for e in observations if e.value is not None]
    bounds = scales.domain([*known, *observations.trace.tolist()], measure=measure)
    rows: theme.Rows = []
    for cost, each in zip(at, observations, strict=True):
        place, kind = placed(each, bounds, measure)
        rows.append({"cost": cost, "value": place, "kind": kind})
    steps: theme.Rows = [
        {"cost": cost, "value": scales.within(float(best), bounds, measure)}
        for cost, best in zip(at, observations.trace, strict=True)
        if np.isfinite(best)
    ]
    x = cost_axis("cost", 1.02 * at[-1], rings=True)
    upright = scales.axis(measure, bounds, measure.name)
    y = alt.Y("value:Q", axis=upright, scale=theme.scale(bounds))
    line = Chart(theme.rows(steps)).mark_line(
        interpolate="step-after", strokeWidth=2.4, color=theme.ORANGE
    )
    dots = Chart(theme.rows(rows), width=width, height=height).mark_point(
        strokeWidth=1.6, size=40, opacity=0.85
    )
    seen = dots.encode(
        x=x,
        y=y,
        color=alt.Color("kind:N", scale=COLORS, legend=None),
        shape=alt.Shape("kind:N", scale=shapes(measure), legend=None),
        fill=alt.condition(
            f"datum.kind === '{TRIAL}'", alt.value(theme.BLUE), alt.value("transparent")
        ),
    )
    heading = theme.title("What the search cost", said)
    return theme.layered(line.encode(x=x, y=y), seen, title=heading)


def told(observations: Observations, costs: Sequence[float]) -> str:
    """What was spent on looks and on full trainings, in words."""
    looks = [c for c, e in zip(costs, observations, strict=True) if e.epochs is not None]
    full = len(costs) - len(looks)
    spent, on_looks = sum(costs), sum(looks)
    return (
        f"{spent:.4g} full trainings: {theme.count(len(looks), LOOK)} for {on_looks:.3g}, "
        f"{theme.count(full, 'full training')} for {spent - on_looks:.3g}"
    )
