import re

import numpy as np
import pytest

import nbnas as nb
from nbnas.widgets import view
from nbnas.widgets.surrogate.per_second import LENGTHSCALE, NOISE, SECONDS, worth
from nbnas.widgets.surrogate.row import LENGTH, ROW, SEEN, posterior


def chosen(text):
    return [int(found) for found in re.findall(r"number (\d+)", text)][-2:]


def test_what_each_is_worth_is_the_improvement_for_its_seconds():
    mean, stddev = posterior(LENGTHSCALE, NOISE).latent(ROW)
    gain = nb.ExpectedImprovement()(mean, stddev, max(SEEN.values())).numpy() / SECONDS
    free = [i for i in range(LENGTH) if i not in SEEN]
    for base in (nb.LogExpectedImprovement(), nb.ExpectedImprovement()):
        found = worth(nb.ImprovementPerSecond(base), 1.0)
        np.testing.assert_allclose(found[free], gain[free] / gain[free].max(), atol=1e-12)
    assert np.isnan(found[list(SEEN)]).all()


def test_a_quicker_one_is_chosen_until_seconds_count_less(redrawn):
    seen = view(nb.ImprovementPerSecond())
    plain, quick = chosen(seen.summary)
    assert SECONDS[quick - 1] < SECONDS[plain - 1]
    panel = seen.panel()
    (power,) = panel.widget.children[0].children
    power.value = 0.0
    assert chosen(redrawn(panel)) == [plain, plain]
    assert panel.error is None


@pytest.mark.parametrize("power", [0.0, 5.0])
def test_any_power_can_be_seen(power):
    (slider,) = view(nb.ImprovementPerSecond(power=power)).panel().widget.children[0].children
    assert slider.value == power


def test_a_budget_is_told():
    assert "falling to 0 within 3600 s" in view(nb.ImprovementPerSecond(budget=3600)).summary
