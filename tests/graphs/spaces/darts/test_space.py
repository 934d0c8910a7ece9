"""DARTS' space: its graphs, its size, its edits, and which genotypes compute the same."""

import itertools
from collections import Counter

import networkx as nx
import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.features import operation_graph
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.darts.genotype import OPERATIONS, Genotype
from nbnas.graphs.spaces.darts.graph import architecture_of, genotype_of, place_in_graph
from nbnas.graphs.spaces.darts.space import DartsSpace

SPACE = DartsSpace()
CONVS, POOLS, SKIPS, NONES = "sep_conv_3x3", "max_pool_3x3", "skip_connect", "none"


def with_normal(*inputs):
    """A genotype whose reduction cell is always the same."""
    return architecture_of(Genotype(inputs, ((CONVS, 0), (CONVS, 1)) * 4))


def permuted(cell, order):
    """A cell with its vertices 2 … 5 in another order; `None` where one would read a later one."""
    numbers = {0: 0, 1: 1, **{old: 2 + order.index(old) for old in order}}
    found = []
    for old in order:
        pair = [(word, numbers[u]) for word, u in cell[2 * old - 4 : 2 * old - 2]]
        if any(u >= numbers[old] for _, u in pair):
            return None
        found += sorted(pair, key=lambda one: one[1])
    return tuple(found)


def test_the_size_is_the_published_one():
    """10⁹ cells without "none", as section 2.4 of the paper counts: Π (k+1)k/2 · 7²."""
    assert OPERATIONS[0] == "none"
    cells = np.prod([(k + 1) * k / 2 * 7**2 for k in range(1, 5)])
    assert DartsSpace(OPERATIONS[1:]).size == int(cells) ** 2 == 1_037_664_180**2
    assert SPACE.size == (180 * 8**8) ** 2


def test_a_graph_holds_both_cells(published):
    a = SPACE.parse(published)
    genotype = genotype_of(a)
    words = {(u, v): word for u, v, word in a.edges}
    for name, cell in (("normal", genotype.normal), ("reduce", genotype.reduce)):
        for place, (word, source) in enumerate(cell):
            edge = (place_in_graph(name, source), place_in_graph(name, 2 + place // 2))
            assert words[edge].partition(":")[0] == word
            assert a.nodes[edge[1]] == name
            strided = name == "reduce" and source < 2
            assert words[edge].endswith(":reduce") == (
                name == "reduce" and (strided or word != SKIPS)
            )
    assert len(a.edges) == 2 + 16 + 8


def test_sampling_is_reproducible_and_uniform():
    assert SPACE.sample(3, 20) == SPACE.sample(3, 20) != SPACE.sample(4, 20)
    inputs = Counter(
        (place, *one)
        for a in SPACE.sample(0, 1000)
        for place, one in enumerate(genotype_of(a).reduce)
    )
    words = [sum(inputs[6, w, u] for u in range(5)) / 1000 for w in OPERATIONS]
    assert np.abs(np.array(words) - 1 / 8).max() < 0.053  # five standard deviations
    read = [sum(inputs[p, w, 4] for w in OPERATIONS for p in (6, 7)) / 1000]
    assert abs(read[0] - 2 / 5) < 0.078


def test_neighbors_differ_in_one_operation_or_source_and_are_symmetric():
    a = SPACE.sample(0, 1)[0]
    neighbors = SPACE.neighbors(a)
    assert len(set(neighbors)) == len(neighbors) == 2 * (8 * 7 + 2 * (0 + 1 + 2 + 3))
    one = genotype_of(a)
    for b in neighbors:
        assert b in SPACE
        other = genotype_of(b)
        assert (one.normal == other.normal) != (one.reduce == other.reduce)
        cells = (one.normal, other.normal) if one.reduce == other.reduce else (
            one.reduce, other.reduce)  # fmt: skip
        changed = [i // 2 for i in range(8) if cells[0][i] != cells[1][i]]
        vertex = {*changed}.pop()
        before, after = (Counter(c[2 * vertex : 2 * vertex + 2]) for c in cells)
        assert {*changed} == {vertex}
        assert (before - after).total() == 1
        ((left, came),) = zip((before - after), (after - before), strict=True)
        assert (left[0] == came[0]) != (left[1] == came[1])
    assert all(a in SPACE.neighbors(b) for b in neighbors[::17])


def test_mutation_draws_from_the_neighbors(rng):
    a = SPACE.sample(0, 1)[0]
    near = SPACE.neighbors(a)
    drawn = Counter(SPACE.mutate(a, rng) for _ in range(1500))
    assert set(drawn) <= set(near)
    assert len(drawn) > 130
    assert max(drawn.values()) < 35  # of 11 on average
    assert SPACE.mutate(a, 7) == SPACE.mutate(a, 7)


def test_the_order_of_inputs_and_vertices_means_nothing():
    for a in SPACE.sample(5, 30):
        genotype = genotype_of(a)
        swapped = [
            Genotype(
                *(permuted(cell, order) or cell for cell in (genotype.normal, genotype.reduce))
            )
            for order in itertools.permutations(range(2, 6))
        ]
        assert {architecture_of(each).canonical for each in swapped} == {a.canonical}
        text = str(a).replace(f"{genotype.normal[0]}, {genotype.normal[1]}",
                              f"{genotype.normal[1]}, {genotype.normal[0]}", 1)  # fmt: skip
        assert text != str(a)
        assert SPACE.parse(text) == a


def as_networkx(a):
    graph = operation_graph(a)
    made = nx.MultiDiGraph()
    made.add_nodes_from((v, {"x": x}) for v, x in enumerate(graph.labels))
    made.add_edges_from((u, v) for u, some in enumerate(graph.readers) for v in some)
    return made


def test_forms_agree_with_networkx_where_operations_have_weights():
    """Random normal cells, and each with its vertices in another order and one edit."""
    space, rng = DartsSpace((NONES, SKIPS, CONVS)), np.random.default_rng(0)
    same = 0
    for a in space.sample(1, 60):
        cell = genotype_of(a).normal
        orders = (permuted(cell, tuple(rng.permutation(range(2, 6)).tolist())) for _ in range(9))
        other = with_normal(*next((each for each in orders if each), cell))
        first = with_normal(*cell)
        for second in (other, space.mutate(other, rng), space.mutate(other, rng)):
            isomorphic = nx.is_isomorphic(
                *map(as_networkx, (first, second)), node_match=lambda x, y: x == y
            )
            assert (first.canonical == second.canonical) == isomorphic
            same += isomorphic
    assert 60 < same < 120  # the other order, and some edits


START = ((CONVS, 0), (CONVS, 1))
REST = ((CONVS, 0), (CONVS, 2), (CONVS, 0), (CONVS, 1))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        # what "none" reads, and what is made of nothing
        (((NONES, 0), (CONVS, 1)), ((CONVS, 1), (NONES, 2)), True),
        # an identity of vertex 2 is vertex 2
        (((SKIPS, 2), (NONES, 0)), ((NONES, 1), (SKIPS, 2)), True),
        (((SKIPS, 2), (CONVS, 0)), ((CONVS, 0), (CONVS, 1)), False),
        (((CONVS, 0), (CONVS, 1)), ((CONVS, 0), (POOLS, 1)), False),
    ],
)
def test_what_does_nothing_does_not_count(one, other, same):
    a, b = (with_normal(*START, *third, *REST) for third in (one, other))
    assert (a.canonical == b.canonical) == same


def test_pooling_twice_is_pooling_once_but_two_convolutions_are_two():
    """Vertex 4 reads vertex 2 or 3, which are alike."""

    def alike(word):
        pair = ((word, 0), (word, 1))
        return [with_normal(*pair, *pair, (CONVS, v), (CONVS, 0), (CONVS, v), (CONVS, u))
                for v, u in ((2, 0), (3, 0))], with_normal(
            *pair, *pair, (CONVS, 0), (CONVS, 2), (CONVS, 0), (CONVS, 3))  # fmt: skip

    for word, shared in ((POOLS, True), (CONVS, False)):
        (first, second), mixed = alike(word)
        assert first.canonical == second.canonical  # the two may change places
        assert (first.canonical == mixed.canonical) == shared  # one result read twice, or two


def test_members_only():
    a = SPACE.sample(0, 1)[0]
    assert a in SPACE
    assert Architecture(a.nodes, a.edges[:-1], a.text) not in SPACE
    assert SPACE.parse(str(a).replace("none", "skip_connect")) in DartsSpace(OPERATIONS[1:])
    cell = CellSpace().sample(0, 1)[0]
    for ask in (SPACE.neighbors, SPACE.encode, lambda one: SPACE.mutate(one, 0)):
        with pytest.raises(ArchitectureError, match="expected a genotype of DartsSpace"):
            ask(cell)


@pytest.mark.parametrize(
    "operations",
    [(), ("none",), ("none", "none"), ("none", "conv"), "none", None, (1, 2), OPERATIONS * 2],
)
def test_operations_are_at_least_two_of_eight(operations):
    with pytest.raises(SettingError, match="expected"):
        DartsSpace(operations)


def test_a_small_space_is_listed_lazily_and_remembered_by_a_study():
    space = DartsSpace(("skip_connect", "sep_conv_3x3"))
    first = list(itertools.islice(space, 5))
    assert len(set(first)) == 5
    assert first[0] == space.decode((0,) * 22)
    assert space.fingerprint() == {"operations": "skip_connect, sep_conv_3x3"}
    assert SPACE.fingerprint() == {}
    assert repr(space) == "DartsSpace(operations=('skip_connect', 'sep_conv_3x3'))"
