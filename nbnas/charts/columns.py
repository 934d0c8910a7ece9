"""Texts in columns, as a table has them."""

from collections.abc import Sequence

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lettering import width as width_of

ROW = 22  # pixels of a line
GAP = 22  # pixels between two columns


def columns(
    names: Sequence[str], rows: Sequence[Sequence[str]], left: float, y: alt.Y
) -> tuple[list[alt.Chart], float]:
    """Draw columns of text beside each other, below their names in bold.

    Args:
        names: The names of the columns, from left to right.
        rows: For each line the texts of its columns.
        left: Where the first column begins, in pixels.
        y: Where lines stand, from the field `y` in pixels.

    Returns:
        The charts to lie over each other, and where the last column ends.
    """
    charts: list[alt.Chart] = []
    for place, name in enumerate(names):
        said = [name, *(row[place] for row in rows)]
        lines: theme.Rows = [
            {"text": text, "y": ROW * (at + 0.5), "head": at == 0} for at, text in enumerate(said)
        ]
        charts += _words(lines, left, y)
        left += max(width_of(text, theme.SMALL, bold=True) for text in said) + GAP
    return charts, left


def lines_of(rows: Sequence[object]) -> tuple[float, alt.Y]:
    """The height of the names and of so many lines in pixels, and where a line stands."""
    height = ROW * (1.0 + len(rows))
    return height, alt.Y("y:Q", axis=None, scale=theme.scale((height, 0)))


def _words(lines: theme.Rows, left: float, y: alt.Y) -> list[alt.Chart]:
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
