import pickle
from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import CellSpace, cell, operations_of
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.search.candidates import listed, random_new
from nbnas.search.fingerprint import fingerprint
from nbnas.search.strategies.random import RandomSearch

CELLS = CellSpace()
NONE, SKIP, POOL = "none", "skip_connect", "avg_pool_3x3"
ONE, THREE = "nor_conv_1x1", "nor_conv_3x3"
CONVOLUTIONS = tuple(a for a in CELLS if set(operations_of(a)) <= {ONE, THREE})
SMALL = Subspace(CELLS, CONVOLUTIONS)


def differ(a, b):
    """The number of edges that differ."""
    return sum(x != y for x, y in zip(operations_of(a), operations_of(b), strict=True))


def test_holds_exactly_its_members():
    assert isinstance(SMALL, SearchSpace)
    assert SMALL.size == len(CONVOLUTIONS) == 2**6
    assert tuple(SMALL) == CONVOLUTIONS
    assert [a for a in CELLS if a in SMALL] == list(CONVOLUTIONS)
    assert "text" not in SMALL
    assert all(SMALL.parse(str(a)) == a for a in CONVOLUTIONS)
    assert repr(SMALL) == "Subspace(CellSpace(), 64 members)"


def test_samples_uniformly():
    drawn = Counter(SMALL.sample(0, 6400))
    assert chisquare([drawn[a] for a in CONVOLUTIONS]).pvalue > 0.001
    assert SMALL.sample(1, 20) == SMALL.sample(1, 20) != SMALL.sample(2, 20)
    assert set(SMALL.sample(np.random.default_rng(0), 500)) <= set(CONVOLUTIONS)


def test_moves_are_those_of_the_space_that_stay_inside():
    start = CONVOLUTIONS[5]
    expected = {a for a in CONVOLUTIONS if differ(a, start) == 1}
    assert set(SMALL.neighbors(start)) == expected
    assert len(SMALL.neighbors(start)) == len(expected) == 6
    mutants = Counter(SMALL.mutate(start, seed) for seed in range(600))
    assert set(mutants) == expected
    assert chisquare(list(mutants.values())).pvalue > 0.001


def test_a_lonely_member_is_left_by_a_jump():
    near = (cell((NONE,) * 6), cell((NONE,) * 5 + (POOL,)))
    lonely = cell((THREE,) * 6)
    space = Subspace(CELLS, (*near, lonely))
    assert space.neighbors(lonely) == ()
    assert {space.mutate(lonely, seed) for seed in range(20)} == set(near)
    assert {space.mutate(near[0], seed) for seed in range(20)} == {near[1]}
    single = Subspace(CELLS, (lonely,))
    assert single.mutate(lonely, 0) == lonely


def test_rare_moves_inside_are_found_by_listing(monkeypatch):
    monkeypatch.setattr("nbnas.graphs.spaces.subspace.ATTEMPTS", 0)
    start = CONVOLUTIONS[5]
    assert {SMALL.mutate(start, seed) for seed in range(100)} == set(SMALL.neighbors(start))


def test_a_member_under_another_numbering_is_that_member():
    dags = DagSpace(5)
    one = dags.parse("conv3x3-bn-relu,maxpool3x3|0-1,0-2,1-3,2-3")
    twin = dags.parse("maxpool3x3,conv3x3-bn-relu|0-1,0-2,1-3,2-3")
    assert one != twin
    near = dags.neighbors(one)[0]
    space = Subspace(dags, (twin, near))
    assert space.parse(str(one)) == twin
    assert twin in space.neighbors(near)
    assert twin in space
    assert one not in space  # as an object of this space there is only the one member


def test_what_is_no_member_is_refused():
    stranger = cell((SKIP,) * 6)
    for call in (SMALL.neighbors, lambda a: SMALL.mutate(a, 0), lambda a: SMALL.parse(str(a))):
        with pytest.raises(ArchitectureError, match="member"):
            call(stranger)
    with pytest.raises(ArchitectureError, match="groups"):
        SMALL.parse("nonsense")
    with pytest.raises(SettingError, match="at least one member"):
        Subspace(CELLS, ())
    with pytest.raises(SettingError, match="2 of which 1 differ"):
        Subspace(CELLS, (stranger, stranger))
    with pytest.raises(ArchitectureError, match="members of DagSpace"):
        Subspace(DagSpace(), (stranger,))


def test_equal_ones_are_equal_also_in_another_process():
    same = pickle.loads(pickle.dumps(SMALL))
    assert same == SMALL
    assert hash(same) == hash(SMALL)
    assert Subspace(CELLS, CONVOLUTIONS[:-1]) != SMALL
    assert len({SMALL, same}) == 1
    assert Subspace(CELLS, CONVOLUTIONS[::-1]) != SMALL  # the order decides what a seed draws
    assert SMALL != "text"


def test_a_search_stays_inside():
    rng = np.random.default_rng(0)
    assert listed(SMALL) == CONVOLUTIONS
    assert set(random_new(SMALL, (), rng, 64, allow_isomorphic=True)) == set(CONVOLUTIONS)


def test_a_study_remembers_which_members():
    def remembered(space):
        return fingerprint(space, len, RandomSearch(), 0)

    one = remembered(SMALL)
    assert one["space"] == "Subspace"
    assert one["space.space"] == "CellSpace()"
    assert one == remembered(Subspace(CELLS, CONVOLUTIONS))
    assert one["space.members"] != remembered(Subspace(CELLS, CONVOLUTIONS[1:]))["space.members"]
    assert max(map(len, one.values())) < 100
