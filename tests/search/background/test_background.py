import functools
import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbnas.errors import SearchError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
from nbnas.search.background import Background
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.training.data.images import from_arrays
from nbnas.training.trainer import Trainer

SPACE = CellSpace()
LONG = 20.0  # seconds that nothing here takes


def test_starts_at_once_and_reaches_its_target(search, slow, words):
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


def test_the_same_trials_as_run_and_the_same_steps(table, Slow, sequence):
    blocking = Search(SPACE, Slow(table, free=True), BayesianOptimization(initial=4), seed=2)
    behind = Search(SPACE, Slow(table, free=True), BayesianOptimization(initial=4), seed=2)
    steps = []
    behind.stepped.connect(steps.append)
    behind.start(8).wait()
    assert sequence(behind) == sequence(blocking.run(8))
    assert [step.number for step in steps] == list(range(8))


def test_an_active_run_refuses_what_would_disturb_it(search, slow, until):
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


def test_while_the_run_asks_nobody_else_may_and_a_pause_comes_before_the_training(
    table, Slow, until
):
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


def test_a_step_by_hand_is_not_disturbed_either(search, slow, until):
    thread = threading.Thread(target=search.step)
    thread.start()
    until(lambda: search.training is not None)
    with pytest.raises(SearchError, match="it is making a trial"):
        search.start(3)
    slow.allow(3)
    thread.join()
    assert len(search.observations) == 1


def test_every_trial_of_a_thread_is_on_disk_before_the_next(table, tmp_path, sequence):
    """SQLite objects belong to a thread: what one thread opened, another must be able to use."""
    search = Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db").run(1)
    stored = []
    search.stepped.connect(lambda step: stored.append(len(search.store.load("search"))))
    search.start(4)
    other = Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db")
    other.start(6).wait()  # two searches share the study, from two threads
    search.wait()
    assert all(held >= number for number, held in enumerate(stored, 2))
    known = len(search.observations)  # at least 4: what the other one has made counts
    assert search.store.load("search")[:known] == search.observations.evaluations
    assert len(search.run(6).observations) == 6  # and back in this thread
    assert sequence(search) == sequence(other)
    alone = Search(SPACE, table, RandomSearch()).run(6)
    assert sorted(sequence(search)) == sorted(sequence(alone))  # two at once end in any order


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
        with pytest.raises(SettingError, match="trials to be a whole number from 1"):
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
    return Search(SPACE, values, strategy, seed=seed).run(6)


@pytest.fixture(scope="session")
def rough(Slow):
    """Makes an objective that steers its own search."""

    class Rough(Slow):
        """Steers the search from within its epochs, as the plan says: one deed for each epoch."""

        def __init__(self, values, plan):
            super().__init__(values, epochs=2, free=True)
            self.plan, self.search = list(plan), None

        def train(self, training):
            deed = self.plan.pop(0) if self.plan else "go"
            if deed != "go":
                getattr(self.search, deed)()

    return Rough


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(["random", "bayes"]),
    seed=st.integers(0, 2),
    plan=st.lists(st.sampled_from(["go", "go", "pause", "stop"]), max_size=12),
    here=st.booleans(),
)
def test_the_same_seed_gives_the_same_trials_however_it_is_run(
    table, rough, kind, seed, plan, here, sequence
):
    objective = rough(table, plan)
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
    assert sequence(search) == sequence(reference(kind, seed, table))


@pytest.fixture(scope="module")
def trainer():
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    images = rng.random((90, 1, 8, 8), dtype=np.float32) * 0.2 + labels[:, None, None, None] / 3
    data = from_arrays("bright", images.astype(np.float32), labels, train=60, validation=15)
    return Trainer(data, epochs=3, batch_size=32, channels=4, cells=1, device="cpu")


def test_real_trainings_give_the_same_numbers_behind_and_in_front(trainer, until, sequence):
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
