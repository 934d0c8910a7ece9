"""The members of a front as a table: what each is worth, and what it costs."""

import altair as alt
import numpy as np

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.columns import GAP, columns, lines_of
from nbnas.charts.graphs.notation import notation
from nbnas.charts.search.goals.plane import spoken
from nbnas.records import Evaluation, Goals
from nbnas.records.measure import number
from nbnas.search.goals.table import COUNTS, FrontTable

MOST = 25  # members that are drawn
LETTERS = 60  # of an architecture


def front_table(table: FrontTable) -> alt.LayerChart | alt.Chart:
    """Draw the members of a front, a line for each.

    Args:
        table: The members.

    Returns:
        The chart: the number of the trial, the architecture, each goal, sizes and seconds.
    """
    left = len(table) - MOST
    said = table_words(table) + (f"; {left} more not drawn" if left > 0 else "")
    heading = theme.title("What is on the front", said)
    if not len(table):
        return theme.note("nothing is on the front yet", 420, 30, heading)
    names, rows = texts(table)
    height, y = lines_of(rows[:MOST])
    drawn, end = columns(names, rows[:MOST], 0.0, y)
    return theme.layered(*drawn, width=end - GAP, height=height, title=heading)


def texts(table: FrontTable) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and for each member their texts."""
    names = [m.titled(spoken(m)) for m in table.goals.measures]
    goals = [measure.name for measure in table.goals.measures]
    counts = [
        name
        for name in COUNTS
        if name not in goals and any(getattr(m, name) is not None for m in table.members)
    ]
    heads = ["trial", "architecture", *names, *(c.replace("_", "-") for c in counts), "seconds"]
    pairs = zip(table.numbers, table.members, strict=True)
    return heads, [_row(table.goals, counts, each, trial) for trial, each in pairs]


def table_words(table: FrontTable) -> str:
    """What the table holds."""
    names = [spoken(measure) for measure in table.goals.measures]
    return f"{theme.count(len(table), 'member')}, the best in {names[-1]} first"


def _row(goals: Goals, counts: list[str], member: Evaluation, trial: int) -> list[str]:
    values = [(m, goals.value_of(member, m)) for m in goals.measures]
    return [
        str(trial),
        cut(notation(member.architecture), LETTERS),
        *(m.text(v).removesuffix(f" {m.unit}") if np.isfinite(v) else "" for m, v in values),
        *(_count(getattr(member, name)) for name in counts),
        number(member.seconds, 3),
    ]


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
