import pytest

from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.otmann.distance import OtmannDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.widgets import view
from nbnas.widgets.graphs.distance import _Controls, _spaces

CELLS = CellSpace()


@pytest.fixture
def controls():
    return _Controls(EditDistance())


def test_says_the_number_and_its_place_among_random_pairs():
    first, second = CELLS.sample(0, 2)
    value = EditDistance().distance(first, second)
    seen = view(EditDistance())
    assert f"EditDistance(): {value:.4g} between" in seen.summary
    assert "Of 780 random pairs" in seen.summary


def test_typed_architectures_are_compared(controls, redrawn):
    first, second = CELLS.sample(7, 2)
    controls.first.value, controls.second.value = str(first), str(second)
    value = EditDistance().distance(first, second)
    html = redrawn(controls.panel)
    assert f"{value:.4g} between {first} and {second}" in html


def test_a_wrong_text_is_told_and_the_last_pair_stays(controls, redrawn):
    before = controls.pair
    controls.first.value = "|nonsense|"
    html = redrawn(controls.panel)
    assert "ArchitectureError: first: expected" in html
    assert "could not be drawn" not in html
    assert controls.pair == before
    controls.first.value = str(before[0])
    assert "alert" not in redrawn(controls.panel)


def test_one_edit_away_has_distance_1(controls, redrawn):
    controls.edit.click()
    assert EditDistance().distance(*controls.pair) == 1
    assert "EditDistance(): 1 between" in redrawn(controls.panel)


def test_random_architectures_and_another_space(controls, redrawn):
    before = controls.pair
    controls.draws[0].click()
    controls.draws[1].click()
    assert controls.pair[0] != before[0]
    assert controls.pair[1] != before[1]
    controls.space.value = dict(controls.space.options)["DAG cells"]
    assert controls.panel.error is None
    assert all(a in controls.space.value for a in controls.pair)
    assert "alert" not in redrawn(controls.panel)


def test_only_spaces_that_it_serves_are_offered():
    assert "free CNNs" not in dict(_spaces(EditDistance()))
    assert "free CNNs" in dict(_spaces(OtmannDistance()))
