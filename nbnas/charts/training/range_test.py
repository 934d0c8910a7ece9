"""A learning-rate range test: the loss by the rate that rose from step to step."""

from typing import TYPE_CHECKING, Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart

if TYPE_CHECKING:
    from nbnas.training.rates.range_test import RangeTest

ABOVE = 1.15  # times the first loss: what is higher is not drawn


def range_test(found: "RangeTest", *, width: float = 460, height: float = 220) -> alt.LayerChart:
    """Draw the loss of each step's batch, its smoothed line, and the rate that is suggested.

    Args:
        found: What the test found.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart; the rates are on a logarithmic axis, and losses above that of the first steps
        are cut off.
    """
    bounds = _bounds(found)
    up: dict[str, Any] = {
        "axis": alt.Axis(title="loss (nats)", tickCount=5),
        "scale": theme.scale(bounds, clamp=True),
    }
    ends = (found.rates[0], found.rates[-1])
    axis = alt.Axis(title="learning rate", format="~g", tickCount=6, grid=False)
    x = alt.X("rate:Q", axis=axis, scale=theme.scale(ends, type="log"))
    rows: theme.Rows = [
        {"rate": rate, "loss": loss, "smoothed": smoothed}
        for rate, loss, smoothed in zip(found.rates, found.losses, found.smoothed, strict=True)
    ]
    base = Chart(theme.rows(rows), width=width, height=height)
    seen = [row for row in rows if row["smoothed"] <= bounds[1]]
    line = Chart(theme.rows(seen)).mark_line(color=theme.BLUE, strokeWidth=2.2)
    points = base.mark_circle(color=theme.BLUE, size=18, opacity=0.4)
    return theme.layered(
        points.encode(x=x, y=alt.Y("loss:Q", **up)),
        line.encode(x=x, y=alt.Y("smoothed:Q", **up)),
        *_rules(found, x, height),
        title=theme.title("Learning-rate range test", _line(found)),
    )


def _bounds(found: "RangeTest") -> tuple[float, float]:
    high = ABOVE * max(found.smoothed[0], found.losses[0])
    low = min(*found.losses, *found.smoothed, 0.999 * high)
    return low - 0.06 * (high - low), high


def _rules(found: "RangeTest", x: alt.X, height: float) -> list[alt.Chart]:
    """An upright line at the suggestion, and one at the recipe's own rate where it was tested."""
    marked = [("suggested", found.suggestion, theme.VERMILLION, 12.0)]
    if found.rates[0] <= found.learning_rate <= found.rates[-1]:
        marked.append(("recipe", found.learning_rate, theme.GREEN, 26.0))
    highest = max(rate for _, rate, _, _ in marked)
    drawn: list[alt.Chart] = []
    for word, rate, color, below in marked:
        base = Chart(theme.rows([{"rate": rate, "word": f"{word} {rate:.3g}"}])).encode(x=x)
        dash = theme.DASHES[0] if word == "suggested" else theme.DASHES[2]
        right = rate == highest and len(marked) > 1
        look: dict[str, Any] = {"align": "left" if right else "right", "dx": 6 if right else -6}
        text = base.mark_text(color=color, fontSize=theme.SMALL, fontWeight=600, **look)
        drawn.append(base.mark_rule(color=color, strokeWidth=1.8, strokeDash=dash))
        drawn.append(text.encode(text="word:N", y=alt.value(height - below)))
    return drawn


def _line(found: "RangeTest") -> str:
    return (
        f"the loss falls most at {found.suggestion:.3g}, is lowest at {found.lowest:.3g}; "
        f"{len(found.rates)} steps"
    )
