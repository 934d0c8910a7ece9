"""The runs of a sweep: what each of them is, one line a run."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.columns import ROW, lines_of
from nbnas.charts.columns import columns as in_columns

LOOKS = {  # of each state: shape, colour, filled
    "finished": ("circle", theme.GREEN, True),
    "running": ("triangle-right", theme.BLUE, True),
    "failed": ("cross", theme.VERMILLION, True),
    "waiting": ("circle", theme.GREY, False),
}


def runs(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], heading: str, subtitle: str = ""
) -> theme.AnyChart:
    """Draw a line for each run: a mark of its state, and its columns as text.

    Args:
        rows: The runs, each with its `state` and the texts of its columns.
        columns: The names of the columns, from left to right; all stand at the left.
        heading: The title.
        subtitle: What stands below it.

    Returns:
        The chart.
    """
    height, y = lines_of(rows)
    texts = [[str(row.get(column, "")) for column in columns] for row in rows]
    words, width = in_columns(columns, texts, 20.0, y)
    marks: list[Any] = list(words)
    for state, (shape, color, filled) in LOOKS.items():
        places = [{"y": ROW * (at + 1.5)} for at, row in enumerate(rows) if row["state"] == state]
        if places:
            mark = Chart(theme.rows(places)).mark_point(
                shape=shape, size=70, color=color, filled=filled, strokeWidth=1.6
            )
            marks.append(mark.encode(x=alt.value(6), y=y))
    title = theme.title(heading, subtitle)
    return theme.layered(*marks, width=max(width, 260), height=height, title=title)
