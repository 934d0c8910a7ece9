"""Views of what looks told, live and still."""

from dataclasses import dataclass

import pytest

import nbnas as nb
from nbnas.records import Evaluation
from nbnas.search.fidelities.told import Belief, Prediction
from nbnas.widgets import bundle, view
from nbnas.widgets.search.search import search as view_of_search

WIDGET = "application/vnd.jupyter.widget-view+json"
FIDELITIES = nb.Fidelities((2, 10))


@dataclass(frozen=True)
class Flat:
    fidelities: nb.Fidelities | None = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        return str(architecture).count("conv") / 8


@pytest.fixture(scope="module")
def searched():
    strategy = nb.BayesianOptimization(initial=4, fidelities=FIDELITIES)
    return nb.Search(nb.CellSpace(), Flat(), strategy, seed=0).run(5)


def belief(full=None):
    cell = nb.CellSpace().sample(0, 1)[0]
    look = Evaluation(cell, 0.3, epochs=2)
    return Belief(4, look, Prediction(cell, 0.5, 0.1), Prediction(cell, 0.6, 0.05), full)


def test_looks_are_seen_live_and_still(searched, monkeypatch):
    for thing in (nb.looks(searched), belief()):
        monkeypatch.setenv("NBNAS_DISPLAY", "static")
        assert set(bundle(thing)[0]) == {"image/png", "text/plain"}
        monkeypatch.setenv("NBNAS_DISPLAY", "live")
        assert set(bundle(thing)[0]) == {WIDGET, "image/png", "text/plain"}


def test_a_belief_says_what_moved():
    said = view(belief()).summary
    assert "The look of 2 epochs, 30.0 %, moved the predicted full accuracy from" in said
    assert "from 50.0 % ± 10.0 % to 60.0 % ± 5.0 %" in said
    assert "came out" not in said
    cell = belief().look.architecture
    assert "It came out at 70.0 %." in view(belief(Evaluation(cell, 0.7))).summary


def test_a_search_shows_looks_exactly_if_it_has_fidelities(searched):
    drawn = str(view_of_search(searched).chart.to_dict())
    assert "How far each training went" in drawn
    plain = nb.Search(nb.CellSpace(), Flat(None), nb.RandomSearch(), seed=0).run(5)
    assert "How far each training went" not in str(view_of_search(plain).chart.to_dict())
