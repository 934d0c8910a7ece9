"""How far each training went: learning curves, or points where trainings are separate."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.charts.search.looks import rows as made
from nbnas.charts.search.looks.rows import FULL, KINDS, LOOK, STOPPED
from nbnas.records import Fidelities
from nbnas.search.fidelities.told import Looks

COLORS = alt.Scale(domain=list(KINDS), range=[theme.GREY, theme.SKY, theme.BLUE])
WIDTHS = {STOPPED: 1.2, LOOK: 1.2, FULL: 2.4}  # of lines, in pixels
_SIGNS = ["circle", "diamond", "triangle-down", "triangle-up"]
SHAPES = alt.Scale(domain=_SIGNS, range=_SIGNS)
FADED = {STOPPED: 0.4, LOOK: 0.5, FULL: 0.9}  # opacity
ENDS = theme.PURPLE
ZONE = "predicted full results, mean ± stddev"


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes of the chart, and whether what is drawn answers to a pointer.

    Attributes:
        x: Epochs.
        y: Values.
        opacity: Of lines and points.
        width: Of lines, in pixels.
    """

    x: alt.X
    y: alt.Y
    opacity: object
    width: object


def rungs(looks: Looks, *, width: float = 560, height: float = 260) -> theme.AnyChart:
    """Draw how far each training went, and the predicted ends of those that went less far.

    Args:
        looks: What the looks told.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart: rings are looks, dots full trainings. Where trainings are continued each
        architecture is one line; else dotted lines join the trainings of one architecture. Right
        of the full trainings are predicted full results, mean and standard deviation.
    """
    heading = alt.TitleParams(text="How far each training went", subtitle=told(looks))
    if not looks.observations.completed:
        return theme.note("no training has ended yet", width, height / 3, heading)
    parts, bounds = made.parts(looks)
    measure = looks.observations.measure
    upright = scales.axis(measure, bounds, measure.name)
    scale = theme.scale(made.span(looks), type=made.scale_type(looks.fidelities))
    axes = Axes(
        epochs_axis(looks.fidelities, json.dumps(counts(looks, bounds)), scale),
        alt.Y("value:Q", axis=upright, scale=theme.scale(bounds)),
        by_kind(FADED),
        by_kind(WIDTHS, ("datum.joined", 1.1)),
    )
    data = {name: theme.rows(rows) for name, rows in parts.items()}
    layers = layers_of(looks.fidelities, axes, data)
    return theme.layered(*layers, width=width, height=height, title=heading)


def layers_of(
    fidelities: Fidelities, axes: Axes, data: Mapping[str, alt.Data | alt.InlineData]
) -> list[alt.Chart]:
    """The layers of the chart, the lowest first.

    Args:
        fidelities: How far trainings may go.
        axes: The axes.
        data: See `rows.parts`.
    """
    color = alt.Color("kind:N", scale=COLORS, legend=None)
    at = [{"epochs": fidelities.full}]
    upright = Chart(theme.rows(at)).mark_rule(color=theme.INK, opacity=0.25)
    drawn = (
        Chart(data["lines"])
        .mark_line(interpolate="linear")
        .encode(
            x=axes.x,
            y=axes.y,
            detail="line:N",
            color=color,
            opacity=axes.opacity,
            strokeWidth=axes.width,
            strokeDash=alt.condition("datum.joined", alt.value([2, 4]), alt.value([1, 0])),
        )
    )
    marks = (
        Chart(data["points"])
        .mark_point(strokeWidth=1.6)
        .encode(
            x=axes.x,
            y=axes.y,
            color=alt.condition("datum.best", alt.value(theme.ORANGE), color),
            shape=alt.Shape("shape:N", scale=SHAPES, legend=None),
            size=alt.condition("datum.best", alt.value(130), alt.value(42)),
            fill=alt.condition(
                "datum.full && !datum.best", alt.value(theme.BLUE), alt.value(theme.PAPER)
            ),
            opacity=axes.opacity,
        )
    )
    return [upright.encode(x=axes.x), drawn, marks, *_ends(axes, data)]


def epochs_axis(fidelities: Fidelities, numbers: str, scale: alt.Scale) -> alt.X:
    """The axis of epochs, with how many trainings went so far below each length.

    Args:
        fidelities: How far trainings may go.
        numbers: An expression of the words at each length, line by line.
        scale: Its scale.
    """
    axis = alt.Axis(
        title="epochs (logarithmic)" if made.bent(fidelities) else "epochs",
        values=list(fidelities.epochs),
        labelExpr=f"({numbers})[datum.value]",
        labelOverlap="greedy",
        grid=False,
    )
    return alt.X("epochs:Q", axis=axis, scale=scale)


def counts(looks: Looks, bounds: scales.Ends) -> dict[str, list[str]]:
    """How many trainings gave a value at each length, and how many lie beyond the axis."""
    known, measure = looks.fidelities, looks.observations.measure
    said = {}
    for epochs in known.epochs:
        full = epochs == known.full
        ended = looks.observations.at(None if full else epochs).completed
        words = f"{len(ended)} full" if full else theme.count(len(ended), "look")
        beyond = sum(scales.beyond(e.value or 0.0, bounds, measure) for e in ended)
        end = measure.text(scales.poor_end(bounds, measure), digits=0)
        more = [f"{beyond} {scales.poor_side(measure)} {end}"] if beyond else []
        said[str(epochs)] = [str(epochs), words, *more]
    return said


def told(looks: Looks) -> list[str]:
    """What the chart shows, in two sentences."""
    known = Counter(made.kinds(looks).values())
    words = {FULL: f"{FULL} (thick)"}
    words |= {LOOK: "may still go on"} if looks.standings else {}
    parts = [f"{known[kind]} {words.get(kind, kind)}" for kind in reversed(KINDS) if known[kind]]
    failed = len(looks.observations) - len(looks.observations.completed)
    parts += [theme.count(failed, "training") + " failed"] if failed else []
    first = f"{theme.count(len(looks.reached), 'architecture')}: {', '.join(parts) or 'none yet'}"
    if looks.fidelities.continued:
        return [first, "A line is one architecture, whose training goes on; rings are looks."]
    own = any(not row["joined"] for row in made.line_rows(looks))
    start = "A line is one training; dotted ones" if own else "Dotted lines"
    return [
        f"{first}; rings are looks",
        f"{start} join the separate trainings of one architecture, and are no learning curves.",
    ]


def _ends(axes: Axes, data: Mapping[str, alt.Data | alt.InlineData]) -> list[alt.Chart]:
    """Mean and standard deviation of predicted full results, and whose they are."""
    leads = Chart(data["leads"]).mark_line(color=ENDS, strokeDash=[1, 4], strokeWidth=1.2)
    base, y = Chart(data["ends"]).encode(x=axes.x), axes.y
    low = alt.Y("lower:Q", axis=y["axis"], scale=y["scale"])
    band = base.mark_rule(color=ENDS, strokeWidth=2).encode(y=low, y2="upper:Q")
    dots = base.mark_point(
        color=ENDS, fill=theme.PAPER, shape="square", size=36, strokeWidth=1.8, opacity=1
    )
    words = base.transform_filter("datum.first").mark_text(
        align="right", color=theme.INK, fontSize=theme.SMALL
    )
    return [
        leads.encode(x=axes.x, y=y, detail="line:N", opacity=alt.value(0.7)),
        band,
        dots.encode(y=y),
        words.encode(x=alt.value("width"), y=alt.value(-5), text=alt.value(ZONE)),
    ]


def by_kind(values: Mapping[str, float], *first: tuple[str, float]) -> dict[str, Any]:
    """A value for each kind of architecture.

    Args:
        values: By the kind.
        *first: Tests that come before, and the values where they hold.
    """
    own = [(f"datum.kind === '{kind}'", value) for kind, value in values.items()]
    tests = [{"test": test, "value": value} for test, value in (*first, *own)]
    return {"condition": tests[:-1], "value": tests[-1]["value"]}
