import time
import weakref

import pytest
from psygnal import Signal
from relaxations import reports

import nbnas as nb
from nbnas.charts.render import to_svg
from nbnas.widgets import bundle, show, view
from nbnas.widgets.training.relaxation import _Controls, finished


class Fake:
    """Has what a view of a relaxation needs."""

    progressed = Signal(nb.RelaxationReport)
    measure, method, seconds_left = nb.ACCURACY, nb.CellSpace(), 75.0

    def __init__(self, epochs=4, two=False):
        self.epochs, self._coming, self.stopped = epochs, reports(epochs, two), False
        self.reports, self.finalists = (), ("one", "another")

    @property
    def is_finished(self):
        return len(self.reports) == self.epochs

    def __iter__(self):
        while not (self.is_finished or self.stopped):
            self.advance()
            yield self.reports[-1]

    def stop(self):
        self.stopped = True

    def advance(self):
        self.reports = self._coming[: len(self.reports) + 1]
        self.progressed.emit(self.reports[-1])


Fake.__module__, Fake.__qualname__ = "nbnas.training.relaxed.relaxation", "Relaxation"


@pytest.fixture
def live_one():
    return Fake()


@pytest.fixture
def controls(live_one):
    return _Controls(weakref.ref(live_one))


def test_says_method_stand_and_time_left(live_one):
    assert view(live_one).summary == "CellSpace(). No epoch has ended yet. About 1 min 15 s left."
    live_one.advance()
    said = view(live_one).summary
    assert "After epoch 1 of 4: entropy" in said
    assert "It stands for " in said
    for _ in live_one:
        pass
    said = view(live_one).summary
    assert "left" not in said
    assert said.endswith(" 2 finalists are worth a training.")


def test_the_slider_follows_and_looks_back(live_one, controls, redrawn):
    rounds = iter(live_one)
    next(rounds), next(rounds)
    html = redrawn(controls.panel)
    assert (controls.epoch.value, controls.epoch.max) == (2, 2)
    assert "The relaxed cell after epoch 2" in html
    controls.epoch.value = 1
    next(rounds)
    html = redrawn(controls.panel)
    assert (controls.epoch.value, controls.epoch.max) == (1, 3)
    assert "The relaxed cell after epoch 1" in html
    assert "CellSpace(). After epoch 1 of 4:" in html
    controls.epoch.value = 3
    next(rounds)
    assert "The relaxed cell after epoch 4" in redrawn(controls.panel)
    assert controls.panel.error is None


def test_one_of_several_cells_is_chosen(redrawn):
    two = Fake(2, two=True)
    two.advance()
    controls = _Controls(weakref.ref(two))
    assert "The relaxed normal cell" in redrawn(controls.panel)
    controls.cell.value = "reduction"
    html = redrawn(controls.panel)
    assert "The relaxed reduction cell" in html
    assert "The relaxed normal cell" not in html
    assert controls.cell.layout.display is None


def test_search_runs_in_the_background_and_stop_ends_it(live_one, controls, redrawn):
    assert controls.cell.layout.display == "none"
    controls.train.click()
    deadline = time.monotonic() + 60
    while not finished(live_one):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert "after epoch 4" in redrawn(controls.panel)
    assert controls.train.disabled
    assert controls.stop.disabled
    other = Fake()
    again = _Controls(weakref.ref(other))
    other.advance()
    again.stop.click()
    assert other.stopped
    assert "Stopped." in redrawn(again.panel)


def test_a_relaxation_that_is_gone_is_told():
    gone = _Controls(lambda: None)
    gone.train.click()
    assert "expected a relaxation, but nothing holds it any more" in gone.panel.view.widget.value


def test_the_still_picture_is_republished_at_the_end(live_one, static, no_widgets, displayed):
    show(live_one)
    assert set(displayed[0][0]) == {"image/png", "text/plain"}
    for _ in live_one:
        pass
    data, options = displayed[-1]
    assert options["update"]
    assert "After epoch 4 of 4" in data["text/plain"]


def test_a_report_and_the_weights_of_a_cell_are_drawn(static, no_widgets):
    report = reports(2, two=True)[-1]
    for thing in (report, report.weights[0]):
        assert set(bundle(thing)[0]) == {"image/png", "text/plain"}
    assert "mean entropy" in view(report.weights[0]).summary
    assert view(report).summary.startswith("After epoch 2: entropy ")


@pytest.fixture(scope="module")
def tiny():
    return nb.Trainer(nb.digits(40, 20), epochs=1, channels=2, batch_size=20, device="cpu")


def test_a_supernet_shows_what_it_holds(tiny, static, no_widgets):
    seen = view(nb.Supernet(nb.CellSpace(), tiny))
    assert "shared weights holds 15,625 architectures" in seen.summary
    words = to_svg(seen.chart)
    assert "What the supernet holds" in words
    assert "20 %" not in words  # nothing would be kept yet


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (nb.Darts(2, warmup=3), "the weights of the network one step ahead"),
        (nb.Darts(remedy=nb.BetaDecay()), "BetaDecay()"),
        (nb.SinglePathOneShot(), "an architecture a step"),
        (nb.PerturbationSelection(), "edges are decided"),
        (nb.BetaDecay(7), "Beta-decay regularisation"),
        (nb.AuxiliarySkip(), "it fades away"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_methods_tell_their_settings(method, said, static, no_widgets):
    seen = view(method)
    assert seen.summary.startswith(repr(method))
    assert said in to_svg(seen.chart)


def test_a_real_relaxation_is_shown_as_it_trains(tiny, redrawn):
    found = nb.Supernet(nb.CellSpace(), tiny).start(nb.Darts(epochs=2, learning_rate=0.1))
    controls = _Controls(weakref.ref(found))
    found.run()
    html = redrawn(controls.panel)
    assert "After epoch 2 of 2" in html
    assert (controls.epoch.value, controls.train.disabled, controls.stop.disabled) == (
        2,
        True,
        True,
    )
