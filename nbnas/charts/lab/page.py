"""Charts for a page that answers to the pointer: Vega specifications, and their data apart.

A specification goes to the page once; its data sets and signals are named, and only their content
is sent when something changes. Two signals are in every chart: `hovered` and `selected`, the keys
of the architectures under the pointer and chosen by a click.
"""

import json
import math
from typing import Any

import altair as alt
import vl_convert

from nbnas.charts import theme
from nbnas.charts.config import themed
from nbnas.charts.graphs.architecture import architecture as draw
from nbnas.charts.graphs.network import shorten
from nbnas.charts.graphs.notation import notation
from nbnas.charts.render import VEGA_LITE, in_page_colours
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.settings import joined
from nbnas.graphs.values import is_of_choices
from nbnas.records import Measure

Specification = dict[str, Any]
TITLES = ("value_title",)  # of axes: names of the signals that say them
ENDS = ("low", "high")  # of the axis of values: names of signals
HOVERED, SELECTED = "datum.key === hovered", "datum.key === selected"


def specification(chart: theme.AnyChart, *, fit: bool = True) -> Specification:
    """The Vega specification of a chart, in the colours of the page.

    Args:
        chart: A chart; if it fits its place, one of a single view.
        fit: Whether the page may give it a width, which then includes axes and legends.

    Returns:
        The specification, as JSON.
    """
    copy = themed(chart)
    copy["config"]["scale"] = {"invalid": {"fill": {"value": theme.GREY}}}  # no model, no colour
    if fit:
        copy["autosize"] = alt.AutoSizeParams(type="fit", contains="padding", resize=True)
        copy["padding"] = 4
    compiled = vl_convert.vegalite_to_vega(copy.to_dict(validate=False), vl_version=VEGA_LITE)
    text = in_page_colours(json.dumps(compiled))
    for name in TITLES:  # Vega-Lite has no titles that change
        text = text.replace(f'"title": "{name}"', f'"title": {{"signal": "{name}"}}')
    page: Specification = json.loads(text)
    return page


def drawing(architecture: Architecture, width: float = 300) -> Specification:
    """The Vega specification of an architecture's picture, without a title of its own."""
    chart = draw(architecture, width=width, heading=" ")
    chart["title"] = alt.TitleParams("")
    return specification(chart, fit=False)


def name_of(architecture: Architecture, length: int = 90) -> str:
    """A short name for a person: a cell's notation, or the layers of a whole network.

    Args:
        architecture: Any architecture.
        length: Characters at most.
    """
    if has_vertex_operations(architecture) and not is_of_choices(architecture.nodes):
        text = joined(" → ".join(map(shorten, architecture.nodes[1:-1])), architecture.settings)
    else:
        text = notation(architecture)
    return text if len(text) <= length else text[: length - 1] + "…"


def signals(**values: Any) -> list[alt.Parameter]:  # noqa: ANN401
    """Signals of a chart with what they are at first; `hovered` and `selected` among them."""
    everywhere = {"hovered": "", "selected": ""} | values
    return [alt.param(name=name, value=value) for name, value in everywhere.items()]


def between(low: str, high: str, **options: Any) -> alt.Scale:  # noqa: ANN401
    """A scale whose ends two expressions of signals decide."""
    return alt.Scale(
        domainMin=alt.ExprRef(low), domainMax=alt.ExprRef(high), nice=False, zero=False, **options
    )


def picked(usual: Any, hovered: Any, selected: Any) -> Any:  # noqa: ANN401
    """A value that differs where the pointer is, and where a click was."""
    return (
        alt.condition(HOVERED, alt.value(hovered), alt.value(usual), empty=False)
        if selected is None
        else {
            "condition": [
                {"test": HOVERED, "value": hovered},
                {"test": SELECTED, "value": selected},
            ],
            "value": usual,
        }
    )


def value_axis(
    measure: Measure,
    title: str,
    ends: tuple[str, str] = ENDS,
    **options: Any,  # noqa: ANN401
) -> alt.Axis:
    """An axis of values whose decimals follow from the signals of its ends.

    Args:
        measure: What the values are; nothing is written beyond its bounds.
        title: What is drawn; the unit comes behind it.
        ends: The signals, the lower one first.
        **options: Of `altair.Axis`.
    """
    spread = f"({ends[1]} - {ends[0]})"
    beyond = [f"datum.value {sign} {end!r} {more} 1e-4 * {spread}" for sign, more, end in (
        ("<", "-", measure.lower), (">", "+", measure.upper)) if math.isfinite(end)]  # fmt: skip
    hidden = f"{' || '.join(beyond)} ? '' : " if beyond else ""
    given: dict[str, Any] = {"tickCount": 5, "labelOverlap": "greedy", "labelSeparation": 8}
    label = f"{hidden}{written(measure, ends=ends)}"
    return alt.Axis(title=measure.titled(title), labelExpr=label, **given | options)


def written(measure: Measure, *, finer: bool = False, ends: tuple[str, str] = ENDS) -> str:
    """The expression of a tick's label, with as many decimals as the axis needs.

    Args:
        measure: What the values are.
        finer: Whether percentages that hardly differ get a third decimal.
        ends: The signals of the axis' ends, the lower one first.
    """
    steps: tuple[tuple[float, str], ...]
    if measure.fraction:
        fine = ((0.0005, ".2%"),) if finer else ()
        steps, rest = ((0.05, ".0%"), (0.005, ".1%"), *fine), ".3%" if finer else ".2%"
    else:
        steps, rest = ((5, ",.0f"), (0.5, ",.1f"), (0.05, ",.2f"), (0.005, ",.3f")), ".3~g"
    chosen = " : ".join(f"{ends[1]} - {ends[0]} > {step:g} ? '{digits}'" for step, digits in steps)
    return f"format(datum.value, {chosen} : '{rest}')"
