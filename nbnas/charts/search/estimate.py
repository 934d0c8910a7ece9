"""How long a search will take: the single trials that tell, on an axis of seconds."""

import altair as alt

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.search.trace import LOOK, TRIAL
from nbnas.records import TimeEstimate
from nbnas.records.estimate import STEPS_TIMED, UNKNOWN, duration

UNITS = ((120.0, 1.0, "seconds"), (7200.0, 60.0, "minutes"), (float("inf"), 3600.0, "hours"))


def estimate(
    found: TimeEstimate, *, width: float = 420, height: float = 46
) -> alt.LayerChart | alt.Chart:
    """Draw the seconds of the trials that tell, and their mean.

    Args:
        found: The estimate.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart, with the estimate as its title.
    """
    words = theme.title(heading(found), told(found))
    if found.trial is None or not found.rest:
        said = "nothing is left to train" if not found.rest else "no time of a trial is known"
        return theme.note(said, width, height / 2, words)
    longest = max(*found.each, found.trial)
    unit, name = next((unit, name) for most, unit, name in UNITS if longest < most)
    lengths = found.lengths or (None,) * len(found.each)
    rows: theme.Rows = [
        {"at": seconds / unit, "y": 0.35, "kind": TRIAL if epochs is None else LOOK}
        for seconds, epochs in zip(found.each, lengths, strict=True)
    ]
    mean: theme.Rows = [{"at": found.trial / unit, "said": _meant(found, found.trial)}]
    ends = (0.0, 1.06 * longest / unit or 1.0)
    rings = " (rings are looks)" if any(e is not None for e in lengths) else ""
    axis = alt.Axis(title=f"{name} of one trial{rings}", format=".4~g", tickCount=6, grid=False)
    x = alt.X("at:Q", axis=axis, scale=theme.scale(ends))
    up = alt.Y("y:Q", axis=None, scale=theme.scale((0, 1)))
    base = Chart(theme.rows(rows), width=width, height=height)
    points = [
        base.mark_point(size=70, strokeWidth=1.6, opacity=0.9)
        .encode(color=alt.value(theme.SKY))
        .transform_filter(alt.datum.kind == LOOK),
        base.mark_circle(color=theme.BLUE, size=70, opacity=0.6).transform_filter(
            alt.datum.kind == TRIAL
        ),
    ]
    at_mean = Chart(theme.rows(mean)).encode(x=x)
    right = found.trial > 0.75 * longest
    label = at_mean.mark_text(
        align="right" if right else "left",
        dx=-5 if right else 5,
        fontSize=theme.SMALL,
        color=theme.INK,
    )
    return theme.layered(
        *(each.encode(x=x, y=up) for each in (points if rings else points[1:])),
        at_mean.mark_rule(color=theme.INK, strokeDash=[4, 3]),
        label.encode(y=alt.value(6), text="said:N"),
        title=words,
    )


def heading(found: TimeEstimate) -> str:
    """The estimate as a title."""
    unknown = found.trial is None and found.rest > 0
    return found.text.partition(":")[0] if unknown else found.text


def told(found: TimeEstimate) -> str:
    """How it is known, or why it is not."""
    if not found.rest:
        return ""
    if found.trial is None:
        return cut(found.reason or UNKNOWN, 110)
    count = len(found.each)
    if found.source == STEPS_TIMED:
        of = theme.count(count, "random architecture")
        return f"by a few steps of {of}, which took {duration(found.seconds)}"
    if any(epochs is not None for epochs in found.lengths):
        return f"by {', '.join(map(_kind, found.by_length.items()))} so far"
    return f"by the {theme.count(count, 'trial')} so far"


def _kind(length: tuple[int | None, tuple[int, float]]) -> str:
    """The trials of one length, and how long one takes."""
    epochs, (count, seconds) = length
    if epochs is None:
        return f"{theme.count(count, 'full training')} of {duration(seconds)}"
    return f"{theme.count(count, 'look')} at {theme.count(epochs, 'epoch')} of {duration(seconds)}"


def _meant(found: TimeEstimate, seconds: float) -> str:
    """What the line in the picture is."""
    if found.cost is not None:
        return f"as much as a full training: {duration(seconds)}"
    if found.at_most:
        return f"a full training: {duration(seconds)}"
    since = " since the first full training" if None in found.lengths[1:] else ""
    return f"mean{since} {duration(seconds)}"
