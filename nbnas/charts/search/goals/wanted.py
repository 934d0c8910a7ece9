"""What a search wants: its goals, how each is told, and its limits."""

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.columns import GAP, columns, lines_of
from nbnas.charts.search.goals.plane import spoken
from nbnas.records import Constraint, Goals, Measure, MeasuredBy

NAMES = ("measure", "better is", "told", "limit")
NO_GOAL, TRAINED = "no goal", "by trainings"
BAND = 18.0  # pixels of the bar that is allowed and excluded


def goals(found: Goals) -> alt.LayerChart:
    """Draw a table of goals and of what is limited beside them.

    Args:
        found: What is wanted.

    Returns:
        The chart: a line for each measure with which way is better, how it is told, and its
        limits.
    """
    return _table(goal_rows(found), "What is wanted", goal_words(found))


def measured_by(known: MeasuredBy) -> alt.LayerChart:
    """Draw what a measure is that needs no training.

    Args:
        known: What tells it.

    Returns:
        The chart.
    """
    return _table([_row(known.measure, known.measure.better_word, by(known))], "Known beforehand")


def constraint(limit: Constraint, *, width: float = 360) -> alt.LayerChart:
    """Draw which values of a measure a limit allows.

    Args:
        limit: The limit.
        width: Width in pixels.

    Returns:
        The chart: the allowed side in blue, what is excluded in grey.
    """
    middle = width / 2
    halves = [
        {"from": 0.0, "to": middle, "allowed": limit.most},
        {"from": middle, "to": width, "allowed": not limit.most},
    ]
    words = [
        {"at": row["from"] + middle / 2, "text": "allowed" if row["allowed"] else "excluded"}
        for row in halves
    ]
    x = alt.X("from:Q", axis=None, scale=theme.scale((0, width)))
    bars = Chart(theme.rows(halves), width=width, height=2.4 * BAND).mark_rect()
    names = Chart(theme.rows(words)).mark_text(color=theme.INK, fontSize=theme.SMALL)
    edge = Chart(theme.rows([{"from": middle, "text": limit.measure.text(limit.bound)}]))
    rule = edge.mark_rule(color=theme.VERMILLION, strokeDash=[5, 3], strokeWidth=1.6)
    bound = edge.mark_text(color=theme.INK, fontSize=theme.SMALL, fontWeight=600)
    at = alt.X("at:Q", axis=None, scale=theme.scale((0, width)))
    return theme.layered(
        bars.encode(
            x=x,
            x2="to:Q",
            y=alt.value(0),
            y2=alt.value(BAND),
            color=alt.condition("datum.allowed", alt.value(theme.BLUE), alt.value(theme.GREY)),
            opacity=alt.condition("datum.allowed", alt.value(0.35), alt.value(0.2)),
        ),
        names.encode(x=at, y=alt.value(BAND / 2), text="text:N"),
        rule.encode(x=x, y=alt.value(0), y2=alt.value(1.3 * BAND)),
        bound.encode(x=x, y=alt.value(1.9 * BAND), text="text:N"),
        title=theme.title(f"A limit on {spoken(limit.measure)}", limit_words(limit)),
    )


def goal_rows(found: Goals) -> list[tuple[str, str, str, str]]:
    """The texts of the table: a line for each goal, then for each other measure."""
    rows, goal = [], {measure.name for measure in found.measures}
    for measure in (found.value, *found.further):
        known = found.known_of(measure)
        told = TRAINED if known is None else by(known)
        limits = ", ".join(_bound(c) for c in found.constraints if c.measure.name == measure.name)
        rows.append(
            _row(measure, measure.better_word if measure.name in goal else NO_GOAL, told, limits)
        )
    return rows


def goal_words(found: Goals) -> str:
    """What is wanted as a sentence."""
    names = [f"{spoken(m)} {'high' if m.maximize else 'low'}" for m in found.measures]
    limits = [limit.words.replace("_", "-") for limit in found.constraints]
    said = f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]
    return f"{said}, with {', '.join(limits)}" if limits else said


def limit_words(limit: Constraint) -> str:
    """When it is known whether a limit is met."""
    if limit.known is not None:
        return f"known beforehand, {by(limit.known)}: what breaks it is never proposed"
    return "what breaks it does not count"


def by(known: MeasuredBy) -> str:
    """What tells a measure without training."""
    named = getattr(known.function, "__qualname__", type(known.function).__name__)
    return f"beforehand, by {named.rpartition('.')[2]}"


def _bound(limit: Constraint) -> str:
    return f"{'at most' if limit.most else 'at least'} {limit.measure.text(limit.bound)}"


def _row(measure: Measure, way: str, told: str, limits: str = "") -> tuple[str, str, str, str]:
    return measure.title.replace("_", "-"), way, told, limits


def _table(rows: list[tuple[str, str, str, str]], heading: str, said: str = "") -> alt.LayerChart:
    """The lines of a table below its names; without the column of limits where there are none."""
    kept = len(NAMES) if any(row[3] for row in rows) else len(NAMES) - 1
    height, y = lines_of(rows)
    drawn, end = columns(NAMES[:kept], [row[:kept] for row in rows], 0.0, y)
    return theme.layered(*drawn, width=end - GAP, height=height, title=theme.title(heading, said))
