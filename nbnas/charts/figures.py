"""Charts as files, and at the size of a paper.

Notation
    k      points of paper for each pixel of the chart
    W      width of the whole chart, in pixels, with its axes and titles
"""

import copy
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, cast

import altair as alt
import vl_convert

from nbnas.charts import lettering, render, theme
from nbnas.charts.chart import (
    Chart,
    ConcatChart,
    Figure,
    HConcatChart,
    LayerChart,
    VConcatChart,
)
from nbnas.charts.config import themed
from nbnas.checks import FLAG, PATH, real
from nbnas.errors import SettingError, StoreError, shown

Specification = dict[str, Any]
READABLE = 7.0  # points of the smallest letters
WIDTHS = {"single": 85 / 25.4, "double": 174 / 25.4}  # inches
_UNITS = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72}
_LENGTH = re.compile(r"\s*(?P<number>\d+(?:\.\d*)?)\s*(?P<unit>in|cm|mm|pt)\s*")
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
_INCHES, _PPI = real(0.5, most=100), real(10, most=2_400)
TURNS = 3  # after which a layout has the width that is asked for, within a few pixels
NARROW = 0.55  # of panels beside each other: narrower ones stand below each other
LEAST = 90  # pixels of a panel
CLOSE = 3  # pixels
DENSEST = 0.65  # of a drawing, beyond which its words would lie over each other
LOOSE = 1.15  # how much wider than wanted a row may be before its panels stand below each other


def save(
    chart: theme.AnyChart,
    path: str | PathLike[str],
    *,
    width: float | str | None = None,
    title: bool = True,
    ppi: float = 300,
) -> None:
    """Write a chart as a file; see `nbnas.charts.chart.Figure.save`."""
    path = Path(PATH("path", path)).expanduser()
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise SettingError(
            f"expected a file that ends with one of {', '.join(_WRITERS)}, got {shown(path.name)}"
        )
    inches, ppi = None if width is None else inches_of(width), _PPI("ppi", ppi)
    laid, k = laid_out(chart, inches, title=FLAG("title", title))
    content = write(laid, k, ppi)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise StoreError(f"the figure {path} cannot be written: {error}") from error


def to_altair(chart: theme.AnyChart) -> Any:  # noqa: ANN401
    """A chart of altair's own, with the looks of nbnas."""
    return alt.Chart.from_dict({**_specification(chart), "background": "white"})


def figure_of(chart: Any) -> Any:  # noqa: ANN401
    """A chart that can be saved: itself, or the same where it is one of altair's own."""
    if isinstance(chart, Figure):
        return chart
    own = next(mine for theirs, mine in _OWN.items() if isinstance(chart, theirs))
    return own(**chart._kwds)


def inches_of(width: float | str) -> float:
    """A width in inches.

    Raises:
        SettingError: If it is none.
    """
    if not isinstance(width, str):
        return _INCHES("width", width)
    found = _LENGTH.fullmatch(width)
    if found is None and width not in WIDTHS:
        raise SettingError(
            f"expected {', '.join(map(repr, WIDTHS))}, a length such as '8.5 cm' or '240 pt', or "
            f"a number of inches as width, got {width!r:.50}"
        )
    if found is None:
        return WIDTHS[width]
    return _INCHES("width", float(found["number"]) * _UNITS[found["unit"]])


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
    found = {**_specification(chart), "background": "white"}
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
    return _size(_svg({**_looks(), **found}))[0]


def _looks() -> Specification:
    """What the specification of a whole chart has, and that of a part has not."""
    whole = _specification(Chart(theme.rows([])).mark_point())
    return {name: whole[name] for name in ("$schema", "config")}


def _size(svg: str) -> tuple[float, float]:
    size = _SIZE.search(svg)
    assert size is not None
    return float(size[1]), float(size[2])


def _svg(found: Specification) -> str:
    return vl_convert.vegalite_to_svg(found, vl_version=render.VEGA_LITE)


def _resized(svg: str, k: float, unit: str = "") -> str:
    """A picture that says how large it is printed."""
    width, height = _size(svg)
    said = f'width="{k * width:.2f}{unit}" height="{k * height:.2f}{unit}"'
    return _SIZE.sub(said, svg, count=1)


def _as_svg(found: Specification, k: float, _: float) -> bytes:
    return _resized(lettering.fixed(_svg(found)), k, "pt").encode()


def _as_pdf(found: Specification, k: float, _: float) -> bytes:
    return vl_convert.svg_to_pdf(_resized(_svg(found), k))  # its pixels are points


def _as_png(found: Specification, k: float, ppi: float) -> bytes:
    return vl_convert.vegalite_to_png(found, render.VEGA_LITE, scale=k, ppi=ppi)


def _as_html(found: Specification, *_: float) -> bytes:
    html = vl_convert.vegalite_to_html(found, vl_version=render.VEGA_LITE, bundle=True)
    return html.encode()


def _as_json(found: Specification, *_: float) -> bytes:
    return json.dumps(found, indent=1).encode()


def _specification(chart: theme.AnyChart) -> Specification:
    found = themed(chart).to_dict(validate=False)
    return cast(Specification, json.loads(json.dumps(found)))  # nothing of it is shared


_WRITERS: Mapping[str, Callable[[Specification, float, float], bytes]] = {
    ".pdf": _as_pdf,
    ".svg": _as_svg,
    ".png": _as_png,
    ".html": _as_html,
    ".json": _as_json,
}
_OWN: Mapping[type[Any], type[Any]] = {
    alt.Chart: Chart,
    alt.LayerChart: LayerChart,
    alt.ConcatChart: ConcatChart,
    alt.HConcatChart: HConcatChart,
    alt.VConcatChart: VConcatChart,
}
