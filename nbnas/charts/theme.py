"""How the charts look: one palette, one set of sizes, one configuration.

Colours are those of Okabe and Ito, which stay apart for every kind of colour vision; whatever a
colour says, a dash or a shape says too. `INK` (text, axes) and `PAPER` (what lies behind) are
placeholders of a kind: `nbnas.charts.render.to_svg` turns them into the colours of the page's
theme, so that the same picture reads well in the light and in the dark.

References:
    Okabe and Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import altair as alt
import numpy as np

from nbnas.charts.chart import Chart, HConcatChart, LayerChart, VConcatChart
from nbnas.graphs.architecture import ZERO
from nbnas.graphs.spaces.darts.genotype import REDUCE

INK = "#1b1f24"
PAPER = "#fffffe"
BLUE = "#0072B2"
ORANGE = "#E69F00"
GREEN = "#009E73"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
GREY = "#8a8f98"
IN_THE_DARK = {BLUE: "#4ba3e3", VERMILLION: "#f58231", GREEN: "#2bbf94"}

FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
SMALL, NORMAL, LARGE = 11, 12, 14
DASHES: tuple[list[int], ...] = ([1, 0], [9, 4], [2, 3], [9, 3, 2, 3], [5, 2], [12, 3, 2, 3, 2, 3])

AnyChart = alt.Chart | alt.LayerChart | alt.ConcatChart | alt.HConcatChart | alt.VConcatChart
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Style:
    """How one operation is drawn: its name for a person, its short name, colour and dash."""

    name: str
    short: str
    color: str
    dash: list[int]


_X = "\N{MULTIPLICATION SIGN}"
NOTHING = "\N{EN DASH}"
_KNOWN = {
    "nor_conv_3x3": Style(f"conv 3{_X}3", f"3{_X}3", BLUE, DASHES[0]),
    "nor_conv_1x1": Style(f"conv 1{_X}1", f"1{_X}1", VERMILLION, DASHES[1]),
    "avg_pool_3x3": Style("avg pool", "pool", GREEN, DASHES[2]),
    "sep_conv_3x3": Style(f"sep conv 3{_X}3", f"sep 3{_X}3", BLUE, DASHES[0]),
    "sep_conv_5x5": Style(f"sep conv 5{_X}5", f"sep 5{_X}5", SKY, DASHES[1]),
    "dil_conv_3x3": Style(f"dil conv 3{_X}3", f"dil 3{_X}3", VERMILLION, DASHES[0]),
    "dil_conv_5x5": Style(f"dil conv 5{_X}5", f"dil 5{_X}5", ORANGE, DASHES[1]),
    "max_pool_3x3": Style("max pool", "max", GREEN, DASHES[4]),
    "skip_connect": Style("skip", "skip", PURPLE, DASHES[3]),
    ZERO: Style("none", NOTHING, GREY, [1, 5]),
}
_OTHERS = (ORANGE, SKY, BLUE, VERMILLION, GREEN, PURPLE)


def styles(operations: Iterable[str]) -> dict[str, Style]:
    """A style for each operation: the known ones have theirs, others get one in sorted order.

    Args:
        operations: Names of operations, in any order, repetitions allowed.

    Returns:
        The known ones that occur, in a fixed order, then the others.

    Example:
        >>> [style.short for style in styles(["none", "gelu", "nor_conv_3x3"]).values()]
        ['3×3', '–', 'gelu']
    """
    names = set(operations)
    known = {name: style for name, style in _KNOWN.items() if name in names}
    of_cells = {name for name in names - set(known) if _is_of_cell(name)}
    plain = names - set(known) - of_cells
    others = plain | {_kind(name) for name in of_cells} - set(_KNOWN)
    own = {
        name: Style(name, name, _OTHERS[i % len(_OTHERS)], DASHES[(5 * i + 4) % len(DASHES)])
        for i, name in enumerate(sorted(others))
    }
    cells = {name: _of_cell(name, _KNOWN | own) for name in sorted(of_cells)}
    return known | cells | {name: style for name, style in own.items() if name in names}


def _kind(name: str) -> str:
    return name.partition(":")[0]


def _is_of_cell(name: str) -> bool:
    kind, _, cell = name.partition(":")
    return (kind in _KNOWN and cell.isalpha()) or cell == REDUCE


def _of_cell(name: str, known: Mapping[str, Style]) -> Style:
    """The style of "sep_conv_3x3:reduce", an operation of one of several cells: with its (r)."""
    kind, _, cell = name.partition(":")
    style = known[kind]
    return replace(style, name=f"{style.name} ({cell[0]})", short=f"{style.short} ({cell[0]})")


def count(number: int, noun: str) -> str:
    """A number and its noun.

    Example:
        >>> count(1, "trial"), count(3, "trial")
        ('1 trial', '3 trials')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def series(names: Sequence[str], looks: Sequence[Any]) -> alt.Scale:
    """Give each name a look by its place, such as a colour; after the last comes the first."""
    return alt.Scale(domain=list(names), range=[looks[i % len(looks)] for i in range(len(names))])


def rows(values: Rows) -> alt.InlineData:
    """Records as the data of a chart; numbers that are none (NaN, infinite) become null.

    They are one JSON text: altair copies its charts deeply, and a text costs nothing to copy.
    """
    plain = [{k: _plain(v) for k, v in row.items()} for row in values]
    return alt.InlineData(values=json.dumps(plain), format=alt.JsonDataFormat(type="json"))


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value


def scale(bounds: Sequence[float], **options: Any) -> alt.Scale:  # noqa: ANN401
    """A scale over exactly these bounds."""
    return alt.Scale(domain=[float(b) for b in bounds], nice=False, zero=False, **options)


def title(text: str, subtitle: str = "") -> alt.TitleParams:
    """A title in words, and below it what is to be seen, in lines."""
    lines = subtitle.split("\n") if "\n" in subtitle else subtitle
    return alt.TitleParams(text=text, subtitle=lines) if subtitle else alt.TitleParams(text)


def note(
    text: str, width: float, height: float, heading: alt.TitleParams | None = None
) -> alt.Chart:
    """A panel that holds only a sentence, for where there is nothing to draw yet."""
    shown = title("") if heading is None else heading
    mark = Chart(rows([{"text": text}]), width=width, height=height, title=shown).mark_text(
        fontSize=NORMAL, opacity=0.75, color=INK, align="left"
    )
    placed = mark.encode(x=alt.value(0), y=alt.value(height / 2), text=alt.Text("text:N"))
    return cast(alt.Chart, placed)


def halo(words: Chart) -> Chart:
    """The same words with a border in the colour of the paper, to lie behind them."""
    mark = words.mark.copy()
    mark.stroke, mark.strokeWidth = PAPER, 4
    return words.properties(mark=mark)


def apart(row: alt.HConcatChart) -> alt.HConcatChart:
    """Panels in a row, each with its own colours: vega would lend all of them those of one."""
    own = row.resolve_scale(
        color="independent", fill="independent", stroke="independent", strokeDash="independent"
    )
    return cast(alt.HConcatChart, own)


def layered(*charts: alt.Chart | alt.LayerChart, **options: Any) -> alt.LayerChart:  # noqa: ANN401
    """Charts over each other."""
    return LayerChart(layer=list(charts), **options)


def beside(*charts: AnyChart, heading: alt.TitleParams | None = None) -> alt.HConcatChart:
    """Charts next to each other, each with scales and legends of its own."""
    if heading is None:
        return HConcatChart(hconcat=list(charts), resolve=_OWN)
    heading["frame"] = "bounds"
    return HConcatChart(hconcat=list(charts), resolve=_OWN, title=heading)


def stacked(*charts: AnyChart) -> alt.VConcatChart:
    """Charts below each other, each with scales and legends of its own."""
    return VConcatChart(vconcat=list(charts), resolve=_OWN)


_OWN: Any = {
    "scale": dict.fromkeys(("color", "shape", "strokeDash", "opacity", "size"), "independent")
}
