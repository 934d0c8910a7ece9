"""Who made which trial when: a bar a trial, a line a worker, so that idle time is seen."""

from collections.abc import Sequence

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.records import Evaluation, Observations

ROW, MOST = 18, 32  # pixels of a line, and lines that are drawn
MINUTES, HOURS = 180.0, 3 * 3600.0  # seconds from which the axis counts these


def workers_of(observations: Observations) -> tuple[str, ...]:
    """The names of those who made the trials, in the order of their numbers."""
    names = {e.origin.worker for e in observations if e.origin is not None and e.origin.worker}
    return tuple(sorted(names, key=lambda name: [_place(part) for part in name.split("/")]))


def busy(observations: Observations) -> float:
    """The share of the time from the first beginning to the last end in which workers worked."""
    made = _made(observations)
    if not made:
        return 0.0
    span = max(e.started + e.seconds for e in made) - min(e.started for e in made)
    whole = span * len({e.origin.worker for e in made if e.origin is not None})
    return min(sum(e.seconds for e in made) / whole, 1.0) if whole else 1.0


def timeline(observations: Observations, *, width: float = 820) -> theme.AnyChart:
    """Draw the trials of each worker over time.

    Args:
        observations: The trials, which know who made them.
        width: Width in pixels.

    Returns:
        The chart: a bar for each trial, failed ones in their colour and with a cross.
    """
    made, names = _made(observations), workers_of(observations)
    said = (
        f"{theme.count(len(names), 'worker')}, busy {100 * busy(observations):.0f} % of the time"
    )
    more = len(names) - MOST
    said += f"; {more} more not drawn" if more > 0 else ""
    heading = theme.title("Who made which trial", said)
    if not made:
        return theme.note("no trial has ended yet", width, 3 * ROW, heading)
    begin = min(e.started for e in made)
    end = max(e.started + e.seconds for e in made) - begin
    unit, seconds = _unit(end)
    lines = {name: at for at, name in enumerate(names[:MOST])}
    bars = [
        {
            "from": (e.started - begin) / seconds,
            "to": (e.started + e.seconds - begin) / seconds,
            "top": lines[e.origin.worker] + 0.14,
            "bottom": lines[e.origin.worker] + 0.86,
            "middle": lines[e.origin.worker] + 0.5,
            "failed": e.value is None,
        }
        for e in made
        if e.origin is not None and e.origin.worker in lines
    ]
    height = ROW * len(lines)
    x = alt.X("from:Q", title=unit, scale=theme.scale((0, max(end / seconds, 1e-9))))
    y = alt.Y("top:Q", axis=_axis(lines), scale=theme.scale((len(lines), 0)))
    shown = Chart(theme.rows(bars), width=width, height=height)
    rect = shown.mark_rect(stroke=theme.PAPER, strokeWidth=1).encode(
        x=x,
        x2="to:Q",
        y=y,
        y2="bottom:Q",
        color=alt.condition("datum.failed", alt.value(theme.VERMILLION), alt.value(theme.BLUE)),
    )
    cross = (
        shown.transform_filter("datum.failed")
        .transform_calculate(center="(datum.from + datum.to) / 2")
        .mark_point(shape="cross", size=50, color=theme.INK, filled=True, angle=45)
        .encode(x=alt.X("center:Q", title=unit), y="middle:Q")
    )
    return theme.layered(rect, cross, title=heading)


def _made(observations: Observations) -> Sequence[Evaluation]:
    """The trials of which it is known who made them, and when."""
    return [e for e in observations if e.origin is not None and e.origin.worker and e.started > 0]


def _axis(lines: dict[str, int]) -> alt.Axis:
    several = len({each.rpartition("/")[0] for each in lines}) > 1
    names = [_short(name, with_process=several) for name in lines]
    places = [at + 0.5 for at in lines.values()]
    said = zip(places, names, strict=True)
    texts = " : ".join(f"datum.value == {at} ? {name!r}" for at, name in said)
    return alt.Axis(
        values=places,
        labelExpr=f"{texts} : ''",
        labelOverlap=False,
        title=None,
        grid=False,
        ticks=False,
        domain=False,
    )


def _short(name: str, *, with_process: bool) -> str:
    """The name of a worker as it is drawn: letters, digits and a few signs."""
    process, _, number = name.rpartition("/")
    text = f"{process} {number}" if with_process and process else f"worker {number}"
    text = text if number.isdigit() else name
    return "".join(c for c in text if c.isalnum() or c in " .:-_")[:28]


def _place(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isdigit() else (-1, part)


def _unit(seconds: float) -> tuple[str, float]:
    """What the axis counts: its title, and how many seconds that is."""
    if seconds >= HOURS:
        return "hours", 3600.0
    return ("minutes", 60.0) if seconds >= MINUTES else ("seconds", 1.0)
