import itertools
import json
from collections import Counter

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import renumbered_form
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.recurrent.graph import architecture_of, recipe_of
from nbnas.graphs.spaces.recurrent.recipe import (
    ARITY,
    Node,
    fault,
    inputs,
    is_state,
    read_recipe,
    renamed,
)
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, gru, lstm, rnn

SPACE = RecurrentSpace()
SMALL = RecurrentSpace((1, 6), 2)
SEEDS = st.integers(0, 2**32 - 1)
BASE = {
    "f": {"op": "linear", "input": ["x", "h_prev_0"]},
    "h_new_0": {"op": "activation_tanh", "input": ["f"]},
}
RNN = json.dumps(BASE)
few = settings(max_examples=30, deadline=None)


@pytest.fixture(scope="module")
def published(recipe_rows):
    """The 291 recipes, each with its architecture."""
    return {text: SPACE.parse(text) for text in sorted({row["recipe"] for row in recipe_rows})}


def graph_of(recipe):
    """A recipe as networkx sees it, made from the JSON alone."""
    graph = nx.DiGraph()
    for name, node in recipe.items():
        state = name if name.startswith("h_new_") and name[6:].isdigit() else ""
        graph.add_node(name, label=node["op"] + state)
        for i, source in enumerate(node["input"]):
            if source not in recipe:
                graph.add_node(source, label=source)
            graph.add_edge(source, name, place=i if node["op"] == "blend" else 0)
    return graph


def is_isomorphic(a, b):
    same = nx.algorithms.isomorphism
    return nx.is_isomorphic(
        a,
        b,
        node_match=same.categorical_node_match("label", ""),
        edge_match=same.categorical_edge_match("place", 0),
    )


def shuffled(recipe, rng):
    """The same recipe under other names and in another order, where order is nothing."""
    names = list(recipe)
    result = {}
    for i in rng.permutation(len(names)):
        node = recipe[names[i]]
        sources = node.sources
        if node.operation != "blend":
            sources = tuple(sources[j] for j in rng.permutation(len(sources)))
        result[names[i]] = Node(node.operation, sources)
    inner = [name for name in result if not is_state(name)]
    places = zip(inner, rng.permutation(len(inner)), strict=True)
    return renamed(result, {name: f"q{i}" for name, i in places})


def test_follows_the_protocol():
    assert isinstance(SPACE, SearchSpace)
    assert hash(SPACE) == hash(RecurrentSpace())
    assert SPACE.size is None
    with pytest.raises(SettingError, match="too large to be listed"):
        list(SPACE)


def test_reads_every_published_recipe(published):
    assert len(published) == 291
    for text, a in published.items():
        assert a in SPACE
        assert SPACE.parse(str(a)) == a
        assert Architecture.from_json(a.to_json()) == a
        operations = Counter(node["op"] for node in json.loads(text).values())
        assert operations == Counter(n for n in a.nodes if n in ARITY)


def test_equal_texts_are_isomorphic_recipes(published):
    """The 291 published cells are 265 up to names and order, as networkx finds, too."""
    groups = {}
    for text, a in published.items():
        graph = graph_of(json.loads(text))
        look = tuple(sorted((d["label"], graph.degree(v)) for v, d in graph.nodes(data=True)))
        groups.setdefault(look, []).append((graph, a))
    for group in groups.values():
        for (g, a), (h, b) in itertools.combinations(group, 2):
            assert is_isomorphic(g, h) == (a == b) == (renumbered_form(a) == renumbered_form(b))
    assert len(set(published.values())) == 265


def test_sizes_are_the_published_ones(recipe_rows):
    for row in recipe_rows:
        recipe = recipe_of(SPACE.parse(row["recipe"]))
        assert len(recipe) == int(row["n_nodes"])
        if row["recepie_id"] != "1000001":  # the table counts the LSTM's h_new_1_part1, too
            assert len(inputs(recipe)) - 1 == int(row["n_hidden"])


def test_the_published_classical_cells(recipe_rows):
    """The vanilla cell is the published one; LSTM and GRU follow torch, the published do not."""
    recipes = {row["recepie_id"]: SPACE.parse(row["recipe"]) for row in recipe_rows}
    assert recipes["1000000"] == rnn()
    sigmoid = recipe_of(recipes["1000001"])
    gate = next(s for s in sigmoid["h_new_0"].sources if "h_new_1" not in sigmoid[s].sources)
    assert sigmoid[gate].operation == "activation_tanh"
    assert lstm() == architecture_of(
        {**sigmoid, gate: Node("activation_sigm", sigmoid[gate].sources)}
    )
    assert recipes["1000002"].nodes.count("linear") == 3 != gru().nodes.count("linear")


def test_a_graph_tells_states_and_places():
    a = gru()
    blend, output = a.nodes.index("blend"), len(a.nodes) - 1
    assert a.nodes[:2] == ("x", "h_prev_0")
    assert a.nodes[-1] == "output"
    assert (blend, output, "link:h_new_0") in a.edges
    places = {label: a.nodes[u] for u, v, label in a.edges if v == blend}
    assert places == {
        "link:gate": "activation_sigm",
        "link:on": "h_prev_0",
        "link:off": "activation_tanh",
    }
    assert {label for u, v, label in a.edges if v not in (blend, output)} == {"link"}


def test_a_blend_is_not_symmetric():
    recipe = dict(recipe_of(gru()))
    gate, on, off = recipe["h_new_0"].sources
    recipe["h_new_0"] = Node("blend", (gate, off, on))
    assert renumbered_form(architecture_of(recipe)) != renumbered_form(gru())


def test_names_and_order_do_not_matter():
    other = '{"h_new_0": {"input": ["a b"], "op": "activation_tanh"}, "a b": '
    assert SPACE.parse(other + '{"op": "linear", "input": ["h_prev_0", "x"]}}') == rnn()


@few
@given(seed=SEEDS)
def test_shuffled_recipes_have_one_text(seed):
    a = SPACE.sample(seed, 1)[0]
    b = architecture_of(shuffled(recipe_of(a), np.random.default_rng(seed)))
    assert a == b


def test_limits_are_held():
    with pytest.raises(ArchitectureError, match="3 to 24 nodes, got 2"):
        RecurrentSpace((3, 24)).parse(RNN)
    with pytest.raises(ArchitectureError, match="at most 1 hidden states, got 2"):
        RecurrentSpace(hidden_states=1).parse(str(lstm()))
    with pytest.raises(ArchitectureError, match="to 12 nodes, got 13"):
        RecurrentSpace((2, 12)).mutate(lstm(), 0)
    with pytest.raises(SettingError, match="nodes"):
        RecurrentSpace((1, 1))
    with pytest.raises(SettingError, match="nodes"):
        RecurrentSpace((5, 4))
    with pytest.raises(SettingError, match="hidden_states"):
        RecurrentSpace(hidden_states=4)


def test_contains_only_its_own_cells():
    good = gru()
    assert good in SPACE
    assert "text" not in SPACE
    assert CellSpace().sample(0, 1)[0] not in SPACE
    for foreign in (
        Architecture(good.nodes, good.edges[:-1], good.text),
        Architecture(good.nodes, good.edges, " " + good.text),
    ):
        assert foreign not in SPACE
        with pytest.raises(ArchitectureError, match="graph of the recipe"):
            SPACE.neighbors(foreign)


def test_sampling_is_reproducible_and_as_documented():
    assert SPACE.sample(3, 20) == SPACE.sample(3, 20) != SPACE.sample(4, 20)
    cells = [recipe_of(a) for a in SPACE.sample(0, 600)]
    states = Counter(len(inputs(recipe)) - 1 for recipe in cells)
    assert all(abs(states[k] - 200) < 60 for k in (1, 2, 3))  # five standard deviations
    for recipe in cells:
        for name, n in recipe.items():
            if is_state(name):
                assert not any(source.startswith("h_prev") for source in n.sources)
            if n.operation.startswith("activation"):
                assert recipe[n.sources[0]].operation == "linear"


@pytest.mark.parametrize(
    "space",
    [RecurrentSpace((2, 2), 1), RecurrentSpace((1, 3)), RecurrentSpace((20, 24)), SMALL],
    ids=repr,
)
def test_samples_and_mutants_stay_within_the_limits(space):
    for seed, a in enumerate(space.sample(1, 8)):
        assert a in space
        assert space.mutate(a, seed) in space


@few
@given(seed=SEEDS)
def test_samples_and_mutants_are_valid_and_differ(seed):
    a = SPACE.sample(seed, 1)[0]
    assert a in SPACE
    assert SPACE.parse(str(a)) == a
    b = SPACE.mutate(a, seed)
    assert b in SPACE
    assert fault(read_recipe(str(b))) is None
    assert a != b == SPACE.mutate(a, seed)
    assert renumbered_form(a) != renumbered_form(b)
