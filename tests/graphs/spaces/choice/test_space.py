import copy
import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbnas.brief import full
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import functional_form
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.choice.options import Choice
from nbnas.graphs.spaces.choice.space import ChoiceSpace

SPACE = ChoiceSpace(depth=(2, 3, 4), width=(16, 32, 64), activation=("relu", "gelu", "tanh"))
names = st.text(min_size=1, max_size=8).filter(str.isidentifier)
values = st.one_of(
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from([True, False, None, "True", "None", "1", "1.0", "nan", "x=1", '"', "\n"]),
)
offered = st.lists(values, min_size=1, max_size=5, unique=True)


def test_all_combinations_are_there_once():
    everything = list(SPACE)
    chosen = [tuple(a[name] for name in SPACE.names) for a in everything]
    expected = itertools.product((2, 3, 4), (16, 32, 64), ("relu", "gelu", "tanh"))
    assert chosen == list(expected)
    assert len(set(everything)) == SPACE.size == 27
    assert len({functional_form(a) for a in everything}) == 27


@settings(max_examples=60, deadline=None)
@given(choices=st.dictionaries(names, offered, min_size=1, max_size=4), seed=st.integers(0, 99))
def test_whatever_is_chosen_comes_back_with_its_type(choices, seed):
    space = ChoiceSpace(**choices)
    (a,) = space.sample(seed, 1)
    assert space.parse(str(a)) == a
    assert Architecture.from_json(a.to_json()) == a
    for (name, options), rank in zip(choices.items(), space.encode(a), strict=True):
        value = Architecture.from_json(a.to_json())[name]
        assert value == options[rank]
        assert type(value) is type(options[rank])


def test_numbers_of_numpy_become_plain():
    space = ChoiceSpace(width=np.array([16, 32]), rate=[np.float64(0.5), np.float32(0.25)])
    a = space.sample(0, 1)[0]
    assert type(a["width"]) is int
    assert type(a["rate"]) is float
    assert space.parse(str(a)) == a


def test_all_are_drawn_equally_often():
    drawn = SPACE.sample(0, 27_000)
    counts = np.array([drawn.count(a) for a in SPACE])
    assert ((counts - 1000) ** 2 / 1000).sum() < 54  # χ² with 26 degrees of freedom: p = 0.001
    assert SPACE.sample(np.random.default_rng(0), 5) == drawn[:5]


def test_one_edit_goes_one_rank_where_there_is_an_order():
    for a in SPACE:
        near = SPACE.neighbors(a)
        assert len(set(near)) == len(near)
        for b in near:
            assert a in SPACE.neighbors(b)
            ((name, one, other),) = [(n, a[n], b[n]) for n in SPACE.names if a[n] != b[n]]
            assert name == "activation" or {one, other} in ({2, 3}, {3, 4}, {16, 32}, {32, 64})
    middle = SPACE.parse("depth=3 width=32 activation=relu")
    assert len(SPACE.neighbors(middle)) == 6
    assert {SPACE.mutate(middle, seed) for seed in range(100)} == set(SPACE.neighbors(middle))


def test_the_only_architecture_has_no_other():
    space = ChoiceSpace(width=(16,))
    (a,) = space
    assert space.neighbors(a) == ()
    assert space.mutate(a, 0) == a


def test_what_is_ordered():
    assert Choice((3, 2.5, -1)).ordered
    assert not Choice((1, 3, 2)).ordered
    assert not Choice((True, False)).ordered
    assert not Choice(("a", "b")).ordered
    assert not Choice((1, 2, 3), ordered=False).ordered
    sizes = ChoiceSpace(size=Choice(("small", "medium", "large"), ordered=True))
    assert [len(sizes.neighbors(a)) for a in sizes] == [1, 2, 1]


def test_one_and_one_point_zero_are_two_spaces():
    whole, real = ChoiceSpace(width=(1, 2)), ChoiceSpace(width=(1.0, 2.0))
    assert whole != real
    assert next(iter(whole)) not in real
    assert hash(whole) == hash(copy.deepcopy(whole))
    assert pickle.loads(pickle.dumps(whole)) == whole


def test_is_told_as_it_is_made():
    made = "ChoiceSpace(depth=(2, 3, 4), width=(16, 32, 64), activation=('relu', 'gelu', 'tanh'))"
    assert repr(SPACE) == made
    ordered = ChoiceSpace(size=Choice(("s", "m"), ordered=True))
    assert repr(ordered) == "ChoiceSpace(size=Choice(('s', 'm'), ordered=True))"
    assert "ordered=True" in full(SPACE)
    assert ordered.fingerprint() != ChoiceSpace(size=("s", "m")).fingerprint()


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        ({}, "1 to 100 named choices"),
        ({"width": 16}, "width: expected options .* put a single option in a tuple"),
        ({"act": "relu"}, "act: expected options .* put a single option in a tuple"),
        ({"width": ()}, "1 to 1,000 different options"),
        ({"width": {16, 32}}, "a sequence"),
        ({"width": (1, 1.0)}, "no option twice, got"),
        ({"width": (float("nan"),)}, "finite number"),
        ({"width": (2**70,)}, "finite number"),
        ({"width": ((1, 2),)}, "finite number"),
        ({"a width": (1, 2)}, "names of letters"),
    ],
)
def test_what_is_no_choice_is_refused(choices, why):
    with pytest.raises(SettingError, match=why):
        ChoiceSpace(**choices)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "name=value"),
        ("depth=2", "3 choices .depth, width, activation., got 1"),
        ("depth=2 width=16 activation=swish", "activation to be one of relu, gelu, tanh"),
        ("width=16 depth=2 activation=relu", "depth to be one of 2, 3, 4, written depth=…"),
        ("depth=2 width=16 activation=relu ", "name=value"),
        ("depth=2  width=16 activation=relu", "name=value"),
        ("depth=2.0 width=16 activation=relu", "got 'depth=2.0'"),
        ("|none~0|", "name=value"),
    ],
)
def test_a_wrong_text_says_where(text, why):
    with pytest.raises(ArchitectureError, match=why):
        SPACE.parse(text)


def test_only_its_own_are_members():
    a = SPACE.sample(0, 1)[0]
    assert a in SPACE
    assert a not in ChoiceSpace(depth=(2, 3, 4))
    assert Architecture(a.nodes, a.edges[:-1], a.text) not in SPACE
    with pytest.raises(ArchitectureError, match="expected an architecture of ChoiceSpace"):
        SPACE.encode(CellSpace().sample(0, 1)[0])


def test_a_name_that_is_none_says_which_there_are():
    a = SPACE.sample(0, 1)[0]
    with pytest.raises(ArchitectureError, match="choices depth, width, activation, got 'widht'"):
        a["widht"]
    with pytest.raises(ArchitectureError, match="which is a graph"):
        CellSpace().sample(0, 1)[0]["width"]
    with pytest.raises(TypeError):
        iter(a)
