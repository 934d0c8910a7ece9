import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace, operations_of

HAMMING = HammingDistance()
CELLS = CellSpace().sample(0, 60)


def test_counts_differing_operations():
    expected = [
        [
            sum(x != y for x, y in zip(operations_of(a), operations_of(b), strict=True))
            for b in CELLS
        ]
        for a in CELLS
    ]
    assert (HAMMING.matrix(CELLS, CELLS) == expected).all()
    assert HAMMING.matrix((), CELLS).shape == (0, 60)


def test_is_a_metric_and_bounds_the_edit_distance():
    assert isinstance(HAMMING, Distance)
    assert HAMMING.is_metric
    d = HAMMING.matrix(CELLS, CELLS)
    assert (d >= EditDistance().matrix(CELLS, CELLS)).all()
    assert (d[:, :, None] <= d[:, None, :] + d.T[None, :, :]).all()


def test_its_kernel_is_positive_definite_for_every_lengthscale():
    d = HAMMING.matrix(CELLS, CELLS)
    for lengthscale in (0.1, 1.0, 10.0, 1000.0):
        assert np.linalg.eigvalsh(np.exp(-d / lengthscale)).min() > -1e-10


def test_explains_by_the_places_that_differ():
    a = Architecture(("input", "x", "output"), ((0, 1, "e"), (1, 2, "e")), "")
    b = Architecture(("input", "y", "output"), ((0, 1, "e"), (0, 2, "e")), "")
    assert HAMMING.explain(a, b) == ((1,), (0, 2), (1, 2))
    assert HAMMING.distance(a, b) == 3


def test_matches_the_output_with_the_output():
    short = Architecture(("input", "output"), ((0, 1, "e"),), "")
    long = Architecture(("input", "x", "output"), ((0, 2, "e"),), "")
    assert HAMMING.explain(short, long) == ((1,),)
