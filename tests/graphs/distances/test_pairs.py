import numpy as np
import pytest

from nbnas.graphs.distances.pairs import Pairs
from nbnas.graphs.spaces.cell import CellSpace

CELLS = CellSpace().sample(0, 12)


class Counting:
    """Distances that the texts of two cells make, and how often each pair was asked for."""

    def __init__(self, pairs):
        self.pairs = pairs
        self.asked = []

    def __call__(self, row, columns):
        a = self.pairs.first[row]
        others = [self.pairs.second[column] for column in columns]
        self.asked += [frozenset((a, b)) for b in others]
        return np.array([made_up(a, b) for b in others])


def made_up(a, b):
    return 0.0 if a == b else float(len({*str(a)} | {*str(b)}) + len(str(a)) + len(str(b)))


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (range(6), range(6)),
        (range(4), range(2, 9)),
        ([3, 0, 3, 5], [5, 1, 0, 0, 2, 3]),
        ([0], [0]),
        (range(5), range(6, 9)),
    ],
)
def test_each_pair_is_solved_once(rows, columns):
    a, b = [CELLS[i] for i in rows], [CELLS[j] for j in columns]
    pairs = Pairs.of(a, b)
    solver = Counting(pairs)
    found = pairs.spread(pairs.solve(solver, 1))
    assert found.tolist() == [[made_up(x, y) for y in b] for x in a]
    different = {frozenset((x, y)) for x in a for y in b if x != y}
    assert sorted(map(sorted_texts, solver.asked)) == sorted(map(sorted_texts, different))


def sorted_texts(pair):
    return sorted(map(str, pair))
