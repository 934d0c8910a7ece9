import functools
import signal
import threading
import time
import weakref

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psygnal import Signal

from nbnas.errors import SearchError, SettingError, StoreError, TrainingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import EpochReport, Evaluation
from nbnas.search.background import Background
from nbnas.search.search import Search
from nbnas.search.store.store import Store
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.training.data.images import from_arrays
from nbnas.training.trainer import Trainer

SPACE = CellSpace()
LONG = 20.0  # seconds that nothing here takes


class Epochs:
    """A live training without a network; its epochs end when the test lets them."""

    progressed = Signal(EpochReport)

    def __init__(self, objective, architecture, seed):
        self.objective, self.architecture, self.seed = objective, architecture, seed
        self.epochs, self.reports, self.evaluation = objective.epochs, (), None
        self._stopped = False

    def __iter__(self):
        while len(self.reports) < self.epochs and not self._stopped:
            self.objective.train(self)
            epoch = len(self.reports) + 1
            value = self.objective.values(self.architecture).value * epoch / self.epochs
            report = EpochReport(epoch, self.epochs, 1, 0.5, 1, value, 0.1, float(epoch), 1.0)
            self.reports = (*self.reports, report)
            if epoch == self.epochs:
                self.evaluation = Evaluation(
                    self.architecture, value, seed=self.seed, reports=self.reports
                )
            self.progressed.emit(report)
            yield report

    def run(self):
        for _ in self:
            pass
        if self.evaluation is None:
            raise TrainingError("was stopped")
        return self.evaluation

    def stop(self):
        self._stopped = True


class Slow:
    """An objective whose epochs wait for `allow`, or run freely."""

    def __init__(self, values, epochs=3, free=False):
        self.values, self.epochs, self.free = values, epochs, free
        self.started = []
        self._epochs = threading.Semaphore(0)

    def __call__(self, architecture, seed=0):
        return self.start(architecture, seed).run()

    def start(self, architecture, seed=0):
        self.started.append((str(architecture), seed))
        return Epochs(self, architecture, seed)

    def train(self, training):
        if not self.free:
            assert self._epochs.acquire(timeout=LONG)

    def allow(self, epochs):
        self._epochs.release(epochs)


def until(true):
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


def sequence(search):
    return [(str(e.architecture), e.value, e.seed, e.status) for e in search.observations]


@pytest.fixture
def slow(table):
    return Slow(table)


@pytest.fixture
def search(slow):
    """A search whose epochs end when the test lets them; at the end no thread is left."""
    search = Search(SPACE, slow, RandomSearch(), seed=4)
    yield search
    slow.free = True
    slow.allow(100)
    search.stop()
    search.wait(LONG)
    assert search.state == "idle"


def words(search):
    heard = []
    search.changed.connect(heard.append)
    return heard


def test_starts_at_once_and_reaches_its_target(search, slow):
    heard = words(search)
    began = time.monotonic()
    assert search.start(4) is search
    assert time.monotonic() - began < 0.3
    assert search.state == "running"
    assert search.running
    assert not search.observations.evaluations
    slow.allow(12)
    assert search.wait() is search
    assert len(search.observations) == search.target == 4
    assert search.state == "idle"
    assert not search.running
    assert heard[0] == "running"
    assert heard[-1] == "idle"


def test_the_same_trials_as_run_and_the_same_steps(table):
    blocking = Search(SPACE, Slow(table, free=True), BayesianOptimization(initial=4), seed=2)
    behind = Search(SPACE, Slow(table, free=True), BayesianOptimization(initial=4), seed=2)
    steps = []
    behind.stepped.connect(steps.append)
    behind.start(8).wait()
    assert sequence(behind) == sequence(blocking.run(8))
    assert [step.number for step in steps] == list(range(8))


def test_pause_waits_within_an_epoch_and_start_goes_on_with_the_same_training(search, slow):
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


def test_start_takes_a_pause_back_and_may_move_the_target(search, slow):
    heard = words(search)
    search.start(1)
    until(lambda: search.training is not None)
    search.pause()
    search.start(2)
    slow.allow(6)
    search.wait()
    assert len(search.observations) == 2
    assert "paused" not in heard


def test_pause_in_the_last_epoch_keeps_the_trial(search, slow):
    search.start(2)
    slow.allow(2)
    until(lambda: search.training is not None and len(search.training.reports) == 2)
    search.pause()
    slow.allow(1)
    until(lambda: search.state == "paused")
    assert len(search.observations) == 1


def test_stop_drops_the_training_and_the_next_run_trains_its_proposal_again(search, slow, table):
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


def test_stop_in_the_last_epoch_keeps_the_trial(search, slow):
    search.start(2)
    slow.allow(2)
    until(lambda: search.training is not None and len(search.training.reports) == 2)
    search.stop()
    slow.allow(1)
    search.wait()
    assert len(search.observations) == 1


def test_stop_ends_a_pause(search, slow):
    search.start(2)
    search.pause()
    slow.allow(1)
    until(lambda: search.state == "paused")
    search.stop()
    search.wait()
    assert search.state == "idle"
    assert not search.observations.evaluations


def test_without_epochs_pause_and_stop_wait_for_the_trial(table):
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


def test_pause_and_stop_say_nothing_when_nothing_runs(table):
    search = Search(SPACE, table, RandomSearch())
    heard = words(search)
    search.pause()
    search.stop()
    assert search.wait() is search
    assert search.state == "idle"
    assert not heard
    assert len(search.run(2).observations) == 2


def test_a_run_here_can_be_paused_and_resumed_from_another_thread(search, slow):
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


def test_an_active_run_refuses_what_would_disturb_it(search, slow):
    search.start(3)
    until(lambda: search.training is not None)
    proposal = search.proposal
    value = Evaluation(proposal.architecture, 0.5)
    for disturb in (
        search.step,
        search.start,
        search.finish,
        lambda: search.run(3),
        lambda: search.tell(value),
    ):
        with pytest.raises(SearchError, match=r"it is running; call wait\(\), or stop\(\)"):
            disturb()
    assert search.ask() is proposal  # looking is allowed
    search.pause()
    with pytest.raises(SearchError, match="it is pausing"):
        search.run(3)
    search.stop()
    with pytest.raises(SearchError, match="it is stopping"):
        search.start()


def test_while_the_run_asks_nobody_else_may_and_a_pause_comes_before_the_training(table):
    asked, answer = threading.Event(), threading.Event()

    class Thoughtful(RandomSearch):
        __slots__ = ()

        def propose(self, *arguments):
            asked.set()
            assert answer.wait(LONG)
            return super().propose(*arguments)

    objective = Slow(table, free=True)
    search = Search(SPACE, objective, Thoughtful()).start(1)
    assert asked.wait(LONG)
    with pytest.raises(SearchError, match="ask for a new proposal"):
        search.ask()
    search.pause()  # it need not wait for an epoch of a training that has not begun
    answer.set()
    until(lambda: search.state == "paused")
    assert search.proposal is not None
    assert not objective.started
    search.stop()
    search.wait()
    assert not objective.started
    assert len(search.start().wait().observations) == 1


def test_a_step_by_hand_is_not_disturbed_either(search, slow):
    thread = threading.Thread(target=search.step)
    thread.start()
    until(lambda: search.training is not None)
    with pytest.raises(SearchError, match="it is making a trial"):
        search.start(3)
    slow.allow(3)
    thread.join()
    assert len(search.observations) == 1


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


def test_a_training_that_fails_between_epochs_makes_a_failed_trial(table):
    class Broken(Slow):
        def train(self, training):
            if training.reports:
                raise TrainingError("the loss is not finite")

    search = Search(SPACE, Broken(table), RandomSearch()).start(1)
    with pytest.raises(SearchError, match="TrainingError: the loss is not finite"):
        search.wait()
    assert "the loss is not finite" in search.observations[0].error


def test_a_training_that_is_stopped_by_itself_is_a_failed_trial(search, slow):
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

    monkeypatch.setattr(Store, "add", full)


def test_an_error_ends_the_run_and_wait_raises_it_once(table, tmp_path, monkeypatch):
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


def test_start_goes_on_after_an_error_that_nobody_waited_for(table, tmp_path, monkeypatch):
    search = Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db")
    with monkeypatch.context() as patched:
        failing_store(patched)
        search.start(2)
        until(lambda: search.state == "failed")
    assert len(search.start().wait().observations) == 2
    assert search.error is None


@pytest.mark.parametrize("error", [ValueError("no idea"), KeyboardInterrupt(), SystemExit(3)])
def test_an_error_of_the_strategy_ends_the_run(table, error):
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


def test_an_error_of_a_callback_is_kept_for_whoever_waits(search, slow):
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


def test_waiting_has_an_end(search, slow):
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


def test_an_interrupt_of_a_pause_here_leaves_the_search_idle(search, slow, interrupts):
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


def test_the_last_word_is_the_state_whatever_listeners_do(search, slow):
    heard = words(search)
    search.changed.connect(lambda word: search.stop() if word == "paused" else None)
    search.start(1)
    search.pause()
    slow.allow(1)
    search.wait()
    assert heard[-1] == "idle"
    assert "paused" in heard


def test_changed_tells_of_proposals_and_trainings(table):
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


def test_every_trial_of_a_thread_is_on_disk_before_the_next(table, tmp_path):
    """SQLite objects belong to a thread: what one thread opened, another must be able to use."""
    search = Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db").run(1)
    stored = []
    search.stepped.connect(lambda step: stored.append(len(search.store.load("search"))))
    search.start(4)
    other = Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db")
    other.start(6).wait()  # two searches share the study, from two threads
    search.wait()
    assert all(held >= number for number, held in enumerate(stored, 2))
    assert search.store.load("search")[:4] == search.observations.evaluations
    assert len(search.run(6).observations) == 6  # and back in this thread
    assert sequence(search) == sequence(other)
    assert sequence(search) == sequence(Search(SPACE, table, RandomSearch()).run(6))


def test_the_thread_is_a_daemon_and_ends(search, slow):
    search.start(1)
    (thread,) = [t for t in threading.enumerate() if t.name == "nbnas search"]
    assert thread.daemon
    slow.allow(3)
    search.wait()
    assert not thread.is_alive()


def test_wrong_targets(table):
    search = Search(SPACE, table, RandomSearch())
    for wrong in (0, -1, 2.5, "3"):
        with pytest.raises(SettingError, match="positive whole number of trials"):
            search.start(wrong)
    assert search.state == "idle"
    assert search.target is None


def test_the_default_target_is_the_last_one_or_thirty(table):
    search = Search(SPACE, table, RandomSearch())
    assert len(search.start().wait().observations) == 30
    assert len(search.start(31).wait().observations) == 31
    assert len(search.start().wait().observations) == 31


def test_a_rest_of_a_batch_is_evaluated_before_anything_new(table):
    search = Search(SPACE, table, RandomSearch())
    batch = search.ask(3).architectures
    search.tell(table(batch[0]))
    search.run(4)
    assert search.observations.architectures[:3] == batch


def test_a_background_must_say_how_it_steps():
    bare = Background()
    with pytest.raises(NotImplementedError, match="define step"):
        bare.step()
    with pytest.raises(NotImplementedError, match="count its trials"):
        bare.start(3).wait()


@functools.cache
def reference(kind, seed, values):
    strategy = RandomSearch() if kind == "random" else BayesianOptimization(initial=3)
    return sequence(Search(SPACE, values, strategy, seed=seed).run(6))


class Rough(Slow):
    """Steers the search from within its epochs, as the plan says: one deed for each epoch."""

    def __init__(self, values, plan):
        super().__init__(values, epochs=2, free=True)
        self.plan, self.search = list(plan), None

    def train(self, training):
        deed = self.plan.pop(0) if self.plan else "go"
        if deed != "go":
            getattr(self.search, deed)()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(["random", "bayes"]),
    seed=st.integers(0, 2),
    plan=st.lists(st.sampled_from(["go", "go", "pause", "stop"]), max_size=12),
    here=st.booleans(),
)
def test_the_same_seed_gives_the_same_trials_however_it_is_run(table, kind, seed, plan, here):
    objective = Rough(table, plan)
    strategy = RandomSearch() if kind == "random" else BayesianOptimization(initial=3)
    search = objective.search = Search(SPACE, objective, strategy, seed=seed)
    if here:
        objective.plan = ["stop" if deed == "pause" else deed for deed in plan]
    end = time.monotonic() + LONG
    while len(search.observations) < 6 and time.monotonic() < end:
        if search.state in ("idle", "paused"):
            search.run(6) if here else search.start(6)
        time.sleep(0.001)
    search.wait(LONG)
    assert sequence(search) == reference(kind, seed, table)


@pytest.fixture(scope="module")
def trainer():
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    images = rng.random((90, 1, 8, 8), dtype=np.float32) * 0.2 + labels[:, None, None, None] / 3
    data = from_arrays("bright", images.astype(np.float32), labels, train=60, validation=15)
    return Trainer(data, epochs=3, batch_size=32, channels=4, cells=1, device="cpu")


def test_real_trainings_give_the_same_numbers_behind_and_in_front(trainer):
    """Threads of torch are a setting of the process: a cell beside it does not change a result."""
    before = torch.get_num_threads()
    behind = Search(SPACE, trainer, RandomSearch(), seed=1).start(3)
    until(lambda: behind.training is not None)
    behind.pause()
    matrix = torch.rand(64, 64, generator=torch.Generator().manual_seed(0))
    products = [(matrix @ matrix).sum().item() for _ in range(200)]
    until(lambda: behind.state == "paused")
    behind.start().wait()
    assert torch.get_num_threads() == before
    assert len(set(products)) == 1
    assert sequence(behind) == sequence(Search(SPACE, trainer, RandomSearch(), seed=1).run(3))
    assert all(e.status == "completed" for e in behind.observations)
