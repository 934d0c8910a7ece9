"""What is written into a relaxed cell and above it: names, what would be kept, and the legend.

Notation
    two inputs   a cell of a genotype: it reads what two cells before it gave, and each of its
                 vertices keeps two edges; a cell of one input keeps all of its edges
    box          the place that a word takes: left, bottom, right and top in pixels
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt

from nbnas.charts import lettering, theme
from nbnas.charts.graphs.layout import Point
from nbnas.graphs.architecture import ZERO
from nbnas.records import CellWeights

EQUAL = 1e-6  # by which weights differ that are the same
INPUTS = 2  # of a vertex of a genotype
FEW = 8  # edges whose operation is named, and operations in one line
_ENDS = ("k\N{MINUS SIGN}2", "k\N{MINUS SIGN}1")  # what a genotype's cell reads
_ALONG = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)  # where on an edge a word may stand
_GAP, _HIGH = 3.0, 13.0  # pixels between a word and its ribbon, and of its height
_APART = 2.0  # pixels beside a word that stay free
Box = tuple[float, float, float, float]


def heading_of(weights: CellWeights) -> str:
    """The name of a cell as a title."""
    return "The relaxed cell" if weights.name == "cell" else f"The relaxed {weights.name} cell"


def vertices(weights: CellWeights) -> tuple[str, ...]:
    """The names of a cell's vertices, each before those that its edges enter."""
    depths = dict.fromkeys((name for edge in weights.edges for name in edge), 0)
    for _ in depths:  # no path is longer
        for source, target in weights.edges:
            depths[target] = max(depths[target], depths[source] + 1)
    return tuple(sorted(depths, key=depths.__getitem__))  # of equal ones the first named


def has_two_inputs(weights: CellWeights) -> bool:
    """Whether it is a cell of a genotype, which nothing but its output joins."""
    sources = {name for edge in weights.edges for name in edge}
    return len(sources - {target for _, target in weights.edges}) == INPUTS


def kept(weights: CellWeights, edge: int) -> str:
    """The operation of an edge that would be kept; empty where all weigh the same.

    It is the strongest but "none", as Liu et al. (DARTS, ICLR 2019) choose; of equal ones the
    first.
    """
    row = weights.values[edge]
    if max(row) - min(row) < EQUAL and len(row) > 1:
        return ""
    shares = dict(zip(weights.operations, row, strict=True))
    names = [word for word in shares if word != ZERO] or [ZERO]
    return max(names, key=shares.__getitem__)


def kept_edges(weights: CellWeights) -> tuple[bool, ...]:
    """Whether each edge would be kept: of a genotype's vertex the two that are strongest.

    An edge is as strong as the operation that it would keep (Liu et al. 2019, section 2.4). What
    is as strong as the second of a vertex is not told apart, and may be kept.
    """
    if not has_two_inputs(weights):
        return (True,) * len(weights.edges)
    strengths = [
        max(
            (v for word, v in zip(weights.operations, row, strict=True) if word != ZERO),
            default=0.0,
        )
        for row in weights.values
    ]
    into: dict[str, list[float]] = {}
    for (_, target), strength in zip(weights.edges, strengths, strict=True):
        into.setdefault(target, []).append(strength)
    least = {name: sorted(some, reverse=True)[:INPUTS][-1] for name, some in into.items()}
    return tuple(
        strength > least[target] - EQUAL
        for (_, target), strength in zip(weights.edges, strengths, strict=True)
    )


def shown_names(weights: CellWeights) -> dict[str, str]:
    """What is written into the vertices: "in" and "out" where there is one input.

    What a genotype's cell reads is called as in its picture.
    """
    names, entered = vertices(weights), {target for _, target in weights.edges}
    one = len(set(names) - entered) == 1
    ends = {names[0]: "in", names[-1]: "out"} if one else {}
    if names[:INPUTS] == ("0", "1") and has_two_inputs(weights):
        ends = dict(zip(names, _ENDS, strict=False))
    return {name: ends.get(name, _short(name)) for name in names}


def percent(share: float) -> str:
    """A weight in words."""
    return f"{100 * share:.0f} %"


def looks(operations: Sequence[str], what: str) -> alt.Scale:
    """The colours or dashes of operations by their names: `what` is "color" or "dash"."""
    known = theme.styles(operations).values()
    return alt.Scale(
        domain=[style.name for style in known], range=[getattr(style, what) for style in known]
    )


def solid(operations: Sequence[str]) -> alt.Scale:
    """Stripes are solid, but where an earlier operation has the same colour."""
    known = list(theme.styles(operations).values())
    colors = [style.color for style in known]
    again = [color in colors[:at] for at, color in enumerate(colors)]
    return alt.Scale(
        domain=[style.name for style in known], range=[[6, 3] if it else [1, 0] for it in again]
    )


def legend_of(operations: Sequence[str], **options: Any) -> alt.Legend:  # noqa: ANN401
    """The legend of operations, above what they are in: in two lines where there are many."""
    count = len(operations)
    columns = count if count < FEW else math.ceil(count / 2)
    shape: dict[str, Any] = {"orient": "top", "offset": 4, "symbolType": "stroke"}
    return alt.Legend(title=None, columns=columns, **shape, **options)


def beside(
    path: Sequence[Point], text: str, far: float, taken: list[Box]
) -> dict[str, Any] | None:
    """A word outside of an edge, at the first place along it that is free.

    Args:
        path: The edge's points.
        text: The word.
        far: Pixels from the middle of the edge to its rim.
        taken: What is taken; the word's box is added.

    Returns:
        Its row; `None` where there is no room.
    """
    wide = lettering.width(text, theme.SMALL) + 2 * _APART
    middle = path[len(path) // 2][1] - path[0][1]
    side = 1 if middle >= -1 else -1
    for share in _ALONG:
        x, y = _at(path, share)
        center = y + side * (far + _GAP + _HIGH / 2)
        box = (x - wide / 2, center - _HIGH / 2, x + wide / 2, center + _HIGH / 2)
        if not any(_overlap(box, other) for other in taken):
            taken.append(box)
            return {"x": x, "y": center, "text": text}
    return None


def around(places: Iterable[Point], radius: float) -> list[Box]:
    """The boxes of vertices; their corners are free."""
    r = radius * math.sqrt(0.5)
    return [(x - r, y - r, x + r, y + r) for x, y in places]


def _at(path: Sequence[Point], share: float) -> Point:
    """The point after a share of a path, whose points are about equally far."""
    at = share * (len(path) - 1)
    first = path[math.floor(at)]
    last = path[math.ceil(at)]
    more = at - math.floor(at)
    return first[0] + more * (last[0] - first[0]), first[1] + more * (last[1] - first[1])


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _short(name: str) -> str:
    return name.removeprefix("c_").strip("{}").replace("-", "\N{MINUS SIGN}")
