"""The course of a search by its cost."""

from dataclasses import dataclass

import pytest

import nbnas as nb
from nbnas import charts
from nbnas.errors import SettingError
from nbnas.records import Evaluation, Observations
from nbnas.search.fidelities.costs import costs
from nbnas.widgets import bundle, view

FIDELITIES = nb.Fidelities((4, 20))
CELLS = nb.CellSpace().sample(0, 8)
LOOKS = tuple(Evaluation(a, 0.3 + i / 50, epochs=4) for i, a in enumerate(CELLS))
SEEN = Observations((*LOOKS, Evaluation(CELLS[0], 0.8), Evaluation(CELLS[1], 0.7)))


@dataclass(frozen=True)
class Flat:
    fidelities: nb.Fidelities = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        return 0.5 if epochs is None else 0.4


def test_looks_and_full_trainings_stand_where_they_were_paid(said):
    text = said(charts.spending(SEEN, costs(Flat(), SEEN)))
    assert "cost so far, in full trainings (rings are looks)" in text
    assert "3.6 full trainings: 8 looks for 1.6, 2 full trainings for 2" in text
    assert "rings are looks" in said(charts.trace(SEEN))
    assert "rings are looks" not in said(charts.trace(SEEN.full))
    assert "0 looks" in said(charts.spending(Observations(), ()))


def test_each_trial_needs_its_cost():
    with pytest.raises(SettingError, match="a cost for each of 10 trials, got 0"):
        charts.spending(SEEN, ())


def test_a_search_with_looks_is_seen_live_and_still(monkeypatch):
    strategy = nb.BayesianOptimization(initial=4, fidelities=FIDELITIES)
    search = nb.Search(nb.CellSpace(("none", "nor_conv_3x3")), Flat(), strategy)
    assert view(search.run(3)).summary.startswith("BayesianOptimization: 3 of 3 trials, 3 of them")
    search.run(cost=6)
    assert "of them looks" in view(search).summary
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    assert bundle(search)[0]["image/png"]
    assert bundle(search.posterior)[0]["image/png"]
    assert bundle(search.proposal)[0]["image/png"]
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    assert len(bundle(search)[0]) == 3
    assert len(bundle(search.posterior)[0]) == 3
