"""Who went on from each length of training, and who was stopped by a scheduler."""

import textwrap
from collections import Counter

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.records import Evaluation
from nbnas.search.fidelities.told import Looks

ROW = 46  # pixels
ON, MAY, STOPPED, FAILED = "went on", "may still go on", "stopped", "failed"
FATES = [ON, MAY, STOPPED, FAILED]
COLORS = alt.Scale(domain=FATES, range=[theme.BLUE, theme.GREEN, theme.GREY, theme.VERMILLION])
LETTERS = 58  # of a line


def stops(looks: Looks, *, width: float = 300) -> theme.AnyChart:
    """Draw how many architectures went on from each length below the full one, and who did not.

    Args:
        looks: What the looks told, with the standings of a scheduler.
        width: Width in pixels.

    Returns:
        The chart: a bar for each length; below it the values between which the line was drawn.
    """
    heading = alt.TitleParams(text="Who was stopped, and who went on", subtitle=told(looks))
    rows = fate_rows(looks)
    if not rows:
        return theme.note("no training has ended yet", width, ROW, heading)
    known = {row["fate"] for row in rows}
    shown = [fate for fate in FATES if fate in known]
    legend = alt.Legend(title=None, orient="bottom", columns=4, values=shown)
    layers = layers_of(theme.rows(rows), theme.rows(line_rows(looks)), legend)
    height = ROW * len({row["length"] for row in rows})
    return theme.layered(*layers, width=width, height=height, title=heading)


def layers_of(
    data: alt.Data | alt.InlineData, lines: alt.Data | alt.InlineData, legend: alt.Legend | None
) -> list[alt.Chart]:
    """The layers of the chart, the lowest first."""
    names = alt.Axis(title=None, ticks=False, domain=False)
    y = alt.Y("length:N", sort=alt.EncodingSortField("order"), axis=names)
    scale = alt.Scale(zero=True, nice=False)
    base = Chart(data).encode(y=y)
    bars = base.mark_bar(height=16, yOffset=-8, stroke=theme.PAPER, strokeWidth=1).encode(
        x=alt.X("from:Q", axis=None, scale=scale),
        x2="to:Q",
        color=alt.Color("fate:N", scale=COLORS, legend=legend),
    )
    numbers = base.mark_text(
        fontSize=theme.SMALL, fontWeight="bold", color=theme.INK, yOffset=-8
    ).encode(x=alt.X("middle:Q", axis=None, scale=scale), text="said:N")
    words = Chart(lines).mark_text(align="left", fontSize=theme.SMALL, color=theme.INK, yOffset=10)
    return [bars, theme.halo(numbers), numbers, words.encode(y=y, x=alt.value(0), text="text:N")]


def fate_rows(looks: Looks) -> theme.Rows:
    """A row for each part of a bar: how many of those at a length had which fate."""
    rows: theme.Rows = []
    for order, epochs in enumerate(looks.fidelities.lower):
        number = Counter(fate for _, fate in fates(looks, epochs))
        before = 0
        for fate in FATES:
            if not number[fate]:
                continue
            share = {"from": before, "to": before + number[fate]}
            middle = before + number[fate] / 2
            name = theme.count(epochs, "epoch")
            shared = {"length": name, "order": order, "fate": fate, "said": str(number[fate])}
            rows.append(shared | share | {"middle": middle})
            before += number[fate]
    return rows


def line_rows(looks: Looks) -> theme.Rows:
    """Below each bar, between which values the line was drawn."""
    measure, rows = looks.observations.measure, []
    for order, epochs in enumerate(looks.fidelities.lower):
        values = {
            fate: [measure.gain(e.value) for e, f in fates(looks, epochs) if f == fate and e.value]
            for fate in (ON, STOPPED)
        }
        words = []
        if values[ON]:
            words.append(f"worst that went on {measure.text(measure.gain(min(values[ON])))}")
        if values[STOPPED]:
            words.append(f"best stopped {measure.text(measure.gain(max(values[STOPPED])))}")
        name, text = theme.count(epochs, "epoch"), ", ".join(words)
        if fates(looks, epochs):
            rows.append({"length": name, "order": order, "text": text})
    return rows


def fates(looks: Looks, epochs: int) -> list[tuple[Evaluation, str]]:
    """What became of each architecture that was trained so far, from a length below the full."""
    stand = {each.architecture: each for each in looks.standings}
    further = {
        e.architecture for e in looks.observations if (e.epochs or looks.fidelities.full) > epochs
    }
    found = []
    for evaluation in looks.observations.at(epochs):
        known = stand.get(evaluation.architecture)
        if evaluation.architecture in further or (known and known.state == "promoted"):
            found.append((evaluation, ON))
        elif evaluation.value is None:
            found.append((evaluation, FAILED))
        elif known is not None and known.state == "stopped":
            found.append((evaluation, STOPPED))
        else:
            found.append((evaluation, MAY))
    return found


def told(looks: Looks) -> list[str]:
    """How many were stopped, and why the last one was, or waits."""
    stopped = [each for each in looks.standings if each.state == "stopped"]
    last = (stopped or [each for each in looks.standings if each.state == "waiting"])[-1:]
    first = f"{theme.count(len(stopped), 'architecture')} stopped for good"
    if len({each.bracket for each in looks.standings}) > 1:
        first += ", each compared within its bracket"
    why = [f"The last, trial {each.number + 1}. {each.reason}" for each in last]
    return [f"{first}.", *(line for text in why for line in textwrap.wrap(text, LETTERS))]
