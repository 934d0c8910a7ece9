"""The lab without a browser: what it follows, what it answers, what it costs."""

import gc
import threading
import weakref

import pytest
from ipywidgets.widgets import widget as every

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.widgets.lab.lab import Lab
from nbnas.widgets.lab.sources import page_script


class Slow:
    """A training of three epochs, each of which waits for a permit."""

    def __init__(self, architecture, seed, permits):
        self.architecture, self.seed, self.permits = architecture, seed, permits
        self.epochs, self.reports, self.evaluation, self.stopped = 3, (), None, False

    seconds_left = 1.0

    def __iter__(self):
        while len(self.reports) < self.epochs and not self.stopped:
            assert self.permits.acquire(timeout=30)
            epoch = len(self.reports) + 1
            self.reports += (EpochReport(epoch, 3, 1.0, 0.5, 1.0, 0.6, 0.1, float(epoch), 1e3),)
            if epoch == self.epochs:
                self.evaluation = Evaluation(self.architecture, 0.6, reports=self.reports)
            yield self.reports[-1]

    def stop(self):
        self.stopped = True

    def run(self):
        for _ in self:
            pass
        return self.evaluation


class Slowly:
    def __init__(self):
        self.permits = threading.Semaphore(0)

    def __call__(self, architecture, seed=0):
        return self.start(architecture, seed).run()

    def start(self, architecture, seed=0):
        return Slow(architecture, seed, self.permits)


def test_run_is_a_click(bayes, click, until, settled):
    lab = Lab(bayes)
    assert lab.widget.status["progress"] == "0 of 30 trials"
    assert "Press Run" in lab.widget.status["said"]
    lab.widget.set_state({"budget": 5})
    click(lab, "run")
    until(lambda: lab.widget.status["done"] == 5 and lab.widget.status["state"] == "idle")
    assert len(bayes.observations) == 5
    assert lab.widget.heard == 1
    assert [row["trial"] for row in lab.widget.trials] == [1, 2, 3, 4, 5]
    assert len(lab.widget.trace["data"]["trials"]) == 5
    settled(lab, bayes)
    assert lab.widget.rounds == {"last": 5, "number": 5}


def test_step_makes_one_trial_and_keeps_the_budget(bayes, click, until, settled):
    lab = Lab(bayes)
    lab.widget.set_state({"budget": 9})
    for done in (1, 2):
        click(lab, "step")
        until(lambda: len(bayes.observations) == done and not bayes.running)  # noqa: B023
    settled(lab, bayes)
    assert lab.widget.budget == 9
    assert lab.widget.status["progress"].startswith("2 of 9 trials")
    lab.widget.set_state({"budget": 1})
    settled(lab, bayes)
    assert lab.widget.status["progress"] == "2 trials, 1 over the budget"
    assert lab.widget.trace["line"].startswith("2 trials;")


def test_a_step_that_is_over_at_once_keeps_the_budget(bayes, monkeypatch, click, until, settled):
    lab = Lab(bayes)
    started = bayes.start

    def start(trials, workers=None):
        started(trials, workers=workers)
        lab._draw()  # the page is drawn before the click has been dealt with

    monkeypatch.setattr(bayes, "start", start)
    click(lab, "step")
    until(lambda: len(bayes.observations) == 1 and not bayes.running)
    settled(lab, bayes)
    assert lab.widget.budget == 30


def test_the_page_can_tell_whether_what_it_shows_answers_what_was_asked(bayes, settled):
    bayes.run(5)
    lab = Lab(bayes)
    settled(lab, bayes)
    asked = {"round": 4, "what_if": {"acquisition": 2}}
    lab.widget.set_state(asked)
    settled(lab, bayes)
    assert lab.widget.answered == asked


def test_pause_answers_within_an_epoch_and_run_goes_on(click, until):
    objective = Slowly()
    search = Search(CellSpace(), objective, RandomSearch(), seed=0)
    lab = Lab(search)
    lab.widget.set_state({"budget": 1})
    click(lab, "run")
    objective.permits.release()
    until(lambda: lab.widget.curve["data"]["reports"] != [])
    click(lab, "pause")
    until(lambda: search.state in ("pausing", "paused"))
    objective.permits.release()
    until(lambda: lab.widget.status["state"] == "paused")
    assert "Paused in trial 1 after epoch" in lab.widget.status["said"]
    assert len(search.training.reports) <= 2
    click(lab, "run")
    objective.permits.release(3)
    until(lambda: lab.widget.status["state"] == "idle")
    assert len(search.observations) == 1
    assert search.training.evaluation is not None


def test_the_band_is_of_random_search_and_regret_is_exact(bayes, table):
    bayes.run(3)
    lab = Lab(bayes)
    regret = 100 * (table.optimum - bayes.best.value)
    assert f"Regret {regret:.2f} points" in lab.widget.trace["line"]
    assert "random search, after as many trials" in lab.widget.trace["line"]
    last = [row["regret"] for row in lab.widget.trace["regret"]["data"]["steps"]][-1]
    assert last == pytest.approx(regret)


def test_where_nothing_is_known_nothing_is_claimed():
    search = Search(CellSpace(), lambda a, seed=0: Evaluation(a, 0.5), RandomSearch(), seed=0)
    lab = Lab(search.run(2))
    assert "regret" not in lab.widget.trace
    assert lab.widget.trace["data"]["band"] == lab.widget.trace["data"]["optimum"] == []


def test_one_view_is_one_set_of_widgets(table, settled):
    search = Search(CellSpace(), table, RandomSearch(), seed=0)
    lab = Lab(search)
    known = _widgets()
    search.run(100)
    settled(lab, search)
    assert lab.widget.status["done"] == 100
    assert _widgets() == known


def _widgets():
    return len(every._instances)


def test_the_view_does_not_keep_the_search_alive(table, until, settled):
    search = Search(CellSpace(), table, RandomSearch(), seed=0)
    lab = Lab(search)
    search.run(2)
    settled(lab, search)
    gone = weakref.ref(search)
    del search
    gc.collect()
    until(lambda: gc.collect() is not None and gone() is None)
    lab.update()  # and lives on without it
    assert lab.widget.status["done"] == 2


def test_the_page_builds_no_markup_and_fetches_nothing():
    script = page_script()
    assert "innerHTML" not in script
    assert "insertAdjacent" not in script
    assert "fetch(" not in script
    assert "://" not in script
    assert "\nexport function" not in script
    assert script.count("export default") == 1
