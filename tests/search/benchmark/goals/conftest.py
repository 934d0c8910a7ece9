"""A table of small cells with two further goals."""

import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Measure
from nbnas.search.benchmark.goals.further import Further
from nbnas.search.benchmark.table import BenchmarkTable
from nbnas.search.benchmark.unit import PERCENT

SPACE = CellSpace(("none", "skip_connect", "nor_conv_3x3"))
CELLS = list(SPACE)
SLOW = Measure("ms", "ms", maximize=False, lower=0)
MORE = Measure("more")


def convolutions(cell):
    return str(cell).count("3x3")


VALUES = {a: 40.0 + 8 * convolutions(a) + i / 1000 for i, a in enumerate(CELLS)}
TIMES = {a: 1.0 + convolutions(a) + (i * 7 % 11) / 10 for i, a in enumerate(CELLS)}


def made(known=False, **changed):
    further = changed.pop("further", (Further(SLOW, TIMES, known),))
    return BenchmarkTable("valid", SPACE, VALUES, PERCENT, further=further, **changed)


@pytest.fixture
def table():
    return made()
