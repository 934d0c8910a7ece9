import itertools
import math

import pytest

from nbnas.charts.graphs.layout import lay_out
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import CellSpace


def complete(count):
    edges = tuple((u, v, "tanh") for u in range(count) for v in range(u + 1, count))
    return Architecture(("input", *("sum",) * (count - 2), "output"), edges, "complete")


def closest(one, two):
    return min(math.dist(p, q) for p in one for q in two)


@pytest.mark.parametrize("small", [False, True])
def test_edges_of_a_cell_never_touch(small):
    layout = lay_out(CellSpace().sample(0, 1)[0], 210 if small else 460, None, small)
    for one, two in itertools.combinations(layout.curves, 2):
        assert closest(one.points, two.points) > (2.5 if small else 4)


@pytest.mark.parametrize("count", [2, 3, 6, 10])
def test_no_two_edges_run_over_each_other(count):
    layout = lay_out(complete(count), 700, None)
    for one, two in itertools.combinations(layout.curves, 2):
        near = sum(closest([p], two.points) < 2 for p in one.points)
        assert near <= 4  # a crossing, not a common course


@pytest.mark.parametrize("count", [2, 4, 10])
@pytest.mark.parametrize("height", [None, 170])
def test_everything_is_inside(count, height):
    layout = lay_out(complete(count), 460, height)
    points = [p for curve in layout.curves for p in (*curve.points, curve.label)]
    assert all(0 <= x <= 460 and 0 <= y <= layout.height for x, y in points)


def test_arrows_point_at_their_target():
    layout = lay_out(complete(5), 460, None)
    pairs = [(u, v) for u, v, _ in complete(5).edges]
    for (_, target), curve in zip(pairs, layout.curves, strict=True):
        x, y = layout.places[target]
        towards = math.degrees(math.atan2(x - curve.arrow[0], y - curve.arrow[1]))
        assert towards == pytest.approx(curve.angle, abs=1e-6)
