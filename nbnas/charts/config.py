"""The configuration of every chart: transparent, sans serif, quiet axes."""

from typing import Any

import altair as alt

from nbnas.charts import theme

_TEXT = {
    "labelColor": theme.INK,
    "titleColor": theme.INK,
    "labelFontSize": theme.SMALL,
    "titleFontSize": theme.SMALL,
    "titleFontWeight": "normal",
}
_CONFIG: dict[str, Any] = {
    "aria": False,
    "font": theme.FONT,
    "padding": 8,
    "view": {"stroke": None},
    "concat": {"spacing": 28},
    "axis": {
        **_TEXT,
        "gridColor": theme.INK,
        "gridOpacity": 0.1,
        "domainColor": theme.INK,
        "domainOpacity": 0.45,
        "tickColor": theme.INK,
        "tickOpacity": 0.45,
        "titlePadding": 8,
    },
    # Long numbers, such as 0.0008, have fewer labels rather than none between them.
    "axisQuantitative": {"labelOverlap": "parity", "labelSeparation": 8},
    "legend": {
        **_TEXT,
        "labelLimit": 260,
    },
    "title": {
        "anchor": "start",
        "frame": "group",
        "color": theme.INK,
        "subtitleColor": theme.INK,
        "fontSize": theme.LARGE,
        "fontWeight": 600,
        "subtitleFontSize": theme.NORMAL,
        "subtitlePadding": 4,
        "offset": 12,
    },
}


def themed(chart: theme.AnyChart) -> theme.AnyChart:
    """The chart with the configuration of nbnas: transparent, sans serif, quiet axes.

    Args:
        chart: Any chart without a configuration of its own.

    Returns:
        A copy with the configuration; chart functions leave it out so that their charts compose,
        and `nbnas.charts.render` puts it on.
    """
    copy = chart.copy(deep=False)
    copy["config"] = alt.Config(**_CONFIG)
    copy["background"] = "transparent"
    return copy
