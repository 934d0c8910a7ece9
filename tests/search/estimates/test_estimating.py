import dataclasses
import re
import threading
import time

import pytest

import nbnas as nb
from nbnas.display import _tell
from nbnas.search.estimates.estimating import ENOUGH, LATER, LOOKED_UP
from nbnas.search.estimates.parallel import at_once
from nbnas.waiting import told
from nbnas.widgets.lab.status import status_page

SPACE = nb.CellSpace()


class Fake:
    """An objective that tells how long it takes, and takes no time."""

    epochs = 3

    def __init__(self, seconds=40.0):
        self.seconds, self.asked = seconds, []

    def __call__(self, architecture, seed=0):
        return nb.Evaluation(architecture, 0.5, seconds=self.seconds, seed=seed)

    def estimate(self, space, trials, seed):
        self.asked.append((space, trials, seed))
        return nb.TimeEstimate(trials, each=(30.0, 50.0), source="timed steps")


def search(objective, **settings):
    return nb.Search(SPACE, objective, nb.RandomSearch(), **settings)


def test_before_the_first_trial_the_objective_tells():
    objective = Fake()
    found = search(objective, seed=4)
    assert found.estimated is None
    estimate = found.estimate(30)
    assert estimate.text == "30 trials of about 40 s: 20 min"
    assert objective.asked == [(SPACE, 30, 4)]
    assert found.estimated is estimate


def test_only_the_rest_counts_and_finished_trials_know_best():
    objective = Fake(seconds=10.0)
    found = search(objective).run(ENOUGH)
    assert found.estimate(30).text == "27 more of 30 trials of about 10 s: 4.5 min"
    assert objective.asked == []
    assert found.estimate(2).text == "2 trials: all done"


def test_what_the_store_has_counts(tmp_path):
    store = tmp_path / "s.db"
    search(Fake(20.0), store=store).run(4)
    found = search(Fake(), store=store)
    assert found.estimate(10).text == "6 more of 10 trials of about 20 s: 2 min"


def test_a_budget_and_workers_share_it(monkeypatch):
    monkeypatch.setattr("nbnas.search.estimates.parallel.cores", lambda: 4)
    found = search(Fake())
    assert "about 15 of them begin within 10 min" in found.estimate(30, seconds=600).text
    assert found.estimate(30, workers=2).text == "30 trials of about 40 s, 2 at once: 10 min"
    assert found.estimate(30, workers=64).at_once == 4  # more than cores are no quicker
    trainer = nb.Trainer(nb.digits(), threads=2, device="cpu")
    assert at_once(nb.LocalWorkers(4), trainer) == 2
    assert at_once(nb.LocalWorkers(4), dataclasses.replace(trainer, threads=None)) == 1


def test_workers_of_dask_are_counted():
    class Client:
        def nthreads(self):
            return {"a": 1, "b": 1, "c": 1}

    workers = object.__new__(nb.DaskWorkers)
    object.__setattr__(workers, "client", Client())
    object.__setattr__(workers, "workers", None)
    assert at_once(workers, Fake()) == 3
    object.__setattr__(workers, "workers", 2)
    assert at_once(workers, Fake()) == 2


def test_an_objective_of_ones_own_is_known_after_its_first_trial():
    def constant(architecture, seed=0):
        time.sleep(0.02)
        return 0.5

    found = search(constant)
    assert found.estimate(30).text == f"30 trials: {LATER}"
    found.run(1)
    assert 0.01 < found.estimate(30).trial < 1
    assert found.estimate(30).source == "finished trials"


def test_a_generator_is_known_after_its_first_trial():
    def loop(architecture, seed=0):
        yield from (0.5, 0.6)

    assert search(loop).estimate(3).reason == LATER
    assert search(loop).run(2).estimate(3).trial >= 0


def test_a_table_takes_no_time():
    table = nb.TabularObjective("t", {str(a): 0.5 for a in SPACE.sample(0, 9)})
    estimate = search(table).estimate(3)
    assert (estimate.reason, estimate.total) == (LOOKED_UP, None)


def test_where_all_trials_failed_the_objective_is_asked():
    class Failing(Fake):
        def __call__(self, architecture, seed=0):
            raise ValueError("never")

    found = search(Failing()).run(3)
    assert found.estimate(30).text == "27 more of 30 trials of about 40 s: 18 min"


@pytest.mark.parametrize("told", [None, 3.0, RuntimeError("a\nfault"), nb.NbnasError("no data")])
def test_what_an_objective_tells_may_be_anything(told):
    class Odd(Fake):
        def estimate(self, space, trials, seed):
            if isinstance(told, Exception):
                raise told
            return told

    estimate = search(Odd()).estimate(30)
    assert estimate.total is None
    assert "how long one takes" in estimate.text
    if isinstance(told, Exception):
        assert str(told).split()[0] in estimate.text
    assert search(Odd()).run(1).estimate(30).trial == 40.0


def test_nothing_is_timed_while_the_search_runs():
    going, go = threading.Event(), threading.Event()

    class Slow(Fake):
        def __call__(self, architecture, seed=0):
            going.set()
            go.wait(10)
            return super().__call__(architecture, seed)

    objective = Slow()
    found = search(objective).start(2)
    going.wait(10)
    try:
        assert found.estimate().trials == 2
        assert objective.asked == []
    finally:
        go.set()
        found.wait()


def test_a_real_trainer_is_timed_and_the_search_is_as_without():
    trainer = nb.Trainer(nb.digits(), epochs=1, batch_size=512, device="cpu")
    plain = search(trainer).run(2)
    asked = search(trainer)
    assert re.fullmatch(r"2 trials of (about|under) .+ s: .+ s", asked.estimate(2).text)
    asked.run(2)
    assert [e.value for e in asked.observations] == [e.value for e in plain.observations]
    assert asked.observations.architectures == plain.observations.architectures


def test_the_log_gets_a_line(monkeypatch):
    lines = []
    monkeypatch.setattr(told, "TELLERS", [lines.append])
    search(Fake()).estimate(30)
    assert lines == ["RandomSearch: 30 trials of about 40 s: 20 min"]


def test_the_line_goes_where_papermills_bar_is(monkeypatch):
    written = []
    monkeypatch.setattr("nbnas.waiting.pulse.os.write", lambda _, said: written.append(said))
    monkeypatch.setenv("NBNAS_DISPLAY", "static")
    _tell("30 trials")
    monkeypatch.setenv("NBNAS_DISPLAY", "live")
    _tell("not here")
    assert written == [b"\n30 trials"]


def test_the_lab_says_it_until_a_trial_is_made():
    found = search(Fake())
    found.estimate(30)
    assert status_page(found, 30)["said"].startswith("30 trials of about 40 s: 20 min. Press Run")
    assert status_page(found, 40)["said"].startswith("Press Run")
    found.run(1)
    assert "about 40 s" not in status_page(found, 30)["said"]


@pytest.mark.parametrize("wrong", [{"trials": 0}, {"seconds": -1}, {"workers": "four"}])
def test_what_is_none_is_refused(wrong):
    with pytest.raises(nb.NbnasError, match=f"expected {next(iter(wrong))}"):
        search(Fake()).estimate(**wrong)


@pytest.mark.slow
def test_a_search_takes_as_long_as_was_told_within_a_factor_of_two():
    trainer = nb.Trainer(nb.digits(), epochs=12, device="cpu")
    found = nb.Search(SPACE, trainer, nb.BayesianOptimization())
    estimate = found.estimate(16)
    began = time.perf_counter()
    found.run(16)
    real = time.perf_counter() - began
    assert real / 2 < estimate.total < 2 * real
    assert estimate.seconds < 0.25 * real
