import gc
import time
import weakref

import pytest

import nbnas as nb
from nbnas import charts
from nbnas.charts.lab.curve import curve_data
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.widgets import show, view
from nbnas.widgets.training.training import _Controls, training_finished


@pytest.fixture
def controls(training):
    return _Controls(weakref.ref(training))


def wait_for(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def test_says_rate_speed_and_time_left(training):
    training.advance()
    training.seconds_left = 75.0
    said = view(training).summary
    assert "Learning rate 0.1, 1,000 images per second." in said
    assert "About 1 min 15 s left." in said


def test_a_training_on_text_is_told_in_its_words():
    text = nb.from_text("to be or not to be\n" * 30)
    training = nb.Trainer(text, epochs=2, batch_size=4, channels=4, device="cpu").start(lstm())
    next(iter(training))
    said = view(training).summary
    bits = training.reports[-1].value
    assert f"After epoch 1 of 2: {nb.BITS_A_CHARACTER.text(bits)} bits a character." in said
    assert "characters per second." in said
    page = curve_data(training.reports, 2, training.measure)
    assert [row["value"] for row in page["data"]["reports"]] == [bits]
    assert not page["signals"]["percent"]
    axes = [panel["layer"][0]["encoding"]["y"]["axis"]["title"] for panel in panels(training)]
    assert axes == ["loss (nats)", "bits a character"]


def panels(training):
    chart = charts.learning_curve(training.reports, measure=training.measure)
    return chart.to_dict()["hconcat"]


def test_train_runs_in_the_background_to_the_end(training, controls, redrawn):
    controls.train.click()
    wait_for(lambda: training_finished(training))
    html = redrawn(controls.panel)
    assert "After epoch 3 of 3" in html
    assert controls.train.disabled
    assert controls.stop.disabled


def test_stop_ends_it_after_the_epoch(training, controls, redrawn):
    rounds = iter(training)
    next(rounds)
    training.seconds_left = 75.0
    controls.stop.click()
    assert training.stopped
    assert list(rounds) == []
    said = redrawn(controls.panel)
    assert "Stopped." in said
    assert "left" not in said
    assert controls.train.disabled
    assert controls.stop.disabled


def test_a_training_that_others_run_cannot_be_run_twice(training, controls, redrawn):
    training.advance()
    redrawn(controls.panel)
    assert controls.train.disabled
    assert not controls.stop.disabled


def test_what_a_training_raises_in_the_background_is_seen(training, controls, monkeypatch):
    def explode(self):
        raise RuntimeError("the loss is <nan>")

    monkeypatch.setattr(type(training), "__iter__", explode)
    controls.train.click()
    wait_for(lambda: "RuntimeError" in controls.panel.view.widget.value)
    assert "the loss is &lt;nan&gt;" in controls.panel.view.widget.value
    assert isinstance(controls.panel.error, RuntimeError)


def test_a_training_that_is_gone_is_told(training, controls):
    gone = _Controls(lambda: None)
    gone.train.click()
    assert "start another" in gone.panel.view.widget.value


def test_panel_does_not_keep_the_training_alive(live, displayed):
    class Short:
        from psygnal import Signal

        progressed = Signal(int)

        def __init__(self):
            self.architecture, self.reports, self.epochs = "x", (), 1
            self.evaluation = self.seconds_left = None

    Short.__module__, Short.__qualname__ = "nbnas.training.live", "LiveTraining"
    thing = Short()
    show(thing)
    known = weakref.ref(thing)
    del thing
    gc.collect()
    assert known() is None
