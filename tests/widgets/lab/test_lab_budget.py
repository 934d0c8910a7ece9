import pytest

from nbnas.errors import SearchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.widgets.lab.lab import Lab

FIRST = 3


@pytest.fixture
def store_of(table, tmp_path):
    """Opens one study of a store as a new search each time, as running a cell again does."""
    return lambda: Search(
        CellSpace(), table, BayesianOptimization(initial=FIRST), seed=0, store=tmp_path / "x.db"
    )


def test_a_run_from_a_cell_is_followed(bayes, settled):
    lab = Lab(bayes)
    bayes.run(4)
    settled(lab, bayes)
    assert lab.widget.status["done"] == 4
    assert lab.widget.budget == 4


def test_a_run_that_is_over_at_once_is_followed(bayes, settled):
    bayes.run(4)
    lab = Lab(bayes)
    bayes.run(6)
    lab._draw()
    bayes.run(6)
    settled(lab, bayes)
    assert lab.widget.budget == 6
    assert lab.widget.status["progress"] == "6 of 6 trials"


def test_running_all_over_a_finished_study_is_not_over_its_budget(store_of, settled):
    """The cells of a notebook aim at 1, 3 and 6 trials, all of which exist already."""
    store_of().run(6)
    search = store_of()
    lab = Lab(search)
    for trials in (1, 3, 6):
        search.run(trials)
        settled(lab, search)
        assert lab.widget.status["progress"] == "6 of 6 trials"
    search.run(7)
    settled(lab, search)
    assert lab.widget.status["progress"] == "7 of 7 trials"


def test_a_budget_that_a_person_sets_stays_until_a_cell_aims_at_something_else(
    bayes, click, until, settled
):
    bayes.run(3)
    lab = Lab(bayes)
    lab.widget.set_state({"budget": 9})
    click(lab, "step")
    until(lambda: len(bayes.observations) == 4 and not bayes.running)
    settled(lab, bayes)
    assert lab.widget.budget == 9
    bayes.run(5)
    settled(lab, bayes)
    assert lab.widget.budget == 5


def test_a_step_that_cannot_start_changes_no_budget(bayes, monkeypatch, click, until, settled):
    bayes.run(3)
    lab = Lab(bayes)
    lab.widget.set_state({"budget": 9})

    def start(trials, workers=None):
        lab._draw()
        raise SearchError("a run is under way")

    monkeypatch.setattr(bayes, "start", start)
    click(lab, "step")
    until(lambda: "under way" in lab.widget.status["error"])
    settled(lab, bayes)
    assert lab.widget.budget == 9
