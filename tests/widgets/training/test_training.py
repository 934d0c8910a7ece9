import gc
import time
import weakref

import pytest
from torch import nn

import nbnas as nb
from nbnas import charts
from nbnas.charts.lab.curve import curve_data
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.repeated import RepeatedTrainer
from nbnas.widgets import bundle, show, view
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


def test_a_step_and_the_memory_are_told(static):
    trainer = nb.Trainer(nb.digits(), epochs=1, batch_size=512, device="cpu")
    training = trainer.start(nb.CellSpace().sample(0, 1)[0])
    next(iter(training))
    said = view(training).summary
    profile = training.reports[-1].profile
    assert f"One step of {profile.batch} images takes" in said
    assert "of the whole process" in said
    alone = view(profile)
    assert alone.summary in said
    assert set(bundle(profile)[0]) == {"image/png", "text/plain"}
    assert "not known" in view(nb.StepProfile()).summary


def test_seeds_side_by_side_are_told():
    trainer = nb.Trainer(nb.digits(), epochs=1, batch_size=512, device="cpu")
    trainings = RepeatedTrainer(trainer, seeds=(0, 1)).start(nb.CellSpace().sample(0, 1)[0])
    trainings.run()
    assert "images, for each of 2 networks takes" in view(trainings).summary


def test_a_network_of_ones_own_is_timed_too():
    def build(architecture, data):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, data.classes))

    trainer = nb.Trainer(nb.digits(), epochs=1, network=build, device="cpu")
    training = trainer.start(nb.CnnSpace().sample(0, 1)[0])
    training.run()
    assert [name for name, _ in training.reports[0].profile.parts] == [
        *("data", "forward", "backward", "optimiser"),
    ]


def test_a_training_that_fails_shows_the_epochs_before():
    trainer = nb.Trainer(nb.digits(), epochs=9, learning_rate=1e30, device="cpu")
    training = trainer.start(nb.CellSpace().sample(3, 1)[0])
    with pytest.raises(nb.NbnasError, match="finite loss"):
        training.run()
    assert "No epoch has ended yet" in view(training).summary


def panels(training):
    chart = charts.learning_curve(training.reports, measure=training.measure).to_dict()
    assert len(chart["vconcat"]) == 2  # and a step below
    return chart["vconcat"][0]["hconcat"]


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
