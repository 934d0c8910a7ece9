"""The posterior along each setting, for one architecture: mean, band, and what was measured."""

from typing import Any, Literal

import altair as alt

from nbnas.brief import cut
from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart, ConcatChart
from nbnas.charts.graphs.notation import notation
from nbnas.graphs.spaces.joint.categorical import Categorical
from nbnas.graphs.spaces.joint.dimension import Dimension
from nbnas.records import Measure
from nbnas.search.settings.slices import Slice, Slices

COLUMNS = 3
SAME, OTHER = "this architecture", "another one"


def slices(
    found: Slices, *, setting: str | None = None, width: float = 220, height: float = 170
) -> alt.ConcatChart:
    """Draw a panel for each setting.

    Args:
        found: The slices.
        setting: The name of the one setting that gets all the room; `None` for all of them.
        width: Width of a panel in pixels.
        height: Its height.

    Returns:
        The chart: the line is the mean and the band holds the measure with 95 %; dots are trials,
        filled where they are of this architecture, whatever its other settings, and triangles
        where they lie beyond the axis; the dashed line is where the architecture is.

    Raises:
        ObservationError: If there is no such setting.
    """
    ends = ends_of(found)
    drawn = [found.along(setting)] if setting is not None else found.slices
    if setting is not None:
        width, height = 2 * width, 1.5 * height
    panels = [_panel(found, each, ends, width, height) for each in drawn]
    words = theme.title(
        f"Predicted {found.measure.noun} along each setting",
        f"of {cut(notation(found.architecture.bare), 70)}; all others as they are",
    )
    words["frame"] = "bounds"
    return ConcatChart(concat=panels, columns=COLUMNS, title=words)


def summary(found: Slices) -> str:
    """Where the best value of each setting is believed to be."""
    said = f"Predicted {found.measure.text(found.mean, digits=1)}."
    best = (
        f"{each.name} = {found.best(each.name)}, now {found.architecture.setting(each.name)}"
        for each in found.slices
    )
    return f"{said} With all else as it is, the best is {cut('; '.join(best), 400)}."


def _panel(
    found: Slices, one: Slice, ends: scales.Ends, width: float, height: float
) -> alt.LayerChart:
    axis, measure = along(one.dimension), found.measure
    y = alt.Y("mean:Q", scale=theme.scale(ends), axis=scales.axis(measure, ends, None))
    base = Chart(theme.rows(line_rows(one)), width=width, height=height).encode(x=axis)
    band, line = predicted(base, one.dimension)
    here = [{"value": found.architecture.setting(one.name)}]
    rule = Chart(theme.rows(here)).mark_rule(color=theme.INK, strokeDash=[4, 3]).encode(x=axis)
    return theme.layered(
        band.encode(y=alt.Y("lower:Q", scale=theme.scale(ends)), y2="upper:Q"),
        rule,
        *in_order(one.dimension, line.encode(y=y), _dots(found, one, ends, axis)),
        title=theme.title(cut(one.name, 30)),
    )


def predicted(base: alt.Chart, dimension: Dimension) -> tuple[alt.Chart, alt.Chart]:
    """The marks of band and mean: of categories a bar and a diamond each."""
    if isinstance(dimension, Categorical):
        band = base.mark_rule(color=theme.BLUE, opacity=0.35, strokeWidth=14, clip=True)
        look: dict[str, Any] = {
            "shape": "diamond",
            "filled": True,
            "size": 130,
            "opacity": 1,
            "strokeWidth": 1.2,
        }
        return band, base.mark_point(color=theme.BLUE, stroke=theme.PAPER, clip=True, **look)
    band = base.mark_area(color=theme.BLUE, opacity=0.2, clip=True)
    return band, base.mark_line(color=theme.BLUE, clip=True, strokeWidth=2.2)


def in_order(dimension: Dimension, mean: alt.Chart, dots: alt.Chart) -> list[alt.Chart]:
    """Trials above the line; below the diamonds of categories, which they would cover."""
    return [dots, mean] if isinstance(dimension, Categorical) else [mean, dots]


def _dots(found: Slices, one: Slice, ends: scales.Ends, axis: alt.X) -> alt.Chart:
    """The trials."""
    dots = Chart(theme.rows(trial_rows(found, one, ends)))
    dots = dots.mark_point(stroke=theme.ORANGE, size=34, opacity=0.9)
    placed: alt.Chart = dots.encode(
        x=axis,
        y=alt.Y("measured:Q", scale=theme.scale(ends)),
        fill=filled(),
        shape=alt.Shape("shape:N", scale=None),
    )
    return placed


def filled() -> alt.Fill:
    """Trials of the same architecture are filled, whatever their settings."""
    scale = alt.Scale(domain=[SAME, OTHER], range=[theme.ORANGE, theme.PAPER])
    return alt.Fill("graph:N", scale=scale, legend=None)


def trial_rows(found: Slices, one: Slice, ends: scales.Ends) -> theme.Rows:
    """Where the trials lie along a setting, in the order of `Slices.evaluations`."""
    return [
        {
            "value": e.architecture.setting(one.name),
            "measured": scales.within(e.value, ends, found.measure),
            "shape": _shape(e.value, ends, found.measure),
            "graph": SAME if e.architecture.bare == found.architecture.bare else OTHER,
        }
        for e in found.evaluations
        if e.value is not None
    ]


def _shape(value: float, ends: scales.Ends, measure: Measure) -> str:
    """A triangle that points to where a value lies beyond the axis, else a circle."""
    if not scales.beyond(value, ends, measure):
        return "circle"
    return "triangle-down" if measure.maximize else "triangle-up"


def along(dimension: Dimension) -> alt.X:
    """The axis of a setting, with all that it may be."""
    if isinstance(dimension, Categorical):
        options = alt.Scale(domain=list(dimension.values()))
        axis = alt.Axis(title=None, labelAngle=0, labelLimit=60)
        return alt.X("value:N", sort=None, axis=axis, scale=options)
    log = bool(getattr(dimension, "log", False))
    kind: Literal["log", "linear"] = "log" if log else "linear"
    ends: list[Any] = [dimension.from_unit(0.0), dimension.from_unit(1.0)]
    scale = alt.Scale(type=kind, domain=ends, nice=False, zero=False)
    return alt.X(
        "value:Q",
        scale=scale,
        axis=alt.Axis(title=None, tickCount=4, labelOverlap=True, grid=False),
    )


def ends_of(found: Slices) -> scales.Ends:
    """One axis of the measure for all panels."""
    predicted = (x for one in found.slices for x in (*one.mean, *one.lower, *one.upper))
    measured = (e.value for e in found.evaluations)
    return scales.domain([*predicted, *measured], measure=found.measure)


def line_rows(one: Slice) -> theme.Rows:
    """Mean and band at each value."""
    columns = zip(one.values, one.mean, one.lower, one.upper, strict=True)
    return [{"value": v, "mean": m, "lower": low, "upper": up} for v, m, low, up in columns]
