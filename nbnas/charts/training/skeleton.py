"""The network that an architecture becomes, as a row of boxes from the data to the scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart

BOX, GAP, HEIGHT = 76.0, 16.0, 46.0  # pixels


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a network.

    Attributes:
        name: What it is called.
        shape: What comes out of it, in words; empty where that is said nowhere.
        own: Whether it is made of the architecture; the other parts are the same for all.
    """

    name: str
    shape: str = ""
    own: bool = False


def skeleton(parts: Sequence[Part], *, heading: str = "", subtitle: str = "") -> alt.LayerChart:
    """Draw the parts of a network in a row.

    Args:
        parts: From the data to the scores.
        heading: A title.
        subtitle: What is to be seen.

    Returns:
        The chart; the parts that the architecture decides are coloured and framed.
    """
    boxes: theme.Rows = [
        {
            "left": i * (BOX + GAP),
            "right": i * (BOX + GAP) + BOX,
            "middle": i * (BOX + GAP) + BOX / 2,
            "name": part.name,
            "shape": part.shape,
            "own": part.own,
        }
        for i, part in enumerate(parts)
    ]
    width = len(parts) * (BOX + GAP) - GAP
    x: dict[str, Any] = {"scale": theme.scale((0, width)), "axis": None}
    base = Chart(theme.rows(boxes), width=width, height=HEIGHT)
    own = alt.condition("datum.own", alt.value(theme.ORANGE), alt.value(theme.GREY))
    rects = base.mark_rect(cornerRadius=5, strokeWidth=1.6, fillOpacity=0.2).encode(
        x=alt.X("left:Q", **x),
        x2="right:Q",
        y=alt.value(0),
        y2=alt.value(HEIGHT),
        fill=own,
        stroke=own,
    )
    links = [
        {"from": box["right"] + 1, "to": box["right"] + GAP - 6, "tip": box["right"] + GAP - 5}
        for box in boxes[:-1]
    ]
    lines = Chart(theme.rows(links)).encode(y=alt.value(HEIGHT / 2))
    shafts = lines.mark_rule(color=theme.INK, strokeWidth=1.6).encode(
        x=alt.X("from:Q", **x), x2="to:Q"
    )
    tips = lines.mark_point(
        shape="triangle-right", filled=True, color=theme.INK, size=45, opacity=1
    ).encode(x=alt.X("tip:Q", **x))
    names = base.mark_text(color=theme.INK, fontSize=theme.NORMAL, fontWeight=600).encode(
        x=alt.X("middle:Q", **x), y=alt.value(HEIGHT / 2 - 8), text="name:N"
    )
    shapes = base.mark_text(color=theme.INK, fontSize=theme.SMALL).encode(
        x=alt.X("middle:Q", **x), y=alt.value(HEIGHT / 2 + 9), text="shape:N"
    )
    layers = (rects, shafts, tips, names, shapes)
    return theme.layered(
        *cast(tuple[alt.Chart, ...], layers), title=theme.title(heading, subtitle)
    )
