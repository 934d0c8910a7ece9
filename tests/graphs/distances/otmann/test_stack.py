import numpy as np
import pytest

from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.distances.otmann import stack as layer_stack
from nbnas.graphs.distances.otmann.distance import OtmannDistance


def networks(n):
    """Chains that differ in their units and depth."""
    nets = []
    for number in range(n):
        labels = ("image", f"conv3x3:{number + 2}", *["relu"] * (number % 4), "output")
        links = tuple((v, v + 1, LINK) for v in range(len(labels) - 1))
        nets.append(Architecture(labels, links, str(number)))
    return nets


def test_repeated_networks_in_any_order():
    nets = networks(6)
    matrix = OtmannDistance().matrix(nets, nets)
    rows, columns = [3, 0, 3, 5], [5, 1, 0, 0, 2, 3]
    found = OtmannDistance().matrix([nets[i] for i in rows], [nets[j] for j in columns])
    np.testing.assert_allclose(found, matrix[np.ix_(rows, columns)], rtol=1e-12)
    assert OtmannDistance().matrix([], nets).shape == (0, 6)


def test_no_pair_is_solved_twice(monkeypatch):
    solved = []

    def count(x, y, starts, costs):
        solved.append(len(starts) - 1)
        return np.zeros(len(starts) - 1)

    monkeypatch.setattr(layer_stack, "least_costs", count)
    nets = networks(8)
    OtmannDistance().matrix(nets + nets, nets)
    assert sum(solved) == 8 * 7 / 2
    solved.clear()
    OtmannDistance().matrix(nets[:5], nets[3:])
    assert sum(solved) == 5 * 5 - 2 - 1  # not two on the diagonal, nor (4, 3) after (3, 4)


@pytest.mark.slow
def test_processes_find_the_same():
    nets = networks(10)
    one, two = OtmannDistance(), OtmannDistance(workers=2)
    assert one == two  # how it is computed is no part of the distance
    assert (one.matrix(nets, nets[2:]) == two.matrix(nets, nets[2:])).all()
