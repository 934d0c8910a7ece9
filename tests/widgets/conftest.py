import sys

import pytest
from psygnal import Signal

from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation, Observations, Step
from nbnas.search.maximizers.pool import RandomPool
from nbnas.widgets import show


class FakeSearch:
    """Has what a view of a search needs, and can be stepped without an objective."""

    stepped = Signal(Step)
    changed = Signal(str)

    def __init__(self):
        self.observations, self.target, self.proposal = Observations(), None, None
        self.running, self.seconds_left, self.posterior = False, None, None
        self.strategy = object()

    def tell(self, value):
        cell = CellSpace().sample(len(self.observations), 1)[0]
        evaluation = Evaluation(cell, value)
        self.observations += evaluation
        self.stepped.emit(
            Step(len(self.observations) - 1, evaluation, self.observations.incumbent)
        )


class FakeTraining:
    """Has what a view of a training needs."""

    progressed = Signal(EpochReport)

    def __init__(self):
        self.architecture = CellSpace().sample(0, 1)[0]
        self.epochs, self.reports, self.evaluation, self.seconds_left = 3, (), None, None
        self.stopped = False

    def __iter__(self):
        while len(self.reports) < self.epochs and not self.stopped:
            self.advance()
            yield self.reports[-1]

    def stop(self):
        self.stopped = True

    def advance(self):
        epoch = len(self.reports) + 1
        report = EpochReport(epoch, self.epochs, 1.0, 0.5, 1.0, 0.5, 0.1, float(epoch), 1e3)
        self.reports = (*self.reports, report)
        self.progressed.emit(report)


for fake, module, name in (
    (FakeSearch, "nbnas.search.search", "Search"),
    (FakeTraining, "nbnas.training.live", "LiveTraining"),
):
    fake.__module__, fake.__qualname__ = module, name


@pytest.fixture
def search():
    return FakeSearch()


@pytest.fixture
def training():
    return FakeTraining()


@pytest.fixture
def displayed(monkeypatch):
    """What is displayed, as (data, keywords), instead of sending it to a front end."""
    calls = []
    module = sys.modules[show.__module__]
    monkeypatch.setattr(module, "display", lambda data, **options: calls.append((data, options)))
    return calls


@pytest.fixture
def live(monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "live")


@pytest.fixture
def static(monkeypatch):
    monkeypatch.setenv("NBNAS_DISPLAY", "static")


@pytest.fixture
def no_widgets(monkeypatch):
    """Making a widget fails the test."""
    import ipywidgets

    def refuse(*args, **options):
        pytest.fail("a widget was made")

    monkeypatch.setattr(ipywidgets.Widget, "__init__", refuse)


@pytest.fixture
def redrawn():
    """What a panel shows once all is drawn, as HTML."""

    def html(panel):
        panel.update(final=True)
        return panel.view.widget.value

    return html


@pytest.fixture(scope="session")
def found(table):
    """A search on a made-up table, twelve trials long."""
    from nbnas.search.search import Search
    from nbnas.search.strategies.bayesian import BayesianOptimization
    from nbnas.surrogate.kernels.distance import DistanceKernel
    from nbnas.surrogate.process.prior import GaussianProcess

    prior = GaussianProcess(DistanceKernel(HammingDistance()))
    strategy = BayesianOptimization(prior, maximizer=RandomPool(200), initial=6)
    return Search(CellSpace(), table, strategy, seed=0).run(12)
