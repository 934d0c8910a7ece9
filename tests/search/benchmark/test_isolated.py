"""Runs in processes of their own: whatever one of them does, the others are made."""

import functools

import pandas as pd
import psutil
import pytest
from faulty import FaultyStrategy

from nbnas.errors import SearchError, SettingError
from nbnas.search.benchmark.benchmark import Benchmark
from nbnas.search.benchmark.compare import run_once
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.workers.local import LocalWorkers

QUERIES = 5
REASONS = {
    "segfault": "its process crashed: signal 11 (SIGSEGV)",
    "exits": "its process exited with code 3",
    "hangs": "it took longer than 20 seconds",
    "takes memory": "GB of memory, more than 1",
    "is killed": "each of 3 attempts ended with its process, which was killed",
}


@pytest.fixture
def make(cells, tmp_path):
    def make(strategies, seeds=range(2), **options):
        given = {"queries": QUERIES, "initial": 2, "output": tmp_path / "b.csv"} | options
        return Benchmark(cells, strategies, seeds=seeds, **given)

    return make


@pytest.fixture
def faulty(cells):
    """What makes a strategy of which the run of seed 1 goes wrong."""
    first = run_once(cells.space, cells.objective, RandomSearch(), 1, 1)[0].architecture

    def faulty(fault):
        return functools.partial(FaultyStrategy, fault, str(first))

    return faulty


@pytest.mark.slow
def test_runs_fail_alone_and_say_why(make, faulty):
    """All faults in one benchmark, so that few processes start, which takes seconds each."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    benchmark = make({fault: faulty(fault) for fault in REASONS} | {"random": RandomSearch})
    said = []
    benchmark.progressed.connect(said.append)
    found = benchmark.run(workers=LocalWorkers(2, timeout=20, memory="1 GB"))
    assert {(each.strategy, each.seed) for each in benchmark.failures} == {(f, 1) for f in REASONS}
    for each in benchmark.failures:
        assert REASONS[each.strategy] in each.error
        assert "\n" not in each.error
        assert "said before it ended" in each.details or each.strategy == "is killed"
        assert found.seeds(each.strategy) == (0,)
    assert found.seeds("random") == (0, 1)
    assert (len(said), benchmark.done, benchmark.running) == (12, 12, False)
    with pytest.raises(SearchError, match="5 of 12 runs failed"):
        found.check()
    left = {child.pid for child in psutil.Process().children(recursive=True)} - before
    assert not [pid for pid in left if "spawn_main" in " ".join(_command(pid))]


def _command(pid):
    try:
        return psutil.Process(pid).cmdline()
    except psutil.Error:
        return []


@pytest.mark.slow
def test_what_is_tried_again_is_what_failed(make, faulty, tmp_path):
    benchmark = make({"random": faulty("exits")}, range(2))
    assert benchmark.run(workers=LocalWorkers(1)).seeds("random") == (0,)
    before = (tmp_path / "b.csv").read_text()
    assert benchmark.run().seeds("random") == (0,)  # as nobody corrected it
    assert (tmp_path / "b.csv").read_text() == before


@pytest.mark.slow
def test_what_a_notebook_defines_goes_along(make):
    benchmark = make({"random": lambda: RandomSearch(True)}, workers=2)
    assert benchmark.run().check().seeds("random") == (0, 1)


@pytest.mark.slow
def test_a_run_that_raises_is_told_as_in_this_process(make):
    def broken():
        if made:
            raise ValueError("no such thing")
        made.append(1)
        return RandomSearch()

    made = []
    benchmark = make({"broken": broken}, (0,), workers=LocalWorkers(1))
    found = benchmark.run()
    assert not found.runs
    (failure,) = benchmark.failures
    assert failure.error == "ValueError: no such thing"
    assert failure.details.startswith("Traceback")


def test_what_cannot_be_copied_is_refused(make):
    held = (value for value in "abc")  # a generator
    benchmark = make({"random": lambda: (held, RandomSearch())[1]}, (0,), workers=LocalWorkers(1))
    with pytest.raises(SettingError, match="copied to worker processes"):
        benchmark.run()
    assert not benchmark.running
    assert benchmark.run(workers=1).seeds("random") == (0,)


@pytest.mark.parametrize("wrong", [0, 1.5, True, "two", 100_000])
def test_what_is_no_workers_is_refused(make, wrong, tmp_path):
    with pytest.raises(SettingError, match="expected workers to be a number from 1"):
        make({"random": RandomSearch}, workers=wrong)
    assert not (tmp_path / "b.csv").exists()
    benchmark = make({"random": RandomSearch}, (0,))
    with pytest.raises(SettingError, match="expected workers to be a number from 1"):
        benchmark.run(workers=wrong)
    assert benchmark.run().seeds("random") == (0,)
    assert len(pd.read_csv(tmp_path / "b.csv")) == QUERIES


def test_nothing_is_started_where_all_is_done(make, monkeypatch):
    make({"random": RandomSearch}).run()
    monkeypatch.setattr(LocalWorkers, "crew", None)
    assert make({"random": RandomSearch}, workers=4).run().seeds("random") == (0, 1)
