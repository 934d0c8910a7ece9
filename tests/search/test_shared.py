"""Several processes that share a study: no trial twice, none lost, whatever is killed."""

import collections
import threading
import time

import pytest
from sharing import opened, read, start, wait_for

import nbnas as nb
from nbnas.records.claim import ATTEMPTS


def objective(architecture, seed=0):
    return 0.1 + 0.1 * str(architecture).count("conv_3x3")


def check(store, count, log, killed=0):
    made = opened(store)
    origins = [e.origin for e in made.observations]
    assert sorted(origin.number for origin in origins) == list(range(count))
    assert len({e.architecture for e in made.observations}) == count
    ended = collections.Counter(text for word, _, text in read(log) if word == "end")
    # One that ended a moment before its process was killed is not written, and made again.
    assert ended.total() <= count + killed, "a trial was made twice to its end"
    for evaluation in made.observations:
        again = nb.replay(made, evaluation.origin.number)
        assert again.proposal.architecture == evaluation.architecture
    return made


def test_two_processes_share_a_study(tmp_path):
    store, log = tmp_path / "s.db", tmp_path / "log"
    both = [start(store, log, 14, 0.3) for _ in range(2)]
    assert [each.wait(120) for each in both] == [0, 0]
    made = check(store, 14, log)
    assert len({e.origin.worker for e in made.observations}) == 2
    assert any(e.origin.pending for e in made.observations)


def test_a_killed_process_loses_nothing_and_is_not_waited_for(tmp_path):
    store, log = tmp_path / "s.db", tmp_path / "log"
    first = start(store, log, 4, 30)
    wait_for(log, "begin")
    first.kill()
    first.wait()
    (begun,) = [text for word, _, text in read(log) if word == "begin"]
    clock = time.monotonic()
    search = nb.Search(
        nb.CellSpace(), named(objective), nb.RandomSearch(), seed=5, store=store
    ).run(4)
    assert time.monotonic() - clock < 10, "a lease was waited for"
    assert str(search.observations[0].architecture) == begun
    assert [e.origin.attempt for e in search.observations] == [2, 1, 1, 1]


def test_a_trial_that_is_left_while_another_is_proposed_is_not_two(tmp_path, monkeypatch):
    store = tmp_path / "s.db"
    left = nb.Search(nb.CellSpace(), named(objective), nb.RandomSearch(), seed=5, store=store)
    claim = left._take_on()
    search = nb.Search(nb.CellSpace(), named(objective), nb.RandomSearch(), seed=5, store=store)
    late = iter([True, False])  # the process that made it dies after the first look
    monkeypatch.setattr("nbnas.search.ledger.is_gone", lambda _: not next(late, False))
    monkeypatch.setattr(search._ledger, "_holder", "another process")
    taken = search._take_on("worker 2")
    assert (taken.number, taken.architecture) == (0, claim.architecture)
    assert taken.origin.worker == search._ledger.name("worker 2")
    assert search.under_way == (taken,)
    search._settle(taken, search._evaluate(taken))
    for _ in range(2):
        search.step()
    assert search.observations[0].architecture == claim.architecture
    assert [e.origin.number for e in search.observations] == [0, 1, 2]
    assert [e.origin.attempt for e in search.observations] == [2, 1, 1]
    assert len(set(search.observations.architectures)) == 3


def named(function):
    """A function that a study takes for that of the script."""
    function.__qualname__, function.__module__ = "objective", "__main__"
    return function


@pytest.mark.parametrize("strategy", [nb.RandomSearch(), nb.BayesianOptimization(initial=3)])
def test_what_was_proposed_before_others_began_is_proposed_anew(tmp_path, until, strategy):
    """Two that know the same propose the same: the one that comes later must not make it, too."""
    begun, go = threading.Event(), threading.Event()

    def waits(architecture, seed=0):
        begun.set()
        assert go.wait(60)
        return objective(architecture)

    def search(function):
        store = tmp_path / "s.db"
        return nb.Search(nb.CellSpace(), named(function), strategy, seed=1, store=store)

    search(objective).run(4)
    late, early = search(objective), search(waits)
    (proposed,) = late.ask().architectures
    early.start(5)
    assert begun.wait(60)
    for _ in range(3):
        late.step()
    go.set()
    early.wait(60)
    made = search(objective).observations
    assert {e.origin.number: e.architecture for e in made}[4] == proposed
    assert len({e.architecture for e in made}) == len(made) == 8


@pytest.mark.parametrize("asks", [False, True])
def test_whether_it_is_asked_first_or_run_a_dead_trial_comes_next(tmp_path, sequence, asks):
    def search(**options):
        return nb.Search(
            nb.CellSpace(), objective, nb.BayesianOptimization(initial=3), seed=1, **options
        )

    never_killed = search().run(8)
    killed = search(store=tmp_path / "s.db").run(4)
    killed._take_on()
    with killed.store._engine.begin() as connection:
        connection.exec_driver_sql("update nbnas_claims set lease = 0, holder = 'gone'")
    resumed = search(store=tmp_path / "s.db")
    if asks:
        assert resumed.ask().architecture == never_killed.observations[4].architecture
        assert resumed.ask() is resumed.proposal
    assert sequence(resumed.run(8)) == sequence(never_killed)
    assert [e.origin.attempt for e in resumed.observations] == [1, 1, 1, 1, 2, 1, 1, 1]


@pytest.mark.slow
def test_what_kills_its_process_three_times_is_a_failed_trial(tmp_path):
    store, log = tmp_path / "s.db", tmp_path / "log"
    for _ in range(ATTEMPTS):
        before = log.read_text().count("begin") if log.exists() else 0
        process = start(store, log, 1, 30)
        wait_for(log, "begin", before + 1)
        process.kill()
        process.wait()
    made = opened(store).run(1)
    (trial,) = made.observations
    assert trial.status == "failed"
    assert f"each of {ATTEMPTS} attempts ended with its process" in trial.error
    assert trial.origin.attempt == ATTEMPTS


def test_others_may_make_the_last_trials(tmp_path):
    """A search with nothing left to claim waits for them, and takes them in."""
    store, log = tmp_path / "s.db", tmp_path / "log"
    other = start(store, log, 1, 2)
    wait_for(log, "begin")
    made = opened(store).run(1)
    assert len(made.observations) == 1
    assert other.wait(60) == 0


@pytest.mark.slow
def test_four_processes_two_of_which_are_killed_finish_all(tmp_path):
    store, log = tmp_path / "s.db", tmp_path / "log"
    four = [start(store, log, 60, 1) for _ in range(4)]
    wait_for(log, "ready", 4, 120)
    begun = time.monotonic()
    wait_for(log, "end", 15, 120)
    for each in four[:2]:
        each.kill()
        each.wait()
    assert [each.wait(300) for each in four[2:]] == [0, 0]
    check(store, 60, log, killed=2)
    assert time.monotonic() - begun < 45
