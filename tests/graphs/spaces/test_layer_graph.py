import networkx as nx
import pytest

from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.layer_graph import cell_kinds, is_whole_network, layer_graph
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, lstm


def labelled(graph):
    found = nx.DiGraph((u, v) for u, v, _ in graph.edges)
    found.add_nodes_from((v, {"label": label}) for v, label in enumerate(graph.nodes))
    return found


def line_graph(a):
    """The live part of networkx's line graph of a cell, its ends being edges too."""
    last = len(a.nodes) - 1
    edges = [("in", 0, "input"), (last, "out", "output"), *(e for e in a.edges if e[2] != "none")]
    lines = nx.line_graph(nx.DiGraph((u, v) for u, v, _ in edges))
    for u, v, label in edges:
        lines.add_node((u, v), label=label)
    ends = ("in", 0), (last, "out")
    live = nx.descendants(lines, ends[0]) & nx.ancestors(lines, ends[1])
    return lines.subgraph({*live, *ends})


def test_operations_at_edges_become_the_vertices_of_the_line_graph():
    for a in CellSpace().sample(0, 60):
        graph = layer_graph(a)
        same = nx.is_isomorphic(labelled(graph), line_graph(a), lambda x, y: x == y)
        assert same, f"{a}: {graph}"
        assert graph.nodes[0] == "input"
        assert graph.nodes[-1] == "output"


def test_what_changes_nothing_is_no_layer_but_an_identity_is_one():
    a = cell(["nor_conv_3x3", "none", "nor_conv_1x1", "skip_connect", "none", "none"])
    assert layer_graph(a).nodes == ("input", "skip_connect", "output")
    nothing = layer_graph(cell(["nor_conv_3x3", "none", "none", "none", "none", "none"]))
    assert (nothing.nodes, nothing.edges) == (("input", "output"), ())


@pytest.mark.parametrize("space", [DagSpace(), RecurrentSpace()], ids=["dag", "recurrent"])
def test_operations_at_vertices_stay_where_they_are(space):
    for a in space.sample(1, 20):
        graph = layer_graph(a)
        assert graph.nodes == a.nodes
        assert [edge[:2] for edge in graph.edges] == [edge[:2] for edge in a.edges]
        assert {operation for *_, operation in graph.edges} == {LINK}


def test_a_dead_end_is_left_out():
    edges = ((0, 1, LINK), (0, 2, LINK), (2, 3, LINK))
    a = Architecture(("input", "maxpool3x3", "conv3x3-bn-relu", "output"), edges, "")
    assert layer_graph(a).nodes == ("input", "conv3x3-bn-relu", "output")


def test_a_whole_network_is_its_own_graph():
    a = Architecture(("image:3", "conv3x3:8", "output"), ((0, 1, LINK), (1, 2, LINK)), "")
    assert is_whole_network(a)
    assert layer_graph(a) is a
    assert not is_whole_network(lstm())


def test_all_hidden_states_are_of_one_kind():
    assert cell_kinds(lstm())[:3] == ("x", "h_prev", "h_prev")
