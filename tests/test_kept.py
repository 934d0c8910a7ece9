"""What is kept dies with whom it serves: a hundred searches in one process cost no memory."""

import copy
import dataclasses
import gc
import pickle
import subprocess
import sys
import threading
import time
import weakref

import pytest

from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.kept import Kept
from nbnas.records import Evaluation
from nbnas.search.maximizers.pool import RandomPool
from nbnas.search.replay import replay, what_if
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.reinforce import Reinforce
from nbnas.surrogate.ensemble.prior import Ensemble
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.widgets.lab.lab import Lab

SPACE = CellSpace()
SMALL = Subspace(SPACE, tuple(dict.fromkeys(SPACE.sample(0, 300))))
FAST = {"members": 2, "epochs": 3, "width": 4}


def weighty(architecture, seed=0):
    return Evaluation(architecture, 0.1 + 0.1 * str(architecture).count("conv_3x3"))


def test_the_answers_asked_for_last_are_kept():
    asked, kept = [], Kept(2)

    def answer(n):
        return kept.get(n, lambda: asked.append(n) or 10 * n)

    assert [answer(n) for n in (1, 2, 1, 3, 1, 2)] == [10, 20, 10, 30, 10, 20]
    assert asked == [1, 2, 3, 2]
    assert len(kept) == 2


def test_copies_begin_empty_and_replaced_ones_share():
    kept = Kept(3)
    kept.get("question", lambda: "answer")
    for other in (copy.copy(kept), copy.deepcopy(kept), pickle.loads(pickle.dumps(kept))):
        assert len(other) == 0
        assert repr(other) == "Kept(3)"
    strategy = BayesianOptimization()
    assert dataclasses.replace(strategy, initial=4).kept is strategy.kept
    assert len(copy.deepcopy(strategy).kept) == 0


def test_threads_get_one_answer_and_one_finds_it():
    kept, found, begun, asked = Kept(3), [], threading.Event(), []

    def answer():
        asked.append(threading.current_thread())
        begun.set()
        time.sleep(0.1)
        return object()

    ask = [threading.Thread(target=lambda: found.append(kept.get("x", answer))) for _ in "abc"]
    for thread in ask:
        thread.start()
        assert begun.wait(10)
    assert kept.get("y", lambda: 1) == 1  # another question waits for nobody
    for thread in ask:
        thread.join(10)
    assert len(set(map(id, found))) == len(asked) == 1


def test_who_waited_finds_out_by_itself_where_another_has_failed():
    kept, begun, fail = Kept(3), threading.Event(), threading.Event()

    def failing():
        begun.set()
        assert fail.wait(10)
        raise ValueError("for a test")

    def ask():
        with pytest.raises(ValueError, match="for a test"):
            kept.get("x", failing)

    thread = threading.Thread(target=ask)
    thread.start()
    assert begun.wait(10)
    threading.Timer(0.1, fail.set).start()
    assert kept.get("x", lambda: "an answer") == "an answer"
    thread.join(10)


def strategies():
    yield BayesianOptimization(initial=4)
    yield BayesianOptimization(Ensemble(**FAST), initial=4)
    yield BayesianOptimization(initial=4, maximizer=RandomPool(20))
    yield BayesianOptimization(GaussianProcess(DistanceKernel(HammingDistance())), initial=4)
    yield LocalSearch(initial=4)
    yield Reinforce(initial=4)


def made(strategy):
    """A search with all that is remembered of it, and weak references to that."""
    search = Search(SMALL, weighty, strategy, seed=1).run(7)
    replay(search, 5)
    if isinstance(strategy, BayesianOptimization):
        assert search.posterior is not None
        if isinstance(strategy.prior, GaussianProcess):
            replay(search, 5, what_if(strategy, kernel=DistanceKernel(HammingDistance())))
    assert len(strategy.kept) > 0
    parts = (search, strategy.kept, getattr(getattr(strategy, "prior", None), "table", search))
    return search, [weakref.ref(part) for part in parts]


@pytest.mark.parametrize("number", range(6))
def test_a_search_that_nobody_holds_is_gone_at_once(number):
    Search(SMALL, weighty, list(strategies())[number]).run(5)  # what libraries import late
    gc.collect()
    gc.disable()
    try:
        search, parts = made(list(strategies())[number])
        assert all(part() is not None for part in parts)
        del search
        assert [part() for part in parts] == [None] * len(parts)
    finally:
        gc.enable()


def test_a_search_on_display_is_gone_when_it_is_dropped():
    search, parts = made(BayesianOptimization(initial=4))
    lab = Lab(search)
    search.run(9)
    assert lab.wait(60)
    del search
    gc.collect()
    assert [part() for part in parts] == [None] * len(parts)
    lab.update()
    assert lab.wait(60)


def test_a_model_of_many_searches_keeps_the_rows_of_the_last_ones():
    prior, everything = GaussianProcess(), tuple(SPACE)[:1_200]
    prior.covariance(everything[:20], everything)
    for first in range(0, 1_000, 20):
        for _ in range(10):
            found = prior.covariance(everything[first : first + 20], everything)
        rows = prior.table._rows.values()
        assert all(len(each.measured) <= 150 and len(each.values) <= 150 for each in rows)
    again = GaussianProcess()
    again.table.indices(everything)
    assert (again.covariance(everything[980:1_000], everything) == found).all()


MANY = """
import sys
import psutil
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Evaluation
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization

def weighty(architecture, seed=0):
    return Evaluation(architecture, 0.1 + 0.1 * str(architecture).count("conv_3x3"))

process, strategy, space = psutil.Process(), BayesianOptimization(), CellSpace()
for seed in range(int(sys.argv[2])):
    if seed == 2:
        begin = process.memory_info().rss
    chosen = strategy if sys.argv[1] == "shared" else BayesianOptimization()
    Search(space, weighty, chosen, seed=seed).run(13)
print(process.memory_info().rss - begin)
"""


@pytest.mark.slow
@pytest.mark.parametrize("strategies", ["shared", "own"])
def test_many_searches_cost_no_memory(strategies):
    """In a process of their own: what others have left in this one moves its memory by more."""
    words = [sys.executable, "-W", "ignore", "-c", MANY, strategies, "22"]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert int(said) < 20 * 1.3e6  # a hundred searches cost less than 130 MB
