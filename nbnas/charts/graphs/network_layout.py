"""Where the boxes and links of a network are drawn, in pixels with y upwards.

Notation
    line     the boxes of one depth, which is the longest path from the input
    offset   of a box from the middle of its line
    long     a link that skips lines
    track    where long links run down: an x at the left or the right of all boxes; those that are
             on it stand below each other
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nbnas.graphs.architecture import Architecture

LINE, LANE, TRACK = 36.0, 116.0, 11.0  # pixels between lines, boxes of a line, and tracks
MARGIN = 14.0
BOX = (98.0, 22.0)
LEVEL = 4.0  # below or above a box, where a link turns: those that come and those that go differ
SAMPLES, ROUNDING = 6, 4.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a network is drawn, in pixels with y upwards.

    Attributes:
        places: The centre of each vertex.
        links: The points of each edge.
        width: Width that it needs.
        height: Height that it needs.
    """

    places: tuple[Point, ...]
    links: tuple[tuple[Point, ...], ...]
    width: float
    height: float


def plan_of(architecture: Architecture) -> Plan:
    """Place every vertex on the line of its depth, and lead every link around the others.

    Args:
        architecture: Any graph.

    Returns:
        The plan.
    """
    depths = _depths(architecture)
    offsets = _offsets(depths)
    left, right = _sides(architecture, offsets, _long(architecture, depths))
    return _plan(architecture, depths, offsets, (left, right), _link)


def column_of(architecture: Architecture, *, at_the_left: bool) -> Plan:
    """Place the vertices below each other, so that each can be seen from the side.

    Args:
        architecture: Any graph.
        at_the_left: Whether long links go around at the left, else all at the right.

    Returns:
        The plan.
    """
    depths = list(range(len(architecture.nodes)))
    long = _long(architecture, depths)
    sides = (long, []) if at_the_left else ([], long)
    return _plan(architecture, depths, [0.0] * len(depths), sides, _bracket)


def _plan(
    architecture: Architecture,
    depths: Sequence[int],
    offsets: Sequence[float],
    sides: tuple[Sequence[int], Sequence[int]],
    route: Callable[[Point, Point, float | None], tuple[Point, ...]],
) -> Plan:
    """Where all stands, once it is known on which line and at which side, and how links run."""
    lefts, rights = (_tracks(architecture, depths, edges) for edges in sides)
    margins = [MARGIN + TRACK * len(set(found.values())) for found in (lefts, rights)]
    middle = margins[0] + BOX[0] / 2 + max(offsets)
    width = middle + BOX[0] / 2 + max(offsets) + margins[1]
    height = (max(depths) + 1) * LINE
    places = tuple(
        (middle + offset, height - (depth + 0.5) * LINE)
        for offset, depth in zip(offsets, depths, strict=True)
    )
    tracks = {e: margins[0] - TRACK * (i + 1) for e, i in lefts.items()}
    tracks |= {e: width - margins[1] + TRACK * (i + 1) for e, i in rights.items()}
    links = tuple(
        route(places[u], places[v], tracks.get(e))
        for e, (u, v, _) in enumerate(architecture.edges)
    )
    return Plan(places, links, width, height)


def _depths(architecture: Architecture) -> list[int]:
    """The longest path from the input to each vertex; the output lies below all others."""
    depths = [0] * len(architecture.nodes)
    for source, target, _ in architecture.edges:
        depths[target] = max(depths[target], depths[source] + 1)
    depths[-1] = max(*depths[:-1], depths[-1] - 1) + 1
    return depths


def _offsets(depths: Sequence[int]) -> list[float]:
    """The boxes of a line stand side by side around its middle."""
    return [
        LANE * (depths[:v].count(depth) - (depths.count(depth) - 1) / 2)
        for v, depth in enumerate(depths)
    ]


def _sides(
    architecture: Architecture, offsets: list[float], long: list[int]
) -> tuple[list[int], list[int]]:
    """Links that go around at the left, and at the right: where they are, else in turn."""
    left: list[int] = []
    right: list[int] = []
    for edge in long:
        lean = sum(offsets[v] for v in architecture.edges[edge][:2])
        nearer = left if lean < 0 or (lean == 0 and len(left) < len(right)) else right
        nearer.append(edge)
    return left, right


def _long(architecture: Architecture, depths: Sequence[int]) -> list[int]:
    return [e for e, (u, v, _) in enumerate(architecture.edges) if depths[v] - depths[u] > 1]


def _tracks(
    architecture: Architecture, depths: Sequence[int], edges: Sequence[int]
) -> dict[int, int]:
    """The number of each link's track, from 0 beside the boxes; short ones choose first."""
    spans = {
        e: (depths[architecture.edges[e][0]], depths[architecture.edges[e][1]]) for e in edges
    }
    found: dict[int, int] = {}
    for edge in sorted(edges, key=lambda e: (spans[e][1] - spans[e][0], e)):
        start, end = spans[edge]
        taken = {found[o] for o in found if spans[o][0] < end and start < spans[o][1]}
        found[edge] = min(set(range(len(edges))) - taken)
    return found


def _link(start: Point, end: Point, track: float | None) -> tuple[Point, ...]:
    """A link from the bottom of a box to the top of another, straight or around at a side.

    The way to the side lies between two lines of boxes, so that it runs behind none of them.
    """
    first, last = (start[0], start[1] - BOX[1] / 2), (end[0], end[1] + BOX[1] / 2)
    if track is None:
        return first, last
    x, (out, back) = track, (first[1] - LEVEL, last[1] + LEVEL)
    return _rounded(first, ((start[0], out), (x, out), (x, back), (end[0], back)), last)


def _bracket(start: Point, end: Point, track: float | None) -> tuple[Point, ...]:
    """A link straight down, or from the side of a box to the side of another, round a track."""
    if track is None:
        return _link(start, end, None)
    edge = start[0] + math.copysign(BOX[0] / 2, track - start[0])
    out, back = start[1] - LEVEL, end[1] + LEVEL
    return _rounded((edge, out), ((track, out), (track, back)), (edge, back))


def _rounded(first: Point, corners: Sequence[Point], last: Point) -> tuple[Point, ...]:
    """A way from the first point to the last, whose corners are rounded."""
    points = [first]
    for corner, after in zip(corners, (*corners[1:], last), strict=True):
        points += _turn(points[-1], corner, after)
    return (*points, last)


def _turn(before: Point, corner: Point, after: Point) -> tuple[Point, ...]:
    """A rounded corner: a quadratic curve between the points near it."""
    start, end = (_near(corner, point) for point in (before, after))
    steps = [i / SAMPLES for i in range(SAMPLES + 1)]
    return tuple(
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * corner[0] + t**2 * end[0],
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * corner[1] + t**2 * end[1],
        )
        for t in steps
    )


def _near(corner: Point, point: Point) -> Point:
    """The point on the way from a corner that is as far as the rounding reaches."""
    far = math.dist(corner, point) or 1.0
    share = min(ROUNDING / far, 0.5)
    return (
        corner[0] + share * (point[0] - corner[0]),
        corner[1] + share * (point[1] - corner[1]),
    )
