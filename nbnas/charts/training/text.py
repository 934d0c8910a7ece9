"""A text: how it begins, its most frequent tokens, and what looks wrong."""

from collections.abc import Iterator
from typing import Any, cast

import altair as alt

from nbnas.brief import cut
from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lettering import width
from nbnas.charts.training.data import warned
from nbnas.training.data.text_summary import WORDS, TextSummary

LINES, WRAPPED = 8, 640  # of the beginning, and how wide they are
ROW, BAR, LETTERS = 18, 300, 18  # pixels of a token, of the longest bar; letters of a name
_NAMES = {" ": "space", "\n": "end of line", "\t": "tab", "<eos>": "end of line"}


def text(summary: TextSummary) -> theme.AnyChart:
    """Draw what a person wants to see of a text before it is trained on.

    Args:
        summary: The text.

    Returns:
        How it begins, its most frequent tokens, and what looks wrong in words.
    """
    panels: list[theme.AnyChart] = [_beginning(summary), _tokens(summary)]
    if summary.warnings:
        panels.append(warned(summary.warnings))
    return theme.stacked(*panels)


def seen(token: str) -> str:
    """A token as it can be drawn: what nobody would see is named."""
    if token in _NAMES:
        return _NAMES[token]
    return token if token.isprintable() else repr(token)[1:-1]


def wrapped(text: str, most: int = LINES) -> list[str]:
    """The first lines of a text, none wider than there is room; the last ends with dots."""
    lines = [line for each in text.split("\n") for line in _pieces(_printable(each))]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1]} \N{HORIZONTAL ELLIPSIS}"]


def _pieces(line: str) -> Iterator[str]:
    """A line in pieces, cut where there is a space if there is one."""
    while width(line, theme.NORMAL) > WRAPPED:
        fits = next(n for n in range(len(line), 0, -1) if width(line[:n], theme.NORMAL) <= WRAPPED)
        end = line.rfind(" ", 1, fits) if " " in line[1:fits] else fits
        yield line[:end]
        line = line[end:].lstrip(" ")
    yield line


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line)


def _beginning(summary: TextSummary) -> alt.Chart:
    """The first lines."""
    lines = wrapped(summary.beginning)
    said = [{"y": 18 * k + 9, "text": line} for k, line in enumerate(lines)]
    parts = ", ".join(f"{n:,} {word}" for n, word in zip(summary.counts, WORDS, strict=True))
    heading = theme.title("How the text begins", f"{parts} {summary.level}s")
    height = 18 * len(said)
    drawn = Chart(theme.rows(said), width=WRAPPED, height=height, title=heading)
    mark = drawn.mark_text(align="left", color=theme.INK, fontSize=theme.NORMAL, baseline="middle")
    y = alt.Y("y:Q", scale=theme.scale((height, 0)), axis=None)
    return cast(alt.Chart, mark.encode(x=alt.value(0), y=y, text="text:N"))


def _tokens(summary: TextSummary) -> alt.LayerChart:
    """A bar for each of the most frequent tokens."""
    names = [cut(seen(token), LETTERS) for token, _ in summary.tokens]
    start = 10 + max(width(name, theme.NORMAL) for name in names)
    longest = max(share for _, share in summary.tokens)
    rows: theme.Rows = [
        {
            "name": name,
            "left": start - 10,
            "from": start,
            "to": start + BAR * share / longest,
            "end": start + BAR * share / longest + 6,
            "share": f"{100 * share:.1f} %",
            "y": ROW * (k + 0.5),
            "top": ROW * k + 3,
            "bottom": ROW * (k + 1) - 3,
        }
        for k, (name, (_, share)) in enumerate(zip(names, summary.tokens, strict=True))
    ]
    size: dict[str, Any] = {"width": start + BAR + 60, "height": ROW * len(rows)}
    base = Chart(theme.rows(rows))
    x: dict[str, Any] = {"scale": theme.scale((0, size["width"])), "axis": None}
    y: dict[str, Any] = {"scale": theme.scale((size["height"], 0)), "axis": None}
    mark: dict[str, Any] = {"color": theme.INK, "baseline": "middle"}
    middle = alt.Y("y:Q", **y)
    words = base.mark_text(align="right", fontSize=theme.NORMAL, **mark)
    shares = base.mark_text(align="left", fontSize=theme.SMALL, **mark)
    return theme.layered(
        words.encode(x=alt.X("left:Q", **x), y=middle, text="name:N"),
        base.mark_rect(color=theme.BLUE).encode(
            x=alt.X("from:Q", **x), x2="to:Q", y=alt.Y("top:Q", **y), y2="bottom:Q"
        ),
        shares.encode(x=alt.X("end:Q", **x), y=middle, text="share:N"),
        title=theme.title(f"Most frequent {summary.level}s", _guesses(summary)),
        **size,
    )


def _guesses(summary: TextSummary) -> str:
    """What a model has to beat."""
    if summary.level == "character":
        bits = f"{summary.frequency:.2f} bits a character"
        return f"{summary.different:,} different ones; who knows only their shares gets {bits}"
    perplexity = f"a perplexity of {2**summary.frequency:,.0f}"
    return f"{summary.different:,} different ones; who knows only their shares gets {perplexity}"
