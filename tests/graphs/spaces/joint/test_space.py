import pickle
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.distances.distance import explain
from nbnas.graphs.space import SearchSpace
from nbnas.search.fingerprint import fingerprint

CELLS = nb.CellSpace()
RATE, SIZE = nb.Real(1e-3, 1, log=True), nb.Integer(16, 512, log=True)
OPTIMIZER = nb.Categorical("sgd", "adamw")
SPACE = nb.JointSpace(CELLS, learning_rate=RATE, batch_size=SIZE, optimizer=OPTIMIZER)
FINITE = nb.JointSpace(
    nb.Subspace(CELLS, CELLS.sample(0, 3)),
    batch_size=nb.Categorical(16, 32),
    cells=nb.Integer(1, 3),
)
ODD = nb.JointSpace(
    nb.ChoiceSpace(title=("plain", "a @ b=3", 'x" @ mode=1'), width=(1, 2)),
    mode=nb.Categorical("x, y=2", "a @ mode=1", 'quoted "one"', None, True, 1.5, "é", "line\nend"),
)
OTHERS = tuple(
    nb.JointSpace(graphs, learning_rate=RATE, decay_all=nb.Categorical(True, False))
    for graphs in (
        nb.DagSpace(),
        nb.ChainSpace(depth=(3, 9)),
        nb.CnnSpace(layers=(5, 14)),
        nb.RecurrentSpace(nodes=(2, 10)),
    )
)
SPACES = (SPACE, FINITE, ODD, *OTHERS)
seeds = st.integers(0, 2**32)


@pytest.mark.parametrize("space", SPACES, ids=lambda space: repr(space)[:60])
@settings(max_examples=15, deadline=None)
@given(seed=seeds)
def test_members_go_to_text_and_json_and_back(space, seed):
    assert isinstance(space, SearchSpace)
    (member,) = space.sample(seed, 1)
    assert space.sample(seed, 1) == (member,)
    for one in (member, space.mutate(member, seed)):
        assert one in space
        assert space.parse(str(one)) == one
        read = nb.Architecture.from_json(one.to_json())
        assert read == one
        assert hash(read) == hash(one)
        assert str(read) == str(one)
        assert pickle.loads(pickle.dumps(one)) == one
        assert one.bare in space.graphs
        assert one.bare not in space
        assert space.join(one.bare, dict(one.settings)) == one
    assert space.mutate(member, seed) != member


@pytest.mark.parametrize("space", SPACES, ids=lambda space: repr(space)[:60])
@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_neighbors_are_members_that_differ_in_the_graph_or_one_setting(space, seed):
    (member,) = space.sample(seed, 1)
    near = space.neighbors(member)
    assert len(set(near)) == len(near)
    assert member not in near
    for one in near[:: max(len(near) // 10, 1)]:
        assert one in space
        own, other = dict(member.settings), dict(one.settings)
        changed = [name for name in own if own[name] != other[name]]
        assert len(changed) == (one.bare == member.bare)
    assert {one.bare for one in near if one.settings == member.settings} == set(
        space.graphs.neighbors(member.bare)
    )


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_distances_over_graphs_do_not_see_the_settings(seed):
    first, second = SPACE.sample(seed, 2)
    for distance in (nb.HammingDistance(), nb.PathDistance(), nb.EditDistance()):
        told = distance.distance(first, second)
        assert told == distance.distance(first.bare, second.bare)
        assert explain(distance, first, second).value == pytest.approx(told)


def test_two_of_the_same_function_and_other_settings_are_different():
    one, other = (
        SPACE.join(
            CELLS.sample(0, 1)[0], {**dict(SPACE.sample(0, 1)[0].settings), "batch_size": b}
        )
        for b in (16, 17)
    )
    assert one != other
    assert one.bare == other.bare
    assert one.canonical != other.canonical
    assert one.bare.canonical == other.bare.canonical
    assert one.canonical.startswith(one.bare.canonical)


def test_says_its_settings():
    a = SPACE.join(
        CELLS.sample(0, 1)[0], {"learning_rate": 0.01, "batch_size": 64, "optimizer": "sgd"}
    )
    assert str(a) == f"{a.text} @ batch_size=64, learning_rate=0.01, optimizer=sgd"
    assert a.text == str(a.bare)
    assert "learning_rate=0.01" in repr(a)
    assert a.setting("learning_rate") == 0.01
    assert dict(a.settings)["optimizer"] == "sgd"
    assert SPACE.encode_settings(a) == (
        *SIZE.encode(64),
        *RATE.encode(0.01),
        *OPTIMIZER.encode("sgd"),
    )
    with pytest.raises(ArchitectureError, match="batch_size, learning_rate, optimizer, got 'lr'"):
        a.setting("lr")
    with pytest.raises(ArchitectureError, match="settings none"):
        a.bare.setting("lr")


def test_sizes_and_lists():
    assert SPACE.size is None
    assert FINITE.size == 3 * 2 * 3
    everything = list(FINITE)
    assert len(set(everything)) == 18
    assert all(a in FINITE for a in everything)
    assert set(FINITE.sample(0, 300)) == set(everything)
    with pytest.raises(SettingError, match="can be listed"):
        iter(SPACE)
    counted = nb.JointSpace(CELLS, batch_size=SIZE)
    assert counted.size == 15625 * 497


def test_mutations_change_the_graph_half_of_the_times():
    (member,) = SPACE.sample(0, 1)
    changed = Counter()
    for seed in range(400):
        one = SPACE.mutate(member, seed)
        names = [n for n, v in one.settings if member.setting(n) != v]
        assert len(names) == (one.bare == member.bare)
        changed[names[0] if names else "graph"] += 1
    assert 160 < changed["graph"] < 240
    assert min(changed[name] for name in SPACE.names) > 40


def test_where_the_graph_has_no_other_a_setting_changes_and_the_other_way_round():
    alone = nb.JointSpace(nb.Subspace(CELLS, CELLS.sample(0, 1)), learning_rate=RATE)
    (member,) = alone.sample(0, 1)
    assert all(alone.mutate(member, seed).settings != member.settings for seed in range(20))
    fixed = nb.JointSpace(CELLS, optimizer=nb.Categorical("sgd"))
    (member,) = fixed.sample(0, 1)
    assert all(fixed.mutate(member, seed).bare != member.bare for seed in range(20))
    one = nb.JointSpace(nb.Subspace(CELLS, CELLS.sample(0, 1)), optimizer=nb.Categorical("sgd"))
    (member,) = one
    assert one.mutate(member, 0) == member
    assert one.neighbors(member) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("|nor_conv_3x3~0|", "its settings batch_size, learning_rate, optimizer"),
        ("{} @ batch_size=64", "settings batch_size, learning_rate, optimizer, got batch_size"),
        ("{} @ batch_size=64, learning_rate=0.01, optimizer=adam", "optimizer to be one of"),
        ("{} @ batch_size=64, learning_rate=2.0, optimizer=sgd", "learning_rate to be a finite"),
        ("{} @ batch_size=64.0, learning_rate=0.1, optimizer=sgd", "batch_size to be a whole"),
        ("{} @ learning_rate=0.1, batch_size=64, optimizer=sgd", "sorted by name"),
        ("{} @ batch_size=64,learning_rate=0.1, optimizer=sgd", "at 0 of"),
        ("{} @ batch_size=64, learning_rate=1e-2, optimizer=sgd", "expected 0.01, got '1e-2'"),
        ("{} @ ", "expected settings name=value"),
        ("x{} @ batch_size=64, learning_rate=0.1, optimizer=sgd", "group 1"),
    ],
)
def test_a_text_that_is_none_is_refused(text, said):
    with pytest.raises(ArchitectureError, match=said):
        SPACE.parse(text.format(CELLS.sample(0, 1)[0]))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: nb.JointSpace(CELLS), "1 to 100 settings"),
        (lambda: nb.JointSpace(SPACE, momentum=nb.Real(0, 0.9)), "without settings"),
        (lambda: nb.JointSpace(CELLS, learning_rate=0.1), "learning_rate to be a setting such as"),
        (lambda: nb.JointSpace(CELLS, learning_rate=nb.Real), "learning_rate to be a setting"),
        (lambda: nb.JointSpace(CELLS, **{"learning rate": RATE}), "letters, digits and _"),
        (lambda: nb.JointSpace("cells", learning_rate=RATE), "graphs to be a search space"),
    ],
)
def test_what_makes_no_space_is_refused(make, said):
    with pytest.raises(SettingError, match=said):
        make()


def test_what_is_no_member_is_refused():
    (cell,) = CELLS.sample(0, 1)
    (member,) = SPACE.sample(0, 1)
    assert "text" not in SPACE
    assert cell not in SPACE
    assert member not in CELLS
    assert member not in FINITE
    for call in (SPACE.neighbors, lambda a: SPACE.mutate(a, 0)):
        with pytest.raises(ArchitectureError, match="expected an architecture of JointSpace"):
            call(cell)
    with pytest.raises(ArchitectureError, match="a cell"):
        CELLS.neighbors(member)
    with pytest.raises(ArchitectureError, match="settings batch_size"):
        SPACE.join(cell, {"batch_size": 64})
    with pytest.raises(ArchitectureError, match="settings batch_size"):
        SPACE.join(cell, 3)
    with pytest.raises(ArchitectureError, match="an architecture of DagSpace"):
        OTHERS[0].join(cell, {"learning_rate": 0.1, "decay_all": True})


def test_a_study_remembers_the_settings():
    def remembered(space):
        return fingerprint(space, len, nb.RandomSearch(), 0)

    one = remembered(SPACE)
    assert one["space"] == "JointSpace"
    assert one["space.graphs"].startswith("CellSpace(")
    assert one["space.setting learning_rate"] == "Real(low=0.001, high=1.0, log=True)"
    assert one != remembered(nb.JointSpace(CELLS, learning_rate=RATE))
    same = nb.JointSpace(CELLS, optimizer=OPTIMIZER, batch_size=SIZE, learning_rate=RATE)
    assert same == SPACE
    assert hash(same) == hash(SPACE)
    assert pickle.loads(pickle.dumps(SPACE)) == SPACE
