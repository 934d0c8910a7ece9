import subprocess
import sys
from dataclasses import dataclass, replace

import pandas as pd
import pytest
import torch

from nbnas.errors import SearchError, SettingError, StudyMismatchError
from nbnas.search.benchmark import benchmark as module
from nbnas.search.benchmark.benchmark import Benchmark
from nbnas.search.benchmark.compare import run_once
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch

INITIAL, QUERIES = 4, 9


def local():
    return LocalSearch(INITIAL, allow_isomorphic=True)


def random():
    return RandomSearch(allow_isomorphic=True)


def bayes():
    return BayesianOptimization(initial=INITIAL, allow_isomorphic=True)


@dataclass(frozen=True)
class Broken:
    """Fails for one seed's third query."""

    def propose(self, space, observations, pending, n, rng):
        proposal = RandomSearch().propose(space, observations, pending, n, rng)
        if len(observations) == 2 and observations[0].architecture in FIRST:
            raise ValueError("no <such> thing")
        return proposal


FIRST = []


@pytest.fixture
def output(tmp_path):
    return tmp_path / "b.csv"


@pytest.fixture
def make(cells, output):
    def make(strategies=None, **options):
        given = {"queries": QUERIES, "seeds": range(2), "initial": INITIAL, "output": output}
        chosen = {"local": local, "random": random} if strategies is None else strategies
        return Benchmark(cells, chosen, **given | options)

    return make


@pytest.fixture
def started(monkeypatch):
    """The runs that are made, in order."""
    made = []

    def run_pair(pair, *rest):
        made.append(pair)
        return original(pair, *rest)

    original = module.run_pair
    monkeypatch.setattr(module, "run_pair", run_pair)
    return made


def numbers(path):
    """What decides a comparison: the file without times, in order."""
    frame = pd.read_csv(path).drop(columns="seconds")
    return frame.sort_values(["strategy", "seed", "query"]).to_csv(index=False)


def test_every_query_is_in_the_file(make, cells, output):
    found = make().run()
    frame = pd.read_csv(output)
    assert len(frame) == 2 * 2 * QUERIES
    for (word, seed), rows in frame.groupby(["strategy", "seed"]):
        run = run_once(
            cells.space, cells.objective, {"local": local, "random": random}[word](), seed, QUERIES
        )
        assert rows["architecture"].tolist() == [str(q.architecture) for q in run]
        assert rows["value"].tolist() == [cells.values[q.architecture] for q in run]
        assert rows["best"].tolist() == rows["value"].cummax().tolist()
        assert rows["test_of_best"].tolist() == [cells.tests[q.incumbent] for q in run]
        assert (rows["seconds"] > 0).all()
    first = frame[frame["query"] <= INITIAL].groupby("strategy")["architecture"].agg(list)
    assert first["local"] == first["random"]
    assert found.present == ("local", "random")


def test_without_a_test_column_there_is_none(cells, output):
    table = replace(cells, test="", tests={})
    Benchmark(table, {"random": random}, queries=5, seeds=(3,), output=output).run()
    assert pd.read_csv(output)["test_of_best"].isna().all()


def test_says_how_far_it_is(make):
    benchmark = make(seeds=range(10))
    said = []
    benchmark.progressed.connect(said.append)
    assert (benchmark.done, benchmark.runs, benchmark.seconds_left) == (0, 20, None)
    benchmark.run()
    assert [p.done for p in said] == list(range(1, 21))
    assert [p.done for p in said if p.milestone] == list(range(2, 21, 2))
    assert [(p.strategy, p.seed) for p in said[:3]] == [("local", 0), ("random", 0), ("local", 1)]
    assert said[0].seconds_left is None  # nobody knows yet what a random run takes
    assert said[1].seconds_left > said[-2].seconds_left > said[-1].seconds_left == 0
    assert not benchmark.running


def test_what_is_finished_is_not_run_again(make, output, started):
    make(seeds=range(1)).run()
    assert started == [("local", 0), ("random", 0)]
    whole = output.read_bytes()
    output.write_bytes(whole[:-40])  # the last line is torn
    make().run()
    assert started[2:] == [("random", 0), ("local", 1), ("random", 1)]
    again = numbers(output)
    output.unlink()
    make().run()
    assert numbers(output) == again


def test_strategies_seeds_and_queries_may_be_added(make, output, started):
    make({"random": random}, seeds=range(2)).run()
    del started[:]
    make({"local": local, "random": random}, seeds=range(1, 3)).run()
    assert started == [("local", 1), ("local", 2), ("random", 2)]
    del started[:]
    longer = make({"random": random}, seeds=range(1), queries=QUERIES + 2).run()
    assert started == [("random", 0)]
    assert longer.traces("random").shape == (1, QUERIES + 2)
    del started[:]
    shorter = make({"random": random}, queries=QUERIES - 2).run()
    assert started == []
    assert shorter.traces("random").shape == (2, QUERIES - 2)
    assert not pd.read_csv(output).duplicated(["strategy", "seed", "query"]).any()


def test_a_longer_run_begins_like_the_shorter_one(make, output):
    make({"random": random, "bayes": bayes}, seeds=(0,)).run()
    before = numbers(output)
    make({"random": random, "bayes": bayes}, seeds=(0,), queries=QUERIES + 3).run()
    frame = pd.read_csv(output)
    frame[frame["query"] <= QUERIES].to_csv(output, index=False)
    assert numbers(output) == before


def test_other_settings_are_refused(make, cells, output):
    make(seeds=(0,)).run()
    with pytest.raises(StudyMismatchError, match="batch: was 1, is now 2"):
        make(batch=2)
    with pytest.raises(StudyMismatchError, match=r"local: strategy.initial: was 4, is now 5"):
        make({"local": lambda: LocalSearch(5, allow_isomorphic=True)})
    few = cells.restrict(cells.space.members[:100])
    with pytest.raises(StudyMismatchError, match=r"table.content"):
        Benchmark(few, {"random": random}, queries=QUERIES, seeds=(0,), output=output)


def test_a_failed_run_does_not_lose_the_others(make, cells, output, started):
    FIRST[:] = [run_once(cells.space, cells.objective, random(), 1, 1)[0].architecture]
    benchmark = make({"broken": Broken, "random": random}, seeds=range(3))
    said = []
    benchmark.progressed.connect(said.append)
    found = benchmark.run()
    (failure,) = benchmark.failures
    assert str(failure) == "broken, seed 1: ValueError: no <such> thing"
    assert 'raise ValueError("no <such> thing")' in failure.details
    assert [p.failure for p in said if p.failure] == [failure]
    assert (benchmark.done, found.seeds("broken"), found.seeds("random")) == (6, (0, 2), (0, 1, 2))
    with pytest.raises(SearchError, match=r"1 of 6 runs failed \(broken, seed 1: ValueError"):
        found.check()
    FIRST[:] = []
    del started[:]
    assert make({"broken": Broken, "random": random}, seeds=range(3)).run().check()
    assert started == [("broken", 1)]


@pytest.mark.slow
def test_other_processes_find_the_same(make, output):
    make({"bayes": bayes, "random": random}).run()
    alone = numbers(output)
    output.unlink()
    before = torch.get_num_threads()
    make({"bayes": bayes, "random": random}, workers=2).run().check()
    assert numbers(output) == alone
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("strategies", "options", "message"),
    [
        ({}, {}, "expected strategies"),
        (None, {"seeds": ()}, "and seeds"),
        (None, {"seeds": (1, 1)}, "none of which stands twice"),
        (None, {"queries": 730}, "from 1 to the 729 architectures"),
        (None, {"queries": 0}, "queries=0"),
        (None, {"batch": 0}, "batch=0"),
        (None, {"workers": 0}, "workers to be a number from 1"),
    ],
)
def test_settings_are_checked_before_anything_runs(make, output, strategies, options, message):
    with pytest.raises(SettingError, match=message):
        make(strategies, **options)
    assert not output.exists()


def test_a_listener_that_fails_stops_nothing(make):
    benchmark = make({"random": random}, seeds=(0,))

    def fail(_):
        raise RuntimeError("full")

    benchmark.progressed.connect(fail)
    with pytest.warns(RuntimeWarning, match="a listener of progressed failed"):
        assert benchmark.run().seeds("random") == (0,)


@pytest.mark.slow
def test_a_worker_ends_with_the_process_that_started_it():
    worker = (
        "import os, time; from nbnas.parent import end_with_parent; "
        "end_with_parent(os.getppid()); "
        "print('at work', flush=True); time.sleep(100)"
    )
    starter = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {worker!r}])"
    process = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "at work\n"
    process.kill()
    assert process.communicate(timeout=50)[0] == ""  # ends once nobody holds the pipe


def test_a_file_of_an_earlier_version_goes_on_as_it_began(make, output):
    """Runs began with ten random architectures, and the file says nothing of `spread`."""
    before = {"b": lambda: BayesianOptimization(initial=10, spread=False)}
    make(before, queries=12, seeds=range(1)).run()
    assert "spread" not in output.with_name(output.name + ".json").read_text()
    rest = make({"b": BayesianOptimization}, queries=12, seeds=range(2))
    rest.run()
    assert rest.strategies["b"]().initial == 10
    assert not rest.strategies["b"]().spread
    asked = [row.architecture for row in rest.results.runs["b", 1]]
    whole = run_once(rest.table.space, rest.table.objective, before["b"](), 1, 12)
    assert asked == [str(query.architecture) for query in whole]
