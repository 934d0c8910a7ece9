"""What goes into a training: a recipe as a table, and a learning-rate schedule as a line."""

from collections.abc import Sequence
from typing import Any, cast

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.columns import columns, lines_of

STEPS = 400  # of a schedule that is drawn


def settings(
    names: Sequence[str], rows: Sequence[Sequence[str]], *, heading: str, subtitle: str = ""
) -> alt.LayerChart:
    """Draw settings as a table.

    Args:
        names: The names of the columns.
        rows: For each setting the texts of its columns.
        heading: The title.
        subtitle: What stands below it.

    Returns:
        The chart.
    """
    height, y = lines_of(rows)
    words, width = columns(names, rows, 4.0, y)
    return theme.layered(
        *words, width=max(width, 260), height=height, title=theme.title(heading, subtitle)
    )


def schedule(schedule: Any, *, width: float = 330, height: float = 150) -> alt.Chart:  # noqa: ANN401
    """Draw how the learning rate changes over a training.

    Args:
        schedule: A schedule, such as `nbnas.OneCycle()`.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart: by share of the steps, the rate as a share of the highest one.
    """
    lines: theme.Rows = [
        {"at": step / STEPS, "rate": schedule.learning_rate(1.0, step, STEPS)}
        for step in range(STEPS)
    ]
    across = alt.Axis(title="share of the steps", format=".0%", tickCount=5, grid=False)
    up = alt.Axis(title="of the highest rate", format=".0%", tickCount=4)
    mark = Chart(theme.rows(lines), width=width, height=height).mark_line(
        color=theme.GREEN, strokeWidth=2.2
    )
    drawn = mark.encode(
        x=alt.X("at:Q", axis=across, scale=theme.scale((0, 1))),
        y=alt.Y("rate:Q", axis=up, scale=theme.scale((0, 1.02))),
    )
    return cast(
        alt.Chart, drawn.properties(title=theme.title("The learning rate", repr(schedule)))
    )
