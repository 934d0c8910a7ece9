"""Searches side by side: by trials, or by what they cost where some of these are looks."""

import json

import pytest

from nbnas import charts
from nbnas.charts.search.trace import compare
from nbnas.charts.search.truth import alike
from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Comparison, Evaluation, Observations
from nbnas.widgets import view

CELLS = [*dict.fromkeys(CellSpace().sample(0, 60))][:40]
TRUTHS = {a.text: 0.9 - 0.01 * k for k, a in enumerate(CELLS)}


def found(*trials):
    """Observations of architectures by their ranks; a look where epochs are given, too."""
    made = (rank if isinstance(rank, tuple) else (rank, None) for rank in trials)
    return Observations(
        tuple(Evaluation(CELLS[k], TRUTHS[CELLS[k].text], epochs=e) for k, e in made)
    )


LOOKING = found((9, 2), (5, 2), (3, 2), 3, (7, 2), 5)
RANDOM = found(9, 12, 8)
COSTS = ((0.25, 0.25, 0.25, 1.0, 0.25, 1.0), (1.0, 1.0, 1.0))
BOTH = Comparison(("looks", "random"), (LOOKING, RANDOM), TRUTHS, COSTS)


def test_searches_with_looks_are_compared_by_cost(said):
    assert BOTH.by_cost
    assert BOTH.places == ((0.25, 0.5, 0.75, 1.75, 2.0, 3.0), (1.0, 2.0, 3.0))
    assert compare(BOTH) == "looks 87.00 % at the cost of 3; random 82.00 % at the cost of 3."
    for chart in (
        charts.truth(BOTH),
        charts.comparison(BOTH.names, BOTH.observations, costs=COSTS),
    ):
        words = said(chart)
        assert "cost so far, in full trainings" in words
        assert "trial" not in words.replace("full trainings", "")
    assert view(Comparison(BOTH.names, BOTH.observations, costs=COSTS)).summary == compare(BOTH)


def test_looks_are_rings_and_do_not_move_the_line():
    courses = charts.truth(BOTH).hconcat[0]
    rows = {
        layer.mark.type: json.loads(layer.data.values)
        for layer in courses.layer
        if hasattr(layer, "mark")
    }
    assert [row["trial"] for row in rows["point"]] == [0.25, 0.5, 0.75, 2.0]
    assert [row["trial"] for row in rows["circle"] if row["name"] == "looks"] == [1.75, 3.0]
    line = [row["trial"] for row in rows["line"] if row["name"] == "looks"]
    assert line[0] == 1.75  # the first full training


@pytest.mark.parametrize("costs", [(), COSTS])
def test_without_looks_or_costs_the_axis_is_of_trials(costs, said):
    plain = Comparison(("a", "b"), (found(*range(6)), RANDOM), TRUTHS, costs)
    assert not plain.by_cost
    assert plain.places == ((1, 2, 3, 4, 5, 6), (1, 2, 3))
    assert compare(plain) == "a 90.00 % after 6; b 82.00 % after 3."
    bare = charts.truth(Comparison(plain.names, plain.observations, TRUTHS))
    assert charts.truth(plain).to_dict() == bare.to_dict()
    drawn = charts.comparison(plain.names, plain.observations, costs=costs)
    assert drawn.to_dict() == charts.comparison(plain.names, plain.observations).to_dict()
    assert "cost" not in said(drawn)
    unknown = Comparison(("a",), (LOOKING,), TRUTHS)  # what its looks cost is not known
    assert (unknown.by_cost, unknown.places[0][-1]) == (False, 6)


def test_a_look_and_a_full_training_are_not_the_same_trial():
    assert alike([LOOKING, found((9, 2), (5, 2), 3)]) == 2
    assert alike([found(9), found((9, 2))]) == 0


@pytest.mark.parametrize("costs", [((1.0,), (1.0,)), (COSTS[0],), ((*COSTS[0], 1.0), COSTS[1])])
def test_there_is_one_cost_for_each_trial(costs):
    with pytest.raises(SettingError, match="expected a cost for each of 6, 3 trials, got"):
        Comparison(("looks", "random"), (LOOKING, RANDOM), TRUTHS, costs)


@pytest.mark.parametrize("costs", [7, (7,), (("a",) * 6, (1.0,) * 3), ((-1.0,) * 6, (1.0,) * 3)])
def test_costs_are_numbers(costs):
    with pytest.raises(SettingError, match="costs"):
        Comparison(("looks", "random"), (LOOKING, RANDOM), TRUTHS, costs)
