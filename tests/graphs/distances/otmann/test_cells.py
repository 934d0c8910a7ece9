from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.distances.otmann.paths import layer_table
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.layer_graph import layer_graph
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace

CELLS = {
    "nas-bench-201": CellSpace().sample(0, 14),
    "nas-bench-101": DagSpace().sample(0, 14),
    "recurrent": RecurrentSpace(nodes=(3, 18)).sample(0, 14),
}
cells = pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)


@cells
def test_distances_of_cells_are_those_of_a_linear_programme_and_of_pot(cells, by_linprog, by_pot):
    first, second = cells[:8], cells[6:]
    distances = OtmannDistance(structure=0.3).matrix(first, second)
    assert len(np.unique(distances)) > 10
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            assert distances[i, j] == pytest.approx(by_linprog(a, b, 0.3), rel=1e-8, abs=1e-8)
            if layer_table(a).masses.any() or layer_table(b).masses.any():
                assert distances[i, j] == pytest.approx(by_pot(a, b, 0.3), rel=1e-8, abs=1e-8)


@cells
@pytest.mark.parametrize("normalized", [False, True])
def test_on_cells_it_is_symmetric_and_zero_on_itself(cells, normalized):
    d = OtmannDistance(normalized=normalized)
    matrix = d.matrix(cells, cells)
    assert (matrix == matrix.T).all()
    assert (matrix.diagonal() == 0).all()
    np.testing.assert_allclose(d.matrix(cells[9:], cells[:9]), matrix[9:, :9], rtol=1e-12)
    for a in cells[:5]:
        assert d.distance(a, replace(a, text="a copy")) == pytest.approx(0, abs=1e-9)
    assert not normalized or matrix.max() <= 1


@cells
def test_on_cells_the_raw_distance_obeys_the_triangle_rule(cells):
    m = OtmannDistance().matrix(cells, cells)
    assert OtmannDistance().obeys_triangle
    assert (m[:, None, :] - m[:, :, None] - m[None, :, :]).max() <= 1e-9 * m.max()


def renumbered_cell(a, rng):
    """The same cell with its inner vertices in another topological order."""
    graph = nx.DiGraph([(u, v) for u, v, _ in a.edges])
    inner = graph.subgraph(range(1, len(a.nodes) - 1)).copy()
    inner.add_nodes_from(range(1, len(a.nodes) - 1))
    keys = rng.random(len(a.nodes))
    order = [0, *nx.lexicographical_topological_sort(inner, key=keys.__getitem__)]
    new = {v: i for i, v in enumerate([*order, len(a.nodes) - 1])}
    edges = sorted((new[u], new[v], word) for u, v, word in a.edges)
    return Architecture(tuple(a.nodes[v] for v in new), tuple(edges), "renumbered")


@cells
def test_on_cells_it_is_zero_for_a_renumbering(cells):
    rng = np.random.default_rng(0)
    moved = [renumbered_cell(a, rng) for a in cells]
    if cells is not CELLS["nas-bench-201"]:  # whose vertices all lie on one path
        assert sum(a.edges != b.edges for a, b in zip(cells, moved, strict=True)) >= 2
    for a, b in zip(cells, moved, strict=True):
        assert OtmannDistance().distance(a, b) == pytest.approx(0, abs=1e-9)


def test_cells_of_exchanged_branches_are_the_same():
    parse = CellSpace().parse
    a = parse("|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|nor_conv_1x1~1|none~2|")
    b = parse("|skip_connect~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|nor_conv_1x1~2|")
    assert OtmannDistance().distance(a, b) == pytest.approx(0, abs=1e-9)


def test_a_distance_of_cells_by_hand():
    a = cell(["none", "none", "none", "nor_conv_3x3", "none", "none"])
    b = cell(["none", "none", "none", "nor_conv_1x1", "none", "none"])
    nothing = cell(["none"] * 6)
    skip = cell(["none", "none", "none", "skip_connect", "none", "none"])
    d = OtmannDistance()
    assert d.distance(a, b) == pytest.approx(0.2)
    assert d.distance(a, nothing) == pytest.approx(1.2)  # the operation and a tenth at each end
    assert d.distance(a, skip) == pytest.approx(2)
    assert d.distance(skip, nothing) == pytest.approx(1.2)


@cells
def test_an_explanation_of_cells_adds_up(cells):
    d = OtmannDistance()
    for a, b in zip(cells[::2], cells[1::2], strict=True):
        plan = d.explain(a, b)
        assert plan.distance == pytest.approx(d.distance(a, b), rel=1e-9, abs=1e-12)
        assert len(plan.masses[0]) == len(layer_graph(a).nodes)
        assert plan.masses[1] == tuple(layer_table(b).masses)
