import networkx as nx
import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import Distance
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.edit.search import edit_bounds, fewest_edits
from nbnas.graphs.encoding import encode
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace

EDIT = EditDistance()
SPACE = CellSpace()


def by_networkx(a, b):
    """The exact graph edit distance by an independent library."""
    graphs = []
    for architecture in (a, b):
        graph = nx.DiGraph()
        graph.add_nodes_from((v, {"label": x}) for v, x in enumerate(architecture.nodes))
        graph.add_edges_from((u, v, {"label": x}) for u, v, x in architecture.edges if x != "none")
        graphs.append(graph)

    def ends(attributes):
        return attributes["label"] if attributes["label"] in ("input", "output") else None

    def node_cost(x, y):
        if ends(x) != ends(y):
            return 1000.0  # the ends are matched with the ends
        return float(x["label"] != y["label"])

    return nx.graph_edit_distance(
        *graphs,
        node_subst_cost=node_cost,
        node_del_cost=lambda x: 1000.0 if ends(x) else 1.0,
        node_ins_cost=lambda x: 1000.0 if ends(x) else 1.0,
        edge_subst_cost=lambda x, y: float(x["label"] != y["label"]),
        edge_del_cost=lambda x: 1.0,
        edge_ins_cost=lambda x: 1.0,
    )


def search(a, b):
    """Branch and bound, also where the distance tries all renumberings."""
    vertices = max(len(a.nodes), len(b.nodes))
    return fewest_edits(encode(a, vertices), encode(b, vertices), vertices)


def edited(a, rng, times):
    """The graph with a new operation at some edges: no fewer edits bring that one in."""
    edges = list(a.edges)
    for i in rng.choice(len(edges), size=times, replace=False):
        edges[i] = (*edges[i][:2], "other")
    return Architecture(a.nodes, tuple(edges), "")


def test_equals_networkx_on_random_graphs(rng, random_graph):
    for _ in range(200):
        a, b = (random_graph(rng, int(rng.integers(2, 6))) for _ in range(2))
        exact = by_networkx(a, b)
        assert EDIT.distance(a, b) == exact == search(a, b).cost
        lower, upper = EDIT.bounds(a, b)
        assert lower <= exact <= upper


def test_equals_networkx_on_cells():
    cells = SPACE.sample(1, 40)
    for a, b in zip(cells[::2], cells[1::2], strict=True):
        assert EDIT.distance(a, b) == by_networkx(a, b)


def test_is_a_metric_on_cells():
    assert isinstance(EDIT, Distance)
    assert EDIT.is_metric
    cells = SPACE.sample(2, 40)
    d = EDIT.matrix(cells, cells)
    assert (np.diag(d) == 0).all()
    assert (d == d.T).all()
    assert (d[:, :, None] <= d[:, None, :] + d.T[None, :, :] + 1e-12).all()


def test_renumbered_cells_have_distance_zero():
    a = SPACE.parse("|nor_conv_3x3~0|+|skip_connect~0|none~1|+|none~0|nor_conv_1x1~1|none~2|")
    b = SPACE.parse("|skip_connect~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|nor_conv_1x1~2|")
    assert EDIT.distance(a, b) == 0


def test_matrix_agrees_with_single_distances_in_both_shapes():
    a, b = SPACE.sample(0, 3), SPACE.sample(1, 7)
    expected = [[EDIT.distance(x, y) for y in b] for x in a]
    assert (EDIT.matrix(a, b) == expected).all()
    assert (EDIT.matrix(b, a) == np.transpose(expected)).all()
    assert EDIT.matrix(a, ()).shape == (3, 0)


def test_the_script_has_as_many_edits_as_the_distance_and_says_what(rng, random_graph):
    for _ in range(30):
        a, b = (random_graph(rng, int(rng.integers(2, 6))) for _ in range(2))
        assert len(EDIT.explain(a, b)) == EDIT.distance(a, b)
    a = SPACE.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")
    b = SPACE.parse("|nor_conv_1x1~0|+|none~0|none~1|+|avg_pool_3x3~0|none~1|none~2|")
    assert {str(edit) for edit in EDIT.explain(a, b)} == {
        "edge 0→1: nor_conv_3x3 becomes nor_conv_1x1",
        "edge 0→3: insert avg_pool_3x3",
        "edge 1→3: delete skip_connect",
    }


def test_is_positive_definite_up_to_its_stated_lengthscale():
    cells = [a for a in SPACE if "|none~1|+" in str(a)][::4]
    d = EDIT.matrix(cells, cells)
    assert np.linalg.eigvalsh(np.exp(-d / EDIT.max_lengthscale)).min() > -1e-10
    assert np.linalg.eigvalsh(np.exp(-d / 2)).min() < -0.1


def test_is_positive_definite_up_to_it_on_another_space_and_not_beyond():
    cells = tuple(DagSpace(5))
    d = EDIT.matrix(cells, cells)
    np.linalg.cholesky(np.exp(-d / EDIT.max_lengthscale) - 0.02 * np.eye(len(d)))
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.cholesky(np.exp(-d) + 0.1 * np.eye(len(d)))


def test_search_equals_all_renumberings(rng, random_graph):
    for vertices in [6] * 20 + [7] * 20 + [8] * 5:
        a, b = random_graph(rng, vertices), random_graph(rng, int(rng.integers(2, vertices + 1)))
        found = search(a, b)
        assert found.cost == EDIT.distance(a, b)
        assert sorted(found.p) == list(range(vertices))
        assert (found.p[0], found.p[-1]) == (0, vertices - 1)
        lower, upper = EDIT.bounds(a, b)
        assert lower <= found.cost <= upper


def test_is_a_metric_beyond_all_renumberings(rng, random_graph):
    graphs = [random_graph(rng, int(rng.integers(7, 11))) for _ in range(6)]
    d = EDIT.matrix(graphs, graphs)
    assert (np.diag(d) == 0).all()
    assert (d == d.T).all()
    assert (d[:, :, None] <= d[:, None, :] + d.T[None, :, :] + 1e-12).all()


@pytest.mark.parametrize("vertices", [9, 12])
def test_larger_graphs_with_a_known_answer(rng, vertices, random_graph, renumbered):
    for times in range(4):
        a = random_graph(rng, vertices)
        b = renumbered(edited(a, rng, times), rng)
        assert EDIT.distance(a, b) == times == len(EDIT.explain(a, b))
        lower, upper = EDIT.bounds(a, b)
        assert lower <= times <= upper


def test_refuses_graphs_that_are_too_large_but_bounds_them(rng, random_graph):
    a = random_graph(rng, 13)
    for use in (EDIT.distance, EDIT.explain):
        with pytest.raises(
            ArchitectureError, match=r"up to 12 vertices, got 13.*approximate=True.*bounds"
        ):
            use(a, a)
    assert EDIT.bounds(a, a) == (0, 0)
    large = random_graph(rng, 40), random_graph(rng, 30)
    lower, upper = EDIT.bounds(*large)
    assert 10 <= lower <= upper <= 70 + len(large[0].edges) + len(large[1].edges)
    assert EDIT.bounds(*reversed(large))[0] == lower


def test_bounds_are_those_of_the_module(rng, random_graph):
    a, b = random_graph(rng, 9), random_graph(rng, 7)
    lower, best = edit_bounds(encode(a, 9), encode(b, 9), 9)
    assert EDIT.bounds(a, b) == (lower, best.cost)
    assert lower <= EDIT.distance(a, b) <= best.cost


def test_processes_find_the_same():
    cells = RecurrentSpace(nodes=(6, 14)).sample(2, 9)
    one, two = EditDistance(True, workers=1), EditDistance(True, workers=2)
    assert (one.matrix(cells, cells) == two.matrix(cells, cells)).all()


def test_no_workers_are_an_error():
    with pytest.raises(SettingError, match="expected workers"):
        EditDistance(workers=0)
