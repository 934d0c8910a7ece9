import pytest

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.distances.path import PathDistance
from nbnas.graphs.distances.weisfeiler_lehman import WeisfeilerLehmanDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.knowledge import Knowledge, KnowledgeKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.widgets.graphs.samples import SPACES, distance_of, known_to, more_of, serves, space_of

STRANGE = Architecture(("input", "output"), ((0, 1, "tanh"),), "pair")


@pytest.mark.parametrize("space", SPACES, ids=lambda space: type(space).__name__)
def test_architectures_know_their_space(space):
    assert space_of(space.sample(3, 2)) == space


def test_unknown_ones_have_none():
    assert space_of((STRANGE,)) is None
    assert space_of(()) is None
    assert more_of((STRANGE,), 10) == ()
    assert more_of((), 10) == ()


def test_more_are_new_and_none_twice():
    seen = CellSpace().sample(0, 5)
    more = more_of(seen, 50)
    assert len(set(more)) == len(more) >= 40
    assert not set(more) & set(seen)


def test_the_distance_is_the_kernel_s_own_where_it_has_one():
    cells = CellSpace().sample(0, 4)
    kernel = WeisfeilerLehmanKernel() + DistanceKernel(PathDistance())
    assert distance_of(GaussianProcess(kernel), cells) == PathDistance()
    assert distance_of(GaussianProcess(WeisfeilerLehmanKernel()), cells) == EditDistance()
    assert distance_of(None, CnnSpace().sample(0, 3)) != EditDistance()
    # Exact edits between genotypes of 12 vertices take minutes, and somebody waits for the map.
    assert distance_of(None, DartsSpace().sample(0, 3)) == WeisfeilerLehmanDistance()


def test_a_distance_that_cannot_serve_is_known():
    assert serves(EditDistance(), DagSpace().sample(0, 5))
    assert not serves(EditDistance(), CnnSpace().sample(0, 5))
    assert serves(HammingDistance(), CellSpace().sample(0, 1))


def test_a_model_with_knowledge_is_asked_of_what_it_knows():
    cells = CellSpace().sample(2, 30)
    kernel = KnowledgeKernel(Knowledge(("place",), {a: (float(i),) for i, a in enumerate(cells)}))
    both = kernel + WeisfeilerLehmanKernel(1)
    assert known_to(WeisfeilerLehmanKernel(1)) is None
    assert set(known_to(GaussianProcess(both))) == set(cells)
    more = more_of(cells[:5], 10, model=GaussianProcess(both))
    assert len(more) == 10
    assert set(more) <= set(cells[5:])
