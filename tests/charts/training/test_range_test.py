import numpy as np
import pytest

import nbnas as nb
from nbnas import charts
from nbnas.training.rates.range_test import RangeTest

RATES = tuple(np.geomspace(1e-3, 10, 30).tolist())


def test_a_range_test_marks_its_suggestion_and_the_recipe(said):
    logs = np.log10(RATES)
    found = RangeTest(nb.CellSpace().sample(0, 1)[0], RATES, tuple(2.3 - np.tanh(logs)), 0.2)
    text = said(charts.range_test(found))
    assert f"suggested {found.suggestion:.3g}" in text
    assert "recipe 0.2" in text
    assert "learning rate" in text


@pytest.mark.parametrize("losses", [(2.3,) * 30, tuple(range(1, 31)), (2.3,) * 29 + (1e9,)])
def test_odd_losses_are_drawn(losses, said):
    cell = nb.CellSpace().sample(0, 1)[0]
    text = said(charts.range_test(RangeTest(cell, RATES, tuple(map(float, losses)), 1e-9)))
    assert "Learning-rate range test" in text
    assert "recipe" not in text  # its rate was not tested
