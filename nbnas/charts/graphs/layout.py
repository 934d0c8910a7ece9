"""Where the vertices and edges of a graph are drawn, in pixels with y upwards.

Notation
    span       how many vertices an edge moves ahead; 1 is straight, more is an arc
    side       +1 for an arc above the line of vertices, -1 below
    angle      at which an arc leaves or enters a vertex: the longer the arc, the steeper
"""

import math
from dataclasses import dataclass

from nbnas.graphs.architecture import Architecture

Point = tuple[float, float]
SAMPLES = 24


@dataclass(frozen=True, slots=True)
class Curve:
    """One edge: its points, where its arrow's centre is and points to, where its name goes."""

    points: tuple[Point, ...]
    arrow: Point
    angle: float
    label: Point


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of the vertices, the curves of the edges in order, and the height they need."""

    places: tuple[Point, ...]
    curves: tuple[Curve, ...]
    radius: float
    height: float


def lay_out(
    architecture: Architecture,
    width: float,
    height: float | None,
    small: bool = False,
    below: float = 0.0,
) -> Layout:
    """Lay a graph out on one line with arcs.

    Args:
        architecture: The graph.
        width: Width in pixels.
        height: Height in pixels; `None` for what the arcs need.
        small: For thumbnails: small circles, thin arrows.
        below: Pixels at the bottom that stay empty.

    Returns:
        The layout.
    """
    count = len(architecture.nodes)
    radius = min(9.0 if small else 17.0, width / (3 * count))
    step = (width - 2 * radius - 12) / (count - 1)
    pairs = [(source, target) for source, target, _ in architecture.edges]
    sides = _sides(pairs)
    up, down = _reach(pairs, sides, 1), _reach(pairs, sides, -1)
    lift, margin = min(0.42 * step, 46.0), radius + 8
    needed = (up + down) * lift + 2 * margin + below
    if height is not None and up + down:
        lift = min(lift, (height - below - 2 * margin) / (up + down))
    total = needed if height is None else height
    spare = total - below - (up + down) * lift - 2 * margin
    line = below + spare / 2 + margin + down * lift
    places = tuple((radius + 6 + v * step, line) for v in range(count))
    curves = _curves(pairs, sides, places, lift, radius, 8.0 if small else 11.0)
    return Layout(places, curves, radius, total)


def _sides(pairs: list[tuple[int, int]]) -> list[int]:
    """For each edge +1, -1 or 0 (straight), so that few arcs cross: short ones choose first."""
    sides = [0] * len(pairs)
    arcs = [e for e, (u, v) in enumerate(pairs) if v - u > 1]
    for edge in sorted(arcs, key=lambda e: (pairs[e][1] - pairs[e][0], e)):
        crossing = {
            side: sum(sides[o] == side and _cross(pairs[o], pairs[edge]) for o in arcs)
            for side in (1, -1)
        }
        sides[edge] = 1 if crossing[1] <= crossing[-1] else -1
    return sides


def _cross(one: tuple[int, int], two: tuple[int, int]) -> bool:
    (a, b), (c, d) = sorted((one, two))
    return a < c < b < d


def _reach(pairs: list[tuple[int, int]], sides: list[int], side: int) -> int:
    """How far arcs go on a side, in units of lift; the longest one decides."""
    spans = [v - u for (u, v), s in zip(pairs, sides, strict=True) if s == side]
    return max(spans, default=0)


def _curves(
    pairs: list[tuple[int, int]],
    sides: list[int],
    places: tuple[Point, ...],
    lift: float,
    radius: float,
    head: float,
) -> tuple[Curve, ...]:
    curves = []
    for (source, target), side in zip(pairs, sides, strict=True):
        start, end = places[source], places[target]
        if not side:
            curves.append(_straight(start, end, radius, head))
            continue
        leaves = _angle(source, (source, target), pairs, sides, side)
        enters = _angle(target, (source, target), pairs, sides, side)
        top = side * lift * (target - source) * 4 / 3
        control = (start[0] + abs(top) / math.tan(leaves), start[1] + top)
        other = (end[0] - abs(top) / math.tan(enters), end[1] + top)
        curves.append(_arc((start, control, other, end), radius, head, side))
    return tuple(curves)


def _angle(
    vertex: int,
    pair: tuple[int, int],
    pairs: list[tuple[int, int]],
    sides: list[int],
    side: int,
) -> float:
    """The angle of an arc at one of its ends: by its rank among those on the same side there."""
    end = 0 if vertex == pair[0] else 1
    spans = sorted(
        v - u
        for (u, v), s in zip(pairs, sides, strict=True)
        if s == side and (u, v)[end] == vertex
    )
    rank = spans.index(pair[1] - pair[0])
    return math.radians(52 + 28 * rank / max(len(spans) - 1, 1) if len(spans) > 1 else 58)


def _straight(start: Point, end: Point, radius: float, head: float) -> Curve:
    first, last = start[0] + radius, end[0] - radius
    points = ((first, start[1]), (last - head * 0.7, end[1]))
    middle = ((first + last - head) / 2, start[1] + 11)
    return Curve(points, (last - head * 0.55, end[1]), 90.0, middle)


def _arc(
    controls: tuple[Point, Point, Point, Point], radius: float, head: float, side: int
) -> Curve:
    first = _where(controls, controls[0], radius, 0.0, 0.5)
    last = _where(controls, controls[3], radius + head * 0.7, 1.0, 0.5)
    points = [_bezier(controls, first + (last - first) * i / SAMPLES) for i in range(SAMPLES + 1)]
    end, tip = controls[3], points[-1]
    towards = (end[0] - tip[0], end[1] - tip[1])
    reach = (radius + head * 0.55) / math.hypot(*towards)
    arrow = (end[0] - towards[0] * reach, end[1] - towards[1] * reach)
    top = _bezier(controls, 0.5)
    angle = math.degrees(math.atan2(*towards))
    return Curve(tuple(points), arrow, angle, (top[0], top[1] + side * 11))


def _where(
    controls: tuple[Point, Point, Point, Point],
    center: Point,
    distance: float,
    inside: float,
    outside: float,
) -> float:
    """The parameter at which a curve is at a distance from one of its ends, by bisection."""
    for _ in range(20):
        middle = (inside + outside) / 2
        if math.dist(_bezier(controls, middle), center) < distance:
            inside = middle
        else:
            outside = middle
    return outside


def _bezier(controls: tuple[Point, Point, Point, Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(w * p[0] for w, p in zip(weights, controls, strict=True))
    return x, sum(w * p[1] for w, p in zip(weights, controls, strict=True))
