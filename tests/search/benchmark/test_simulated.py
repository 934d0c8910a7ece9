"""Simulated workers: who is free asks, knows what is under way, and the clock is the table's."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from nbnas.errors import SearchError, SettingError, StudyMismatchError
from nbnas.notebook.strategies import STRATEGIES
from nbnas.records import Evaluation, Measure
from nbnas.search.benchmark.benchmark import Benchmark
from nbnas.search.benchmark.compare import run_once
from nbnas.search.benchmark.simulated import Simulated, run_simulated, simulated
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.random import RandomSearch

QUERIES, INITIAL = 14, 5


@pytest.fixture(scope="module")
def timed(cells):
    """The small table with times from 10 to 110 seconds, all different."""
    times = np.random.default_rng(3).permutation(np.linspace(10, 110, len(cells.values)))
    costs = dict(zip(cells.values, times.tolist(), strict=True))
    return replace(cells, cost="train_s", costs=costs)


def evolution():
    return RegularizedEvolution(initial=INITIAL, allow_isomorphic=True)


def random():
    return RandomSearch(allow_isomorphic=True)


@dataclass(frozen=True)
class Watched:
    """Random search that writes down what it was told."""

    told: list

    def propose(self, space, observations, pending, n, rng):
        proposal = random().propose(space, observations, pending, n, rng)
        self.told.append((observations.architectures, tuple(pending), proposal.architecture))
        return proposal


def simulate(table, strategy, workers, seed=0, queries=QUERIES):
    return run_simulated(table.space, table.objective, strategy, seed, queries, workers)


def by_events(table, told, workers):
    """An independent replay: architectures in the order in which they end, and when."""
    free, ends = [0.0] * workers, []
    for _, _, architecture in told:
        begins = min(free)
        free[free.index(begins)] = begins + table.costs[architecture]
        ends.append((begins + table.costs[architecture], architecture))
    return sorted(ends, key=lambda end: end[0])


def bayes():
    return BayesianOptimization(initial=INITIAL)


@pytest.mark.parametrize("make", [random, evolution, bayes])
def test_one_worker_is_one_after_the_other(timed, make):
    plain = run_once(timed.space, timed.objective, make(), 3, QUERIES)
    one = simulate(timed, make(), 1, seed=3)
    assert [replace(q, seconds=0.0) for q in one] == [replace(q, seconds=0.0) for q in plain]
    costs = [timed.costs[q.architecture] for q in one]
    assert [q.clock for q in one] == pytest.approx(np.cumsum(costs))


@pytest.mark.parametrize("workers", [2, 3, 8, QUERIES, 40])
def test_who_is_free_asks_and_knows_what_is_under_way(timed, workers):
    told = []
    found = simulate(timed, Watched(told), workers)
    assert len(found) == len(told) == QUERIES
    ends = by_events(timed, told, workers)
    assert [q.architecture for q in found] == [architecture for _, architecture in ends]
    assert [q.clock for q in found] == pytest.approx([clock for clock, _ in ends])
    for number, (known, pending, _) in enumerate(told):
        began = [architecture for _, _, architecture in told[:number]]
        ended = [q.architecture for q in found[: len(known)]]
        assert list(known) == ended  # all that has ended by then, in that order
        assert len(pending) == min(number, workers - 1)
        assert {*known, *pending} == {*began}
    assert [q.number for q in found] == list(range(1, QUERIES + 1))
    best = np.maximum.accumulate([q.value for q in found])
    assert [q.best for q in found] == best.tolist()


def test_of_two_that_end_at_once_the_first_one_is_first(timed):
    alike = replace(timed, costs=dict.fromkeys(timed.values, 5.0))
    told = []
    found = simulate(alike, Watched(told), 3)
    assert [q.architecture for q in found] == [architecture for *_, architecture in told]
    assert [q.clock for q in found] == [5.0 * (i // 3 + 1) for i in range(QUERIES)]
    assert [len(known) for known, *_ in told] == [0, 0, 0, *range(1, QUERIES - 2)]


def test_no_time_is_a_time_too(timed):
    found = simulate(replace(timed, costs=dict.fromkeys(timed.values, 0.0)), random(), 4)
    assert {q.clock for q in found} == {0.0}


@pytest.mark.parametrize("word", STRATEGIES)
def test_every_strategy_can_be_asked_by_several(timed, word):
    if word == "tpe":
        pytest.importorskip("optuna")
    found = simulate(timed, STRATEGIES[word](INITIAL, True, None), 3, queries=INITIAL + 3)
    assert len({q.architecture for q in found}) == INITIAL + 3


def test_a_search_says_what_went_wrong(timed):
    small = timed.restrict([*timed.values][:5])
    with pytest.raises(SearchError, match="nothing is left to evaluate"):
        simulate(small, random(), 2, queries=6)

    def failed(architecture, seed=0):
        return Evaluation(architecture, None, "failed", error="no memory")

    with pytest.raises(SearchError, match="failed: no memory"):
        run_simulated(timed.space, failed, random(), 0, 3, 2)
    with pytest.raises(SearchError, match=r"expected an Evaluation of the table, got 0\.5"):
        run_simulated(timed.space, lambda architecture, seed=0: 0.5, random(), 0, 3, 2)
    loss = replace(timed, measure=Measure("loss", maximize=False))
    found = simulate(loss, random(), 2)
    assert found[-1].best == min(query.value for query in found)


def test_a_benchmark_compares_numbers_of_workers(timed, tmp_path):
    output = tmp_path / "b.csv"
    makers = simulated({"evolution": evolution, "random": random}, (4, 1))
    assert list(makers) == ["evolution x 4", "random x 4", "evolution x 1", "random x 1"]

    def made(strategies=makers, **options):
        given = {"queries": QUERIES, "seeds": range(3), "initial": INITIAL, "output": output}
        return Benchmark(timed, strategies, **given | options)

    found = made().run().check()
    frame = pd.read_csv(output)
    assert len(frame) == 4 * 3 * QUERIES
    assert (frame.groupby(["strategy", "seed"])["clock"].diff().dropna() >= 0).all()
    run = simulate(timed, evolution(), 4, seed=2)
    rows = frame[(frame["strategy"] == "evolution x 4") & (frame["seed"] == 2)]
    assert rows["architecture"].tolist() == [str(q.architecture) for q in run]
    assert rows["clock"].tolist() == [round(q.clock, 3) for q in run]
    assert found.workers == {name: int(name[-1]) for name in makers}
    before = output.read_bytes()
    again = made().run().check()  # nothing is run again
    assert output.read_bytes() == before
    assert again.traces("random x 1", "clock").shape == (3, QUERIES)
    more = made({**makers, "random": random}).run().check()
    plain = more.traces("random", "clock")  # by one worker, too
    assert plain.tolist() == more.traces("random x 1", "clock").tolist()
    with pytest.raises(StudyMismatchError, match="evolution x 4: workers: was 4, is now 2"):
        made({"evolution x 4": Simulated(evolution, 2)})


def test_a_file_of_old_opens_as_before_and_is_not_mixed(cells, timed, tmp_path):
    def made(table, **options):
        given = {"queries": 6, "seeds": (0, 1), "output": tmp_path / "b.csv"} | options
        return Benchmark(table, {"random": random}, **given)

    made(cells).run()
    before = (tmp_path / "b.csv").read_text()
    assert before.splitlines()[0].endswith("test_of_best,seconds")
    assert not np.isfinite(made(cells).results.traces("random", "clock")).any()
    with pytest.raises(StudyMismatchError, match=r"table\.cost: was absent, is now train_s"):
        made(timed)
    assert (tmp_path / "b.csv").read_text() == before


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"costs": {}}, {}, r"got those of 0 of 729 architectures; name their column"),
        ({}, {"batch": 2}, "batch=1 with simulated workers"),
    ],
)
def test_what_cannot_be_simulated_is_refused(timed, tmp_path, change, options, message):
    given = {"queries": 5, "seeds": (0,), "output": tmp_path / "b.csv"} | options
    with pytest.raises(SettingError, match=message):
        Benchmark(replace(timed, **change), simulated({"random": random}, 2), **given)
    assert not (tmp_path / "b.csv").exists()


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "8", (), (2, 2), (1, 0), None, 10**9])
def test_numbers_of_workers_are_checked(wrong):
    with pytest.raises(SettingError, match="workers"):
        simulated({"random": random}, wrong)


def test_what_makes_a_strategy_is_checked():
    with pytest.raises(SettingError, match="expected strategies to be a dictionary"):
        simulated([random], 2)
    with pytest.raises(SettingError, match="what makes a strategy"):
        simulated({"random": RandomSearch()}, 2)
