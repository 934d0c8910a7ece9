"""The map: architectures in the plane, those that are alike near each other, coloured by a value.

Notation
    n          number of architectures
    positions  their places in the plane `(n, 2)`, in units of a distance; axes have no meaning
               of their own, so none is drawn, and both have the same scale
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import altair as alt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbnas.charts import scales, theme
from nbnas.charts.chart import Chart
from nbnas.records import Measure

CANDIDATE, EVALUATED = "not evaluated", "evaluated"
_SHAPES = alt.Scale(domain=[CANDIDATE, EVALUATED], range=["circle", "square"])
_CHANNELS: dict[str, Any] = {
    "size": alt.SizeValue,
    "opacity": alt.OpacityValue,
    "strokeWidth": alt.StrokeWidthValue,
}
PERCENT, NUMBER = ".1%", ".2~f"  # formats of the values


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Architectures in the plane.

    Attributes:
        positions: Their places `(n, 2)`.
        values: What they are coloured by `(n,)`; one that is no number is grey.
        evaluated: Which of them are evaluated `(n,)`: they are squares with an edge.
        labels: What each is called `(n,)`; a page that answers to the pointer shows it.
    """

    positions: ArrayLike
    values: ArrayLike
    evaluated: ArrayLike
    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Colors:
    """What the colours of the map say.

    Attributes:
        name: What the values are.
        number: How they are written, in d3's notation.
        scheme: Colours, "viridis" or "cividis".
        bounds: The values at the ends of the colours; by default the most of them.
        turned: Whether low values are the good ones, which have the bright end of the colours.
    """

    name: str = "mean"
    number: str = PERCENT
    scheme: str = "viridis"
    bounds: tuple[float, float] | None = None
    turned: bool = False


_MEAN = Colors()


def predicted(what: Literal["mean", "stddev"], values: ArrayLike, measure: Measure) -> Colors:
    """The colours of what a model predicts; of means the bright end is the good one.

    Args:
        what: Which of both it is.
        values: All of them.
        measure: What is predicted.
    """
    name = measure.titled(f"{what} of {measure.noun}")
    if what == "stddev":
        return Colors(name, scales.number_format(measure, values, ".2%"), "cividis")
    number = scales.number_format(measure, values, PERCENT)
    return Colors(name, number, turned=not measure.maximize)


def landscape(
    places: Places,
    colors: Colors = _MEAN,
    *,
    marked: Sequence[int] = (),
    legend: bool = True,
    heading: str = "",
    subtitle: str = "",
    width: float = 330,
    height: float = 270,
) -> alt.LayerChart | alt.Chart:
    """Draw architectures in the plane, coloured by a value.

    Args:
        places: The architectures, where they are and what they are coloured by.
        colors: What the colours say.
        marked: Numbers of those with a ring around them and their names beside.
        legend: Whether the colours and shapes are explained.
        heading: A title.
        subtitle: What is to be seen.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The chart.
    """
    points = _rows(places)
    if not points:
        return theme.note("there is nothing to map yet", width, height / 3, theme.title(heading))
    positions = np.array([(p["x"], p["y"]) for p in points])
    x, y = _axes(positions, width, height)
    seen = [p["value"] for p in points]
    ends = _ends(seen, colors.turned) if colors.bounds is None else colors.bounds
    scheme = cast(alt.ColorScheme, colors.scheme)
    color = alt.Color(
        "value:Q",
        scale=alt.Scale(scheme=scheme, reverse=colors.turned, domain=list(ends), clamp=True),
        legend=_colors(colors, height) if legend else None,
    )
    known = [p for p in points if p["value"] is not None]
    base = Chart(theme.rows(known), width=width, height=height).encode(x=x, y=y)
    dots = base.mark_point(filled=True, opacity=0.95, stroke=theme.INK).encode(
        color=color,
        shape=alt.Shape("kind:N", scale=_SHAPES, legend=_key(points) if legend else None),
        **_looks(("size", 80, 34), ("strokeWidth", 1.8, 0.3)),
        order=alt.Order("order:Q"),
        tooltip=[
            alt.Tooltip("label:N"),
            alt.Tooltip("value:Q", title=colors.name, format=colors.number),
        ],
    )
    small, faint = (22, 0.45) if known else (34, 0.85)  # grey is the background of the known
    others = Chart(theme.rows([p for p in points if p["value"] is None]))
    grey = others.mark_point(filled=True, color=theme.GREY, stroke=theme.INK).encode(
        x=x,
        y=y,
        shape=alt.Shape("kind:N", scale=_SHAPES, legend=_key(points) if legend else None),
        **_looks(("size", 60, small), ("opacity", 0.85, faint), ("strokeWidth", 1.4, 0)),
        tooltip=[alt.Tooltip("label:N")],
    )
    rings = [] if not len(marked) else _rings([points[i] for i in marked], x, y, positions)
    return theme.layered(grey, dots, *rings, title=theme.title(heading, subtitle))


def summary(positions: ArrayLike, evaluated: ArrayLike, kept: float) -> str:
    """One sentence on what the map shows, and how far it can be believed."""
    count, seen = len(np.asarray(positions)), int(np.sum(np.asarray(evaluated, dtype=bool)))
    squares = f", {seen} of them evaluated (squares)" if seen else ""
    return (
        f"{theme.count(count, 'architecture')}{squares}; near means alike, as far as a plane can "
        f"show: it keeps {100 * kept:.0f} % of the variance of the distances."
    )


def _looks(*looks: tuple[str, float, float]) -> dict[str, Any]:
    """Channels with one value for what is evaluated and another for the rest.

    They are written out: altair would take longer to check its own shorthand for this than all
    else takes, and maps are drawn anew whenever a slider moves.
    """
    seen = f"datum.kind === '{EVALUATED}'"
    return {
        channel: _CHANNELS[channel](rest, condition={"test": seen, "value": own})
        for channel, own, rest in looks
    }


def _rows(places: Places) -> theme.Rows:
    positions = np.asarray(places.positions, dtype=np.float64).reshape(-1, 2)
    values, evaluated = np.asarray(places.values, dtype=np.float64), np.asarray(places.evaluated)
    columns = zip(positions, values, evaluated, places.labels, strict=True)
    return [
        {
            "x": x,
            "y": y,
            "value": value if np.isfinite(value) else None,
            "kind": EVALUATED if seen else CANDIDATE,
            "label": label,
            "order": int(seen),
        }
        for (x, y), value, seen, label in columns
    ]


def _axes(places: NDArray[np.float64], width: float, height: float) -> tuple[alt.X, alt.Y]:
    """Both axes with as many pixels for a unit, so that lengths mean the same everywhere."""
    low, high = places.min(axis=0), places.max(axis=0)
    middle = (low + high) / 2
    unit = max((high - low) / (width, height)) * 1.1 or 1.0 / width
    half = unit * np.array([width, height]) / 2
    (left, bottom), (right, top) = middle - half, middle + half
    return (
        alt.X("x:Q", axis=None, scale=theme.scale((left, right))),
        alt.Y("y:Q", axis=None, scale=theme.scale((bottom, top))),
    )


def _ends(values: Sequence[float | None], turned: bool) -> scales.Ends:
    """The range of the colours: all values but far-out poor ones; never empty."""
    ends = scales.extent(values, measure=Measure("value", maximize=not turned))
    if ends is None:
        return 0.0, 1.0
    low, high = ends
    return ends if high > low else (low - 0.5e-3, high + 0.5e-3)


def _colors(colors: Colors, height: float) -> alt.Legend:
    return alt.Legend(
        title=colors.name,
        format=colors.number,
        orient="right",
        gradientLength=0.6 * height,
        tickCount=4,
    )


def _key(points: theme.Rows) -> alt.Legend | None:
    """What the shapes mean, where there are both."""
    if len({point["kind"] for point in points}) < 2:
        return None
    return alt.Legend(title=None, orient="bottom", symbolFillColor=theme.GREY)


def _rings(points: theme.Rows, x: alt.X, y: alt.Y, places: NDArray[np.float64]) -> list[alt.Chart]:
    middle = float(places[:, 0].min() + places[:, 0].max()) / 2
    rows = [{**p, "right": bool(p["x"] <= middle)} for p in points]
    base = Chart(theme.rows(rows)).encode(x=x, y=y)
    ring = base.mark_point(
        shape="diamond", size=300, strokeWidth=2.6, color=theme.VERMILLION, opacity=1, filled=False
    )
    layers = [ring]
    sides: tuple[tuple[str, Literal["left", "right"], float], ...] = (
        *(("datum.right", "left", 13), ("!datum.right", "right", -13)),
    )
    for side, align, dx in sides:
        words = base.transform_filter(side).mark_text(
            align=align, dx=dx, fontSize=theme.SMALL, fontWeight=600, color=theme.INK
        )
        halo = theme.halo(words)
        layers += [each.encode(text="label:N") for each in (halo, words)]
    return cast(list[alt.Chart], layers)
