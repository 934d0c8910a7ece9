import networkx as nx
import numpy as np
import pytest

from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.edit.script import columns_of
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace


def as_networkx(a):
    graph = nx.DiGraph()
    graph.add_nodes_from((v, {"label": x}) for v, x in enumerate(a.nodes))
    graph.add_edges_from((u, v, {"label": x}) for u, v, x in a.edges if x != "none")
    return graph


def follow(a, script):
    """Do what a script says: edges go before their ends, and come after them."""
    order = {"delete": -1, "change": 0, "insert": 1}
    graph = as_networkx(a)
    for edit in sorted(script, key=lambda e: order[e.kind] * len(e.where)):
        place = graph.nodes if len(edit.where) == 1 else graph.edges
        key = edit.where[0] if len(edit.where) == 1 else edit.where
        if edit.kind == "insert":
            assert key not in place
            add = graph.add_node if len(edit.where) == 1 else graph.add_edge
            add(*edit.where, label=edit.after)
            continue
        assert place[key]["label"] == edit.before
        if edit.kind == "change":
            place[key]["label"] = edit.after
        else:
            remove = graph.remove_node if len(edit.where) == 1 else graph.remove_edge
            remove(*edit.where)
    return graph


@pytest.mark.parametrize(
    "space", [CellSpace(), DagSpace(), RecurrentSpace(nodes=(3, 20))], ids=lambda s: str(s)[:4]
)
def test_following_the_script_leads_to_the_other_graph(space):
    cells = space.sample(4, 24)
    for a, b in zip(cells[::2], cells[1::2], strict=True):
        script = EditDistance(approximate=True).explain(a, b)
        same = nx.is_isomorphic(follow(a, script), as_networkx(b), dict.__eq__, dict.__eq__)
        assert same, [str(edit) for edit in script]
        assert list(script) == sorted(script, key=lambda e: (len(e.where), e.where))


def test_columns_put_the_first_graphs_places_where_the_seconds_are(rng):
    p = np.array([0, 2, 1, 3])
    codes = rng.integers(0, 9, 4 + 16)
    moved = codes[columns_of(p)]
    square = codes[4:].reshape(4, 4)
    assert (moved[:4] == codes[p]).all()
    assert (moved[4:].reshape(4, 4) == square[np.ix_(p, p)]).all()
