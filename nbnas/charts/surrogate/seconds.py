"""What makes a training long: by how many times one more of something lengthens it."""

from collections.abc import Mapping
from typing import Literal

import altair as alt

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.chart import Chart

MOST = 9  # that are drawn
WIDE = 3.0  # from where on the axis is logarithmic
HEADING = "What makes a training long"
Factors = Mapping[str, tuple[float, float, float]]


def drivers(
    factors: Factors, *, width: float = 260, height: float = 230
) -> alt.LayerChart | alt.Chart:
    """Draw by how many times one more of each size makes a training longer.

    Args:
        factors: The factor and the ends of its 95 % interval by the name of the size, those that
            matter most first: `SecondsModel.factors()`.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart; what stands right of the dashed line takes time.
    """
    rows: theme.Rows = [
        {"name": cut(name, 34), "times": times, "low": low, "high": high}
        for name, (times, low, high) in [*factors.items()][:MOST]
    ]
    if not rows:
        title = theme.title(HEADING)
        return theme.note("all that was trained is of one size", width, height / 3, title)
    low, high = min(1.0, *(row["times"] for row in rows)), max(1.0, *(r["times"] for r in rows))
    reach = max(high / low, 1.05)  # bands may be wide: they end at the edge
    low = max(min(low, *(row["low"] for row in rows)), low / reach)
    high = min(max(high, *(row["high"] for row in rows)), high * reach)
    kind: Literal["log", "linear"] = "log" if high / low > WIDE else "linear"
    scale = alt.Scale(type=kind, domain=[low, high], nice=False, zero=False)
    x = alt.X("times:Q", scale=scale, axis=alt.Axis(title="times as long", tickCount=4))
    order = [str(row["name"]) for row in rows]
    y = alt.Y("name:N", sort=order, axis=alt.Axis(title=None, labelLimit=190))
    base = Chart(theme.rows(rows), width=width, height=height).encode(y=y)
    one = Chart(theme.rows([{"times": 1.0}])).mark_rule(color=theme.INK, strokeDash=[4, 3])
    bars = base.mark_rule(color=theme.BLUE, opacity=0.5, strokeWidth=2.4, clip=True)
    dots = base.mark_point(color=theme.BLUE, filled=True, size=60, opacity=1)
    words = theme.title(HEADING, "one more of it, with a 95 % band")
    return theme.layered(
        one.encode(x=x),
        bars.encode(x=alt.X("low:Q", scale=scale), x2="high:Q"),
        dots.encode(x=x),
        title=words,
    )


def summary(factors: Factors) -> str:
    """A sentence about what matters most; empty where nothing varied."""
    if not factors:
        return ""
    name, (times, low, high) = next(iter(factors.items()))
    return (
        f"One more of {cut(name, 60)} makes a training {times:.3g} times as long "
        f"({low:.3g} to {high:.3g})."
    )
