"""Charts as files, and at the size of a paper.

Notation
    k      points of paper for each pixel of the chart
"""

import json
import re
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

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
from nbnas.charts.layout import SIZE, Specification, laid_out, size, specification, svg
from nbnas.checks import FLAG, PATH, real
from nbnas.errors import SettingError, StoreError, shown

WIDTHS = {"single": 85 / 25.4, "double": 174 / 25.4}  # inches
_UNITS = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72}
_LENGTH = re.compile(r"\s*(?P<number>\d+(?:\.\d*)?)\s*(?P<unit>in|cm|mm|pt)\s*")
_INCHES, _PPI = real(0.5, most=100), real(10, most=2_400)


def save(
    chart: theme.AnyChart,
    path: str | PathLike[str],
    *,
    width: float | str | None = None,
    title: bool = True,
    ppi: float = 300,
) -> None:
    """Write a chart as a file; see `nbnas.charts.chart.Figure.save`."""
    path = PATH("path", path)
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
    return alt.Chart.from_dict({**specification(chart), "background": "white"})


def figure_of(chart: Any) -> Any:  # noqa: ANN401
    """A chart that can be saved: itself, or the same where it is one of altair's own.

    Raises:
        SettingError: If it is of another kind, such as altair's facets.
    """
    if isinstance(chart, Figure):
        return chart
    own = next((mine for theirs, mine in _OWN.items() if isinstance(chart, theirs)), None)
    if own is None:
        kinds = ", ".join(theirs.__name__ for theirs in _OWN)
        raise SettingError(
            f"expected one of altair's {kinds}, got {type(chart).__name__}; its own save writes it"
        )
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


def _resized(picture: str, k: float, unit: str = "") -> str:
    """A picture that says how large it is printed."""
    width, height = size(picture)
    said = f'width="{k * width:.2f}{unit}" height="{k * height:.2f}{unit}"'
    return SIZE.sub(said, picture, count=1)


def _as_svg(found: Specification, k: float, _: float) -> bytes:
    return _resized(lettering.fixed(svg(found)), k, "pt").encode()


def _as_pdf(found: Specification, k: float, _: float) -> bytes:
    return vl_convert.svg_to_pdf(_resized(svg(found), k))  # its pixels are points


def _as_png(found: Specification, k: float, ppi: float) -> bytes:
    return vl_convert.vegalite_to_png(found, render.VEGA_LITE, scale=k, ppi=ppi)


def _as_html(found: Specification, *_: float) -> bytes:
    html = vl_convert.vegalite_to_html(found, vl_version=render.VEGA_LITE, bundle=True)
    return html.encode()


def _as_json(found: Specification, *_: float) -> bytes:
    return json.dumps(found, indent=1).encode()


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
