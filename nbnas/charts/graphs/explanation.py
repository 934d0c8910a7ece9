"""Why two architectures are as far apart as they are: both side by side, and what differs."""

import textwrap
from collections.abc import Sequence
from typing import cast

import altair as alt

from nbnas.brief import told_apart
from nbnas.charts import theme
from nbnas.charts.chart import Chart, HConcatChart, VConcatChart
from nbnas.charts.graphs.architecture import architecture as draw_architecture
from nbnas.charts.graphs.choices import chosen
from nbnas.charts.graphs.network_layout import plan_of
from nbnas.charts.graphs.transport import transport
from nbnas.charts.graphs.wording import edit_words, motif_words, path_words
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.distances.distance import Explanation
from nbnas.graphs.distances.edit.distance import MAX_VERTICES, EditDistance
from nbnas.graphs.distances.edit.script import Edit
from nbnas.graphs.distances.otmann.distance import TransportPlan
from nbnas.graphs.distances.path import PathComparison
from nbnas.graphs.distances.rank import RankDistance
from nbnas.graphs.distances.weisfeiler_lehman import Motifs
from nbnas.graphs.spaces.choice.options import position
from nbnas.graphs.values import is_of_choices, values_of

WIDTH = 330.0  # pixels of a cell with operations at its edges
WIDEST = 700.0  # pixels of both pictures, so that the text has room beside them
TALL = 12  # lines of a list beside a chart, above which it is put into two columns
FEW = 6  # lines of each part of a list
LETTERS = 44  # of a line of words

Place = tuple[int, ...]


def explanation(
    explained: Explanation, also: theme.AnyChart | None = None
) -> alt.LayerChart | alt.HConcatChart | alt.VConcatChart:
    """Draw why two architectures are as far apart as they are.

    Args:
        explained: From `nbnas.graphs.distances.distance.explain`.
        also: A chart to stand below the two pictures, beside the words where there are some.

    Returns:
        The chart: matched layers for a transport plan, the edits for an edit script, and what only
        one of the two has for paths, motifs and places. Of a distance of somebody's own its words.
    """
    pair, found = (explained.first, explained.second), explained.found
    match found:
        case TransportPlan():
            matched = transport(*pair, found)
            return matched if also is None else theme.stacked(matched, also)
        case PathComparison():
            paths = [[path_words(path) for path in some] for some in
                     (found.only_a, found.only_b, found.both)]  # fmt: skip
            return only(*pair, paths, "path", "Operations from the input to the output.", also)
        case Motifs():
            motifs = [[motif_words(label, n) for label, n in some] for some in
                      (found.first, found.second, found.both)]  # fmt: skip
            said = "What an [operation] reads → and who reads it."
            return only(*pair, motifs, "motif", said, also)
        case tuple() if not found or not all(isinstance(each, str) for each in found):
            shares = _shares(explained)
            return edits(*pair, found, exact=_is_exact(explained), also=also, shares=shares)
    return _beside(pair, ("The first", "The second"), [_own(explained)], also=also)


def edits(
    first: Architecture,
    second: Architecture,
    script: Sequence[Edit | Place],
    *,
    exact: bool = True,
    also: theme.AnyChart | None = None,
    shares: Sequence[float] = (),
) -> alt.HConcatChart | alt.VConcatChart:
    """Draw two architectures side by side, and say what turns the one into the other.

    Args:
        first: The one architecture.
        second: The other.
        script: The edits, or just the vertices `(v,)` and edges `(u, v)` that differ.
        exact: Whether no fewer edits would do.
        also: A chart to stand beside the words, below the pictures.
        shares: How much of the distance is owed to each place, where somebody knows.

    Returns:
        The chart.
    """
    if all(is_of_choices(each.nodes) for each in (first, second)) and _are_places(script):
        return _choices((first, second), cast(Sequence[Place], script), shares, also)
    count = theme.count(len(script), "edit")
    said = [edit_words(edit, first, second) for edit in script]
    words = _lines(
        f"The {count}{'' if exact else ' (fewer may do)'}",
        said or ["nothing: they are equal up to numbering"],
        "Numbers are those of the first; further ones are new.",
    )
    numbered = (True, _are_places(script))
    headings = ("From", f"To, by {count}")
    return _beside((first, second), headings, [words], numbered, also)


def only(
    first: Architecture,
    second: Architecture,
    parts: Sequence[Sequence[str]],
    noun: str,
    subtitle: str,
    also: theme.AnyChart | None = None,
) -> alt.HConcatChart | alt.VConcatChart:
    """Draw two architectures side by side, and list what one, the other and both of them have.

    Args:
        first: The one architecture.
        second: The other.
        parts: What only the first, only the second, and both have.
        noun: What is listed, such as "path".
        subtitle: How a line is to be read.
        also: A chart to stand beside the words, below the pictures.

    Returns:
        The chart.
    """
    names = ("Only the first", "Only the second", "Both")
    lists = [
        [f"{name} ({len(part)}):", *(f"· {text}" for text in _few(part))]
        for name, part in zip(names, parts, strict=True)
    ]
    pair, headings = (first, second), ("The first", "The second")
    if _wide(pair) or (also is not None and sum(map(len, lists)) > TALL):
        first_list, *others = lists if _wide(pair) else [lists[0] + lists[1], lists[2]]
        words = [_lines(f"Their {noun}s", first_list, subtitle)]
        words += [_lines(" ", each, " ") for each in others]
        return _beside(pair, headings, words, also=also)
    lines = [line for part in lists for line in part]
    return _beside(pair, headings, [_lines(f"Their {noun}s", lines, subtitle)], also=also)


def _own(explained: Explanation) -> alt.Chart:
    """The words of a distance of somebody's own: a text, several, or the text of a record."""
    found = explained.found
    lines = found if isinstance(found, tuple) else (found,)
    said = [line for each in lines for line in textwrap.wrap(str(each), LETTERS) or [" "]]
    return _lines(f"{explained.value:,.4g} apart", said, type(explained.distance).__name__)


def _choices(
    pair: tuple[Architecture, Architecture],
    places: Sequence[Place],
    shares: Sequence[float],
    also: theme.AnyChart | None,
) -> alt.HConcatChart | alt.VConcatChart:
    """What two architectures choose, where they differ, and by how much, if somebody knows."""
    said = [edit_words(place, *pair) for place in places] or ["they are equal"]
    if shares:
        pairs = zip(said, shares, strict=True)
        said = [f"{words} ({share:.3g} apart)" for words, share in pairs]
    subtitle = f"{sum(shares):.3g} apart in all" if shares else ""
    words = _lines(theme.count(len(places), "difference"), said, subtitle)
    if len({tuple(values_of(each.nodes)) for each in pair}) > 1:  # of two spaces
        return _beside(pair, ("The first", "The second"), [words], also=also)
    both = chosen(pair, heading="The first and the second")  # an option has one colour
    return theme.beside(both, words, *([] if also is None else [also]))


def _are_places(script: Sequence[Edit | Place]) -> bool:
    return not any(isinstance(edit, Edit) for edit in script)


def _shares(explained: Explanation) -> tuple[float, ...]:
    """How far apart what is chosen stands in each choice that differs; none where nobody knows."""
    distance = explained.distance
    if not isinstance(distance, RankDistance) or not isinstance(explained.found, tuple):
        return ()
    pairs = zip(*map(distance.space.encode, (explained.first, explained.second)), strict=True)
    apart = [
        abs(position(choice, a) - position(choice, b)) if choice.ordered else 1.0
        for choice, (a, b) in zip(distance.space.options, pairs, strict=True)
    ]
    return tuple(apart[place[0] - 1] for place in explained.found)


def _is_exact(explained: Explanation) -> bool:
    vertices = max(len(explained.first.nodes), len(explained.second.nodes))
    bound = isinstance(explained.distance, EditDistance) and explained.distance.approximate
    return not bound or vertices <= MAX_VERTICES


def _beside(
    pair: tuple[Architecture, Architecture],
    headings: tuple[str, str],
    words: Sequence[alt.Chart],
    numbered: tuple[bool, bool] = (False, False),
    also: theme.AnyChart | None = None,
) -> alt.HConcatChart | alt.VConcatChart:
    """Both pictures, each with the colours of its own operations, and the text where it fits."""
    pictures = [
        draw_architecture(each, width=WIDTH, heading=heading, numbered=on)
        for each, heading, on in zip(pair, headings, numbered, strict=True)
    ]
    if not _wide(pair) and also is None:
        return theme.apart(HConcatChart(hconcat=[*pictures, *words], spacing=24))
    above = theme.apart(HConcatChart(hconcat=pictures, spacing=24))
    if _wide(pair) and len(words) > 1 and also is not None:
        below = HConcatChart(hconcat=words, spacing=24)
        return VConcatChart(vconcat=[above, below, also], spacing=20)
    rest = [*words, *([] if also is None else [also])]
    last = theme.apart(HConcatChart(hconcat=rest, spacing=24))
    return VConcatChart(vconcat=[above, last], spacing=20)


def _wide(pair: Sequence[Architecture]) -> bool:
    return sum(plan_of(x).width if _is_network(x) else WIDTH for x in pair) > WIDEST


def _is_network(architecture: Architecture) -> bool:
    return has_vertex_operations(architecture) and not is_of_choices(architecture.nodes)


def _few(texts: Sequence[str]) -> list[str]:
    shown = told_apart(texts[:FEW], 60)
    return [*shown, f"… and {len(texts) - FEW} more"] if len(texts) > FEW else shown


def _lines(heading: str, lines: Sequence[str], subtitle: str) -> alt.Chart:
    """A panel of text, line by line."""
    data = theme.rows([{"line": i, "text": text} for i, text in enumerate(lines)])
    words = theme.title(heading, subtitle)
    chart = Chart(data, width=270, height=16 * len(lines), title=words)
    mark = chart.mark_text(align="left", color=theme.INK, fontSize=theme.SMALL)
    encoded: alt.Chart = mark.encode(x=alt.value(0), y=alt.Y("line:O", axis=None), text="text:N")
    return encoded
