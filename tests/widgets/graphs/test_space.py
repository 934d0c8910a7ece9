import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.widgets.graphs.space import NETWORKS, SAMPLES, _Controls, space


@pytest.fixture
def controls():
    return _Controls(CellSpace())


def test_a_sample_can_be_opened_and_closed(controls, redrawn):
    controls.open.value = 3
    html = redrawn(controls.panel)
    assert "Sample 3 of CellSpace" in html
    assert str(CellSpace().sample(0, SAMPLES)[2]).split("|")[1] in html
    assert "The network it becomes" in html
    controls.open.value = 0
    assert "drawn at random" in redrawn(controls.panel)


def test_more_samples_are_others(controls, redrawn):
    controls.open.value = 2
    before = redrawn(controls.panel)
    controls.more.click()
    assert controls.open.value == 0
    controls.open.value = 2
    after = redrawn(controls.panel)
    assert after != before
    assert str(CellSpace().sample(1, SAMPLES)[1]) in after


def test_whole_networks_are_few(redrawn):
    controls = _Controls(DagSpace())
    assert len(controls.open.options) == NETWORKS + 1
    controls.open.value = NETWORKS
    assert f"Sample {NETWORKS} of DagSpace" in redrawn(controls.panel)


def test_a_space_that_is_smaller_than_what_is_shown_is_shown_once():
    few = space(ChoiceSpace(layers=(2, 4, 8), width=(16, 32)))
    assert "All 6 architectures" in str(few.chart.to_dict(validate=False))
