"""Searches with real workers, of this machine and of dask: what is found, and how they are led."""

import os
import signal
import time

import pytest
import trials

import nbnas as nb
from nbnas.errors import ObservationError, SearchError, SettingError

SPACE = nb.CellSpace()


def search(objective, strategy=None, **options):
    return nb.Search(SPACE, objective, strategy or nb.RandomSearch(), **options)


def sequence(made):
    trials = sorted(made.observations, key=lambda e: e.origin.number)
    return [(str(e.architecture), e.value, e.seed) for e in trials]


pytestmark = pytest.mark.usefixtures("nothing_is_left")


def test_one_worker_gives_the_sequence_of_none(workers):
    strategy = nb.BayesianOptimization(initial=3)
    alone = search(trials.value, strategy, seed=4).run(6)
    isolated = search(trials.value, strategy, seed=4).run(6, workers=workers(1))
    assert sequence(isolated) == sequence(alone)
    assert len({e.origin.worker for e in isolated.observations}) == 1
    assert [e.origin.known for e in isolated.observations] == list(range(6))


def test_every_proposal_of_two_workers_can_be_made_again(workers, tmp_path):
    store = tmp_path / "s.db"
    strategy = nb.BayesianOptimization(initial=3)
    made = search(trials.sleep, strategy, seed=1, store=store).run(10, workers=workers(2))
    assert len({e.architecture for e in made.observations}) == 10
    assert sorted(e.origin.number for e in made.observations) == list(range(10))
    assert any(e.origin.pending for e in made.observations)
    assert len({e.origin.worker.rpartition("/")[2] for e in made.observations}) == 2
    again = search(trials.sleep, strategy, seed=1, store=store)
    check_made_again(again, made)
    coming = nb.replay(again, 10)
    assert (len(coming.observations), coming.proposal.number) == (10, 10)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["local"])  # dask's have shown it with ten
def test_forty_trials_can_be_made_again(workers, tmp_path):
    store, strategy = tmp_path / "s.db", nb.BayesianOptimization(initial=5)
    made = search(trials.sleep, strategy, seed=1, store=store).run(40, workers=workers(4))
    assert max(len(e.origin.pending) for e in made.observations) >= 2
    check_made_again(search(trials.sleep, strategy, seed=1, store=store), made)


def check_made_again(again, made):
    """Each proposal of a search that was opened anew is what it was."""
    assert sequence(again) == sequence(made)
    for evaluation in again.observations:
        found = nb.replay(again, evaluation.origin.number)
        assert found.proposal.architecture == evaluation.architecture
        assert len(found.observations) == evaluation.origin.known


def reported(slot):
    return slot.training is not None and 1 <= len(slot.training.reports) <= 10


def test_a_round_to_come_knows_what_is_under_way(workers, until):
    made = search(trials.epochs, nb.BayesianOptimization(initial=2), seed=1)
    made.start(8, workers=workers(2))
    until(lambda: len(made.observations) >= 3 and sum(map(reported, made.crew.busy)) == 2)
    made.pause()
    until(lambda: made.state == "paused")
    done, beside = len(made.observations), {claim.number for claim in made.under_way}
    assert beside
    coming = nb.replay(made, done + len(beside))
    assert set(coming.proposal.pending) == beside
    assert coming.proposal.known == done
    for number in beside:
        (claim,) = [each for each in made.under_way if each.number == number]
        assert nb.replay(made, number).proposal.architecture == claim.architecture
    made.stop()
    made.wait()


def kill_and_wait(slot, until):
    killed = slot.training
    os.kill(slot._process, signal.SIGKILL)
    until(lambda: slot.training is not killed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["local"])  # of dask: see test_dask.py
def test_what_somebody_else_kills_is_tried_three_times(workers, until):
    made = search(trials.epochs, seed=1)
    made.start(2, workers=workers(1))
    for attempt in (1, 2, 3):
        until(lambda: made.crew is not None and made.crew.busy and made.crew.busy[0].training.live)
        (slot,) = made.crew.busy
        assert slot.claim.origin.attempt == attempt
        assert slot.claim.number == 0
        kill_and_wait(slot, until)
    until(lambda: made.state == "idle")
    first, second = made.observations
    assert first.status == "failed"
    assert "each of 3 attempts ended with its process" in first.error
    assert second.status == "completed"
    assert second.origin.attempt == 1


def test_a_value_out_of_bounds_ends_the_search(workers):
    made = search(trials.out_of_bounds)
    with pytest.raises(ObservationError, match="accuracy"):
        made.run(3, workers=workers(1))
    assert made.state == "idle"


def test_what_cannot_be_copied_is_refused_before_any_process_starts(workers):
    import threading

    lock = threading.Lock()

    def locked(architecture, seed=0):
        with lock:
            return 0.5

    with pytest.raises(SettingError, match=r"can be copied to worker processes.*lock"):
        search(locked).run(3, workers=workers(2))


def test_what_cannot_be_loaded_says_what_to_do(workers):
    class Unloadable:
        def __call__(self, architecture, seed=0):
            return 0.5

        def __reduce__(self):
            return (os.listdir, ("/no/such/folder",))

    with pytest.raises(SearchError, match="cannot be loaded in a worker process"):
        search(Unloadable()).run(3, workers=workers(1))


@pytest.mark.slow
def test_reports_come_while_it_trains_and_pause_acts_within_two_seconds(workers, until):
    made = search(trials.epochs)
    made.start(4, workers=workers(2))
    until(lambda: made.training is not None and len(made.training.reports) >= 2)
    assert made.training.epochs in (0, 20)
    begun = time.monotonic()
    made.pause()
    until(lambda: made.state == "paused")
    assert time.monotonic() - begun < 2
    seen = len(made.training.reports)
    time.sleep(0.5)
    assert len(made.training.reports) == seen
    made.start()
    until(lambda: len(made.observations) >= 1)
    begun = time.monotonic()
    made.stop()
    made.wait()
    assert time.monotonic() - begun < 2
    count = len(made.observations)
    assert count < 4
    made.run(4, workers=workers(2))
    assert sorted(e.origin.number for e in made.observations) == [0, 1, 2, 3]
    assert all(len(e.reports) == 20 for e in made.observations)
    assert sequence(made) == sequence(search(trials.epochs).run(4)), "stopped trials came again"


def test_a_learning_curve_of_a_real_training_comes_from_its_process(workers):
    trainer = nb.Trainer(nb.digits(train=200, validation=200), epochs=2)
    alone = search(trainer).run(2)
    made = search(trainer).run(2, workers=workers(1))
    assert sequence(made) == sequence(alone)
    assert [len(e.reports) for e in made.observations] == [2, 2]
