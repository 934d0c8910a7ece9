import itertools
import math

import networkx as nx
import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.path import PathDistance, paths
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import rnn

PATH = PathDistance()
CELLS, DAGS = CellSpace(), DagSpace()


def by_networkx(a):
    """The paths by an independent library: all simple paths, read off one by one."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(a.nodes)))
    graph.add_edges_from((u, v, {"word": x}) for u, v, x in a.edges if x != "none")
    found = set()
    for way in nx.all_simple_paths(graph, 0, len(a.nodes) - 1):
        words = [graph.edges[pair]["word"] for pair in itertools.pairwise(way)]
        linked = set(words) == {LINK}
        found.add(tuple(a.nodes[v] for v in way[1:-1]) if linked else tuple(words))
    return found


@pytest.mark.parametrize("space", [CELLS, DAGS], ids=repr)
def test_paths_are_those_of_networkx(space):
    for a in space.sample(0, 200):
        assert paths(a) == by_networkx(a)
        assert paths(a, 2) == {path for path in by_networkx(a) if len(path) <= 2}


@pytest.mark.parametrize("distance", [PATH, PathDistance(2), PathDistance(0)], ids=repr)
@pytest.mark.parametrize("space", [CELLS, DAGS], ids=repr)
def test_is_a_pseudo_metric_that_counts_what_it_explains(space, distance):
    assert isinstance(distance, Distance)
    assert not distance.is_metric
    some = space.sample(1, 40)
    d = distance.matrix(some, some)
    assert (np.diag(d) == 0).all()
    assert (d == d.T).all()
    assert (d[:, :, None] <= d[:, None, :] + d.T[None, :, :]).all()
    for i, a in enumerate(some[:12]):
        for j, b in enumerate(some[:12]):
            why = distance.explain(a, b)
            assert d[i, j] == distance.distance(a, b) == len(why.only_a) + len(why.only_b)
            assert {*why.only_a, *why.both} == paths(a, distance.max_length)
            assert {*why.only_b, *why.both} == paths(b, distance.max_length)


def test_matrix_has_both_shapes():
    a, b = (*CELLS.sample(0, 3), *DAGS.sample(0, 2)), (*CELLS.sample(1, 4), *DAGS.sample(1, 3))
    expected = [[PATH.distance(x, y) for y in b] for x in a]
    assert (PATH.matrix(a, b) == expected).all()
    assert (PATH.matrix(b, a) == np.transpose(expected)).all()
    assert PATH.matrix(a, ()).shape == (5, 0)
    dead = CELLS.parse("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")
    assert PATH.matrix([dead], [dead]).tolist() == [[0]]


@pytest.mark.parametrize("space", [CELLS, DAGS], ids=repr)
def test_is_positive_semi_definite_at_every_lengthscale(space):
    assert PATH.max_lengthscale == math.inf
    some = space.sample(2, 200)
    d = PATH.matrix(some, some)
    for lengthscale in (0.3, 1.0, 10.0, 1000.0):
        assert np.linalg.eigvalsh(np.exp(-d / lengthscale)).min() > -1e-10


def test_zero_cuts_and_identity_counts():
    cell = CELLS.parse(
        "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_1x1~2|"
    )
    assert paths(cell) == {("skip_connect",), ("nor_conv_3x3", "skip_connect", "nor_conv_1x1")}
    assert paths(cell, 1) == {("skip_connect",)}


def test_explains_in_words():
    a = DAGS.parse("maxpool3x3,conv1x1-bn-relu|0-1,0-2,1-3,2-3")
    b = DAGS.parse("maxpool3x3|0-1,0-2,1-2")
    assert str(PATH.explain(a, b)).splitlines() == [
        "only a: input → conv1x1-bn-relu → output",
        "only b: input → output",
        "both: input → maxpool3x3 → output",
    ]


def test_different_cells_may_have_the_same_paths():
    a = DAGS.parse("maxpool3x3,maxpool3x3|0-1,0-2,1-3,2-3")
    b = DAGS.parse("maxpool3x3|0-1,1-2")
    assert a.canonical != b.canonical
    assert PATH.distance(a, b) == 0


@pytest.mark.parametrize("length", [-1, 1.5, True, "2"])
def test_refuses_a_length_that_is_none(length):
    with pytest.raises(SettingError, match="max_length"):
        PathDistance(length)


def test_refuses_too_many_paths():
    size = 24
    edges = [(u, v, f"op{u % 7}") for u in range(size) for v in range(u + 1, size)]
    big = Architecture(("input", *["sum"] * (size - 2), "output"), tuple(edges), "big")
    with pytest.raises(ArchitectureError, match="max_length"):
        PATH.distance(big, big)
    assert len(paths(big, 2)) == 1 + 7


def test_recurrent_cells_have_paths_of_operations_from_every_input():
    assert paths(rnn()) == {
        ("linear", "activation_tanh"),
        ("h_prev_0", "linear", "activation_tanh"),
    }
