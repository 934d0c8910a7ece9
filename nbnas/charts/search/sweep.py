"""The runs of a sweep: what each of them is, one line a run."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lettering import width as width_of

ROW = 22  # pixels of a line
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
    marks: list[Any] = []
    height = ROW * (1 + len(rows))  # the names of the columns, and the runs
    y = alt.Y("y:Q", axis=None, scale=theme.scale((height, 0)))
    left = 20.0
    for column in columns:
        said = [column, *(str(row.get(column, "")) for row in rows)]
        lines = [
            {"text": text, "y": ROW * (at + 0.5), "head": at == 0} for at, text in enumerate(said)
        ]
        marks += _words(lines, left, y)
        left += max(width_of(text, theme.SMALL, bold=True) for text in said) + 22
    for state, (shape, color, filled) in LOOKS.items():
        places = [{"y": ROW * (at + 1.5)} for at, row in enumerate(rows) if row["state"] == state]
        if places:
            mark = Chart(theme.rows(places)).mark_point(
                shape=shape, size=70, color=color, filled=filled, strokeWidth=1.6
            )
            marks.append(mark.encode(x=alt.value(6), y=y))
    title = theme.title(heading, subtitle)
    return theme.layered(*marks, width=max(left, 260), height=height, title=title)


def _words(lines: list[dict[str, Any]], left: float, y: alt.Y) -> list[alt.Chart]:
    """The texts of a column; its name is bold."""
    found = []
    for head in (True, False):
        data = theme.rows([line for line in lines if line["head"] == head])
        words = Chart(data).mark_text(
            align="left",
            baseline="middle",
            fontSize=theme.SMALL,
            color=theme.INK,
            fontWeight=600 if head else "normal",
        )
        found.append(words.encode(x=alt.value(left), y=y, text="text:N"))
    return found
