import gc
import sys
import time
import weakref

import pytest
from psygnal import Signal

from nbnas.records import Observations
from nbnas.widgets import View, show, view

MODULE = sys.modules[show.__module__]
WIDGET = "application/vnd.jupyter.widget-view+json"


def test_live_object_shows_one_widget_however_often(live, displayed, training):
    show(training)
    show(training)
    models = {data[WIDGET]["model_id"] for data, _ in displayed}
    assert len(displayed) == 2
    assert len(models) == 1
    assert len({options["display_id"] for _, options in displayed}) == 1


def test_live_view_follows_and_republishes_at_the_end(live, displayed, training):
    show(training)
    widget = MODULE._SHOWN[training].live.view.widget
    training.advance()
    deadline = time.monotonic() + 60
    while "After epoch 1 of 3" not in widget.value and time.monotonic() < deadline:
        time.sleep(0.01)
    assert "After epoch 1 of 3" in widget.value
    assert len(displayed) == 1
    training.advance()
    training.advance()
    assert "After epoch 3 of 3" in widget.value
    assert len(displayed) == 2
    data, options = displayed[-1]
    assert options["update"]
    assert options["display_id"] == displayed[0][1]["display_id"]
    assert "After epoch 3 of 3" in data["text/plain"]


def test_static_object_makes_no_widget_and_republishes(static, displayed, search, no_widgets):
    show(search)
    search.running, search.target = True, 30
    for _ in range(30):
        search.tell(0.9)
    assert set(displayed[-1][0]) == {"image/png", "text/plain"}
    assert "30 of 30 trials" in displayed[-1][0]["text/plain"]
    assert len(displayed) <= 4


def test_stepping_by_hand_is_final_every_time(static, displayed, search):
    show(search)
    search.tell(0.8)
    search.tell(0.9)
    assert len(displayed) == 3
    assert "2 trials" in displayed[-1][0]["text/plain"]


def test_training_republishes_at_its_last_epoch(static, displayed, training):
    show(training)
    for _ in range(3):
        training.advance()
    assert displayed[-1][1]["update"]
    assert "After epoch 3 of 3" in displayed[-1][0]["text/plain"]


def test_off_is_text(monkeypatch, displayed, search, no_widgets):
    monkeypatch.setenv("NBNAS_DISPLAY", "off")
    show(search)
    assert [set(data) for data, _ in displayed] == [{"text/plain"}]
    assert search not in MODULE._SHOWN


def test_a_run_that_is_interrupted_republishes(static, displayed, search):
    show(search)
    search.running, search.target = True, 30
    search.tell(0.9)
    search.running = False
    search.changed.emit("idle")
    assert "1 of 30 trials" in displayed[-1][0]["text/plain"]
    count = len(displayed)
    search.changed.emit("paused")  # nothing is new
    assert len(displayed) == count


def test_a_search_that_no_lab_suits_is_a_picture(live, displayed, search):
    with pytest.warns(UserWarning, match="could not draw"):
        show(search)
    assert set(displayed[-1][0]) == {"image/png", "text/plain"}


def test_a_change_of_mode_is_followed(monkeypatch, displayed, training):
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    show(training)
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    show(training)
    assert WIDGET not in displayed[0][0]
    assert WIDGET in displayed[1][0]


def test_views_do_not_keep_objects_alive(static, displayed):
    search = _fresh_search()
    view.register(type(search), lambda thing: View("short"))
    show(search)
    search.tell(0.9)
    gone = weakref.ref(search)
    del search
    gc.collect()
    assert gone() is None


def _fresh_search():
    """A search of a class of its own, so that its view can be replaced."""

    class Search:
        stepped = Signal(int)
        changed = Signal(str)

        def __init__(self):
            self.observations, self.target, self.running = Observations(), None, False

        def tell(self, value):
            self.stepped.emit(0)

    Search.__module__, Search.__qualname__ = "nbnas.search.search", "Search"
    return Search()


def test_a_failing_view_never_reaches_the_search(static, monkeypatch, displayed, search):
    show(search)
    monkeypatch.setattr(type(search), "seconds_left", property(_explode), raising=False)
    del search.__dict__["seconds_left"]
    with pytest.warns(UserWarning, match="clock is broken"):
        search.tell(0.9)
    assert len(search.observations) == 1
    assert "clock is broken" in displayed[-1][0]["text/plain"]


def _explode(_):
    raise RuntimeError("the clock is broken")
