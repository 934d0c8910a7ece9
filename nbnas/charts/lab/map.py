"""The map of a space for the lab: architectures in the plane, near where they are alike."""

from typing import Any

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lab.page import HOVERED, SELECTED, signals, written
from nbnas.records import ACCURACY, Measure

SAMPLE, CANDIDATE, EVALUATED, FAILED, CHOSEN, INSTEAD = (
    *("sample of the space", "ranked candidate", "evaluated", "failed"),
    *("chosen next", "what if"),
)
KINDS = (SAMPLE, CANDIDATE, EVALUATED, FAILED, CHOSEN, INSTEAD)
_STAR = (
    "M0,-1.3L0.38,-0.5L1.24,-0.4L0.62,0.2L0.76,1.05L0,0.64"
    "L-0.76,1.05L-0.62,0.2L-1.24,-0.4L-0.38,-0.5Z"
)
_SHAPES = ["circle", "triangle-up", "square", "M-1,-1L1,1M1,-1L-1,1", _STAR, "diamond"]
_SIZES = [26, 90, 90, 80, 210, 170]
_STROKES = [theme.GREY, theme.INK, theme.INK, theme.VERMILLION, theme.VERMILLION, theme.PURPLE]
_WIDTHS = [0.6, 1, 1.6, 2.4, 2, 2.6]


def map_chart(measure: Measure = ACCURACY) -> alt.LayerChart:
    """Architectures by shape (what they are) and colour (`value`).

    Data set: `points` (key, x, y, kind, value), drawn in its order. Signals: `low` and
    `high` of the colours, `turned`, whether the lowest has the brightest one, `percent`, whether
    they are fractions, and `places`, the four ends of the plane.
    """
    percent, plain = written(ACCURACY, finer=True), written(Measure("value"))
    legend = alt.Legend(
        title=None,
        orient="bottom",
        gradientLength=alt.ExprRef("max(120, width - 40)"),
        gradientThickness=9,
        gradientOpacity=alt.ExprRef("low < high ? 1 : 0"),
        tickCount=4,
        labelExpr=f"low >= high ? '' : percent ? {percent} : {plain}",
    )
    scale = alt.Scale(
        scheme="viridis",
        reverse=alt.ExprRef("turned"),
        domainMin=alt.ExprRef("low"),
        domainMax=alt.ExprRef("high"),
        nice=False,
    )
    base = Chart(alt.NamedData("points")).encode(
        x=alt.X("x:Q", axis=None, scale=between_places(0, 1)),
        y=alt.Y("y:Q", axis=None, scale=between_places(2, 3)),
    )
    points = base.mark_point(cursor="pointer", filled=True, invalid="show").encode(
        shape=alt.Shape("kind:N", scale=_by_kind(_SHAPES), legend=None),
        size=_size(),
        fill={
            "condition": {
                "test": "isValid(datum.value)",
                "field": "value",
                "type": "quantitative",
                "scale": scale,
                "legend": legend,
            },
            "value": theme.GREY,
        },
        stroke=_stroke(),
        strokeWidth=_width(),
        opacity=alt.condition(f"datum.kind === '{SAMPLE}'", alt.value(0.8), alt.value(1)),
    )
    chart = theme.layered(points, width=400, height=300)
    given: dict[str, Any] = {"low": 0.0, "high": 1.0, "turned": False, "places": [-1, 1, -1, 1]}
    given["percent"] = measure.fraction
    return chart.add_params(*signals(**given))


def between_places(low: int, high: int) -> alt.Scale:
    """A scale between two of the signal `places`."""
    return alt.Scale(
        domainMin=alt.ExprRef(f"places[{low}]"),
        domainMax=alt.ExprRef(f"places[{high}]"),
        nice=False,
        zero=False,
        padding=12,
    )


def _by_kind(values: list[Any]) -> alt.Scale:
    return alt.Scale(domain=list(KINDS), range=values)


def _tests(values: list[Any]) -> list[dict[str, Any]]:
    pairs = zip(KINDS, values, strict=True)
    return [{"test": f"datum.kind === '{kind}'", "value": value} for kind, value in pairs]


def _picked(hovered: Any, selected: Any, values: list[Any]) -> dict[str, Any]:  # noqa: ANN401
    first = [{"test": HOVERED, "value": hovered}, {"test": SELECTED, "value": selected}]
    return {"condition": first + _tests(values)[1:], "value": values[0]}


def _size() -> dict[str, Any]:
    return {"condition": [{"test": HOVERED, "value": 260}, *_tests(_SIZES)[1:]],
            "value": _SIZES[0]}  # fmt: skip


def _stroke() -> dict[str, Any]:
    return _picked(theme.INK, theme.PURPLE, _STROKES)


def _width() -> dict[str, Any]:
    return _picked(3, 4, _WIDTHS)
