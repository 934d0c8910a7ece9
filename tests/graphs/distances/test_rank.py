import numpy as np
import pytest

from nbnas.errors import ArchitectureError
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.rank import RankDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.choice.options import Choice
from nbnas.graphs.spaces.choice.space import ChoiceSpace

SPACE = ChoiceSpace(
    depth=(2, 3, 4),
    rate=(0.1, 0.03, 0.01, 0.003, 0.001),
    size=Choice(("s", "m", "l"), ordered=True),
    activation=("relu", "gelu", "tanh"),
    only=(1,),
)
DISTANCE = RankDistance(SPACE)


def by_hand(a, b):
    rates, sizes = (0.1, 0.03, 0.01, 0.003, 0.001), "sml"
    return (
        abs(a["depth"] - b["depth"]) / 2
        + abs(rates.index(a["rate"]) - rates.index(b["rate"])) / 4
        + abs(sizes.index(a["size"]) - sizes.index(b["size"])) / 2
        + (a["activation"] != b["activation"])
    )


def test_is_the_sum_of_what_is_written():
    some, others = SPACE.sample(0, 12), SPACE.sample(1, 9)
    expected = [[by_hand(a, b) for b in others] for a in some]
    assert np.allclose(DISTANCE.matrix(some, others), expected)
    assert DISTANCE.matrix((), others).shape == (0, 9)
    assert (DISTANCE.matrix(some, others) <= HammingDistance().matrix(some, others) + 1e-12).all()


def test_without_an_order_it_is_hammings():
    space = ChoiceSpace(a=("x", "y", "z"), b=(True, False), c=Choice((1, 2, 3), ordered=False))
    every = tuple(space)
    expected = HammingDistance().matrix(every, every)
    assert np.array_equal(RankDistance(space).matrix(every, every), expected)


def test_its_kernel_is_positive_definite():
    every = tuple(SPACE)
    for lengthscale in (0.1, 1, 30):
        kernel = np.exp(-DISTANCE.matrix(every, every) / lengthscale)
        assert np.linalg.eigvalsh(kernel).min() > 0


def test_says_what_differs():
    a, b = SPACE.sample(0, 2)
    names = {SPACE.names[v - 1] for (v,) in DISTANCE.explain(a, b)}
    assert names == {name for name in SPACE.names if a[name] != b[name]}


def test_serves_its_own_space_only():
    mine = SPACE.sample(0, 2)
    turned = ChoiceSpace(rate=(0.1,), depth=(2,), size=("s",), activation=("relu",), only=(1,))
    for other in (CellSpace(), turned):
        with pytest.raises(ArchitectureError, match="expected an architecture of ChoiceSpace"):
            DISTANCE.matrix(mine, other.sample(0, 2))
