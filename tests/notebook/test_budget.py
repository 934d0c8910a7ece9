"""A budget of minutes: how the parts of the notebook share it, and what stops by it."""

import time

import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.notebook.budget import Budget


def test_parts_begin_nothing_after_their_share():
    budget = Budget(10, began=time.monotonic() - 60)
    assert budget.seconds_for("search") == pytest.approx(240, abs=5)
    assert budget.seconds_for("random") == pytest.approx(360, abs=5)
    assert budget.seconds_for("known") == pytest.approx(480, abs=5)
    assert "no trial begins after 5 min, none of random search after 7 min" in str(budget)
    assert Budget(1, began=time.monotonic() - 60).seconds_for("known") == 0


def test_the_search_has_all_where_nothing_is_compared():
    budget = Budget(0.5, compare=False)
    assert budget.seconds_for("search") == pytest.approx(27, abs=2)
    assert str(budget) == "no trial begins after 27 s"


def test_no_budget_is_no_limit():
    assert [Budget(0).seconds_for(part) for part in ("search", "random", "known")] == [None] * 3
    assert "no limit" in str(Budget(0))


def searching(seconds=0.1):
    def objective(architecture, seed=0):
        time.sleep(seconds)
        return 0.5

    return nb.Search(nb.CellSpace(), objective, nb.RandomSearch(), seed=0)


def test_no_trial_begins_after_the_seconds_of_a_run():
    search = searching().run(100, seconds=0.35)
    assert 2 <= len(search.observations) <= 4  # the one under way ends
    assert search.target == 100
    search.run(100, seconds=0)
    assert len(search.observations) <= 4
    count = len(search.observations)
    assert len(search.run(count + 1).observations) == count + 1  # the limit is that run's only


def test_a_run_in_the_background_has_no_limit_of_an_earlier_one():
    search = searching(0).run(1, seconds=0.0)
    assert len(search.start(3).wait().observations) == 3


@pytest.mark.parametrize("seconds", [-1, "ten", True])
def test_other_seconds_are_refused(seconds):
    with pytest.raises(SettingError, match="seconds"):
        searching().run(1, seconds=seconds)
