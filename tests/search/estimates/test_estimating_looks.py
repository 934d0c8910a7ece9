"""How long a search of looks and full trainings takes."""

import dataclasses

import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.widgets.lab.budget import PAID
from nbnas.widgets.lab.status import status_page

SPACE = nb.CellSpace()


class Looked:
    """Looks take 5 s and cost an eighth, full trainings 40 s; it tells so before."""

    fidelities = nb.Fidelities((1, 8))

    def __init__(self):
        self.asked = []

    def __call__(self, architecture, seed=0, epochs=None):
        return nb.Evaluation(architecture, 0.5, seconds=40.0 if epochs is None else 5.0, seed=seed)

    def estimate(self, space, trials, seed):
        self.asked.append(trials)
        return nb.TimeEstimate(trials, each=(30.0, 50.0), source="timed steps")


@dataclasses.dataclass(frozen=True)
class Looking(nb.RandomSearch):
    """Four looks, and from then on a full training after each look."""

    fidelities: nb.Fidelities = Looked.fidelities

    def propose(self, space, observations, pending, n, rng):
        found = super().propose(space, observations, pending, n, rng)
        full = len(observations) >= 4 and len(observations) % 2 == 0
        return dataclasses.replace(found, epochs=None if full else 1)


def looking(trials=0, objective=None):
    found = nb.Search(SPACE, objective or Looked(), Looking())
    return found.run(trials) if trials else found


def test_looks_and_full_trainings_are_no_average():
    found = looking(6)  # four looks, a full training, a look
    assert found.estimate(16).text == "10 more of 16 trials of about 22 s: 3.8 min"
    by_cost = found.estimate(cost=11.625)
    assert by_cost.text == "10 more of 11.62 full trainings of about 40 s: 6.7 min"
    assert found.estimate(epochs=93).total == by_cost.total
    assert by_cost.by_length == {1: (5, 5.0), None: (1, 40.0)}
    assert found.seconds_to(16) == pytest.approx(10 * 22.5)
    assert found.seconds_to(None, 11.625) == pytest.approx(400)
    assert found.seconds_left == 0


def test_before_a_full_training_it_is_told_by_cost_or_at_most():
    objective = Looked()
    found = looking(objective=objective)
    assert found.estimate(cost=10).text == "10 full trainings of about 40 s: 6.7 min"
    assert found.estimate(9).text == "9 trials of at most about 40 s: at most 6 min"
    assert objective.asked == [10, 9]
    found.run(4)
    assert found.estimate(9).text == "5 more of 9 trials of at most about 40 s: at most 3.3 min"
    assert found.estimate(cost=10.5).total == pytest.approx(400)
    assert found.seconds_to(9) is None
    assert len(objective.asked) == 2


def test_the_last_limit_counts_where_none_is_given():
    found = looking().run(cost=1.5)
    assert found.estimate().cost == 1.5
    assert found.estimate().text == "1.5 full trainings: all done"
    assert found.estimate(30).cost is None


def test_the_lab_says_an_estimate_of_cost_until_a_trial_is_made():
    found = looking()
    found.estimate(cost=10)
    said = "10 full trainings of about 40 s: 6.7 min. Press Run"
    assert status_page(found, 10, unit=PAID)["said"].startswith(said)
    assert status_page(found, 10)["said"].startswith("Press Run")
    found.run(1)
    assert "about 40 s" not in status_page(found, 10, unit=PAID)["said"]


def test_only_one_limit_is_estimated():
    with pytest.raises(SettingError, match="trials, cost or epochs, one of them"):
        looking().estimate(30, cost=3)
    with pytest.raises(SettingError, match="cost"):
        looking().estimate(cost=0)
