"""A user's own loop as a live objective."""

import math
import threading
import time

import pytest

from nbnas import charts
from nbnas.charts.render import to_svg
from nbnas.charts.training.learning_curve import summary
from nbnas.errors import SearchError, TrainingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation, Measure
from nbnas.search.generated import GeneratedTraining
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.widgets.training.training import training_finished

SPACE = CellSpace()
CELL = SPACE.sample(0, 1)[0]
PERPLEXITY = Measure("perplexity", maximize=False, lower=1)


def numbers(architecture, seed=0):
    for epoch in range(3):
        yield 0.25 * (epoch + 1)


def test_the_last_number_is_the_value_and_all_are_the_curve():
    search = Search(SPACE, numbers, RandomSearch()).run(2)
    assert [e.value for e in search.observations] == [0.75, 0.75]
    reports = search.best.reports
    assert [r.val_accuracy for r in reports] == [0.25, 0.5, 0.75]
    assert [r.epoch for r in reports] == [1, 2, 3]


def test_other_measures_stand_in_value():
    def falls(architecture, seed=0):
        yield 200.0
        yield 150.0

    search = Search(SPACE, falls, RandomSearch(), measure=PERPLEXITY).run(1)
    assert search.best.value == 150.0
    assert [r.value for r in search.best.reports] == [200.0, 150.0]
    assert repr(search.training).endswith("epoch 2, 150.0)")


def test_reports_may_be_yielded_too():
    def loop(architecture, seed=0):
        yield EpochReport(1, 2, train_loss=1.5, val_accuracy=0.4, seconds=1.0)
        yield EpochReport(2, 2, train_loss=1.0, val_accuracy=0.6, seconds=2.0)

    best = Search(SPACE, loop, RandomSearch()).run(1).best
    assert best.value == 0.6
    assert best.reports[0].train_loss == 1.5


def test_what_is_returned_may_say_more():
    def loop(architecture, seed=0):
        yield 0.5
        return Evaluation(architecture, 0.75, parameters=17, measured={"latency": 3.0})

    best = Search(SPACE, loop, RandomSearch()).run(1).best
    assert (best.value, best.parameters, dict(best.measured)) == (0.75, 17, {"latency": 3.0})


def test_planned_epochs_tell_the_time_left():
    class Loop:
        epochs = 4

        def __call__(self, architecture, seed=0):
            for epoch in range(4):
                time.sleep(0.01)
                yield epoch / 4

    search, seen = Search(SPACE, Loop(), RandomSearch()), []
    search.changed.connect(
        lambda _: search.training and search.training.progressed.connect(seen.append)
    )
    search.run(1)
    assert {report.epochs for report in seen} == {4}
    assert seen[0].seconds_left > 0
    training = GeneratedTraining(CELL, 0, numbers(CELL))
    report = next(iter(training))
    assert training.seconds_left is None
    assert math.isnan(report.seconds_left)


def test_without_planned_epochs_no_view_names_an_end():
    search, said = Search(SPACE, numbers, RandomSearch()), []

    def look(training):
        training.progressed.connect(
            lambda _: said.append((summary(training.reports), training_finished(training)))
        )

    search.changed.connect(lambda _: search.training and look(search.training))
    search.run(1)
    assert [words.split(":")[0] for words, _ in said[:2]] == ["After epoch 1", "After epoch 2"]
    assert not any(over for _, over in said)
    assert "<svg" in to_svg(charts.training(search.observations[0].reports))


@pytest.mark.parametrize(
    ("loop", "said"),
    [
        (lambda: iter(()), None),
        ([], "the generator ended without one"),
        (["good"], "expected a number or an EpochReport after epoch 1: .* got str 'good'"),
        ([0.5, None], "after epoch 2"),
        ([0.5, float("nan")], "expected a finite value"),
    ],
)
def test_a_generator_that_gives_no_number_is_one_failed_trial(loop, said):
    def objective(architecture, seed=0):
        yield from loop() if callable(loop) else loop

    first = Search(SPACE, objective, RandomSearch()).run(1).observations[0]
    assert first.status == "failed"
    if said:
        with pytest.raises(AssertionError, match=said):
            raise AssertionError(first.error)


def test_an_exception_in_an_epoch_is_one_failed_trial():
    def objective(architecture, seed=0):
        yield 0.5
        raise ValueError("diverged")

    search = Search(SPACE, objective, RandomSearch()).run(2)
    assert [e.error for e in search.observations] == ["ValueError: diverged"] * 2


def test_pauses_and_stops_between_two_epochs():
    closed, epochs, gate = [], [], threading.Semaphore(0)

    def objective(architecture, seed=0):
        try:
            for epoch in range(1000):
                gate.acquire()
                epochs.append(epoch)
                yield epoch / 1000
        finally:
            closed.append(architecture)

    search = Search(SPACE, objective, RandomSearch())
    search.start(1)
    for _ in range(2):
        gate.release()
    wait_for(lambda: len(epochs) == 2)
    search.pause()
    gate.release()
    wait_for(lambda: search.state == "paused")
    trained = len(epochs)
    for _ in range(3):
        gate.release()
    time.sleep(0.1)
    assert len(epochs) == trained
    search.stop()
    search.wait()
    assert closed == [search.ask().architecture]
    assert len(search.observations) == 0


def test_seconds_do_not_count_the_time_between_epochs():
    training = GeneratedTraining(CELL, 0, numbers(CELL))
    for _ in training:
        time.sleep(0.05)
    assert training.evaluation.seconds < 0.05


def test_a_stopped_training_has_no_value():
    training = GeneratedTraining(CELL, 0, numbers(CELL))
    next(iter(training))
    training.stop()
    with pytest.raises(TrainingError, match="was stopped"):
        training.run()


def test_failed_trials_of_a_generator_are_told_to_whoever_waits():
    def objective(architecture, seed=0):
        raise OSError("no file")
        yield 0.5

    search = Search(SPACE, objective, RandomSearch())
    search.start(1)
    with pytest.raises(SearchError, match="no file"):
        search.wait()


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
