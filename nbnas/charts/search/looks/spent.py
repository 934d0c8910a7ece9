"""What was spent on each length of training: how many there were, and what they cost."""

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.records import Fidelities
from nbnas.search.fidelities.told import Looks

ROW = 46  # pixels
TRAININGS, COST = "trainings", "their cost"
LEAST = 0.07  # of a bar, for a number above it
_LOWER = (theme.GREEN, theme.ORANGE, theme.PURPLE, theme.VERMILLION, theme.SKY, theme.GREY)


def spent(looks: Looks, *, width: float = 300) -> theme.AnyChart:
    """Draw how many trainings there were of each length, and what they cost, as two bars.

    Args:
        looks: What the looks told.
        width: Width in pixels.

    Returns:
        The chart; each bar is all of its kind.
    """
    heading = alt.TitleParams(text="What was spent, by length of training", subtitle=told(looks))
    if not len(looks.observations):
        return theme.note("nothing yet", width, ROW, heading)
    legend = alt.Legend(title=None, orient="bottom", columns=3)
    layers = layers_of(theme.rows(spent_rows(looks)), looks.fidelities, legend)
    return theme.layered(*layers, width=width, height=2 * ROW, title=heading)


def layers_of(
    data: alt.Data, fidelities: Fidelities, legend: alt.Legend | None
) -> list[alt.Chart]:
    """The layers of the chart, the lowest first."""
    y = alt.Y(
        "bar:N", sort=[TRAININGS, COST], axis=alt.Axis(title=None, ticks=False, domain=False)
    )
    scale = theme.scale((0.0, 1.0))
    base = Chart(data).encode(y=y)
    bars = base.mark_bar(height=16, yOffset=8, stroke=theme.PAPER, strokeWidth=1).encode(
        x=alt.X("from:Q", axis=None, scale=scale),
        x2="to:Q",
        color=alt.Color("length:N", scale=colors(fidelities), legend=legend),
    )
    words = base.mark_text(color=theme.INK, fontSize=theme.SMALL, yOffset=-9).encode(
        x=alt.X("middle:Q", axis=None, scale=scale), text="said:N"
    )
    return [bars, words]


def colors(fidelities: Fidelities) -> alt.Scale:
    """A colour for each length; full trainings have that which they have elsewhere."""
    lower = [_LOWER[n % len(_LOWER)] for n in range(len(fidelities.lower))]
    names = [length(fidelities, epochs) for epochs in fidelities.epochs]
    return alt.Scale(domain=names, range=[*lower, theme.BLUE])


def length(fidelities: Fidelities, epochs: int) -> str:
    """What a length is called."""
    said = theme.count(epochs, "epoch")
    return f"{said} (full)" if epochs == fidelities.full else said


def spent_rows(looks: Looks) -> theme.Rows:
    """A row for each part of the two bars."""
    known, full = looks.fidelities.epochs, looks.fidelities.full
    numbers = {n: float(len(looks.observations.at(None if n == full else n))) for n in known}
    cost = {n: looks.spent(n) for n in known}
    found: theme.Rows = []
    for bar, parts in ((TRAININGS, numbers), (COST, cost)):
        total, before = sum(parts.values()) or 1.0, 0.0
        for n in known:
            share = parts[n] / total
            said = f"{parts[n]:.3g}" if share >= LEAST else ""
            ends = {"from": before, "to": before + share, "middle": before + share / 2}
            name = length(looks.fidelities, n)
            found.append({"bar": bar, "length": name, "said": said, **ends})
            before += share
    return found


def told(looks: Looks) -> list[str]:
    """What was spent, in at most three lines."""
    all_of_them, full = len(looks.observations), len(looks.observations.full)
    number, total = all_of_them - full, looks.spent()
    on_looks = looks.spent(*looks.fidelities.lower)
    first = f"{theme.count(all_of_them, 'training')} at the cost of {total:.3g} full ones."
    if not number or not total:
        return [first]
    part = (
        f"{number / all_of_them:.0%} of them were looks, for {on_looks / total:.0%} of the cost."
    )
    rest = ["A training that goes on pays only for the rest."] * looks.fidelities.continued
    return [first, part, *rest]
