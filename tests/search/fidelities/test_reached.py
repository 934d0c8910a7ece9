"""How far a run is, in what limits it."""

import time

import pytest

import nbnas as nb


def rest(architecture, seed=0):
    time.sleep(0.01)
    return 0.5


def test_a_run_tells_how_far_it_is_in_what_limits_it():
    search = nb.Search(nb.CellSpace(), rest, nb.RandomSearch())
    assert search.reached is None
    assert search.seconds_left is None
    assert search.run(3).reached == (3, 3)
    assert search.seconds_left == 0
    assert search.run(cost=4.5).reached == (4, 4.5)
    mean = sum(e.seconds for e in search.observations) / 4
    assert search.seconds_left == pytest.approx(mean / 2)
    assert search.run(100, seconds=0).reached == (len(search.observations), 100)
