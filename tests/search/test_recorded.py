import threading
import time

import pytest

from nbnas.errors import TrainingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation
from nbnas.search.recorded import RecordedTraining
from nbnas.training.live import LiveTraining

CELL = CellSpace().sample(0, 1)[0]
SECONDS = (0.1, 0.2, 0.3)


def recorded(seconds=SECONDS):
    reports = tuple(
        EpochReport(k, len(seconds), 1.0, 0.5, 1.0, 0.1 * k, 0.1, s, 100.0)
        for k, s in enumerate(seconds, 1)
    )
    return Evaluation(CELL, 0.3, seconds=0.3, seed=7, reports=reports)


def test_gives_the_reports_and_then_the_evaluation():
    training, heard = RecordedTraining(recorded()), []
    training.progressed.connect(heard.append)
    assert isinstance(training, LiveTraining)
    assert (training.epochs, training.seed, training.architecture) == (3, 7, CELL)
    assert (training.evaluation, training.seconds_left) == (None, None)
    first = next(iter(training))
    assert training.reports == (first,)
    assert training.seconds_left == pytest.approx(0.2)
    assert training.run() == recorded()
    assert tuple(heard) == training.reports == recorded().reports


@pytest.mark.parametrize(("pace", "least"), [(0.0, 0.0), (1.0, 0.3), (0.5, 0.15)])
def test_waits_as_long_as_it_is_told(pace, least):
    start = time.monotonic()
    RecordedTraining(recorded(), pace).run()
    assert time.monotonic() - start >= least


def test_stopping_ends_the_waiting_at_once():
    training = RecordedTraining(recorded((1000.0, 2000.0)), pace=1.0)
    thread = threading.Thread(target=lambda: list(training))
    thread.start()
    training.stop()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert training.reports == ()
    with pytest.raises(TrainingError, match="was stopped after 0"):
        training.run()


def test_without_a_curve_the_evaluation_is_there_at_once():
    found = Evaluation(CELL, 0.5)
    training = RecordedTraining(found)
    assert training.evaluation is training.run() is found
    assert list(training) == []
