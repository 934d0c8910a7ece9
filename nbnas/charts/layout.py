"""How a chart is laid out anew at the width of a figure in a paper.

Notation
    k      points of paper for each pixel of the chart
    W      width of the whole chart, in pixels, with its axes and titles
"""

import copy
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, cast

import vl_convert

from nbnas.charts import lettering, render, theme
from nbnas.charts.chart import Chart
from nbnas.charts.config import themed

Specification = dict[str, Any]
READABLE = 7.0  # points of the smallest letters
SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
TURNS = 3  # after which a layout has the width that is asked for, within a few pixels
NARROW = 0.55  # of panels beside each other: narrower ones stand below each other
LEAST = 90  # pixels of a panel
CLOSE = 3  # pixels
DENSEST = 0.65  # of a drawing, beyond which its words would lie over each other
LOOSE = 1.15  # how much wider than wanted a row may be before its panels stand below each other


def laid_out(
    chart: theme.AnyChart, inches: float | None, *, title: bool = True
) -> tuple[Specification, float]:
    """A chart's specification at the width of a figure.

    Args:
        chart: The chart.
        inches: How wide it is printed; as it is, if `None`.
        title: Whether it keeps its title.

    Returns:
        The specification, and k.
    """
    found = {**specification(chart), "background": "white"}
    if not title:
        found.pop("title", None)
    if inches is None:
        return found, 0.75  # as CSS has it: 96 pixels an inch
    points = 72 * inches
    wanted = points * theme.SMALL / READABLE
    found = _of_width(found, wanted)
    k = points / _width(found)
    if k * theme.SMALL < READABLE - 1:
        warnings.warn(
            f"the smallest letters of this figure have {k * theme.SMALL:.1f} points at a width of "
            f"{inches:.2g} inches: its drawing needs more room; give a greater width",
            stacklevel=4,
        )
    return found, k


def _of_width(found: Specification, wanted: float) -> Specification:
    """A specification as wide as the figure is to be, row by row, as far as there are axes."""
    if "vconcat" in found:
        parts = [_of_width(part, wanted) for part in found["vconcat"]]
        return {**_wrapped(found, wanted), "vconcat": parts}
    if "hconcat" in found and _width(found) * NARROW > wanted:
        return _of_width(_below(found), wanted)
    given = found
    found = _fitted(_wrapped(copy.deepcopy(found), wanted), wanted)
    if "hconcat" not in found and not _has_axes(found):
        _shrink(found, wanted / _width(found))
    if "hconcat" in found and _width(found) > wanted * LOOSE:
        return _of_width(_below(given), wanted)
    return found


def _below(found: Specification) -> Specification:
    """Panels that stand beside each other, below each other."""
    return {("vconcat" if name == "hconcat" else name): x for name, x in found.items()}


def _shrink(found: Specification, ratio: float) -> None:
    """Let the parts of a drawing be nearer to each other, in both directions alike."""
    for panel in _sized(found) if ratio < 1 else ():
        for side in ("width", "height"):
            if isinstance(panel.get(side), int | float):
                panel[side] *= max(ratio, DENSEST)


def _fitted(found: Specification, wanted: float) -> Specification:
    """One row of panels, those with axes as wide as it takes."""
    for _ in range(TURNS):
        panels, have = list(_panels(found)), _width(found)
        inner = sum(panel["width"] for panel in panels)
        if not inner or abs(have - wanted) < CLOSE:
            break
        ratio = max(1 + (wanted - have) / inner, 0.1)
        for panel in panels:
            panel["width"] = max(panel["width"] * ratio, LEAST)
    return found


def _panels(found: Specification) -> Iterator[Specification]:
    """The panels beside each other that have axes, each once: all else stays as it is."""
    for part in found.get("hconcat", ()):
        yield from _panels(part)
    if "hconcat" in found or not _has_axes(found):
        return
    yield from _sized(found)


def _sized(found: Specification) -> Iterator[Specification]:
    """The outermost part of a panel that has a width in pixels."""
    if isinstance(found.get("width"), int | float):
        yield found
        return
    for part in found.get("layer", ()):
        own = next(_sized(part), None)
        if own is not None:
            yield own
            return


def _has_axes(found: Specification) -> bool:
    """Whether positions are told by an axis, so that they may be nearer to each other."""
    for name in ("x", "y"):
        channel = found.get("encoding", {}).get(name)
        if isinstance(channel, Mapping) and channel.get("axis") is not None:
            return True
    return any(map(_has_axes, found.get("layer", ())))


def _wrapped(found: Specification, wanted: float) -> Specification:
    """With titles in lines that are no longer than the figure is wide."""
    found = dict(found)
    if isinstance(found.get("title"), dict):
        title = dict(found["title"])
        for name, size in (("text", theme.LARGE), ("subtitle", theme.NORMAL)):
            if name in title:
                title[name] = _lines(title[name], size, wanted, bold=name == "text")
        found["title"] = title
    if "hconcat" in found:
        share = wanted / len(found["hconcat"])
        found["hconcat"] = [_wrapped(part, share) for part in found["hconcat"]]
    return found


def _lines(text: Any, size: float, wanted: float, *, bold: bool) -> list[str]:  # noqa: ANN401
    """Words in lines of at most so many pixels."""
    lines: list[str] = []
    for given in [text] if isinstance(text, str) else list(text):
        line = ""
        for word in str(given).split(" "):
            longer = f"{line} {word}" if line else word
            if line and lettering.width(longer, size, bold=bold) > wanted - 20:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _width(found: Specification) -> float:
    """W of a chart or a part of one, which only the layout knows."""
    return size(svg({**_looks(), **found}))[0]


def _looks() -> Specification:
    """What the specification of a whole chart has, and that of a part has not."""
    whole = specification(Chart(theme.rows([])).mark_point())
    return {name: whole[name] for name in ("$schema", "config")}


def size(picture: str) -> tuple[float, float]:
    """Width and height of an SVG in pixels."""
    found = SIZE.search(picture)
    assert found is not None
    return float(found[1]), float(found[2])


def svg(found: Specification) -> str:
    """A specification drawn, as it is laid out."""
    return vl_convert.vegalite_to_svg(found, vl_version=render.VEGA_LITE)


def specification(chart: theme.AnyChart) -> Specification:
    """What Vega-Lite is told of a chart with nbnas' looks."""
    found = themed(chart).to_dict(validate=False)
    return cast(Specification, json.loads(json.dumps(found)))  # nothing of it is shared
