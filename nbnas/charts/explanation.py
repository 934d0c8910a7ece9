"""Why two architectures are as far apart as they are: both side by side, and what matches what."""

from collections.abc import Sequence
from typing import Any, Protocol

import altair as alt

from nbnas.charts import theme
from nbnas.charts.architecture import architecture as draw_architecture
from nbnas.charts.network import box_rows, draw, kind_of, kinds, link_rows, places
from nbnas.charts.network_layout import BOX, Plan, plan_of
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distance import Explanation
from nbnas.graphs.otmann import TransportPlan
from nbnas.graphs.path import PathComparison
from nbnas.graphs.weisfeiler_lehman import Motifs

GAP = 130.0  # pixels between two networks, where the matches are drawn
SAME, OTHER = "same kind", "another kind"
THICKEST = 12.0
_TIMES = "\N{MULTIPLICATION SIGN}"


def explanation(explained: Explanation) -> alt.LayerChart | alt.HConcatChart:
    """Draw why two architectures are as far apart as they are.

    Args:
        explained: From `nbnas.graphs.distance.explain`.

    Returns:
        The chart: matched layers for a transport plan, the edits for an edit script, and what only
        one of the two has for paths, motifs and places.
    """
    pair, found = (explained.first, explained.second), explained.found
    match found:
        case TransportPlan():
            return transport(*pair, found)
        case PathComparison():
            paths = (found.only_a, found.only_b, found.both)
            return only(*pair, tuple(map(_paths, paths)), "path")
        case Motifs():
            motifs = (found.first, found.second, found.both)
            return only(*pair, tuple(map(_motifs, motifs)), "motif")
        case tuple():
            return edits(*pair, found)
    raise TypeError(f"expected an explanation that can be drawn, got {type(found).__qualname__}")


class Match(Protocol):
    """A layer of the one network matched with one of the other, with so much mass."""

    @property
    def source(self) -> int: ...  # noqa: D102
    @property
    def target(self) -> int: ...  # noqa: D102
    @property
    def mass(self) -> float: ...  # noqa: D102


class Plans(Protocol):
    """What is drawn of an optimal transport, as `nbnas.graphs.otmann.TransportPlan`."""

    @property
    def matches(self) -> Sequence[Match]: ...  # noqa: D102
    @property
    def label(self) -> float: ...  # noqa: D102
    @property
    def structure(self) -> float: ...  # noqa: D102
    @property
    def non_assignment(self) -> float: ...  # noqa: D102


def transport(first: Architecture, second: Architecture, plan: Plans) -> alt.LayerChart:
    """Draw two networks side by side with their layers matched.

    Args:
        first: The one network, at the left.
        second: The other, at the right.
        plan: Which layer matches which, and with how much mass.

    Returns:
        The chart; a match is the thicker the more mass it moves, and orange where the two layers
        are of different kinds.
    """
    left, right = plan_of(first), plan_of(second)
    shift = left.width + GAP
    height = max(left.height, right.height)
    left, right = _raise(left, height), _raise(right, height)
    boxes = box_rows(first, left) + box_rows(second, right, shift)
    links = link_rows(left, name="a") + link_rows(right, shift, "b")
    size = (shift + right.width, height)
    lines, dots = _matches(first, second, left, right, shift, plan.matches, size)
    total = plan.label + plan.structure + plan.non_assignment
    words = theme.title(
        f"Distance {_number(total)}",
        f"{_number(plan.label)} from kinds of layers, {_number(plan.structure)} from their "
        f"places, {_number(plan.non_assignment)} from what is not matched.",
    )
    return draw(boxes, links, size, kinds([first, second]), words, below=[lines], above=[dots])


def edits(first: Architecture, second: Architecture, script: Sequence[Any]) -> alt.HConcatChart:
    """Draw two architectures side by side, and say what turns the one into the other.

    Args:
        first: The one architecture.
        second: The other.
        script: The edits, whose `str` says what they do, or just the vertices `(v,)` and edges
            `(u, v)` that differ.

    Returns:
        The chart.
    """
    said = [_words(edit) for edit in script] or ["nothing: they are equal up to numbering"]
    heading = theme.count(len(script), "edit")
    panels = (
        draw_architecture(first, width=330, heading="From"),
        draw_architecture(second, width=330, heading=f"To, by {heading}"),
    )
    return _side_by_side(*panels, _lines(f"The {heading}", said))


def only(
    first: Architecture,
    second: Architecture,
    parts: Sequence[Sequence[str]],
    noun: str,
) -> alt.HConcatChart:
    """Draw two architectures side by side, and list what one, the other and both of them have.

    Args:
        first: The one architecture.
        second: The other.
        parts: What only the first, only the second, and both have.
        noun: What is listed, such as "path".

    Returns:
        The chart.
    """
    names = ("Only the first", "Only the second", "Both")
    said = [
        line
        for name, found in zip(names, parts, strict=True)
        for line in (f"{name} ({len(found)}):", *(f"· {text}" for text in _few(found)))
    ]
    panels = (
        draw_architecture(first, width=330, heading="The first"),
        draw_architecture(second, width=330, heading="The second"),
    )
    return _side_by_side(*panels, _lines(f"Their {noun}s", said))


def _side_by_side(*panels: theme.AnyChart) -> alt.HConcatChart:
    """Panels in a row, each with the colours of its own operations."""
    return theme.apart(alt.hconcat(*panels, spacing=24))


def _words(edit: object) -> str:
    match edit:
        case (vertex,):
            return f"vertex {vertex} differs"
        case (source, target):
            return f"edge {source}→{target} differs"
    return str(edit)


def _paths(paths: Sequence[Sequence[str]]) -> list[str]:
    return [" → ".join(path) or "straight through" for path in paths]


def _motifs(motifs: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{count} {_TIMES} {label}" for label, count in motifs]


def _number(value: float) -> str:
    """A number with about three digits, and none of them an exponent's."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _few(texts: Sequence[str], most: int = 6) -> list[str]:
    shown = [text if len(text) <= 60 else text[:59] + "…" for text in texts[:most]]
    return [*shown, f"… and {len(texts) - most} more"] if len(texts) > most else shown


def _lines(heading: str, lines: Sequence[str]) -> alt.Chart:
    """A panel of text, line by line."""
    data = theme.rows([{"line": i, "text": text} for i, text in enumerate(lines)])
    chart = alt.Chart(data, width=250, height=18 * len(lines), title=theme.title(heading))
    mark = chart.mark_text(align="left", color=theme.INK, fontSize=theme.SMALL)
    encoded: alt.Chart = mark.encode(x=alt.value(0), y=alt.Y("line:O", axis=None), text="text:N")
    return encoded


def _raise(plan: Plan, height: float) -> Plan:
    """The same plan at the top of a higher picture."""
    up = height - plan.height
    return Plan(
        tuple((x, y + up) for x, y in plan.places),
        tuple(tuple((x, y + up) for x, y in points) for points in plan.links),
        plan.width,
        height,
    )


def _matches(
    first: Architecture,
    second: Architecture,
    left: Plan,
    right: Plan,
    shift: float,
    matches: Sequence[Match],
    size: tuple[float, float],
) -> tuple[alt.Chart, alt.Chart]:
    """Lines between matched layers, to lie behind the boxes, and dots where they end."""
    heaviest = max((m.mass for m in matches), default=1.0)
    rows: theme.Rows = []
    for number, match in enumerate(matches):
        same = kind_of(first.nodes[match.source]) == kind_of(second.nodes[match.target])
        start, end = left.places[match.source], right.places[match.target]
        shared = {
            "match": number,
            "kinds": SAME if same else OTHER,
            "thick": max(1.0, THICKEST * (match.mass / heaviest) ** 0.5),
        }
        rows += [
            {**shared, "t": 0, "x": start[0] + BOX[0] / 2, "y": start[1]},
            {**shared, "t": 1, "x": end[0] + shift - BOX[0] / 2, "y": end[1]},
        ]
    color = alt.Color(
        "kinds:N",
        scale=alt.Scale(domain=[SAME, OTHER], range=[theme.GREEN, theme.ORANGE]),
        legend=alt.Legend(title="matched with", orient="bottom", symbolType="stroke"),
    )
    base = alt.Chart(theme.rows(rows)).encode(**places(size), color=color)
    lines = base.mark_line(opacity=0.45, strokeCap="round").encode(
        strokeWidth=alt.StrokeWidth("thick:Q", scale=None, legend=None),
        detail="match:N",
        order="t:O",
    )
    return lines, base.mark_circle(size=45, opacity=1)
