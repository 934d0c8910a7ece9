"""The lab without a browser: what it follows, what it answers, what it costs."""

import gc
import threading
import time
import weakref

import pytest
from ipywidgets.widgets import widget as every

from nbnas.errors import SearchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import EpochReport, Evaluation
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.widgets.lab.lab import Lab
from nbnas.widgets.lab.widget import page_script

FIRST = 3


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


@pytest.fixture
def bayes(table):
    return Search(CellSpace(), table, BayesianOptimization(initial=FIRST), seed=0)


@pytest.fixture
def store_of(table, tmp_path):
    """Opens one study of a store as a new search each time, as running a cell again does."""
    return lambda: Search(
        CellSpace(), table, BayesianOptimization(initial=FIRST), seed=0, store=tmp_path / "x.db"
    )


def click(lab, action):
    number = lab.widget.asked.get("number", 0) + 1
    lab.widget.set_state({"asked": {"action": action, "number": number}})


def until(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def settled(lab, search):
    until(lambda: not search.running)
    lab.update()
    assert lab.wait()


def test_run_is_a_click(bayes):
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


def test_step_makes_one_trial_and_keeps_the_budget(bayes):
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


def test_a_step_that_is_over_at_once_keeps_the_budget(bayes, monkeypatch):
    lab = Lab(bayes)
    started = bayes.start

    def start(trials):
        started(trials)
        lab._draw()  # the page is drawn before the click has been dealt with

    monkeypatch.setattr(bayes, "start", start)
    click(lab, "step")
    until(lambda: len(bayes.observations) == 1 and not bayes.running)
    settled(lab, bayes)
    assert lab.widget.budget == 30


def test_the_page_can_tell_whether_what_it_shows_answers_what_was_asked(bayes):
    bayes.run(5)
    lab = Lab(bayes)
    settled(lab, bayes)
    asked = {"round": 4, "what_if": {"acquisition": 2}}
    lab.widget.set_state(asked)
    settled(lab, bayes)
    assert lab.widget.answered == asked


def test_pause_answers_within_an_epoch_and_run_goes_on():
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


def test_a_run_from_a_cell_is_followed(bayes):
    lab = Lab(bayes)
    bayes.run(4)
    settled(lab, bayes)
    assert lab.widget.status["done"] == 4
    assert lab.widget.budget == 4


def test_a_run_that_is_over_at_once_is_followed(bayes):
    bayes.run(4)
    lab = Lab(bayes)
    bayes.run(6)
    lab._draw()
    bayes.run(6)
    settled(lab, bayes)
    assert lab.widget.budget == 6
    assert lab.widget.status["progress"] == "6 of 6 trials"


def test_running_all_over_a_finished_study_is_not_over_its_budget(store_of):
    """The cells of a notebook aim at 1, 3 and 6 trials, all of which exist already."""
    store_of().run(6)
    search = store_of()
    lab = Lab(search)
    for trials in (1, 3, 6):
        search.run(trials)
        settled(lab, search)
        assert lab.widget.status["progress"] == "6 of 6 trials"
    search.run(7)
    settled(lab, search)
    assert lab.widget.status["progress"] == "7 of 7 trials"


def test_a_budget_that_a_person_sets_stays_until_a_cell_aims_at_something_else(bayes):
    bayes.run(3)
    lab = Lab(bayes)
    lab.widget.set_state({"budget": 9})
    click(lab, "step")
    until(lambda: len(bayes.observations) == 4 and not bayes.running)
    settled(lab, bayes)
    assert lab.widget.budget == 9
    bayes.run(5)
    settled(lab, bayes)
    assert lab.widget.budget == 5


def test_a_step_that_cannot_start_changes_no_budget(bayes, monkeypatch):
    bayes.run(3)
    lab = Lab(bayes)
    lab.widget.set_state({"budget": 9})

    def start(trials):
        lab._draw()
        raise SearchError("a run is under way")

    monkeypatch.setattr(bayes, "start", start)
    click(lab, "step")
    until(lambda: "under way" in lab.widget.status["error"])
    settled(lab, bayes)
    assert lab.widget.budget == 9


def test_rewinding_shows_a_round_as_it_was(bayes):
    bayes.run(7)
    lab = Lab(bayes)
    for number in (5, 1):
        lab.widget.set_state({"round": number})
        assert lab.wait()
        chosen = lab._atlas.find(lab.widget.chosen)
        assert chosen == bayes.observations[number].architecture
        assert lab.widget.rounds == {"last": 7, "number": number}
        kinds = list(lab.widget.map["kinds"].values())
        assert kinds.count("evaluated") == number
        assert lab.widget.why["title"] == f"Why trial {number + 1} was this architecture"
    assert lab.widget.candidates["data"]["rows"] == []  # round 1 was random
    assert "Random cell 2" in lab.widget.candidates["line"]
    until(lambda: lab.widget.trace["data"]["round"] == [{"trial": 1.5}])
    lab.widget.set_state({"round": -1})
    assert lab.wait()
    assert lab.widget.rounds["number"] == 7


def test_what_if_answers_next_to_what_was_chosen(bayes):
    bayes.run(6)
    lab = Lab(bayes)
    assert lab.wait()
    assert lab.widget.answer == {}
    words = lab.widget.choices
    assert words["acquisitions"][0] == words["kernels"][0] == "as it was"
    lab.widget.set_state({"what_if": {"kernel": 1}})
    assert lab.wait()
    assert "kernel Weisfeiler-Lehman" in lab.widget.answer["text"]
    first, second = lab.widget.answer["rows"]
    assert first["key"] == lab.widget.chosen
    assert (first["key"] == second["key"]) == lab.widget.answer["same"]
    lab.widget.set_state({"what_if": {"kernel": 2, "lengthscale": 2, "acquisition": 2}})
    assert lab.wait()
    assert "expected improvement and the kernel" in lab.widget.answer["text"]
    lab.widget.set_state({"what_if": {"kernel": 1, "lengthscale": 2}})
    assert lab.wait()
    assert "there is no answer: expected a kernel with a length-scale" in lab.widget.answer["text"]
    assert lab.widget.status["error"] == ""
    lab.widget.set_state({"what_if": {}})
    assert lab.wait()
    assert lab.widget.answer == {}


def test_a_length_scale_is_told_in_numbers(bayes):
    bayes.run(5)
    lab = Lab(bayes)
    lab.widget.set_state({"what_if": {"lengthscale": -2}})
    assert lab.wait()
    assert "length-scale" in lab.widget.answer["text"]
    assert "instead of" in lab.widget.answer["text"]


def test_what_cannot_be_asked_is_not_offered(table):
    lab = Lab(Search(CellSpace(), table, RandomSearch(), seed=0))
    assert lab.widget.choices["acquisitions"] == ["as it was"]


def test_a_click_on_another_architecture_explains_it(bayes):
    bayes.run(5)
    lab = Lab(bayes)
    assert lab.wait()
    assert lab.widget.why["chosen"]
    assert lab.widget.why["neighbours"]
    key = lab.widget.trials[0]["key"]
    lab.widget.set_state({"selected": key})
    assert lab.wait()
    assert not lab.widget.why["chosen"]
    assert lab.widget.why["name"] == lab.widget.trials[0]["name"]
    assert "It was measured" in lab.widget.why["sentences"][0]
    lab.widget.set_state({"selected": "999999"})  # no such key: the choice again
    assert lab.wait()
    assert lab.widget.why["chosen"]


def test_a_space_that_is_used_up_is_no_fault(table):
    cells = CellSpace().sample(0, 3)
    lab = Lab(Search(Subspace(CellSpace(), cells), table, RandomSearch(), seed=0).run(3))
    assert lab.wait()
    assert lab.widget.why["title"] == "Nothing is left to choose"
    assert lab.widget.status["error"] == ""


def test_the_band_is_of_random_search_and_regret_is_exact(bayes, table):
    bayes.run(5)
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


def test_an_error_in_a_trial_is_seen():
    def objective(architecture, seed=0):
        raise ValueError("no <b>number</b>")

    search = Search(CnnSpace(), objective, RandomSearch(), seed=0)
    lab = Lab(search)
    lab.widget.set_state({"budget": 2})
    click(lab, "run")
    until(lambda: lab.widget.status["done"] == 2)
    assert "Trial 2 failed: ValueError: no <b>number</b>" in lab.widget.status["error"]
    assert lab.widget.trials[0]["value"] is None


def test_an_error_that_ends_the_run_is_seen_and_raised():
    search = Search(CellSpace(), lambda a, seed=0: "no evaluation", RandomSearch(), seed=0)
    lab = Lab(search)
    click(lab, "run")
    until(lambda: lab.widget.status["state"] == "failed")
    assert "expected an Evaluation" in lab.widget.status["error"]
    with pytest.raises(SearchError, match="expected an Evaluation"):
        search.wait()


def test_an_error_in_a_callback_is_seen_and_raised(bayes, monkeypatch):
    lab = Lab(bayes)
    assert lab.wait()

    def explode(*args, **options):
        raise RuntimeError("the map is torn")

    monkeypatch.setattr("nbnas.widgets.lab.scene.map_page", explode)
    bayes.run(1)
    until(lambda: "the map is torn" in lab.widget.status["error"])
    assert lab.wait()
    with pytest.raises(RuntimeError, match="the map is torn"):
        bayes.wait()


def test_a_students_listener_that_fails_is_seen_and_the_lab_goes_on(bayes):
    def broken(step):
        raise KeyError("not in my table")

    bayes.stepped.connect(broken)  # before the lab listens
    lab = Lab(bayes)
    with pytest.warns(RuntimeWarning, match="not in my table"):
        bayes.run(2)
    assert lab.widget.status["done"] == 2
    assert "KeyError: 'not in my table'" in lab.widget.status["error"]
    with pytest.raises(KeyError, match="not in my table"):
        bayes.wait()
    lab.update()
    assert lab.widget.status["error"] == ""


def test_a_click_that_cannot_be_done_is_seen(bayes):
    lab = Lab(bayes)
    lab.widget.set_state({"budget": 0})
    click(lab, "run")
    until(lambda: "positive whole number" in lab.widget.status["error"])


def test_one_view_is_one_set_of_widgets(table):
    search = Search(CellSpace(), table, RandomSearch(), seed=0)
    lab = Lab(search)
    known = _widgets()
    search.run(100)
    settled(lab, search)
    assert lab.widget.status["done"] == 100
    assert _widgets() == known


def _widgets():
    return len(every._instances)


def test_the_view_does_not_keep_the_search_alive(table):
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
