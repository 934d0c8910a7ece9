"""Settings as scales: what each may be, and what some architectures have.

Notation
    u    the value on the unit interval, which is the whole width of a scale
"""

from collections.abc import Mapping, Sequence

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lettering import width
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.dimension import Dimension
from nbnas.graphs.values import Value, write

LINE, ROOM, LEAST = 44.0, 430.0, 40.0  # pixels from scale to scale, of a scale, and of names
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST = 6  # options that are named


def dimensions(
    named: Mapping[str, Dimension],
    values: Sequence[Mapping[str, Value]] = (),
    *,
    heading: str = "",
    subtitle: str = "",
) -> alt.LayerChart:
    """Draw what some settings may be as scales below each other.

    Args:
        named: What each setting may be, by its name; an empty name for one that has none.
        values: Settings that are marked on the scales.
        heading: A title; by default how many settings there are.
        subtitle: What is to be seen.

    Returns:
        The chart.
    """
    left = max([LEAST, *(width(name, theme.NORMAL) + 28 for name in named)])
    size = (left + ROOM + 30, LINE * len(named))
    heights = {name: size[1] - LINE * (i + 0.4) for i, name in enumerate(named)}
    lines: theme.Rows = [
        {"x": left, "to": left + ROOM, "y": heights[name], "text": name} for name in named
    ]
    ticks: theme.Rows = [
        {"x": left + ROOM * u, "y": heights[name], "text": text}
        for name, each in named.items()
        for u, text in _ticks(each)
    ]
    marks: theme.Rows = [
        {"x": left + ROOM * named[name].to_unit(value), "y": heights[name]}
        for row in values
        for name, value in row.items()
    ]
    title = theme.title(heading or theme.count(len(named), "setting"), subtitle)
    return _draw(lines, ticks, marks, size, title)


def told(dimension: Dimension) -> str:
    """What a setting may be, in words.

    Example:
        >>> from nbnas.graphs.spaces.joint.real import Real
        >>> told(Real(1e-3, 1, log=True)), told(Categorical("sgd", "adamw"))
        ('from 0.001 to 1, on a logarithmic scale', 'one of sgd, adamw')
    """
    if isinstance(dimension, Categorical):
        few = [write(option) for option in dimension.options[:MOST]]
        more = [f"{dimension.size - MOST} more"] if dimension.size > MOST else []
        return f"one of {', '.join([*few, *more])}"
    scale = ", on a logarithmic scale" if getattr(dimension, "log", False) else ""
    ends = (_text(dimension.from_unit(u)) for u in (0.0, 1.0))
    return f"from {' to '.join(ends)}{scale}"


def _ticks(dimension: Dimension) -> list[tuple[float, str]]:
    """The places of a scale that are named, u, with their names; none twice."""
    if isinstance(dimension, Categorical):
        step = -(-dimension.size // MOST)
        shown = dimension.options[::step]
        return [(dimension.to_unit(option), write(option)[:14]) for option in shown]
    some = dict.fromkeys(dimension.from_unit(u) for u in TICKS)
    return [(dimension.to_unit(value), _text(value)) for value in some]


def _text(value: Value) -> str:
    return f"{value:.3g}" if isinstance(value, float) else write(value)


def _draw(
    lines: theme.Rows,
    ticks: theme.Rows,
    marks: theme.Rows,
    size: tuple[float, float],
    title: alt.TitleParams,
) -> alt.LayerChart:
    place = {
        "x": alt.X("x:Q", axis=None, scale=theme.scale((0, size[0]))),
        "y": alt.Y("y:Q", axis=None, scale=theme.scale((0, size[1]))),
    }
    scales = Chart(theme.rows(lines)).mark_rule(color=theme.INK, strokeWidth=1.2, opacity=0.6)
    names = Chart(theme.rows(lines)).mark_text(
        color=theme.INK, fontSize=theme.NORMAL, align="right", dx=-14
    )
    small = Chart(theme.rows(ticks)).mark_tick(
        color=theme.INK, thickness=1.2, size=8, opacity=0.6, orient="vertical"
    )
    words = Chart(theme.rows(ticks)).mark_text(color=theme.INK, fontSize=theme.SMALL, dy=16)
    points = Chart(theme.rows(marks)).mark_circle(color=theme.BLUE, size=90, opacity=0.6)
    return theme.layered(
        scales.encode(**place, x2="to:Q"),
        small.encode(**place),
        words.encode(**place, text="text:N"),
        names.encode(**place, text="text:N"),
        *([points.encode(**place)] if marks else []),
        width=size[0],
        height=size[1],
        title=title,
    )
