"""How much the front dominates after each trial."""

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.search.goals.front import taken, volume
from nbnas.charts.search.goals.plane import goals_of, scale_of, volume_title
from nbnas.records import Observations


def hypervolume(
    observations: Observations,
    *,
    trials: int | None = None,
    width: float = 300,
    height: float = 300,
) -> theme.AnyChart:
    """Draw the hypervolume of the front after each trial as a step line.

    Args:
        observations: The trials so far, with two goals or more; or a search.
        trials: Number of trials to come to; the axis then shows what is left.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart. Its unit is the product of those of the goals; all trials are told from one
        reference point, that of the last.

    Raises:
        ObservationError: If there is one goal only.
    """
    observations = taken(observations)
    goals = goals_of(observations)
    heading = theme.title("Hypervolume", f"now {volume(observations)}")
    rows = volume_rows(observations)
    if not any(row["volume"] for row in rows):
        return theme.note("nothing is dominated yet", width, height / 3, heading)
    last = max(len(observations), trials or 0, 2)
    ticks = alt.Axis(title="trial", format="d", grid=False, tickMinStep=1, tickCount=6)
    x = alt.X("trial:Q", axis=ticks, scale=theme.scale((0.5, last + 0.5)))
    axis = alt.Axis(title=volume_title(goals, height), tickCount=5)
    top = 1.08 * rows[-1]["volume"]
    y = alt.Y("volume:Q", axis=axis, scale=theme.scale((0, top)))
    base = Chart(theme.rows(rows), width=width, height=height).encode(x=x, y=y)
    line = base.mark_line(interpolate="step-after", strokeWidth=2.4, color=theme.ORANGE)
    return theme.layered(line, title=heading)


def volume_rows(observations: Observations) -> theme.Rows:
    """The hypervolume after each trial, drawn in its unit; and half a trial more."""
    scale = scale_of(goals_of(observations))
    found = [float(v) * scale for v in observations.hypervolumes]
    rows: theme.Rows = [{"trial": float(n), "volume": v} for n, v in enumerate(found, 1)]
    return [*rows, *({**row, "trial": row["trial"] + 0.5} for row in rows[-1:])]
