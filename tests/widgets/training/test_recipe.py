import numpy as np
import pytest

import nbnas as nb
from nbnas.widgets import bundle, view

WIDGET = "application/vnd.jupyter.widget-view+json"
RATES = tuple(np.geomspace(1e-3, 10, 30).tolist())
FOUND = nb.RangeTest(nb.CellSpace().sample(0, 1)[0], RATES, tuple(3 - np.tanh(RATES)), 0.25)
THINGS = {
    "range": lambda: FOUND,
}


@pytest.fixture(params=[*THINGS])
def thing(request):
    return THINGS[request.param]()


def test_static_is_picture_and_text_and_no_widget(thing, static, no_widgets):
    data, _ = bundle(thing)
    assert set(data) == {"image/png", "text/plain"}


def test_live_has_a_widget(thing, live):
    data, _ = bundle(thing)
    assert set(data) == {WIDGET, "image/png", "text/plain"}


def test_a_range_test_says_what_it_suggests():
    said = view(FOUND).summary
    assert f"falls most at a learning rate of {FOUND.suggestion:.3g}" in said
    assert "The recipe has 0.25." in said
