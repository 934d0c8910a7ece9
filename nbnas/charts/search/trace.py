"""The course of a search: each trial's value, and the best one so far."""

import itertools
from collections.abc import Sequence

import altair as alt
import numpy as np

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.records import Comparison, Evaluation, Measure, Observations

TRIAL, POOR, FAILED, LOOK = "trial", "trial beyond the axis", "failed trial", "look"
KINDS = [TRIAL, POOR, FAILED, LOOK]
COLORS = alt.Scale(domain=KINDS, range=[theme.BLUE, theme.BLUE, theme.VERMILLION, theme.SKY])


def trace(
    observations: Observations,
    *,
    trials: int | None = None,
    width: float = 560,
    height: float = 220,
) -> alt.LayerChart | alt.Chart:
    """Draw each trial's value and the incumbent's as a step line.

    Args:
        observations: The trials so far.
        trials: Number of trials to come to; the axis then shows what is left.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart; failed trials are crosses at the end of the axis where the poor values are.
    """
    said = summary(observations, trials)
    if not len(observations):
        return theme.note(said, width, height / 3, theme.title("The search so far"))
    best, measure = observations.trace, observations.measure
    measured = [each.value for each in observations if each.value is not None]
    bounds = scales.domain([*measured, *map(float, best)], measure=measure)
    points = [_row(n, each, bounds, measure) for n, each in enumerate(observations, 1)]
    last = max(len(observations), trials or 0, 2)
    x, y = _axes(last, bounds, measure, _key(points, bounds, measure))
    steps = [{"trial": n, "value": scales.within(v, bounds, measure)} for n, v in _finite(best)]
    line = Chart(theme.rows(steps)).mark_line(
        interpolate="step-after", strokeWidth=2.4, color=theme.ORANGE
    )
    dots = Chart(theme.rows(points), width=width, height=height).mark_point(
        strokeWidth=1.6, size=30 if len(points) > 100 else 55, opacity=0.85
    )
    layers = [
        line.encode(x=x, y=y),
        dots.encode(
            x=x,
            y=y,
            color=alt.Color("kind:N", scale=COLORS, legend=None),
            shape=alt.Shape("kind:N", scale=shapes(measure), legend=None),
            fill=alt.condition(
                f"datum.kind === '{TRIAL}'", alt.value(theme.BLUE), alt.value("transparent")
            ),
        ),
        *_incumbent(observations, bounds, x, y),
    ]
    return theme.layered(*layers, title=theme.title("The search so far", said))


def comparison(
    names: Sequence[str],
    observations: Sequence[Observations],
    *,
    costs: Sequence[Sequence[float]] = (),
    width: float = 560,
    height: float = 280,
) -> alt.LayerChart | alt.Chart:
    """Draw the incumbents of several searches over their trials, the first one emphasised.

    Args:
        names: A name for each search.
        observations: The trials of each search, all of one measure.
        costs: What each trial of each search took, in full trainings, or nothing. Where some are
            looks at a low fidelity, the incumbents are drawn over what all had cost by then.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart, each line named at its end.
    """
    found = Comparison(tuple(names), tuple(observations), costs=tuple(map(tuple, costs)))
    traces = [
        [(places[n - 1], value) for n, value in _finite(each.trace)]
        for places, each in zip(found.places, observations, strict=True)
    ]
    measure = observations[0].measure
    best = f"The best {measure.noun} so far, by strategy"
    heading = theme.title(best, compare(found))
    if not any(traces):
        return theme.note("no trial has been completed yet", width, height / 3, heading)
    bounds = scales.domain([v for line in traces for _, v in line], 1.5, measure)
    last = max(2, *(line[-1][0] for line in traces if line))
    x, y = _axes(int(last), bounds, measure)
    x = cost_axis("trial", 1.02 * last) if found.by_cost else x
    steps = [
        {"name": name, "trial": n, "value": scales.within(v, bounds, measure)}
        for name, line in zip(names, traces, strict=True)
        for n, v in line
    ]
    color = alt.Color("name:N", scale=theme.series(names, _LINES), legend=None)
    base = Chart(theme.rows(steps), width=width, height=height).encode(x=x, y=y, color=color)
    lines = base.mark_line(interpolate="step-after").encode(
        strokeDash=alt.StrokeDash("name:N", scale=theme.series(names, theme.DASHES), legend=None),
        strokeWidth=alt.condition(alt.datum.name == names[0], alt.value(3.4), alt.value(1.8)),
    )
    ends = _spread(_last(steps), bounds, 15 / height, measure)
    words = base.mark_text(align="left", dx=8, fontSize=theme.SMALL, fontWeight=600)
    halo = theme.halo(words)
    named = [
        each.encode(text="name:N").properties(data=theme.rows(ends)) for each in (halo, words)
    ]
    return theme.layered(lines, *named, title=heading)


def counted(done: int, planned: int | None) -> str:
    """How many trials there are, and of how many where there are no more than were planned."""
    if planned is None or done > planned:
        return theme.count(done, "trial")
    return f"{done} of {theme.count(planned, 'trial')}"


def summary(observations: Observations, trials: int | None = None) -> str:
    """One sentence on where a search stands."""
    if not len(observations):
        return f"No trial of {trials} has ended yet." if trials else "No trial has ended yet."
    failed = len(observations) - len(observations.completed)
    looks = len(observations) - len(observations.full)
    text = counted(len(observations), trials) + (f", {failed} failed" if failed else "")
    text += f", {looks} of them looks" if looks else ""
    best = observations.incumbent
    if best is None or best.value is None:
        return f"{text}; nothing completed yet."
    first = observations.evaluations.index(best) + 1
    known = observations.measure.text(best.value)
    return f"{text}; the incumbent has {known}, found in trial {first}."


def compare(comparison: Comparison) -> str:
    """One sentence with each search's best value, and after how much."""
    after = [
        f"at the cost of {places[-1]:.4g}" if comparison.by_cost and places else f"after {len(o)}"
        for places, o in zip(comparison.places, comparison.observations, strict=True)
    ]
    parts = [
        f"{name} {o.measure.text(o.incumbent.value)} {so_far}"
        for name, o, so_far in zip(comparison.names, comparison.observations, after, strict=True)
        if o.incumbent is not None and o.incumbent.value is not None
    ]
    return "; ".join(parts) + "." if parts else "Nothing completed yet."


_LINES = (theme.VERMILLION, theme.BLUE, theme.GREEN, theme.PURPLE, theme.ORANGE, theme.SKY)


def shapes(measure: Measure) -> alt.Scale:
    """The shape of each kind of trial: a triangle points to where poor values lie."""
    triangle = "triangle-down" if measure.maximize else "triangle-up"
    return alt.Scale(domain=KINDS, range=["circle", triangle, "M-1,-1L1,1M1,-1L-1,1", "circle"])


def _axes(
    last: int, bounds: scales.Ends, measure: Measure, name: str = "trial"
) -> tuple[alt.X, alt.Y]:
    ticks = alt.Axis(title=name, format="d", grid=False, tickCount=10)
    if last <= 12:
        ticks["values"] = list(range(1, last + 1))
    x = alt.X("trial:Q", axis=ticks, scale=theme.scale((0.5, last + 0.5)))
    axis = scales.axis(measure, bounds, measure.name)
    return x, alt.Y("value:Q", axis=axis, scale=theme.scale(bounds))


def cost_axis(field: str, end: float, *, rings: bool = False) -> alt.X:
    """The axis of what trials have cost so far, up to its end; it may say what rings are."""
    title = f"cost so far, in full trainings{' (rings are looks)' if rings else ''}"
    axis = alt.Axis(title=title, grid=False, tickCount=8)
    return alt.X(f"{field}:Q", axis=axis, scale=theme.scale((0, end)))


def _finite(values: Sequence[float] | np.ndarray) -> list[tuple[int, float]]:
    return [(n, float(v)) for n, v in enumerate(values, 1) if np.isfinite(v)]


def _row(
    number: int, evaluation: Evaluation, bounds: scales.Ends, measure: Measure
) -> dict[str, object]:
    place, kind = placed(evaluation, bounds, measure)
    return {"trial": number, "value": place, "kind": kind}


def placed(evaluation: Evaluation, bounds: scales.Ends, measure: Measure) -> tuple[float, str]:
    """Where a trial is drawn, and what kind it is; failed ones are near the poor end."""
    value = evaluation.value
    if value is not None and not scales.beyond(value, bounds, measure):
        return value, TRIAL if evaluation.epochs is None else LOOK
    return scales.poor_end(bounds, measure, inside=0.03), FAILED if value is None else POOR


def _key(points: theme.Rows, bounds: scales.Ends, measure: Measure) -> str:
    """What the signs at the poor end mean, where there are any."""
    kinds = {point["kind"] for point in points}
    words = ["crosses failed"] * (FAILED in kinds)
    end = measure.text(scales.poor_end(bounds, measure), digits=0)
    words += ["rings are looks"] * (LOOK in kinds)
    words += [f"triangles lie {scales.poor_side(measure)} {end}"] * (POOR in kinds)
    return f"trial ({', '.join(words)})" if words else "trial"


def _incumbent(
    observations: Observations, bounds: scales.Ends, x: alt.X, y: alt.Y
) -> list[alt.Chart]:
    best = observations.incumbent
    if best is None or best.value is None:
        return []
    number = observations.evaluations.index(best) + 1
    place = scales.within(best.value, bounds, observations.measure)
    point = [{"trial": number, "value": place}]
    ring = Chart(theme.rows(point)).mark_point(
        shape="diamond", size=150, strokeWidth=2.4, color=theme.ORANGE, fill=theme.PAPER, opacity=1
    )
    return [ring.encode(x=x, y=y)]


def _last(steps: theme.Rows) -> theme.Rows:
    return [{**row} for row in {row["name"]: row for row in steps}.values()]


def _spread(ends: theme.Rows, bounds: scales.Ends, gap: float, measure: Measure) -> theme.Rows:
    """Move the names of lines apart that end at nearly the same height, towards the poor end."""
    ends.sort(key=lambda row: -measure.gain(row["value"]))
    step = gap * (bounds[1] - bounds[0])
    for better, worse in itertools.pairwise(ends):
        gain = min(measure.gain(worse["value"]), measure.gain(better["value"]) - step)
        worse["value"] = measure.gain(gain)
    return ends
