import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cnn.moves import ELEMENTARY
from nbnas.graphs.spaces.cnn.mutations import MODIFIERS
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.cnn.starts import starts
from nbnas.graphs.spaces.layers import Layer

SPACE = CnnSpace()
SMALL = CnnSpace(layers=(3, 12), units=(2, 16), image_size=9, degree=3, links=24)
NETWORK = "conv3x3:64 max-pool::s2 conv5x5:64:s2@1 conv3x3:96@2,3 fc:128 softmax fc:64@4 softmax"
SPACES = st.sampled_from(
    [
        SPACE,
        SMALL,
        CnnSpace(layers=(1, 4), units=(1, 3), image_size=1, degree=1, links=5),
        CnnSpace(layers=(20, 22), units=(4, 4), image_size=3),
    ]
)


def faults(architecture, space):
    """The rules once more, by networkx and in other words than the package's."""
    g = nx.DiGraph([(u, v) for u, v, _ in architecture.edges])
    last = len(architecture.nodes) - 1
    layers = [Layer.parse(label) for label in architecture.nodes]
    if set(g) != set(range(last + 1)) or not nx.is_directed_acyclic_graph(g):
        return "graph"
    if nx.descendants(g, 0) | {0} != set(g) or nx.ancestors(g, last) | {last} != set(g):
        return "hanging"
    if not space.layers[0] <= last - 1 <= space.layers[1] or len(g.edges) > space.links:
        return "numbers"
    if max(d for _, d in [*g.in_degree, *g.out_degree]) > space.degree:
        return "degree"
    softmaxes = {v for v in g if layers[v].kind == "softmax"}
    if set(g.predecessors(last)) != softmaxes or any(g.out_degree(v) != 1 for v in softmaxes):
        return "ends"
    for v in range(1, last):
        before = [layers[u].kind for u in nx.ancestors(g, v)]
        image = layers[v].kind.startswith("conv") or layers[v].kind.endswith("pool")
        if image and "fc" in before:
            return "order"
        if layers[v].units and not space.units[0] <= layers[v].units <= space.units[1]:
            return "units"
        if image or layers[v].kind in ("fc", "softmax"):
            strides = {
                sum(layers[w].stride == 2 for w in path[:-1])
                for path in nx.all_simple_paths(g, 0, v)
                if not any(layers[w].kind == "fc" for w in path[:-1])
            }
            flat = {layers[u].kind == "fc" for u in g.predecessors(v)}
            if len(flat) > 1:
                return "mixed"
            if False not in flat:
                continue
            if len(strides) > 1 or (strides and space.image_size <= 2 ** (max(strides) - 1)):
                return "sides"
        if image and layers[v].stride == 2 and space.image_size <= 2 ** max(strides):
            return "too small"
    return None


def test_follows_the_protocol():
    assert isinstance(SPACE, SearchSpace)
    assert hash(SPACE) == hash(CnnSpace())
    assert SPACE.size is None
    with pytest.raises(SettingError, match="sample it"):
        iter(SPACE)


def test_reads_and_writes_the_notation():
    a = SPACE.parse(NETWORK)
    assert str(a) == NETWORK
    assert a.nodes == ("image", *(word.split("@")[0] for word in NETWORK.split()), "output")
    pairs = [
        (0, 1),
        (1, 2),
        (1, 3),
        (2, 4),
        (3, 4),
        (4, 5),
        (4, 7),
        (5, 6),
        (6, 9),
        (7, 8),
        (8, 9),
    ]
    assert a.edges == tuple((u, v, LINK) for u, v in pairs)
    assert faults(a, SPACE) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"vertex 1 \(''\): expected 'layer' or"),
        ("conv3x3:8  softmax", r"vertex 2 \(''\)"),
        ("conv3x3:8 fc:8@0,x softmax", r"vertex 2 \('fc:8@0,x'\): expected 'layer' or"),
        ("conv3x3:8 fc:8@2 softmax", r"vertex 2 .*ascending numbers below 2"),
        ("conv3x3:8 fc:8@1,0 softmax", r"vertex 2 .*ascending"),
        ("conv3x3:8 fc:8@1 softmax", r"vertex 2 .*expected 'fc:8'"),
        ("conv3x3:8 fc:8@00,1 softmax", r"vertex 2 .*expected 'fc:8@0,1'"),
        ("conv3x3:08 fc:8 softmax", r"vertex 1 .*expected a layer"),
        ("relu conv3x3:8 softmax", r"vertex 1 \(relu\): expected a layer out of conv3x3"),
        ("conv9x9:8 conv3x3:8 softmax", r"vertex 1 \(conv9x9:8\): expected a layer out of"),
        ("conv3x3 fc:8 softmax", r"vertex 1 \(conv3x3\): expected conv3x3 with a number of units"),
        ("max-pool fc:8 softmax", r"vertex 1 \(max-pool\): expected max-pool with stride 2"),
        ("conv3x3:8:s3 fc:8 softmax", r"vertex 1 .*stride 1 or 2"),
        ("conv3x3:99 fc:8 softmax", r"vertex 1 \(conv3x3:99\): expected 2 to 16 units"),
        ("fc:8 conv3x3:8 softmax", r"vertex 2 \(conv3x3:8\): expected an image"),
        ("conv3x3:8 max-pool::s2 conv3x3:8@1,2 softmax", r"vertex 3 .*one side.*5 x 5, 9 x 9"),
        ("fc:8 fc:8@0,1 softmax", r"vertex 2 \(fc:8\): .*only flat.*got flat, 9 x 9"),
        ("max-pool::s2 " * 5 + "softmax", r"vertex 5 .*at least 2 x 2 pixels"),
        ("fc:8 fc:8 softmax fc:8", r"vertex 4 \(fc:8\).*path from image to output"),
        ("fc:8 softmax fc:8 softmax", r"vertex 2 \(softmax\): expected each softmax.*vertex 3"),
        ("fc:8 fc:8 fc:8", r"expected it on a path"),
        ("fc:8 softmax", "expected 3 to 12 layers, got 2"),
        ("fc:8 fc:8 fc:8@1 fc:8@1 fc:8@1 softmax@2,3", r"vertex 1 .*up to 3 links out of it"),
        ("fc:8 " * 12 + "softmax", "got 13"),
    ],
)
def test_a_bad_text_says_where_and_what(text, message):
    with pytest.raises(ArchitectureError, match=message):
        SMALL.parse(text)


@given(SPACES, st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_what_is_sampled_or_mutated_is_in_the_space(space, seed):
    a = space.sample(seed, 1)[0]
    b = space.mutate(a, seed)
    assert b != a
    assert b == space.mutate(a, seed)
    for one in (a, b):
        assert one in space
        assert faults(one, space) is None
        assert space.parse(str(one)) == one
        assert Architecture.from_json(one.to_json()) == one


def test_sampling_is_reproducible_and_varied():
    assert SPACE.sample(3, 20) == SPACE.sample(3, 20) != SPACE.sample(4, 20)
    networks = SPACE.sample(0, 200)
    assert len({a.canonical for a in networks}) > 150
    assert {Layer.parse(label).kind for a in networks for label in a.nodes[1:-1]} == {
        *("conv3x3", "conv5x5", "conv7x7", "max-pool", "avg-pool", "fc", "softmax")
    }
    assert max(a.nodes.count("softmax") for a in networks) > 1


def test_initial_networks_are_valid_or_else_plain():
    assert len(starts(SPACE)) == 12
    assert all(a in SPACE and faults(a, SPACE) is None for a in starts(SPACE))
    texts = [str(a) for a in starts(CnnSpace(layers=(19, 20), units=(2, 8)))]
    assert texts == ["conv3x3:8 " * 17 + "fc:8 softmax"]
    assert [str(a) for a in starts(CnnSpace(layers=(1, 1), links=3))] == ["softmax"]


@pytest.mark.parametrize("name", MODIFIERS)
@pytest.mark.parametrize("space", [SPACE, SMALL], ids=["large", "small"])
def test_each_modifier_gives_valid_networks(name, space, rng):
    """Of 100 mutations of each kind more than half are found, all valid and different."""
    found = 0
    for a in space.sample(0, 100):
        changed = MODIFIERS[name](a, rng, space)
        if changed is not None:
            found += 1
            assert changed in space
            assert changed != a
            assert faults(changed, space) is None
    assert found > 50


def test_neighbors_are_what_one_elementary_modification_gives(rng):
    assert set(ELEMENTARY) == set(MODIFIERS) - {"dec_en_masse", "inc_en_masse"}
    a = SMALL.sample(1, 1)[0]
    neighbors = SMALL.neighbors(a)
    assert len(set(neighbors)) == len(neighbors) > 20
    assert all(b in SMALL and b != a for b in neighbors)
    for name in set(ELEMENTARY) - {"dup_path"}:
        drawn = {MODIFIERS[name](a, rng, SMALL) for _ in range(30)} - {None}
        assert drawn <= set(neighbors)


def test_contains_only_its_own_networks():
    a = SPACE.parse(NETWORK)
    assert "text" not in SPACE
    assert a not in CnnSpace(units=(8, 64))
    assert Architecture(a.nodes, a.edges, "other") not in SPACE
    for method in (SMALL.neighbors, lambda b: SMALL.mutate(b, 0)):
        with pytest.raises(ArchitectureError, match="expected a network of CnnSpace"):
            method(a)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"layers": (0, 5)}, "expected layers"),
        ({"units": (9, 8)}, "expected units"),
        ({"image_size": 0}, "image_size=0"),
        ({"degree": 0}, "degree=0"),
        ({"links": 5}, "links=5"),
    ],
)
def test_refuses_impossible_settings(fields, message):
    with pytest.raises(SettingError, match=message):
        CnnSpace(**fields)


def test_a_space_of_one_network_cannot_be_mutated():
    space = CnnSpace(layers=(1, 1), units=(1, 1), image_size=1, degree=1, links=2)
    with pytest.raises(ArchitectureError, match="widen its bounds"):
        space.mutate(space.parse("softmax"), 0)
