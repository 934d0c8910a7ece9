"""What was found beside known networks: how good each is, and how many weights it has."""

import math
from typing import Any, cast

import altair as alt

from nbnas.baselines.lineup import FOUND, Lineup, in_short, millions
from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart

ROW = 30  # pixels of height for each network
NAMES = 150  # pixels of a name at most
ALL = 1e9  # interquartile ranges: no network is left out, however poor
ROOM = 0.22  # of the range of values, for the number beside the best one


def lineup(lineup: Lineup, *, width: float = 330, side: float = 210) -> theme.AnyChart:
    """Draw networks below each other, the best first.

    Args:
        lineup: The networks.
        width: Width of the panel of values in pixels.
        side: Width of the panel of sizes in pixels.

    Returns:
        The chart: at the left what was measured, at the right the number of weights on a
        logarithmic axis. What was found has another colour and mark.
    """
    heading = theme.title("What was found, and known networks by the same recipe", _line(lineup))
    if not lineup.ranked:
        return theme.note("no network has been trained yet", width + side, 90, heading)
    rows = _rows(lineup)
    panels = [_values(lineup, rows, width)]
    if any(row["weights"] for row in rows):
        panels.append(_sizes(rows, side))
    return theme.beside(*panels, heading=heading).properties(spacing=24)


def _line(lineup: Lineup) -> str:
    told = "on the test part, which no search saw" if lineup.tested else "on the validation part"
    lost = [name for name, e in lineup if lineup.score(e) is None]
    failed = f"; failed: {', '.join(lost)}" if lost else ""
    return f"the best first, {told}{failed}"


def _rows(lineup: Lineup) -> theme.Rows:
    return [
        {
            "name": f"{place}. {name}",
            "value": lineup.score(evaluation),
            "said": in_short(lineup.measure, lineup.score(evaluation) or 0.0),
            "weights": evaluation.parameters,
            "size": "" if evaluation.parameters is None else millions(evaluation.parameters),
            "kind": FOUND if name == FOUND else "known",
        }
        for place, (name, evaluation) in enumerate(lineup.ranked, 1)
    ]


def _values(lineup: Lineup, rows: theme.Rows, width: float) -> alt.LayerChart:
    """A mark at each value, on a line from the left edge; the value beside it."""
    low, high = scales.domain([row["value"] for row in rows], ALL, lineup.measure)
    bounds = (low, high + ROOM * (high - low))
    named = lineup.measure.name.removeprefix("validation ") if lineup.tested else None
    axis = scales.axis(lineup.measure, bounds, named or lineup.measure.name, grid=True)
    x = alt.X("value:Q", axis=axis, scale=theme.scale(bounds))
    start = alt.X("start:Q", axis=axis, scale=theme.scale(bounds))
    drawn = [{**row, "start": low} for row in rows]
    base = Chart(theme.rows(drawn), width=width, height=ROW * len(rows)).encode(y=_y(rows))
    return _dots(base, start, x, "said:N")


def _sizes(rows: theme.Rows, width: float) -> alt.LayerChart:
    """A mark at each number of weights, in the same form."""
    counts = [row["weights"] for row in rows if row["weights"]]
    first = math.floor(math.log10(min(counts)) - 0.3)
    last = math.log10(max(counts)) + 0.35 * max(1.0, math.log10(max(counts)) - first)
    ticks = [10**k for k in range(first, math.floor(last) + 1)]
    axis = alt.Axis(title="parameters", values=ticks, format="~s", grid=True, labelOverlap=True)
    scale = alt.Scale(type="log", domain=[10**first, 10**last], nice=False)
    x = alt.X("weights:Q", axis=axis, scale=scale)
    start = alt.X("start:Q", axis=axis, scale=scale)
    drawn = [{**row, "start": 10**first} for row in rows if row["weights"]]
    base = Chart(theme.rows(drawn), width=width, height=ROW * len(rows))
    return _dots(base.encode(y=_y(rows, labelled=False)), start, x, "size:N")


def _dots(base: alt.Chart, start: alt.X, x: alt.X, text: str) -> alt.LayerChart:
    """A mark for each network, at the end of a thin line from its name, and its number beside it.

    The axis does not begin at zero: dots, so that nobody takes the line for a bar.
    """
    end = str(x.shorthand).partition(":")[0]
    stems = base.mark_rule(strokeWidth=1.2, opacity=0.7, strokeDash=[1, 3])
    marks = base.mark_point(filled=True, size=110, opacity=1)
    words = base.mark_text(align="left", dx=9, color=theme.INK, fontSize=theme.NORMAL)
    layers = (
        stems.encode(x=start, x2=end, color=_color()),
        marks.encode(x=x, color=_color(), shape=_shape()),
        words.encode(x=x, text=text),
    )
    return theme.layered(*cast(tuple[alt.Chart, ...], layers))


def _y(rows: theme.Rows, *, labelled: bool = True) -> alt.Y:
    """A row for each network; its name without its place, which keeps equal names apart."""
    axis: Any = None
    if labelled:
        axis = alt.Axis(
            title=None,
            ticks=False,
            domain=False,
            labelLimit=NAMES,
            labelFontSize=theme.NORMAL,
            labelExpr="replace(datum.label, /^[0-9]+\\. /, '')",
        )
    names = [row["name"] for row in rows]
    return alt.Y("name:N", axis=axis, scale=alt.Scale(domain=names))


def _color() -> alt.Color:
    return alt.Color(
        "kind:N", legend=None, scale=theme.series((FOUND, "known"), (theme.VERMILLION, theme.BLUE))
    )


def _shape() -> alt.Shape:
    return alt.Shape(
        "kind:N", legend=None, scale=theme.series((FOUND, "known"), ("diamond", "circle"))
    )
