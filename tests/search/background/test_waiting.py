import signal
import threading

import pytest

from nbnas.errors import SearchError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch

SPACE = CellSpace()


def test_waiting_has_an_end(search, slow, until):
    search.start(2)
    until(lambda: search.training is not None)
    assert search.wait(0.01) is search
    assert search.state == "running"
    search.pause()
    assert search.wait(0.01).state == "pausing"
    slow.allow(1)
    until(lambda: search.state == "paused")
    with pytest.raises(SearchError, match=r"so that waiting would not end; call start\(\)"):
        search.wait()
    assert search.wait(0.01).state == "paused"
    search.keep(ValueError("cannot draw"))
    with pytest.raises(ValueError, match="cannot draw"):
        search.wait(0.01)


def test_a_listener_cannot_wait_for_its_own_run(table):
    search = Search(SPACE, table, RandomSearch())
    seen = []

    def listener(step):
        try:
            search.wait()
        except SearchError as error:
            seen.append(str(error))

    search.stepped.connect(listener)
    search.changed.connect(lambda word: listener(None) if word == "idle" else None)
    search.start(1).wait()
    assert len(seen) == 2
    assert all("another thread" in said for said in seen)


@pytest.fixture
def interrupts():
    """SIGINT raises KeyboardInterrupt, also in the background of a shell that ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_waiting_can_be_interrupted_and_the_run_goes_on(search, slow, interrupts):
    search.start(1)
    timer = threading.Timer(0.1, signal.raise_signal, (signal.SIGINT,))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        search.wait()
    timer.join()
    assert search.state == "running"
    slow.allow(3)
    search.wait()
    assert len(search.observations) == 1


def test_an_interrupt_of_a_pause_here_leaves_the_search_idle(search, slow, interrupts, until):
    def elsewhere():
        until(lambda: search.training is not None)
        search.pause()
        slow.allow(1)
        until(lambda: search.state == "paused")
        signal.raise_signal(signal.SIGINT)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        search.run(1)
    thread.join()
    assert search.state == "idle"
    slow.allow(3)
    assert len(search.run(1).observations) == 1


def test_the_last_word_is_the_state_whatever_listeners_do(search, slow, words):
    heard = words(search)
    search.changed.connect(lambda word: search.stop() if word == "paused" else None)
    search.start(1)
    search.pause()
    slow.allow(1)
    search.wait()
    assert heard[-1] == "idle"
    assert "paused" in heard


def test_changed_tells_of_proposals_and_trainings(table, Slow):
    search = Search(SPACE, Slow(table, free=True), RandomSearch())
    seen = []
    search.changed.connect(
        lambda word: seen.append((word, search.proposal is None, search.training is None))
    )
    search.start(1).wait()
    assert seen[0] == ("running", True, True)
    assert ("running", False, True) in seen
    assert ("running", False, False) in seen


@pytest.mark.parametrize("signal", ["changed", "stepped"])
def test_what_a_listener_raises_is_raised_by_wait_after_the_run(table, signal):
    search = Search(SPACE, table, RandomSearch())
    heard = []

    def broken(fact):
        raise ValueError(f"cannot draw {fact!r:.20}")

    getattr(search, signal).connect(broken)
    getattr(search, signal).connect(heard.append)  # as a view that is displayed after it
    with (
        pytest.warns(RuntimeWarning, match=f"a listener of {signal} failed.*cannot draw"),
        pytest.raises(ValueError, match="cannot draw"),
    ):
        search.start(3).wait()
    assert len(search.observations) == 3
    assert len(heard) >= 2
    assert search.state == "idle"
