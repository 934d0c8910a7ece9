"""What the page gets once: its script and style, Vega, and the specification of each chart."""

import functools
import gzip
from pathlib import Path
from typing import Any

import vl_convert

from nbnas.charts.lab.candidates import candidates_chart
from nbnas.charts.lab.curve import curve_chart
from nbnas.charts.lab.front import front_charts, pair_names
from nbnas.charts.lab.looks import beliefs_chart, rungs_chart, spent_chart, stops_chart
from nbnas.charts.lab.map import map_chart
from nbnas.charts.lab.page import Specification, specification
from nbnas.charts.lab.settings import names_of, settings_charts
from nbnas.charts.lab.trace import regret_chart, trace_chart
from nbnas.charts.render import STYLE, VEGA_LITE
from nbnas.charts.search.goals.plane import spoken
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import ACCURACY, Fidelities, Goals, Measure
from nbnas.widgets.lab.cards.wanted import colours

PAGE = Path(__file__).parent / "page"
SCRIPTS = (
    "elements.js",
    "voice.js",
    "chart.js",
    "budget.js",
    "controls.js",
    "why.js",
    "trials.js",
    "looks.js",
    "front.js",
    "settings.js",
    "layout.js",
    "lab.js",
)


@functools.cache
def page_script() -> str:
    """The lab's own script, one module."""
    parts = [(PAGE / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(part.replace("\nexport function ", "\nfunction ")
                     .replace("\nexport async function ", "\nasync function ")
                     .replace("\nexport class ", "\nclass ") for part in parts)  # fmt: skip


@functools.cache
def page_style() -> str:
    """The lab's style sheet."""
    return STYLE + "\n" + (PAGE / "lab.css").read_text(encoding="utf-8")


@functools.cache
def vega_script() -> bytes:
    """Vega with all that it needs, as one module that nobody fetches, packed by gzip."""
    bundled: str = vl_convert.javascript_bundle("export default vegaEmbed;", vl_version=VEGA_LITE)
    return gzip.compress(bundled.encode(), mtime=0)


@functools.lru_cache(maxsize=8)  # measures that one kernel shows
def specifications(
    measure: Measure = ACCURACY,
    fidelities: Fidelities | None = None,
    goals: Goals | None = None,
    space: JointSpace | None = None,
) -> dict[str, Specification]:
    """The specification of each chart, for values of a measure and trainings of some lengths.

    Args:
        measure: What values are.
        fidelities: How far trainings go, where they differ in that.
        goals: What else is wanted.
        space: The space, where its architectures have settings.
    """
    charts = {
        "trace": trace_chart(measure),
        "regret": regret_chart(measure),
        "curve": curve_chart(),
        "map": map_chart(measure),
        "candidates": candidates_chart(measure),
    }
    if fidelities is not None:
        charts |= {
            "rungs": rungs_chart(fidelities, measure),
            "spent": spent_chart(fidelities),
            "stops": stops_chart(),
            "beliefs": beliefs_chart(measure),
        }
    charts |= front_charts(goals) | settings_charts(space, measure)
    return {name: specification(chart) for name, chart in charts.items()}


def said_of(measure: Measure, goals: Goals | None, space: JointSpace | None) -> dict[str, Any]:
    """What the page says of the value, of further goals, and of settings."""
    further = [
        {"name": m.name, "noun": m.titled(spoken(m)), "maximize": m.maximize}
        for m in (() if goals is None else goals.measures[1:])
    ]
    own = {"noun": measure.noun, "maximize": measure.maximize}
    shown = {"pairs": pair_names(goals), "colours": colours(measure, goals)}
    return own | {"further": further, "settings": names_of(space), **shown}
