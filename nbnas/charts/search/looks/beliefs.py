"""What looks have changed in the belief about full results: before and after."""

from collections.abc import Sequence

import altair as alt

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.records import ACCURACY, Measure
from nbnas.search.fidelities.told import Belief

ROW = 30  # pixels
BEFORE, AFTER, RESULT = "before the look", "after the look", "its full result, later"
PARTS = [BEFORE, AFTER, RESULT]
COLORS = alt.Scale(domain=PARTS, range=[theme.GREY, theme.PURPLE, theme.BLUE])
SHAPES = alt.Scale(domain=PARTS, range=["square", "square", "circle"])
ABSENT = "No look since there is a full result."
WIDER = "A band may widen: poor values lie further apart."
TITLE = "What looks changed in the predicted full result"


def beliefs(
    found: Sequence[Belief], measure: Measure = ACCURACY, *, width: float = 300
) -> theme.AnyChart:
    """Draw for each of some looks the predicted full result before and after it.

    Args:
        found: What they have changed, in the order of the trials.
        measure: What the values are.
        width: Width in pixels.

    Returns:
        The chart, the latest look first: mean and standard deviation; a dot is the full result,
        where it is known by now.
    """
    heading = alt.TitleParams(text=TITLE, subtitle=told(found))
    rows = belief_rows(found, measure)
    if not rows:
        return theme.note(ABSENT, width, 2 * ROW, heading)
    bounds = bounds_of(rows, measure)
    axis = scales.axis(measure, bounds, f"predicted full {measure.noun}")
    x = alt.X("value:Q", axis=axis, scale=theme.scale(bounds))
    parts = [part for part in PARTS if any(row["part"] == part for row in rows)]
    legend = alt.Legend(title=None, orient="bottom", symbolOpacity=1, values=parts)
    return theme.layered(
        *layers_of(theme.rows(rows), x, legend),
        width=width,
        height=ROW * len(found),
        title=heading,
    )


def told(found: Sequence[Belief]) -> list[str]:
    """What is drawn; and why a look may leave more doubt, which is no error."""
    order = ", the latest look first" * (len(found) > 1)
    wider = any(each.after.stddev > each.before.stddev for each in found)
    return [f"Mean ± standard deviation{order}.", *[WIDER] * wider]


def layers_of(data: alt.Data, x: alt.X, legend: alt.Legend | None) -> list[alt.Chart]:
    """The layers of the chart, the lowest first."""
    names = alt.Axis(title=None, labelLimit=210, ticks=False, domain=False, grid=True)
    y = alt.Y("row:N", sort=alt.EncodingSortField("order"), axis=names)
    color = alt.Color("part:N", scale=COLORS, legend=legend)
    shape = alt.Shape("part:N", scale=SHAPES, legend=legend)
    layers = []
    for part, offset in ((BEFORE, -6), (AFTER, 6), (RESULT, 6)):
        base = Chart(data).transform_filter(f"datum.part === '{part}'").encode(y=y, color=color)
        if part != RESULT:
            lower = alt.X("lower:Q", axis=x["axis"], scale=x["scale"])
            band = base.mark_rule(strokeWidth=4, opacity=0.5, strokeCap="round", yOffset=offset)
            layers.append(band.encode(x=lower, x2="upper:Q"))
        dots = base.mark_point(filled=True, size=48, opacity=1, yOffset=offset)
        layers.append(dots.encode(x=x, shape=shape))
    return layers


def belief_rows(found: Sequence[Belief], measure: Measure) -> theme.Rows:
    """A row for each band and result, the latest look first."""
    rows: theme.Rows = []
    for order, each in enumerate(reversed(found)):
        look = "" if each.look.value is None else measure.text(each.look.value, digits=1)
        name = (
            f"trial {each.number + 1}: {look} after {theme.count(each.look.epochs or 0, 'epoch')}"
        )
        shared = {"row": name, "order": order}
        for part, belief in ((BEFORE, each.before), (AFTER, each.after)):
            ends = {"lower": belief.mean - belief.stddev, "upper": belief.mean + belief.stddev}
            rows.append(shared | {"part": part, "value": belief.mean} | ends)
        if each.full is not None:
            rows.append(shared | {"part": RESULT, "value": each.full.value})
    return rows


def bounds_of(rows: theme.Rows, measure: Measure) -> scales.Ends:
    """The ends of the axis."""
    ends = [row[n] for row in rows for n in ("value", "lower", "upper") if n in row]
    low, high = scales.domain(ends, 1e9, measure)
    return max(low, measure.lower), min(high, measure.upper)
