"""Architectures of named choices as tables: a line for each choice, a column for each of them.

The darker the field of an ordered choice, the later its option stands; options that have no order
have colours. Ordered are numbers; of a space, what it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from nbnas.charts import theme
from nbnas.charts.chart import Chart
from nbnas.charts.lettering import width
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.settings import joined
from nbnas.graphs.spaces.choice.options import Choice, position
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.values import Value, values_of, write

LINE, GAP, HIGH = 28.0, 6.0, 22.0  # pixels from line to line, between fields, and of a field
NARROWEST, WIDEST = 44.0, 130.0  # pixels of a field
LIGHT, DARK = 0.08, 0.5  # opacity of the first and the last of ordered options
MOST = 8  # options of a choice that are shown
_COLORS = (theme.ORANGE, theme.SKY, theme.GREEN, theme.PURPLE, theme.VERMILLION, theme.BLUE)


@dataclass(frozen=True, slots=True)
class _Field:
    text: str
    color: str
    opacity: float


_Lines = dict[str, list[_Field]]


def chosen(
    architectures: Sequence[Architecture],
    *,
    heading: str = "",
    subtitle: str = "",
    numbered: bool = False,
) -> alt.LayerChart:
    """Draw what some architectures choose.

    Args:
        architectures: At least one architecture of choices; all of the same names. Settings are
            drawn like choices.
        heading: A title; by default how many choices there are.
        subtitle: What is to be seen.
        numbered: Whether the lines have the numbers of the vertices.

    Returns:
        The chart.
    """
    rows = [{**values_of(a.nodes), **dict(a.settings)} for a in architectures]
    lines: _Lines = {}
    for number, name in enumerate(rows[0], 1):
        values = [row[name] for row in rows]
        choice = _seen(values)
        title = f"{number} {name}" if numbered else name
        lines[title] = [_field(choice, write(value)) for value in values]
    words = theme.title(heading or theme.count(len(lines), "choice"), subtitle)
    return _draw(lines, words, heads=len(rows) > 1)


def terse(architecture: Architecture) -> str:
    """What an architecture chooses without the names, but for those of True, False and None.

    Example:
        >>> space = ChoiceSpace(width=(16, 32), activation=("relu", "gelu"), bias=(True, False))
        >>> terse(space.parse("width=16 activation=relu bias=False"))
        '16 relu bias=False'
    """
    values = values_of(architecture.nodes).items()
    plain = {name for name, v in values if v is not None and not isinstance(v, bool)}
    own = " ".join(write(v) if name in plain else f"{name}={v}" for name, v in values)
    return joined(own, architecture.settings)


def options(
    space: ChoiceSpace, architectures: Sequence[Architecture], *, heading: str, subtitle: str = ""
) -> alt.VConcatChart:
    """Draw the options of each choice of a space, and below them what some architectures choose.

    Args:
        space: The space.
        architectures: At least one of its architectures.
        heading: A title for these.
        subtitle: What is to be seen of these.

    Returns:
        The chart.
    """
    offered: _Lines = {}
    chosen: _Lines = {}
    places = [space.encode(a) for a in architectures]
    for number, (name, choice) in enumerate(zip(space.names, space.options, strict=True)):
        fields = [_field(choice, word) for word in choice.words]
        offered[f"{name} {_ORDERED}" if choice.ordered else name] = _few(fields)
        chosen[name] = [fields[row[number]] for row in places]
    ordered = sum(choice.ordered and len(choice.words) > 1 for choice in space.options)
    said = f"{ordered} of them ordered ({_ORDERED}): one edit goes to an option beside it."
    words = theme.title(theme.count(len(offered), "choice"), said if ordered else "")
    below = _draw(chosen, theme.title(heading, subtitle), heads=len(places) > 1)
    return theme.stacked(_draw(offered, words, heads=False), below)


_ORDERED = "\N{LESS-THAN SIGN}"


def _seen(values: Sequence[Value]) -> Choice:
    """The options that were seen of a choice, in their order where they are numbers."""
    known = {write(value): value for value in values}
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in known.values())
    if numbers:
        return Choice(tuple(sorted(known.values(), key=lambda value: float(value or 0))))
    return Choice(tuple(known[word] for word in sorted(known)))


def _field(choice: Choice, word: str) -> _Field:
    place = choice.words.index(word)
    if choice.ordered:
        return _Field(word, theme.BLUE, LIGHT + (DARK - LIGHT) * position(choice, place))
    return _Field(word, _COLORS[place % len(_COLORS)], 0.25)


def _few(fields: list[_Field]) -> list[_Field]:
    if len(fields) <= MOST:
        return fields
    left_out = _Field(f"{len(fields) - MOST + 1} more", theme.GREY, 0.0)
    return [*fields[: MOST - 2], left_out, fields[-1]]


def _draw(lines: _Lines, title: alt.TitleParams, *, heads: bool) -> alt.LayerChart:
    """Lines of fields, with the names at the left, and with numbers above if they have heads."""
    wide = max(width(f.text, theme.SMALL) for fields in lines.values() for f in fields) + 16
    wide = min(max(wide, NARROWEST), WIDEST)
    left = max(width(name, theme.NORMAL) for name in lines) + 14
    count, top = len(lines), LINE * (len(lines) + heads)
    most = max(map(len, lines.values()))
    size = (left + most * (wide + GAP), top)
    columns = [left + GAP / 2 + wide / 2 + i * (wide + GAP) for i in range(most)]
    names: theme.Rows = []
    fields: theme.Rows = []
    for number, (name, row) in enumerate(lines.items()):
        y = LINE * (count - number - 0.5)
        names.append({"x": 0.0, "y": y, "text": name})
        for x, field in zip(columns, row, strict=False):
            text = _fitting(field.text, wide - 8)
            look = {"color": field.color, "opacity": field.opacity}
            fields.append({"x": x, "y": y, "text": text, **look})
    numbers = [{"x": x, "y": top - LINE / 2, "text": str(i)} for i, x in enumerate(columns, 1)]
    return _layers(names, fields, numbers if heads else [], size, wide).properties(title=title)


def _layers(
    names: theme.Rows,
    fields: theme.Rows,
    numbers: theme.Rows,
    size: tuple[float, float],
    wide: float,
) -> alt.LayerChart:
    place = {
        "x": alt.X("x:Q", axis=None, scale=theme.scale((0, size[0]))),
        "y": alt.Y("y:Q", axis=None, scale=theme.scale((0, size[1]))),
    }
    color = alt.Fill("color:N", scale=None, legend=None)
    edge = alt.Stroke("color:N", scale=None, legend=None)
    opacity = alt.FillOpacity("opacity:Q", scale=None, legend=None)
    boxes = Chart(theme.rows(fields)).mark_rect(
        width=wide, height=HIGH, cornerRadius=6, strokeWidth=1.6
    )
    texts = Chart(theme.rows(fields)).mark_text(color=theme.INK, fontSize=theme.SMALL)
    lefts = Chart(theme.rows(names)).mark_text(
        color=theme.INK, fontSize=theme.NORMAL, align="left"
    )
    heads = Chart(theme.rows(numbers)).mark_text(
        color=theme.INK, fontSize=theme.SMALL, opacity=0.8
    )
    above = [heads.encode(**place, text="text:N")] if numbers else []
    return theme.layered(
        boxes.encode(**place, fill=color, stroke=edge, fillOpacity=opacity),
        texts.encode(**place, text="text:N"),
        lefts.encode(**place, text="text:N"),
        *above,
        width=size[0],
        height=size[1],
    )


def _fitting(text: str, room: float) -> str:
    """A text, cut to so many pixels."""
    if width(text, theme.SMALL) <= room:
        return text
    while text and width(f"{text}…", theme.SMALL) > room:
        text = text[:-1]
    return f"{text}…"
