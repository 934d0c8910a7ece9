"""What a step of a training takes: its time by part, and what else is known of it."""

import math
from collections.abc import Sequence

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.columns import GAP
from nbnas.charts.lettering import width as width_of
from nbnas.records import EpochReport, StepProfile
from nbnas.records.profile import milliseconds

ROW = 20  # pixels of a line
BARS = 170  # pixels of the longest bar
Facts = Sequence[tuple[str, str]]


def step(profile: StepProfile, *, facts: Facts = ()) -> alt.LayerChart:
    """Draw a step's time by part, and what else is known of it as a table.

    Args:
        profile: A typical step of an epoch.
        facts: More lines of the table, names and values, to stand above its own.

    Returns:
        The chart.
    """
    bars, left = _bars(profile)
    lines = [*facts, *facts_of(profile)]
    height = ROW * max(len(profile.parts), len(lines), 1)
    layers = [*bars, *_table(lines, left)]
    words = theme.title(*heading(profile))
    if not layers:
        return theme.layered(theme.note("nothing was measured", 320, ROW), title=words)
    width = left + _width(lines, bold=True) + GAP + _width(lines, bold=False)
    return theme.layered(*layers, width=width, height=height, title=words)


def below(
    chart: theme.AnyChart, reports: Sequence[EpochReport]
) -> alt.VConcatChart | theme.AnyChart:
    """The chart of a training, with a step of its last epoch below it where one is known."""
    profile = reports[-1].profile if reports else None
    if profile is None:
        return chart
    return theme.stacked(chart, step(profile, facts=_facts(reports[-1], profile)))


def heading(profile: StepProfile) -> tuple[str, str]:
    """How long a step takes, and how that is known."""
    if not profile.parts:
        return "One step", "its time is not known on this device"
    timed = theme.count(profile.timed, "timed step")
    return f"One step: {milliseconds(profile.seconds)}", f"the median of {timed} of the last epoch"


def said(profile: StepProfile) -> str:
    """A step of a training as a sentence; empty where nothing is known."""
    known = []
    if profile.parts:
        name, most = max(profile.parts, key=lambda part: part[1])
        share = f"{100 * most / profile.seconds:.0f} % of it {name}" if profile.seconds else name
        known.append(f"One step of {profile.batch_text} takes {milliseconds(profile.seconds)}")
        known[0] += f", {share}"
    if profile.memory is not None:
        known.append(f"memory: {profile.memory_text}")
    sentence = "; ".join(known)
    return f" {sentence[0].upper()}{sentence[1:]}." if sentence else ""


def facts_of(profile: StepProfile) -> list[tuple[str, str]]:
    """Batch and memory, where they are known, as names and values."""
    facts = [("batch", profile.batch_text)] if profile.batch else []
    return facts + ([("memory", profile.memory_text)] if profile.memory is not None else [])


def _facts(report: EpochReport, profile: StepProfile) -> list[tuple[str, str]]:
    """Throughput and learning rate, where they are known."""
    pace, rate = report.images_per_second, report.learning_rate
    held = "measuring the held-out part included"
    found = [("throughput", f"{pace:,.0f} {profile.counted} per second, {held}")]
    found = found if math.isfinite(pace) else []
    last = [("learning rate", f"{rate:.3g} in the last step")]
    return found + (last if math.isfinite(rate) else [])


def _bars(profile: StepProfile) -> tuple[list[alt.Chart], float]:
    """A bar for each part with its name and time, and where the next column begins."""
    if not profile.parts:
        return [], 0.0
    longest = max(seconds for _, seconds in profile.parts) or 1.0
    names = max(width_of(name, theme.SMALL) for name, _ in profile.parts) + 8
    total = profile.seconds or 1.0
    rows: theme.Rows = [
        {
            "top": ROW * at + 3.0,
            "bottom": ROW * (at + 1) - 3.0,
            "middle": ROW * (at + 0.5),
            "left": names,
            "right": names + max(BARS * seconds / longest, 1.0),
            "said": f"{milliseconds(seconds)} · {100 * seconds / total:.0f} %",
            "name": name,
        }
        for at, (name, seconds) in enumerate(profile.parts)
    ]
    base = Chart(theme.rows(rows))
    bars = base.mark_rect(color=theme.SKY).encode(
        x=_x("left:Q"),
        x2="right:Q",
        y=_y("top:Q"),
        y2="bottom:Q",
    )
    words = base.mark_text(align="left", dx=6, fontSize=theme.SMALL, color=theme.INK)
    named = base.mark_text(align="left", fontSize=theme.SMALL, color=theme.INK)
    times = words.encode(x=_x("right:Q"), y=_y("middle:Q"), text="said:N")
    labels = named.encode(x=alt.value(0), y=_y("middle:Q"), text="name:N")
    end = max(row["right"] + 6 + width_of(row["said"], theme.SMALL) for row in rows)
    return [bars, times, labels], end + 2 * GAP


def _table(lines: Facts, left: float) -> list[alt.Chart]:
    """Names in bold, and beside them the values."""
    if not lines:
        return []
    second = left + _width(lines, bold=True) + GAP
    rows: theme.Rows = [
        {"name": name, "value": value, "middle": ROW * (at + 0.5)}
        for at, (name, value) in enumerate(lines)
    ]
    words = Chart(theme.rows(rows))
    bold = words.mark_text(
        align="left", fontSize=theme.SMALL, fontWeight=600, color=theme.INK, baseline="middle"
    )
    plain = words.mark_text(align="left", fontSize=theme.SMALL, color=theme.INK, baseline="middle")
    return [
        bold.encode(x=alt.value(left), y=_y("middle:Q"), text="name:N"),
        plain.encode(x=alt.value(second), y=_y("middle:Q"), text="value:N"),
    ]


def _width(lines: Facts, *, bold: bool) -> float:
    """Pixels of the names, which are bold, or of the values."""
    column = 0 if bold else 1
    return max((width_of(line[column], theme.SMALL, bold=bold) for line in lines), default=0.0)


def _x(field: str) -> alt.X:
    return alt.X(field, scale=None, axis=None)


def _y(field: str) -> alt.Y:
    return alt.Y(field, scale=None, axis=None)
