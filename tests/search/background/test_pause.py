import threading
import time
import weakref

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch

SPACE = CellSpace()
LONG = 20.0  # seconds that nothing here takes


def test_pause_waits_within_an_epoch_and_start_goes_on_with_the_same_training(search, slow, until):
    search.start(2)
    slow.allow(1)
    until(lambda: search.training is not None and search.training.reports)
    training = search.training
    search.pause()
    assert search.state == "pausing"
    slow.allow(1)
    until(lambda: search.state == "paused")
    assert not search.running
    assert len(training.reports) == 2
    time.sleep(0.05)
    assert len(training.reports) == 2
    search.start()
    assert search.state == "running"
    assert search.target == 2
    slow.allow(4)
    search.wait()
    assert len(slow.started) == 2
    assert search.observations[0].reports == training.reports
    assert len(training.reports) == 3


def test_start_takes_a_pause_back_and_may_move_the_target(search, slow, until, words):
    heard = words(search)
    search.start(1)
    until(lambda: search.training is not None)
    search.pause()
    search.start(2)
    slow.allow(6)
    search.wait()
    assert len(search.observations) == 2
    assert "paused" not in heard


def test_pause_in_the_last_epoch_keeps_the_trial(search, slow, until):
    search.start(2)
    slow.allow(2)
    until(lambda: search.training is not None and len(search.training.reports) == 2)
    search.pause()
    slow.allow(1)
    until(lambda: search.state == "paused")
    assert len(search.observations) == 1


def test_stop_drops_the_training_and_the_next_run_trains_its_proposal_again(
    search, slow, table, until, sequence
):
    search.start(3)
    slow.allow(4)
    until(lambda: search.training is not None and len(search.observations) == 1)
    until(lambda: len(search.training.reports) == 1)
    dropped, proposal = weakref.ref(search.training), search.proposal
    search.stop()
    assert search.state == "stopping"
    slow.allow(1)
    search.wait()
    assert search.state == "idle"
    assert len(search.observations) == 1
    assert search.training is None
    assert dropped() is None  # nothing holds its network
    assert search.ask() is proposal
    slow.allow(6)
    search.start().wait()
    assert slow.started[1] == slow.started[2] == (str(proposal.architecture), proposal.seed)
    assert sequence(search) == sequence(Search(SPACE, table, RandomSearch(), seed=4).run(3))


def test_stop_in_the_last_epoch_keeps_the_trial(search, slow, until):
    search.start(2)
    slow.allow(2)
    until(lambda: search.training is not None and len(search.training.reports) == 2)
    search.stop()
    slow.allow(1)
    search.wait()
    assert len(search.observations) == 1


def test_stop_ends_a_pause(search, slow, until):
    search.start(2)
    search.pause()
    slow.allow(1)
    until(lambda: search.state == "paused")
    search.stop()
    search.wait()
    assert search.state == "idle"
    assert not search.observations.evaluations


def test_without_epochs_pause_and_stop_wait_for_the_trial(table, until):
    going, gate = threading.Semaphore(0), threading.Semaphore(0)

    def objective(architecture, seed=0):
        going.release()
        assert gate.acquire(timeout=LONG)
        return table(architecture, seed)

    search = Search(SPACE, objective, RandomSearch()).start(5)
    for steer, trials in ((search.pause, 1), (search.stop, 2)):
        assert going.acquire(timeout=LONG)
        steer()
        gate.release()
        until(lambda: search.state in ("paused", "idle"))
        assert len(search.observations) == trials
        if search.state == "paused":
            search.start()
    search.wait()


def test_pause_and_stop_say_nothing_when_nothing_runs(table, words):
    search = Search(SPACE, table, RandomSearch())
    heard = words(search)
    search.pause()
    search.stop()
    assert search.wait() is search
    assert search.state == "idle"
    assert not heard
    assert len(search.run(2).observations) == 2


def test_a_run_here_can_be_paused_and_resumed_from_another_thread(search, slow, until):
    def elsewhere():
        until(lambda: search.training is not None and search.training.reports)
        search.pause()
        slow.allow(1)
        until(lambda: search.state == "paused")
        search.start()
        slow.allow(4)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    slow.allow(1)
    search.run(2)
    thread.join()
    assert len(search.observations) == 2
    assert len(slow.started) == 2
