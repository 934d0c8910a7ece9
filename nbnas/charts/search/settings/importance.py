"""How much the architecture and each setting matter: a bar each."""

import altair as alt

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.search.settings.importance import Importance

ROW = 34.0  # pixels
ALONE, TOGETHER = "alone", "together with others"
HEADING = "What matters"


def importance(found: Importance, *, width: float = 380) -> alt.LayerChart | alt.Chart:
    """Draw how much of the variance of the predictions each input explains.

    Args:
        found: The indices.
        width: Width in pixels.

    Returns:
        The chart: of each bar the dark part is what the input explains alone, the light one what
        it explains by interactions; the line at its end is the standard error of the sampling.
    """
    rows, order = bar_rows(found), [cut(name, 30) for name, _ in found.ranked()]
    height = ROW * len(order)
    words = f"share of the variance of the predicted {found.measure.noun}"
    if not found.stddev:
        return theme.note("all is predicted alike", width, height, theme.title(HEADING, words))
    x = theme.scale((0.0, top_of(rows)))
    y = alt.Y("name:N", sort=order, axis=alt.Axis(title=None, ticks=False, labelLimit=190))
    base = Chart(theme.rows(rows), width=width, height=height).encode(y=y)
    axis = alt.Axis(title=None, format=".0%", tickCount=5)
    bars = base.mark_bar(height=ROW / 2, color=theme.BLUE).encode(
        x=alt.X("from:Q", scale=x, axis=axis), x2="to:Q", opacity=by_part()
    )
    errors = base.mark_rule(color=theme.INK, strokeWidth=1.4).encode(
        x=alt.X("least:Q", scale=x), x2="most:Q"
    )
    said = base.mark_text(align="left", dx=6, color=theme.INK, fontSize=theme.SMALL).encode(
        x=alt.X("most:Q", scale=x), text="said:N"
    )
    return theme.layered(bars, errors, said, title=theme.title(HEADING, words))


def summary(found: Importance) -> str:
    """What matters most, in a sentence or two."""
    if not found.stddev:
        return (
            f"After {theme.count(found.trials, 'trial')} the model predicts the same everywhere."
        )
    (name, share), *others = found.ranked()
    rest = ", ".join(f"{other} {part:.0%}" for other, part in others)
    said = (
        f"{cut(name, 60)} explains {share:.0%} of the variance of the predicted "
        f"{found.measure.noun}, interactions included; {cut(rest, 200)}."
    )
    return f"{said} By a model of {theme.count(found.trials, 'trial')}."


def by_part() -> alt.Opacity:
    """How strong the colour is of what an input explains alone, and by interactions.

    Two blues would be one in the dark.
    """
    scale = alt.Scale(domain=[ALONE, TOGETHER], range=[1.0, 0.4])
    legend = alt.Legend(
        title=None, orient="bottom", symbolFillColor=theme.BLUE, symbolStrokeWidth=0
    )
    return alt.Opacity("part:N", scale=scale, legend=legend)


def top_of(rows: theme.Rows) -> float:
    """The end of the axis of shares, with room for words."""
    return float(1.12 * max([1.0, *(row["most"] for row in rows)]))


def bar_rows(found: Importance) -> theme.Rows:
    """Two rows an input: what it explains alone, and by interactions."""
    rows: theme.Rows = []
    inputs = zip(found.names, found.first, found.total, found.errors, strict=True)
    for name, first, total, (_, error) in inputs:
        end = max(total, 0.0)
        alone = min(max(first, 0.0), end)
        ends = {"least": max(end - error, 0.0), "most": end + error, "said": f"{end:.0%}"}
        common = {"name": cut(name, 30), **ends}
        rows.append({**common, "part": ALONE, "from": 0.0, "to": alone})
        rows.append({**common, "part": TOGETHER, "from": alone, "to": end, "said": ""})
    return rows
