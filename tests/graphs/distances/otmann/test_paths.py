import math

import networkx as nx
import numpy as np
import pytest

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.distances.otmann.paths import layer_table
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, rnn


def network(labels, edges):
    links = tuple((u, v, LINK) for u, v in sorted(edges))
    return Architecture(tuple(labels), links, f"{labels} {sorted(edges)}")


def random_network(rng):
    """ReLUs that read and are read at random."""
    size = int(rng.integers(3, 11))
    edges = {(int(rng.integers(0, v)), v) for v in range(1, size)}
    edges |= {(u, int(rng.integers(u + 1, size))) for u in range(size - 1)}
    return network(["image", *["relu"] * (size - 2), "output"], edges)


BY_HAND = network(
    ["image", "conv3x3:4", "conv5x5:2", "max-pool", "fc:5", "softmax", "output"],
    {(0, 1), (1, 2), (1, 3), (2, 3), (3, 4), (4, 5), (5, 6)},
)


def test_the_masses_of_a_small_network():
    # in * units: 1*4, 4*2; pooling takes 4 + 2 units; 6*5; the others have a tenth of all that, 48
    assert layer_table(BY_HAND).masses == pytest.approx([4.8, 4, 8, 6, 30, 4.8, 4.8])


def test_decision_layers_share_their_mass_and_layers_without_units_take_what_comes():
    a = network(
        ["image", "conv3x3:4", "relu", "conv3x3", "softmax", "softmax", "output"],
        {(0, 1), (1, 2), (2, 3), (2, 4), (3, 5), (4, 6), (5, 6)},
    )
    # 4; ReLU 4; a convolution of 4 units from 4, 16; in all 24
    assert layer_table(a).masses == pytest.approx([2.4, 4, 4, 16, 1.2, 1.2, 2.4])


def test_an_image_may_say_its_channels():
    a = network(["image:3", "conv3x3:4", "output"], {(0, 1), (1, 2)})
    assert layer_table(a).masses == pytest.approx([1.2, 12, 1.2])


def test_the_path_lengths_of_a_small_network():
    expected = [
        [0, 1, 2, 2, 3, 4, 5],
        [0, 1, 2, 3, 4, 5, 6],
        [0, 1, 2, 2.5, 3.5, 4.5, 5.5],
        [5, 4, 4, 3, 2, 1, 0],
        [6, 5, 4, 3, 2, 1, 0],
        [5.5, 4.5, 4, 3, 2, 1, 0],
    ]
    assert layer_table(BY_HAND).paths.T.tolist() == expected


def test_path_lengths_are_those_of_networkx():
    rng = np.random.default_rng(1)
    for _ in range(60):
        a = random_network(rng)
        forward = nx.DiGraph([(u, v) for u, v, _ in a.edges])
        last = len(a.nodes) - 1
        for columns, graph, end in (((0, 1, 2), forward.reverse(), 0), ((3, 4, 5), forward, last)):
            for v in range(len(a.nodes)):
                ways = [[end]] if v == end else list(nx.all_simple_paths(graph, v, end))
                steps = np.array([len(way) - 1 for way in ways])
                chances = [math.prod(1 / graph.out_degree(w) for w in way[:-1]) for way in ways]
                found = layer_table(a).paths[v, list(columns)]
                assert found[0] == nx.shortest_path_length(graph, v, end)
                assert found == pytest.approx([steps.min(), steps.max(), steps @ chances])


def test_an_operation_at_an_edge_of_a_whole_network_is_an_error():
    cell = Architecture(("image", "output"), ((0, 1, "nor_conv_3x3"),), "a cell")
    with pytest.raises(ArchitectureError, match="a cell begins with 'input'"):
        layer_table(cell)


@pytest.mark.parametrize("edges", [{(0, 1), (0, 2), (2, 3)}, {(0, 2), (1, 3), (2, 3)}])
def test_a_layer_on_no_way_is_an_error(edges):
    with pytest.raises(ArchitectureError, match=r"layer 1 \(conv3x3:1\)"):
        layer_table(network(["image", "conv3x3:1", "relu", "output"], edges))


def test_a_vertex_that_is_no_layer_is_an_error():
    with pytest.raises(ArchitectureError, match="expected a layer"):
        layer_table(network(["image", "Conv 3x3", "output"], {(0, 1), (1, 2)}))


def test_every_operation_of_a_cell_has_the_mass_one_and_the_ends_have_a_tenth_of_all():
    ops = ["nor_conv_3x3", "none", "skip_connect", "none", "none", "avg_pool_3x3"]
    table = layer_table(cell(ops))
    assert table.kinds == ("input", "nor_conv_3x3", "skip_connect", "avg_pool_3x3", "output")
    assert table.masses == pytest.approx([0.3, 1, 1, 1, 0.3])
    assert table.paths[:, 1].tolist() == [0, 1, 2, 3, 4]
    assert table.paths[:, 4].tolist() == [4, 3, 2, 1, 0]


def test_the_inputs_of_a_recurrent_cell_share_their_mass():
    table = layer_table(rnn())
    assert table.kinds == ("x", "h_prev", "linear", "activation_tanh", "output")
    assert table.masses == pytest.approx([0.1, 0.1, 1, 1, 0.2])


def test_a_cell_that_computes_nothing_has_no_mass():
    table = layer_table(cell(["none"] * 6))
    assert table.kinds == ("input", "output")
    assert not table.masses.any()
    assert not table.paths.any()


def test_path_lengths_of_recurrent_cells_lead_to_any_input():
    for a in (gru(), *RecurrentSpace(nodes=(3, 9)).sample(2, 15)):
        graph = nx.DiGraph([(u, v) for u, v, _ in a.edges])
        inputs = [v for v in graph if not graph.in_degree(v)]
        for v in graph:
            ways = [
                [v] if v in inputs else way
                for start in ([v] if v in inputs else inputs)
                for way in ([[v]] if v in inputs else nx.all_simple_paths(graph, start, v))
            ]
            steps = np.array([len(way) - 1 for way in ways])
            chances = [math.prod(1 / graph.in_degree(w) for w in way[1:]) for way in ways]
            expected = [steps.min(), steps.max(), steps @ chances]
            assert layer_table(a).paths[v, :3] == pytest.approx(expected)
