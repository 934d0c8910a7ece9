import pytest

from nbnas.errors import SearchError, SettingError, StoreError, TrainingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.search.search import Search
from nbnas.search.store.store import Store
from nbnas.search.strategies.random import RandomSearch

SPACE = CellSpace()


def test_a_failed_trial_is_not_the_end(table):
    def objective(architecture, seed=0):
        if len(search.observations) == 1:
            raise MemoryError("out of memory")
        return table(architecture, seed)

    search = Search(SPACE, objective, RandomSearch())
    with pytest.raises(SearchError, match="a trial failed: MemoryError: out of memory"):
        search.start(3).wait()
    assert [e.status for e in search.observations] == ["completed", "failed", "completed"]
    assert "out of memory" in search.observations[1].error
    assert (search.state, search.error) == ("idle", None)
    assert search.start(4).wait().best is not None  # each is raised once


def test_a_training_that_fails_between_epochs_makes_a_failed_trial(table, Slow):
    class Broken(Slow):
        def train(self, training):
            if training.reports:
                raise TrainingError("the loss is not finite")

    search = Search(SPACE, Broken(table), RandomSearch()).start(1)
    with pytest.raises(SearchError, match="TrainingError: the loss is not finite"):
        search.wait()
    assert "the loss is not finite" in search.observations[0].error


def test_a_training_that_is_stopped_by_itself_is_a_failed_trial(search, slow, until):
    search.start(1)
    until(lambda: search.training is not None)
    search.training.stop()
    slow.allow(1)
    with pytest.raises(SearchError, match="a trial failed: TrainingError: was stopped"):
        search.wait()
    assert "was stopped" in search.observations[0].error


def failing_store(monkeypatch):
    def full(*arguments):
        raise StoreError("disk is full")

    monkeypatch.setattr(Store, "finish", full)


def test_an_error_ends_the_run_and_wait_raises_it_once(table, tmp_path, monkeypatch, until):
    search = Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db").run(2)
    with monkeypatch.context() as patched:
        failing_store(patched)
        search.start(4)
        until(lambda: search.state == "failed")
        assert isinstance(search.error, StoreError)
        with pytest.raises(StoreError, match="disk is full"):
            search.wait()
    assert search.error is None
    assert search.state == "idle"
    search.wait()
    assert len(search.start().wait().observations) == 4


def test_start_goes_on_after_an_error_that_nobody_waited_for(table, tmp_path, monkeypatch, until):
    search = Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db")
    with monkeypatch.context() as patched:
        failing_store(patched)
        search.start(2)
        until(lambda: search.state == "failed")
    assert len(search.start().wait().observations) == 2
    assert search.error is None


@pytest.mark.parametrize("error", [ValueError("no idea"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_of_the_strategy_ends_the_run(table, error, until):
    class Clueless(RandomSearch):
        __slots__ = ()

        def propose(self, *arguments):
            raise error

    search = Search(SPACE, table, Clueless()).start(2)
    until(lambda: search.state == "failed")
    assert search.error is error
    with pytest.raises(type(error)):
        search.wait()


def test_a_used_up_space_ends_the_run(table):
    class One(CellSpace):
        __slots__ = ()
        size = 1

        def __iter__(self):
            return iter(SPACE.sample(0, 1))

        def sample(self, rng, n):
            return SPACE.sample(0, 1) * n

    with pytest.raises(SearchError, match="nothing is left"):
        Search(One(), table, RandomSearch()).start(3).wait()


def test_an_error_of_a_callback_is_kept_for_whoever_waits(search, slow, until, words):
    heard = words(search)
    search.start(1)
    first = ValueError("cannot draw")
    search.keep(first)
    search.keep(ValueError("cannot draw again"))
    assert search.error is first
    assert search.state == "running"
    assert heard.count("running") >= 2  # views hear of the error
    slow.allow(3)
    until(lambda: search.state == "idle")
    search.start(2)  # a kept error survives another start
    slow.allow(3)
    with pytest.raises(ValueError, match=r"cannot draw$"):
        search.wait()
    assert len(search.observations) == 2
    assert search.error is None
    with pytest.raises(SettingError, match="expected an exception"):
        search.keep("cannot draw")
