import pytest

from nbnas.errors import SearchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.widgets.lab.lab import Lab


def test_an_error_in_a_trial_is_seen(click, until):
    def objective(architecture, seed=0):
        raise ValueError("no <b>number</b>")

    search = Search(CnnSpace(), objective, RandomSearch(), seed=0)
    lab = Lab(search)
    lab.widget.set_state({"budget": 2})
    click(lab, "run")
    until(lambda: lab.widget.status["done"] == 2)
    assert "Trial 2 failed: ValueError: no <b>number</b>" in lab.widget.status["error"]
    assert lab.widget.trials[0]["value"] is None


def test_an_error_that_ends_the_run_is_seen_and_raised(click, until):
    search = Search(CellSpace(), lambda a, seed=0: "no evaluation", RandomSearch(), seed=0)
    lab = Lab(search)
    click(lab, "run")
    until(lambda: lab.widget.status["state"] == "failed")
    assert "expected one number as value" in lab.widget.status["error"]
    with pytest.raises(SearchError, match="expected one number as value"):
        search.wait()


def test_an_error_in_a_callback_is_seen_and_raised(bayes, monkeypatch, until):
    lab = Lab(bayes)
    assert lab.wait()

    def explode(*args, **options):
        raise RuntimeError("the map is torn")

    monkeypatch.setattr("nbnas.widgets.lab.scene.map_page", explode)
    bayes.run(1)
    until(lambda: "the map is torn" in lab.widget.status["error"])
    assert lab.wait()
    with pytest.raises(RuntimeError, match="the map is torn"):
        bayes.wait()


def test_a_students_listener_that_fails_is_seen_and_the_lab_goes_on(bayes):
    def broken(step):
        raise KeyError("not in my table")

    bayes.stepped.connect(broken)  # before the lab listens
    lab = Lab(bayes)
    with pytest.warns(RuntimeWarning, match="not in my table"):
        bayes.run(2)
    assert lab.widget.status["done"] == 2
    assert "KeyError: 'not in my table'" in lab.widget.status["error"]
    with pytest.raises(KeyError, match="not in my table"):
        bayes.wait()
    lab.update()
    assert lab.widget.status["error"] == ""


def test_a_click_that_cannot_be_done_is_seen(bayes, click, until):
    lab = Lab(bayes)
    lab.widget.set_state({"budget": 0})
    click(lab, "run")
    until(lambda: "trials to be a whole number from 1" in lab.widget.status["error"])
