"""An objective whose epochs end when the test lets them, and a search with it."""

import threading
import time

import pytest
from psygnal import Signal

from nbnas.errors import TrainingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch

SPACE = CellSpace()
LONG = 20.0  # seconds that nothing here takes


class _Epochs:
    """A live training without a network; its epochs end when the test lets them."""

    progressed = Signal(EpochReport)

    def __init__(self, objective, architecture, seed):
        self.objective, self.architecture, self.seed = objective, architecture, seed
        self.epochs, self.reports, self.evaluation = objective.epochs, (), None
        self._stopped = False

    def __iter__(self):
        while len(self.reports) < self.epochs and not self._stopped:
            self.objective.train(self)
            epoch = len(self.reports) + 1
            value = self.objective.values(self.architecture).value * epoch / self.epochs
            report = EpochReport(epoch, self.epochs, 1, 0.5, 1, value, 0.1, float(epoch), 1.0)
            self.reports = (*self.reports, report)
            if epoch == self.epochs:
                self.evaluation = Evaluation(
                    self.architecture, value, seed=self.seed, reports=self.reports
                )
            self.progressed.emit(report)
            yield report

    def run(self):
        for _ in self:
            pass
        if self.evaluation is None:
            raise TrainingError("was stopped")
        return self.evaluation

    def stop(self):
        self._stopped = True


class _Slow:
    """An objective whose epochs wait for `allow`, or run freely."""

    def __init__(self, values, epochs=3, free=False):
        self.values, self.epochs, self.free = values, epochs, free
        self.started = []
        self._epochs = threading.Semaphore(0)

    def __call__(self, architecture, seed=0):
        return self.start(architecture, seed).run()

    def start(self, architecture, seed=0):
        self.started.append((str(architecture), seed))
        return _Epochs(self, architecture, seed)

    def train(self, training):
        if not self.free:
            assert self._epochs.acquire(timeout=LONG)

    def allow(self, epochs):
        self._epochs.release(epochs)


def _until(true):
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def slow(table):
    return _Slow(table)


@pytest.fixture
def search(slow):
    """A search whose epochs end when the test lets them; at the end no thread is left."""
    search = Search(SPACE, slow, RandomSearch(), seed=4)
    yield search
    slow.free = True
    slow.allow(100)
    search.stop()
    search.wait(LONG)
    assert search.state == "idle"


def _words(search):
    heard = []
    search.changed.connect(heard.append)
    return heard


@pytest.fixture(scope="session")
def Epochs():
    return _Epochs


@pytest.fixture(scope="session")
def Slow():
    return _Slow


@pytest.fixture(scope="session")
def until():
    return _until


@pytest.fixture(scope="session")
def words():
    return _words
