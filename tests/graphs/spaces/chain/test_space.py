import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.chain.words import KINDS
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import shapes

SPACE = ChainSpace()
SMALL = ChainSpace(depth=(1, 4), image_size=4)
SPACES = st.builds(
    ChainSpace,
    depth=st.integers(1, 25) | st.tuples(st.integers(1, 5), st.integers(5, 12)),
    channels=st.integers(1, 64),
    units=st.integers(1, 64),
    image_size=st.integers(1, 32),
)


def is_valid(word, side):
    """The rules once more, in other words than the package's."""
    first = word.index("dense") if "dense" in word else len(word)
    for _ in range(word[:first].count("pool")):
        if side == 1:
            return False
        side = (side + 1) // 2
    return set(word[first:]) <= {"dense", "relu"}


def all_words(depths, side):
    return [
        word
        for depth in range(depths[0], depths[1] + 1)
        for word in itertools.product(KINDS, repeat=depth)
        if is_valid(word, side)
    ]


def test_follows_the_protocol():
    assert isinstance(SPACE, SearchSpace)
    assert hash(SPACE) == hash(ChainSpace())


@pytest.mark.parametrize("depths", [(1, 1), (3, 3), (1, 4), (5, 6)])
@pytest.mark.parametrize("side", [1, 2, 5, 8])
def test_counts_and_lists_what_brute_force_finds(depths, side):
    space = ChainSpace(depth=depths, image_size=side)
    expected = ["-".join(word) for word in all_words(depths, side)]
    assert space.size == len(expected)
    assert [str(a) for a in space] == expected


def test_the_default_space_is_large_and_says_so():
    assert 5**20 > SPACE.size > 3**20
    with pytest.raises(SettingError, match=r"up to 100,000 chains.*418,026,707,631"):
        iter(SPACE)


def test_a_depth_of_hundreds_is_counted_and_sampled():
    space = ChainSpace(depth=400, image_size=32)
    assert space.size > 2**600
    assert len(space.sample(0, 1)[0].nodes) == 402


def test_the_graph_is_a_chain_of_layers():
    a = ChainSpace(depth=4).parse("conv3x3-pool-relu-dense")
    assert a.nodes == ("image", "conv3x3:16", "pool::s2", "relu", "dense:64", "output")
    assert a.edges == tuple((v, v + 1, LINK) for v in range(5))
    assert shapes(a, (1, 8, 8), 10)[1:] == ((16, 8, 8), (16, 4, 4), (16, 4, 4), (64,), (10,))


def test_sampling_is_reproducible_and_uniform():
    assert SPACE.sample(3, 20) == SPACE.sample(3, 20) != SPACE.sample(4, 20)
    counts = Counter(SMALL.sample(0, 40 * SMALL.size))
    observed = [counts[a] for a in SMALL]
    assert sum(observed) == 40 * SMALL.size
    assert stats.chisquare(observed).pvalue > 1e-3


@given(SPACES, st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_what_is_sampled_or_mutated_is_in_the_space(space, seed):
    a = space.sample(seed, 1)[0]
    b = space.mutate(a, seed)
    assert b != a
    for one in (a, b):
        assert one in space
        assert space.parse(str(one)) == one
        assert Architecture.from_json(one.to_json()) == one
        assert is_valid(str(one).split("-"), space.image_size)
        assert len(shapes(one, (1, space.image_size, space.image_size), 10)) == len(one.nodes)


@pytest.mark.parametrize("space", [SMALL, ChainSpace(depth=3, image_size=3)])
def test_neighbors_are_one_edit_away_and_symmetric(space):
    pairs = {(a, b) for a in space for b in space.neighbors(a)}
    assert pairs == {(b, a) for a, b in pairs}
    words = {a: tuple(str(a).split("-")) for a in space}
    for a, b in itertools.product(list(space)[::7], space):
        assert ((a, b) in pairs) == (edit_distance(words[a], words[b]) == 1)


def edit_distance(a, b):
    """Levenshtein's, by its recurrence."""
    table = np.add.outer(np.arange(len(a) + 1), np.arange(len(b) + 1))
    for i, j in itertools.product(range(len(a)), range(len(b))):
        change = table[i, j] + (a[i] != b[j])
        table[i + 1, j + 1] = min(change, table[i, j + 1] + 1, table[i + 1, j] + 1)
    return table[-1, -1]


def test_mutation_reaches_every_neighbor(rng):
    a = SMALL.parse("conv3x3-pool-dense")
    drawn = Counter(SMALL.mutate(a, rng) for _ in range(1500))
    assert set(drawn) == set(SMALL.neighbors(a))
    assert stats.chisquare(list(drawn.values())).pvalue > 1e-3
    assert SMALL.mutate(a, 7) == SMALL.mutate(a, 7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "layer 1: expected one of conv3x3.*got ''"),
        ("conv3x3", "expected 3 to 5 layers.*got 1"),
        ("conv3x3-conv7x7-relu", "layer 2: expected one of conv3x3, .*got 'conv7x7'"),
        ("dense-relu-conv3x3", "layer 3: expected one of relu, dense, got 'conv3x3'"),
        ("pool-pool-pool-pool", "layer 4: expected one of conv3x3, conv5x5, relu, dense, got"),
        ("relu--relu", "layer 2: .*got ''"),
        ("relu-relu-relu ", "layer 3: .*got 'relu '"),
    ],
)
def test_a_bad_text_says_where_and_what(text, message):
    space = ChainSpace(depth=(3, 5)) if text else ChainSpace(depth=1)
    with pytest.raises(ArchitectureError, match=message):
        space.parse(text)


def test_contains_only_its_own_chains():
    a = SPACE.sample(0, 1)[0]
    assert "text" not in SPACE
    assert a not in ChainSpace(channels=8, units=8)
    assert a not in ChainSpace(depth=19)
    assert Architecture(a.nodes, a.edges[:-1], a.text) not in SPACE
    with pytest.raises(ArchitectureError, match="expected a chain of ChainSpace"):
        SMALL.neighbors(a)
    with pytest.raises(ArchitectureError, match="expected a chain of ChainSpace"):
        SMALL.mutate(a, 0)


def test_every_label_is_a_layer():
    for a in SPACE.sample(0, 20):
        assert all(str(Layer.parse(label)) == label for label in a.nodes)


@pytest.mark.parametrize(
    "fields",
    [{"depth": 0}, {"depth": (3, 2)}, {"channels": 0}, {"units": 0}, {"image_size": 0}],
)
def test_refuses_impossible_settings(fields):
    with pytest.raises(SettingError, match=f"expected {next(iter(fields))}"):
        ChainSpace(**fields)
