import dataclasses

import numpy as np
import pytest

from nbnas.errors import SearchError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation, Step
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.trial import trial_seed

SPACE = CellSpace()


def test_runs_to_a_total_number_of_trials(table):
    search = Search(SPACE, table, RandomSearch(), seed=1)
    assert search.run(5) is search
    search.run(5)
    assert len(search.observations) == 5
    search.run(7)
    assert len(search.observations) == search.target == 7
    assert search.best.value == max(e.value for e in search.observations)
    assert not search.running


def test_the_same_seed_gives_the_same_search(table, sequence, bayes):
    one, same, other = (Search(SPACE, table, bayes(), seed=s).run(9) for s in (0, 0, 1))
    assert sequence(one) == sequence(same)
    assert sequence(one)[:4] != sequence(other)[:4]


def test_ask_and_tell_are_what_run_does(table, sequence, bayes):
    by_hand = Search(SPACE, table, bayes(), seed=3)
    while len(by_hand.observations) < 8:
        proposal = by_hand.ask()
        by_hand.tell(table(proposal.architecture, seed=proposal.seed))
    assert sequence(by_hand) == sequence(Search(SPACE, table, bayes(), seed=3).run(8))


def test_asking_again_gives_the_same_until_told(table):
    search = Search(SPACE, table, RandomSearch())
    proposal = search.ask()
    assert search.ask() is proposal
    search.tell(table(proposal.architecture))
    assert search.ask().number == 1


def test_a_batch_may_be_told_in_any_order(table, bayes):
    search = Search(SPACE, table, bayes(), seed=0).run(5)
    batch = search.ask(3).architectures
    assert len(batch) == 3
    for architecture in reversed(batch):
        search.tell(table(architecture))
    assert search.observations.architectures[5:] == batch[::-1]


def test_tell_takes_only_what_was_asked_for(table):
    search = Search(SPACE, table, RandomSearch())
    with pytest.raises(SearchError, match=r"nothing; call ask\(\) first"):
        search.tell(table(SPACE.sample(0, 1)[0]))


def test_stepped_is_emitted_after_every_trial(table):
    search = Search(SPACE, table, RandomSearch())
    steps: list[Step] = []
    search.stepped.connect(steps.append)
    search.run(3)
    assert [step.number for step in steps] == [0, 1, 2]
    assert steps[-1].best == search.best


def test_a_listener_that_fails_does_not_end_the_search(table):
    search = Search(SPACE, table, RandomSearch())

    def broken(step):
        raise ValueError("cannot draw")

    search.stepped.connect(broken)
    with pytest.warns(RuntimeWarning, match="cannot draw"):
        search.run(2)
    assert len(search.observations) == 2


@pytest.mark.parametrize(
    "strategy", [RandomSearch(), BayesianOptimization(initial=4)], ids=["random", "bayes"]
)
@pytest.mark.parametrize(
    "error", [MemoryError("out of memory"), RuntimeError("CUDA out of memory"), ValueError("x")]
)
def test_one_failed_trial_is_not_the_end(table, tmp_path, strategy, error):
    def objective(architecture, seed=0):
        if str(architecture) == doomed:
            raise error
        return table(architecture, seed)

    probe = Search(SPACE, table, strategy).run(6)
    doomed = str(probe.observations[5].architecture)
    search = Search(SPACE, objective, strategy, store=tmp_path / "s.db").run(8)
    failed = search.observations[5]
    assert failed.status == "failed"
    assert failed.value is None
    assert type(error).__name__ in failed.error
    assert search.store.load("search")[5] == failed
    assert [e.status for e in search.observations].count("completed") == 7


def test_an_interrupt_is_no_failed_trial(table):
    calls = []

    def objective(architecture, seed=0):
        calls.append(architecture)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return table(architecture, seed)

    search = Search(SPACE, objective, RandomSearch())
    with pytest.raises(KeyboardInterrupt):
        search.run(5)
    assert len(search.observations) == 2
    assert not search.running
    search.run(5)
    assert calls[3] == calls[2]  # the interrupted one is evaluated again
    assert len(search.observations) == 5


def test_stops_when_nothing_ever_works():
    def objective(architecture, seed=0):
        raise OSError("no data")

    with pytest.raises(SearchError, match=r"first 10 trials failed.*no data"):
        Search(SPACE, objective, RandomSearch()).run(50)


def test_stop_ends_after_the_current_trial(table):
    search = Search(SPACE, table, RandomSearch())
    search.stepped.connect(lambda step: search.stop() if step.number == 2 else None)
    search.run(10)
    assert len(search.observations) == 3
    search.run(4)
    assert len(search.observations) == 4


def test_finish_scores_the_winner_once_and_remembers(table, tmp_path):
    search = Search(SPACE, table, RandomSearch(), store=tmp_path / "s.db").run(5)
    best = search.best
    tested = search.finish()
    assert tested.test == pytest.approx(best.value - 0.01)
    assert search.best == tested
    again = Search(SPACE, dataclasses.replace(table, tests={}), RandomSearch(),
                   store=tmp_path / "s.db")  # fmt: skip
    assert again.finish() == tested  # no test data is needed any more
    untested = [e for e in again.observations if e.test is None]
    assert len(untested) == 4


def test_finish_says_what_it_lacks(table):
    with pytest.raises(SearchError, match="at least one completed"):
        Search(SPACE, table, RandomSearch()).finish()

    def plain(architecture, seed=0):
        return table(architecture, seed)

    with pytest.raises(SearchError, match="no held-out test data"):
        Search(SPACE, plain, RandomSearch()).run(1).finish()


def test_a_used_up_space_is_said(table):
    class Two(CellSpace):
        __slots__ = ()
        size = 2

        def __iter__(self):
            return iter(SPACE.sample(0, 2))

        def sample(self, rng, n):
            return tuple(list(self)[i] for i in np.random.default_rng(rng).integers(2, size=n))

    with pytest.raises(SearchError, match="nothing is left to evaluate"):
        Search(Two(), table, RandomSearch()).run(3)


def test_wrong_parameters(table):
    with pytest.raises(SettingError, match="seed"):
        Search(SPACE, table, RandomSearch(), seed=-1)
    with pytest.raises(SettingError, match="trials to be a whole number from 1"):
        Search(SPACE, table, RandomSearch()).run(0)


def test_tells_the_time_left(table):
    def objective(architecture, seed=0):
        return Evaluation(architecture, 0.5, seconds=2.0)

    search = Search(SPACE, objective, RandomSearch())
    assert search.seconds_left is None
    search.run(3)
    search.target = 10
    assert search.seconds_left == pytest.approx(14.0)


def test_trial_seeds_differ_and_fit_into_an_integer():
    seeds = {trial_seed(s, n) for s in range(20) for n in range(50)}
    assert len(seeds) == 1000
    assert max(seeds) < 2**31
