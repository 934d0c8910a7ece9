"""The lab's budget where trainings may go less far than all: trials, full trainings or epochs."""

import dataclasses
import math
from dataclasses import dataclass

import pytest

import nbnas as nb
from nbnas.widgets.lab.budget import COUNTED, PAID, Unit, units_of
from nbnas.widgets.lab.lab import Lab

FIDELITIES = nb.Fidelities((2, 8))
EPOCHS = Unit("epochs", 8)


@dataclass(frozen=True)
class Rising:
    fidelities: nb.Fidelities | None = FIDELITIES

    def __call__(self, architecture, seed=0, epochs=None):
        return str(architecture).count("conv") / 8 + (epochs or 10) / 50


@dataclass(frozen=True)
class Looking(nb.RandomSearch):
    """Three looks, a full training, and so on: 1.75 full trainings each time."""

    fidelities: nb.Fidelities | None = FIDELITIES

    def propose(self, space, observations, pending, n, rng):
        found = super().propose(space, observations, pending, n, rng)
        full = len(observations) % 4 == 3
        return dataclasses.replace(found, epochs=None if full else 2)


@pytest.fixture
def looking():
    return nb.Search(nb.CellSpace(), Rising(), Looking(), seed=0)


def budget_of(lab):
    return lab.widget.budget, lab.widget.unit


def test_a_search_that_looks_is_paid_by_cost_and_others_by_trials(looking):
    lab = Lab(looking)
    assert lab.widget.units == ["trials", "full trainings", "epochs"]
    assert budget_of(lab) == (30, "full trainings")
    assert lab.widget.status["progress"] == "0 of 30 full trainings, 0 trials"
    plain = Lab(nb.Search(nb.CellSpace(), Rising(None), nb.RandomSearch(), seed=0))
    assert (plain.widget.units, budget_of(plain)) == (["trials"], (30, "trials"))


def test_trials_count_where_the_strategy_does_not_look():
    full_only = Lab(nb.Search(nb.CellSpace(), Rising(), nb.RandomSearch(), seed=0))
    assert budget_of(full_only) == (30, "trials")
    assert full_only.widget.units[1:] == ["full trainings", "epochs"]


def test_run_goes_on_until_the_cost_is_reached(looking, click, until, settled):
    lab = Lab(looking)
    lab.widget.set_state({"budget": 3.5})
    click(lab, "run")
    until(lambda: len(looking.observations) == 8 and not looking.running)
    settled(lab, looking)
    assert looking.spent == 3.5
    assert (looking.target, looking.budget) == (None, 3.5)
    status = lab.widget.status
    assert status["progress"] == "3.5 of 3.5 full trainings, 8 trials"
    assert status["said"].endswith("Raise the budget to go on.")
    assert (status["more"], status["spent"], status["trials"]) == (False, 3.5, 8)
    assert lab.widget.trace["line"].startswith("8 trials, 6 of them looks")


def test_run_by_epochs_ends_where_the_next_training_is_too_long(looking, click, until, settled):
    lab = Lab(looking)
    lab.widget.set_state({"unit": "epochs", "budget": 13})  # three looks, and 7 of 8 epochs
    assert lab.widget.status["more"]
    click(lab, "run")
    until(lambda: looking.proposal is not None and looking.proposal.number == 3)
    settled(lab, looking)
    assert len(looking.observations) == 3
    status = lab.widget.status
    assert status["progress"] == "6 of 13 epochs, 3 trials"
    assert not status["more"]
    assert "What is left, 7 epochs, is not enough for the next training." in status["said"]
    lab.widget.set_state({"budget": 14})
    settled(lab, looking)
    assert lab.widget.status["more"]
    assert lab.widget.status["said"].endswith("Press Run to go on.")


def test_a_step_is_one_trial_whatever_the_budget_is_counted_in(looking, click, until, settled):
    lab = Lab(looking)
    lab.widget.set_state({"unit": "epochs", "budget": 100})
    click(lab, "step")
    until(lambda: len(looking.observations) == 1 and not looking.running)
    settled(lab, looking)
    assert budget_of(lab) == (100, "epochs")
    assert lab.widget.status["progress"] == "2 of 100 epochs, 1 trial"


def test_runs_from_cells_are_followed_in_the_unit_that_they_have(looking, settled):
    lab = Lab(looking)
    looking.run(3)
    settled(lab, looking)
    assert budget_of(lab) == (3, "trials")
    looking.run(cost=2)
    settled(lab, looking)
    assert budget_of(lab) == (2, "full trainings")
    lab.widget.set_state({"unit": "epochs", "budget": 17})
    looking.run(epochs=28)
    settled(lab, looking)
    assert budget_of(lab) == (28, "epochs")
    assert lab.widget.status["progress"] == "28 of 28 epochs, 8 trials"
    looking.run(cost=1)  # which is spent: nothing is over the budget
    settled(lab, looking)
    assert budget_of(lab) == (28, "epochs")
    assert budget_of(Lab(looking)) == (3.5, "full trainings")


def test_a_run_under_way_takes_the_budget_that_a_person_sets(looking, click, until, settled):
    lab = Lab(looking)

    def change(_):
        if len(looking.observations) == 2:
            lab.widget.set_state({"unit": "trials", "budget": 5})

    looking.stepped.connect(change)
    click(lab, "run")
    until(lambda: len(looking.observations) >= 5 and not looking.running)
    settled(lab, looking)
    assert len(looking.observations) == 5
    assert (looking.target, looking.budget) == (5, math.inf)


def test_a_budget_that_is_too_small_says_so(click, until, settled):
    strategy = nb.BayesianOptimization(fidelities=FIDELITIES)
    search = nb.Search(nb.CellSpace(), Rising(), strategy, seed=0)
    lab = Lab(search)
    lab.widget.set_state({"budget": 1.5})
    click(lab, "run")
    until(lambda: "expected at least" in lab.widget.status["error"])
    assert not search.observations.evaluations
    assert lab.widget.budget == 1.5


def test_one_budget_in_each_unit():
    assert units_of(None) == (COUNTED,)
    assert units_of(FIDELITIES) == (COUNTED, PAID, EPOCHS)
    assert [unit.aim(12) for unit in units_of(FIDELITIES)] == [
        (12, math.inf),
        (None, 12.0),
        (None, 1.5),
    ]
    assert [unit.amount((None, 1.5)) for unit in units_of(FIDELITIES)] == [2, 1.5, 12]
    assert PAID.up(0.6000000001) == 0.6
    assert PAID.up(0.601) == 0.61
    assert EPOCHS.up(0.3) == 3
    assert [unit.words(14.0) for unit in (COUNTED, PAID)] == ["14", "14"]
    assert PAID.words(13.999) == "14"
    assert PAID.words(0.06) == "0.06"
