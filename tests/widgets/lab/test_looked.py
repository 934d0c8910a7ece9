"""The card of a search whose trainings may go less far than all."""

from dataclasses import dataclass

import pytest

import nbnas as nb
from nbnas.search.strategies.schedulers.successive_halving import SuccessiveHalving
from nbnas.widgets.lab.lab import Lab
from nbnas.widgets.lab.sources import page_script, specifications

FIDELITIES = nb.Fidelities((3, 10))
RUNGS = nb.Fidelities((1, 3, 9), continued=True)
PARTS = {"rungs", "spent", "stops", "beliefs"}


@dataclass(frozen=True)
class Rising:
    fidelities: nb.Fidelities | None = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        return str(architecture).count("conv") / 8 + (epochs or 10) / 50


def opened(objective, strategy, trials):
    search = nb.Search(nb.CellSpace(), objective, strategy, seed=0)
    search.run(trials)
    lab = Lab(search)
    assert lab.wait()
    assert search.error is None
    assert lab.widget.status["error"] == ""
    return search, lab


@dataclass(frozen=True)
class Looking(nb.BayesianOptimization):
    """Twelve looks, a full training of the first, then looks: quicker than the real order."""

    def propose(self, space, observations, pending, n, rng):
        epochs = None if len(observations) == 12 else 3
        cells = observations.architectures[:1] if epochs is None else space.sample(rng, 1)
        return nb.Proposal(cells, "In turn.", epochs=epochs)


@pytest.fixture(scope="module")
def looking():
    return opened(Rising(), Looking(fidelities=FIDELITIES), 16)


def test_a_search_without_looks_is_as_before():
    _, lab = opened(Rising(None), nb.RandomSearch(), 3)
    assert not PARTS & set(lab.widget.specs)
    assert (lab.widget.looks, lab.widget.beliefs) == ({}, {})
    assert not [row for row in lab.widget.trials if "epochs" in row]
    assert set(specifications()) | PARTS == set(specifications(fidelities=FIDELITIES))


def test_curves_predictions_and_costs_are_there(looking):
    _, lab = looking
    assert set(lab.widget.specs) >= PARTS
    found = lab.widget.looks
    points = found["rungs"]["data"]["points"]
    assert len(points) == 16
    assert [row["epochs"] for row in points].count(10) == 1
    ends = found["rungs"]["data"]["ends"]
    assert len(ends) == 8
    assert found["rungs"]["signals"]["far"] > max(row["epochs"] for row in ends)
    assert "1 trained fully (thick), 14 looked at only" in found["rungs"]["line"]
    assert "16 trainings at the cost of 5.5 full ones." in found["spent"]["line"]
    assert found["stops"]["data"]["rows"] == []
    assert found["reasons"] == {}
    assert [row["epochs"] for row in lab.widget.trials].count(3) == 15


def test_every_mark_is_an_architecture_that_the_page_knows(looking):
    _, lab = looking
    known = len(lab.widget.sample["names"]) + len(lab.widget.extras["names"])
    for name in ("lines", "points", "leads", "ends"):
        for row in lab.widget.looks["rungs"]["data"][name]:
            assert int(row["key"]) < known


def test_the_last_looks_are_judged_or_those_at_what_is_selected(looking):
    search, lab = looking
    rows = lab.widget.beliefs["data"]["rows"]
    assert {row["row"].split(":")[0] for row in rows} == {"trial 14", "trial 15", "trial 16"}
    key = next(row["key"] for row in lab.widget.trials if row["trial"] == 14)
    lab.widget.set_state({"selected": key})
    lab.update()
    assert lab.wait()
    rows = lab.widget.beliefs["data"]["rows"]
    assert {row["row"].split(":")[0] for row in rows} == {"trial 14"}
    assert "moved the predicted full accuracy from" in lab.widget.beliefs["line"]
    assert "after 3 epochs" in lab.widget.why["sentences"][0]
    lab.widget.set_state(
        {"selected": next(r["key"] for r in lab.widget.trials if r["trial"] == 1)}
    )
    lab.update()
    assert lab.wait()
    measured = lab.widget.why["sentences"][0]
    assert "after 3 epochs, " in measured
    assert measured.endswith("fully trained.")
    lab.widget.set_state({"selected": ""})
    assert search.error is None


def test_as_many_trials_of_random_search_are_no_comparison():
    table = nb.TabularObjective(
        "small",
        values={str(a): 0.5 for a in nb.CellSpace().sample(0, 40)},
        fidelities=FIDELITIES,
        looks={3: {str(a): 0.2 for a in nb.CellSpace().sample(0, 40)}},
    )
    space = nb.Subspace(nb.CellSpace(), nb.CellSpace().sample(0, 40))
    for strategy, said in (
        (nb.RandomSearch(), True),
        (nb.BayesianOptimization(fidelities=FIDELITIES), False),
    ):
        search = nb.Search(space, table, strategy, seed=0)
        search.run(3)
        assert ("Grey: random search" in Lab(search).widget.trace["line"]) is said


def test_a_scheduler_says_who_was_stopped_and_why():
    _, lab = opened(Rising(RUNGS), SuccessiveHalving(nb.RandomSearch(), RUNGS), 16)
    found = lab.widget.looks
    assert {row["fate"] for row in found["stops"]["data"]["rows"]} >= {"went on", "stopped"}
    assert "stopped for good" in found["stops"]["line"]
    assert found["rungs"]["data"]["ends"] == []
    assert lab.widget.beliefs["data"]["rows"] == []
    assert any("of 9 at 1 epoch" in reason for reason in found["reasons"].values())


def test_the_page_draws_each_chart_from_data_that_comes_later():
    for name, found in specifications(fidelities=RUNGS).items():
        if name in PARTS:
            assert not [d for d in found["data"] if d["name"] in ("points", "rows", "parts")
                        and d.get("values")]  # fmt: skip
    assert "class Looks" in page_script()
