"""Charts as pictures, without a browser and without the internet.

vl-convert draws the chart in this process. An SVG is for pages that have a light or a dark theme:
its foreground takes the page's colours through CSS variables (JupyterLab's, else VS Code's, else
the text's colour), and deep colours are lighter in the dark where `STYLE` is on the page. A PNG is
for everywhere else and stands on white.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator

import altair as alt
import vl_convert

from nbnas.charts import lettering, theme
from nbnas.charts.config import themed

VEGA_LITE = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
FOREGROUND = "var(--jp-ui-font-color1, var(--vscode-editor-foreground, currentColor))"
BACKGROUND = "var(--jp-layout-color0, var(--vscode-editor-background, Canvas))"

_PAGE = {theme.INK: FOREGROUND, theme.PAPER: BACKGROUND} | {
    color: f"var(--nbnas-{color[1:]}, {color})" for color in theme.IN_THE_DARK
}
_DARK = ("[data-jp-theme-light=false]", ".vscode-dark", ".vscode-high-contrast")
_LIGHTER = " ".join(f"--nbnas-{k[1:]}: {v};" for k, v in theme.IN_THE_DARK.items())
_AS_THEY_ARE = " ".join(f"--nbnas-{k[1:]}: initial !important;" for k in theme.IN_THE_DARK)
STYLE = (
    f"{', '.join(f'{where} .nbnas' for where in _DARK)} {{ {_LIGHTER} }}"
    " @media (forced-colors: active) {"  # a system's own few colours stand in the page's place
    " .nbnas { --jp-ui-font-color1: CanvasText; --jp-layout-color0: Canvas }"
    f" @media (prefers-color-scheme: dark) {{ .nbnas {{ {_LIGHTER} }} }}"
    f" @media (prefers-color-scheme: light) {{ .nbnas {{ {_AS_THEY_ARE} }} }} }}"
)

_HEADING = re.compile(r'role-title-(?:text|subtitle)"[^>]*>(.*?)</g>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_IDENTIFIERS = re.compile(r'(id="|url\(#|href="#)([A-Za-z][\w-]*)')


def to_svg(chart: theme.AnyChart) -> str:
    """Draw a chart as SVG in the colours of the page that will hold it.

    Args:
        chart: Any altair chart.

    Returns:
        One `<svg>` element: transparent, as wide as it needs but never wider than its place, with
        identifiers that no other picture on the page has. Text from the data is escaped, and as
        wide as the layout has room for, whatever fonts the page has.
    """
    svg = vl_convert.vegalite_to_svg(_specification(chart), vl_version=VEGA_LITE)
    return _fluid(_unique(in_page_colours(lettering.fixed(svg))))


def headings(svg: str) -> str:
    """The titles and subtitles of a picture, as HTML text: what its panels are, for who sees none.

    Args:
        svg: As `to_svg` draws it.
    """
    said = (" ".join(_TAG.sub(" ", found).split()) for found in _HEADING.findall(svg))
    return ". ".join(text.rstrip(".") for text in said if text)


def to_png(chart: theme.AnyChart, scale: float = 2) -> bytes:
    """Draw a chart as PNG on white.

    Args:
        chart: Any altair chart.
        scale: Pixels for each unit of the chart's size; 2 is sharp on today's screens.

    Returns:
        The file's bytes.
    """
    specification = _specification(chart) | {"background": "white"}
    return _compress(vl_convert.vegalite_to_png(specification, vl_version=VEGA_LITE, scale=scale))


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels, from its header."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _compress(png: bytes) -> bytes:
    """Pack the pixels of a PNG anew: vl-convert packs for speed, at three times the bytes.

    The picture stays the same bit for bit; notebooks hold it.
    """
    chunks = list(_chunks(png))
    pixels = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    kept = [(kind, data) for kind, data in chunks if kind not in (b"IDAT", b"IEND")]
    packed = [*kept, (b"IDAT", zlib.compress(pixels, 6)), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in packed
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each chunk of a PNG."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _specification(chart: theme.AnyChart) -> dict[str, object]:
    return themed(chart).to_dict(validate=False)


def in_page_colours(text: str) -> str:
    """A picture's SVG, or a chart's specification as JSON, in the colours of the page."""
    for color, variable in _PAGE.items():
        text = text.replace(f'"{color}"', f'"{variable}"')
    return text


def _unique(svg: str) -> str:
    """Put a prefix before every identifier, since a page holds many pictures."""
    prefix = "n" + hashlib.blake2s(svg.encode(), digest_size=5).hexdigest()
    return _IDENTIFIERS.sub(rf"\1{prefix}-\2", svg)


def _fluid(svg: str) -> str:
    return svg.replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
