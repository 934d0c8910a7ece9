"""The lab of a study that is opened to look at: nothing in it offers to run."""

import pytest

import nbnas as nb
from nbnas.widgets.lab.lab import Lab


@pytest.fixture
def opened(table, tmp_path):
    """A study of four trials, opened from its store."""
    store = tmp_path / "a.db"
    nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0, store=store, study="s").run(4)
    return nb.open_study(store, "s")


def test_it_offers_no_run_and_no_budget(opened):
    lab = Lab(opened)
    status = lab.widget.status
    assert status["opened"]
    assert (status["word"], status["progress"]) == ("to look at", "4 trials")
    assert "Press Run" not in status["said"]
    assert "Opened from its store, to look at; more trials need its objective." in status["said"]
    assert (lab.widget.budget, status["more"]) == (4, False)
    assert lab.widget.curve["line"].startswith("Nothing is trained here")
    assert lab.widget.trace["line"].startswith("4 of 4 trials")


def test_a_search_is_none(table):
    status = Lab(nb.Search(nb.CellSpace(), table, nb.RandomSearch(), seed=0)).widget.status
    assert not status["opened"]
    assert status["word"] == "idle"
    assert "Press Run" in status["said"]
