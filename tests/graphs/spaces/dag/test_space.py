import itertools
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.cell import OPERATIONS, dag_cell
from nbnas.graphs.spaces.dag.space import DagSpace

SPACE = DagSpace()
SEEDS = st.integers(0, 2**32 - 1)


def as_networkx(a):
    graph = nx.DiGraph((u, v) for u, v, _ in a.edges)
    for v, label in enumerate(a.nodes):
        graph.nodes[v]["label"] = label
    return graph


def is_isomorphic(a, b):
    return nx.is_isomorphic(
        as_networkx(a), as_networkx(b), node_match=lambda x, y: x["label"] == y["label"]
    )


def renumbered(a, rng):
    """The same cell, its inner vertices in random order before they are put in order again."""
    last = len(a.nodes) - 1
    order = [0, *rng.permutation(range(1, last)).tolist(), last]  # new place i holds order[i]
    place = {v: i for i, v in enumerate(order)}
    edges = [(place[u], place[v]) for u, v, _ in a.edges]
    return dag_cell([a.nodes[v] for v in order[1:-1]], edges)


def live_matrices(vertices, max_edges):
    """All upper triangular matrices `(k, V, V)` of which every vertex is live, by bit masks."""
    pairs = list(itertools.combinations(range(vertices), 2))
    words = np.arange(2 ** len(pairs), dtype=np.int32)
    allowed = sum((words >> i) & 1 for i in range(len(pairs))) <= max_edges
    for v in range(vertices):
        leaving = sum(1 << i for i, (u, _) in enumerate(pairs) if u == v)
        entering = sum(1 << i for i, (_, w) in enumerate(pairs) if w == v)
        allowed &= (v == vertices - 1) | (words & leaving != 0)
        allowed &= (v == 0) | (words & entering != 0)
    matrices = np.zeros((allowed.sum(), vertices, vertices), dtype=np.int64)
    for i, (u, v) in enumerate(pairs):
        matrices[:, u, v] = (words[allowed] >> i) & 1
    return matrices


def count_unique(vertices, max_edges, operations=3):
    """Unique cells of exactly V vertices by Burnside's lemma over all renumberings."""
    matrices = live_matrices(vertices, max_edges)
    weights = 1 << np.arange(vertices**2)
    own = (matrices.reshape(len(matrices), -1) * weights).sum(1)
    smallest, fixed, symmetries = own.copy(), np.zeros(len(own)), np.zeros(len(own))
    for inner in itertools.permutations(range(1, vertices - 1)):
        p = [0, *inner, vertices - 1]
        moved = (matrices[:, p][:, :, p].reshape(len(matrices), -1) * weights).sum(1)
        smallest = np.minimum(smallest, moved)
        cycles = nx.number_weakly_connected_components(nx.DiGraph(enumerate(p))) - 2
        symmetries += moved == own
        fixed += (moved == own) * operations ** max(cycles, 0)
    _, first = np.unique(smallest, return_index=True)
    return round(float((fixed / symmetries)[first].sum()))


def test_follows_the_protocol():
    assert isinstance(SPACE, SearchSpace)
    assert SPACE.sample(3, 20) == SPACE.sample(3, 20) != SPACE.sample(4, 20)
    assert {x for _, _, x in SPACE.sample(0, 1)[0].edges} == {LINK}
    assert SPACE.size is None
    with pytest.raises(SettingError, match=r"up to 5 vertices.*max_vertices=7"):
        iter(SPACE)


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_every_cell_is_live_and_reads_back(seed):
    a = SPACE.sample(seed, 1)[0]
    mutant = SPACE.mutate(a, seed)
    assert mutant == SPACE.mutate(a, seed)
    for cell in (a, mutant):
        assert SPACE.parse(str(cell)) == cell == Architecture.from_json(cell.to_json())
        assert cell in SPACE
        graph, last = as_networkx(cell), len(cell.nodes) - 1
        assert {0, *nx.descendants(graph, 0)} & {last, *nx.ancestors(graph, last)} == set(graph)
        assert len(cell.nodes) <= 7
        assert len(cell.edges) <= 9
    assert mutant.canonical in {b.canonical for b in SPACE.neighbors(a)} - {a.canonical}


def test_canonical_form_agrees_with_networkx(rng):
    cells = [*SPACE.sample(0, 250), *(SPACE.mutate(a, 0) for a in SPACE.sample(1, 250))]
    small = DagSpace(4).sample(2, 2000)
    pairs = [
        *((a, renumbered(a, rng)) for a in cells),
        *((renumbered(a, rng), SPACE.mutate(a, 1)) for a in cells),
        *zip(small[::2], small[1::2], strict=True),
    ]
    assert len(pairs) == 2000
    same = [is_isomorphic(a, b) for a, b in pairs]
    assert [a.canonical == b.canonical for a, b in pairs] == same
    assert 500 < sum(same) < 1500


def test_counts_of_unique_cells():
    counts = [count_unique(v, 9) for v in range(2, 8)]
    assert sum(counts) == 423_624  # published: the counting here is right
    for vertices in range(2, 6):
        assert DagSpace(vertices).size == sum(counts[: vertices - 1])
    assert DagSpace(5, 5).size == sum(count_unique(v, 5) for v in range(2, 6))


def test_lists_one_cell_of_each_form():
    space = DagSpace(4)
    cells = tuple(space)
    assert len(cells) == len({a.canonical for a in cells}) == space.size
    assert cells == tuple(space)
    assert all(a in space for a in cells)
    assert not any(is_isomorphic(a, b) for a, b in itertools.combinations(cells, 2))
    assert {a.canonical for a in space.sample(0, 3000)} <= {a.canonical for a in cells}


def test_samples_as_the_benchmark_does(rng):
    expected = Counter()
    while expected.total() < 5000:
        matrix = np.triu(rng.integers(2, size=(7, 7)), 1)
        ways = np.linalg.matrix_power(matrix + np.eye(7, dtype=int), 6) > 0
        live = ways[0] & ways[:, -1]
        if live[0] and matrix[np.ix_(live, live)].sum() <= 9:
            expected[live.sum()] += 1
    found = Counter(len(a.nodes) for a in SPACE.sample(0, 5000))
    for vertices in range(2, 8):
        assert abs(found[vertices] - expected[vertices]) < 5 * (expected[vertices] * 2 + 9) ** 0.5


def test_neighbors_are_undone_unless_pruning_took_more():
    space = DagSpace(4)
    near = {a.canonical: {b.canonical: b for b in space.neighbors(a)} for a in space}
    for a in space:
        assert a.canonical not in near[a.canonical]
        for form, b in near[a.canonical].items():
            assert b in space
            lost = len(a.edges) - len(b.edges)
            assert (a.canonical in near[form]) == (lost < 3)


def test_neighbors_do_not_depend_on_the_numbering(rng):
    for a in SPACE.sample(0, 20):
        forms = [{b.canonical for b in SPACE.neighbors(x)} for x in (a, renumbered(a, rng))]
        assert forms[0] == forms[1]


@pytest.mark.parametrize("space", [DagSpace(3), DagSpace(4), DagSpace(4, 4)], ids=repr)
def test_neighbors_lead_everywhere(space):
    for start in list(space)[:: max(1, space.size // 10)]:
        seen, new = {start.canonical}, [start]
        while new:
            found = {b.canonical: b for a in new for b in space.neighbors(a)}
            new = [b for form, b in found.items() if form not in seen]
            seen |= set(found)
        assert len(seen) == space.size


def test_neighbors_of_the_smallest_cell():
    texts = {str(b) for b in SPACE.neighbors(SPACE.parse("|0-1"))}
    assert texts == {f"{x}|0-1,0-2,1-2" for x in OPERATIONS}
    assert DagSpace(2).mutate(DagSpace(2).parse("|0-1"), 0) == DagSpace(2).parse("|0-1")


def test_parse_prunes_and_sorts():
    cell = SPACE.parse("maxpool3x3,conv1x1-bn-relu,maxpool3x3|2-4,0-2,0-1,0-4,3-4")
    assert str(cell) == "conv1x1-bn-relu|0-1,0-2,1-2"
    assert cell.nodes == ("input", "conv1x1-bn-relu", "output")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "operations|edges"),
        ("maxpool3x3|0-1|1-2", "operations|edges"),
        ("maxpool|0-1,1-2", "vertex 1: .*conv1x1-bn-relu.*'maxpool'"),
        ("maxpool3x3,|0-1,1-2", "vertex 2"),
        ("maxpool3x3|0-1,2-1", "edge 2: .*u < v.*'2-1'"),
        ("maxpool3x3|0-1,1_2", "edge 2"),
        ("maxpool3x3|", "edge 1"),
        ("maxpool3x3|0-1,01-2", "edge 2"),
        ("maxpool3x3|0-1,1-3", "vertices 0 to 2"),
        ("maxpool3x3|0-1,0-1,1-2", "different edges"),
        ("maxpool3x3|0-1", "path from the input 0 to the output 2"),
        (",".join(["maxpool3x3"] * 6) + "|0-1,1-2,2-3,3-4,4-5,5-6,6-7", "at most 7 vertices"),
        (
            "maxpool3x3,maxpool3x3,maxpool3x3|0-1,0-2,0-3,0-4,1-2,1-3,1-4,2-3,2-4,3-4",
            "9 edges.*and 10",
        ),
    ],
)
def test_bad_texts_say_where_and_what(text, message):
    with pytest.raises(ArchitectureError, match=message):
        SPACE.parse(text)


def test_bad_graphs_say_what():
    with pytest.raises(ArchitectureError, match="without a cycle"):
        dag_cell(["maxpool3x3"] * 2, [(0, 1), (1, 2), (2, 1), (2, 3)])
    with pytest.raises(ArchitectureError, match=r"out of.*got relu"):
        dag_cell(["relu"], [(0, 1), (1, 2)])


def test_membership():
    cell = SPACE.parse("maxpool3x3|0-1,1-2")
    assert cell in SPACE
    assert cell not in DagSpace(2)
    assert cell not in DagSpace(7, 1)
    assert "maxpool3x3|0-1,1-2" not in SPACE
    assert Architecture(cell.nodes, cell.edges[:1], cell.text) not in SPACE
    other = CellSpace().sample(0, 1)[0]
    for use in (SPACE.neighbors, lambda a: SPACE.mutate(a, 0)):
        with pytest.raises(ArchitectureError, match=r"cell of DagSpace\(max_vertices=7"):
            use(other)


@pytest.mark.parametrize(
    ("limits", "name"),
    [((1,), "max_vertices"), ((8,), "max_vertices"), ((7, 0), "max_edges"), ((4, 2.5), "max_e")],
)
def test_limits_are_checked(limits, name):
    with pytest.raises(SettingError, match=name):
        DagSpace(*limits)
