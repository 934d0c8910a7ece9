"""How wide text is, so that a picture looks alike whatever fonts are where it is seen.

A chart is laid out here, for Arial or a font of the same widths, but its text is set by whoever
opens it. So every text of an SVG says how wide it was meant to be; a wider font, such as DejaVu
Sans, is set narrower there. The text stays text: it can be selected, searched and read aloud.

`widths.json` has the advance widths of Liberation Sans, which are Arial's, in 2048ths of the
font's size: width and characters, for the regular weight (the italic one has the same) and bold.
"""

import functools
import html
import json
import re
import unicodedata
from pathlib import Path

from nbnas.charts import theme

UNITS = 2048  # for one font size
BOLD = 600  # the lightest weight that browsers set in bold where there are two weights
_TEXT = re.compile(r"<(text|tspan)\b([^>]*)>([^<]+)</\1>")
_GROUPED = re.compile(r"<text\b([^>]*)>((?:<tspan\b[^>]*>[^<]*</tspan>)+)</text>")
_SIZE = re.compile(r'\bfont-size="([\d.]+)px"')
_WEIGHT = re.compile(r'\bfont-weight="(\w+)"')
_FAMILY = f' font-family="{theme.FONT}"'


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is in Arial, in the unit of `size`.

    Args:
        text: One line.
        size: Size of the font.
        bold: Whether it is set in bold.

    Returns:
        The sum of the advance widths. A letter that is not in the table counts as one of its
        kind: East Asian ones are as wide as high, marks on other letters have no width.

    Example:
        >>> round(width("30 trials", 12), 1), round(width("30 trials", 12, bold=True), 1)
        (42.0, 45.4)
    """
    table = _table("bold" if bold else "regular")
    return size * sum(table.get(letter) or _other(letter) for letter in text) / UNITS


def fixed(svg: str) -> str:
    """An SVG in which every text has the width that the layout was made for.

    Args:
        svg: As vl-convert draws it.

    Returns:
        The same with `textLength`, and the names of the fonts in one place instead of many.
    """
    svg = _GROUPED.sub(_lines, svg)
    svg = _TEXT.sub(lambda found: _set(found, found[2]), svg)
    return svg.replace(_FAMILY, "").replace("<svg ", f"<svg{_FAMILY} ", 1)


def _lines(found: re.Match[str]) -> str:
    """A text of several lines: each has a width of its own, the size is that of the whole."""
    inner = _TEXT.sub(lambda line: _set(line, found[1]), found[2])
    return f"<text{found[1]}>{inner}</text>"


def _set(found: re.Match[str], style: str) -> str:
    """One line of text with its width; an empty one, or one without a size, as it is."""
    kind, attributes, text = found.groups()
    size, weight = _SIZE.search(style), _WEIGHT.search(style)
    if size is None or "textLength" in attributes or not text.strip():
        return found[0]
    wide = width(html.unescape(text), float(size[1]), bold=_is_bold(weight[1] if weight else ""))
    says = f' textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f"<{kind}{attributes}{says}>{text}</{kind}>"


def _is_bold(weight: str) -> bool:
    return weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= BOLD)


@functools.cache
def _table(weight: str) -> dict[str, int]:
    text = Path(__file__).with_name("widths.json").read_text(encoding="utf-8")
    return {
        letter: int(wide)
        for wide, letters in json.loads(text)[weight].items()
        for letter in letters
    }


def _other(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cc", "Cf", "Mn", "Me"):
        return 0
    return UNITS if unicodedata.east_asian_width(letter) in "WF" else int(0.6 * UNITS)
