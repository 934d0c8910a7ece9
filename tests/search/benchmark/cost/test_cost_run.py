"""Benchmarks whose runs are limited by cost: what is spent, what is written, what is the same."""

import functools
import hashlib
import pickle
from dataclasses import dataclass, replace

import pandas as pd
import pytest

import nbnas as nb
from nbnas.benchmarks.shipped import digits_table
from nbnas.errors import DataError, SettingError, StudyMismatchError
from nbnas.records import Fidelities, Proposal
from nbnas.search.benchmark.benchmark import Benchmark
from nbnas.search.benchmark.compare import run_once
from nbnas.search.benchmark.cost.limit import Limit, limit_of
from nbnas.search.benchmark.cost.run import run_for_cost
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch

FIDELITIES = Fidelities((2, 10))
PLAIN = {
    "local": functools.partial(LocalSearch, allow_isomorphic=True),
    "evolution": functools.partial(RegularizedEvolution, allow_isomorphic=True),
    "random": functools.partial(RandomSearch, allow_isomorphic=True),
}
# Rows and settings that the version before fidelities wrote, without the seconds.
BEFORE = "3cc1f8548b6e2efa", "409478d822d5c163"


@dataclass(frozen=True)
class Ladder:
    """Trains each random cell at every length, one after the other."""

    fidelities: Fidelities = FIDELITIES

    def propose(self, space, observations, pending, n, rng):
        last = observations[-1] if len(observations) else None
        if last is not None and last.epochs is not None:
            after = next(e for e in self.fidelities.epochs if e > last.epochs)
            epochs = None if after == self.fidelities.full else after
            return Proposal((last.architecture,), "It goes on.", epochs=epochs)
        seen = {*observations.architectures}
        new = next(a for a in space.sample(rng, 500) if a not in seen)
        return Proposal((new,), "A look.", epochs=self.fidelities.lower[0])


def run(table, strategy, cost, seed=0):
    return run_for_cost(table.space, table.objective, strategy, seed, cost)


def test_a_run_ends_with_the_training_that_reaches_its_cost(paid):
    found = run(paid(), Ladder(), 3.0)
    assert [query.epochs for query in found] == [2, 10, 2, 10, 2, 10]
    assert [query.cost for query in found] == [0.2, 1.2, 1.4, 2.4, 2.6, 3.6]
    assert [query.number for query in found] == [1, 2, 3, 4, 5, 6]
    assert run(paid(), Ladder(), 2.6) == found[:5] or len(run(paid(), Ladder(), 2.6)) == 5


def test_only_full_trainings_are_best(paid):
    first, second, *_ = run(paid(), Ladder(), 2.0)
    assert (first.best, first.incumbent) == (None, None)
    assert first.value < second.value == second.best
    assert second.incumbent == second.architecture == first.architecture


def test_longer_trainings_that_go_on_cost_the_rest(paid):
    fidelities = Fidelities((2, 5, 10), continued=True)
    found = run(paid(fidelities), Ladder(fidelities), 1.5)
    assert [query.epochs for query in found] == [2, 5, 10, 2, 5]
    assert [query.cost for query in found] == [0.2, 0.5, 1.0, 1.2, 1.5]


def test_a_look_that_the_table_lacks_is_a_failed_trial(paid):
    table = paid()
    first = run(table, Ladder(), 0.2)[0].architecture
    broken = paid(missing=(first,))
    failed, then, *_ = run(broken, Ladder(), 2.0)
    assert (failed.architecture, failed.value, failed.cost) == (first, None, 0.2)
    assert then.value is not None


@pytest.mark.parametrize("name", PLAIN)
def test_strategies_without_fidelities_ask_what_they_ask_without(paid, name):
    table = paid()
    plain = replace(table, fidelities=None, looks={})
    once = run_once(plain.space, plain.objective, PLAIN[name](), 3, 12)
    found = run(table, PLAIN[name](), 12.0, seed=3)
    told = [(q.number, q.architecture, q.value, q.incumbent, q.best) for q in found]
    assert told == [(q.number, q.architecture, q.value, q.incumbent, q.best) for q in once]
    assert [q.cost for q in found] == [float(n) for n in range(1, 13)]
    assert {q.epochs for q in found} == {10}


def test_results_without_fidelities_are_those_of_before(tmp_path):
    path = tmp_path / "b.csv"
    table = digits_table()
    Benchmark(table, PLAIN, queries=25, seeds=range(2), output=path).run().check()
    rows = pd.read_csv(path).drop(columns="seconds").to_csv(index=False)
    settings = (tmp_path / "b.csv.json").read_bytes()
    found = tuple(hashlib.sha256(text).hexdigest()[:16] for text in (rows.encode(), settings))
    assert found == BEFORE
    assert not {"cost", "epochs"} & {*pd.read_csv(path)}


@pytest.fixture
def benchmark(paid, tmp_path):
    """Makes a benchmark of two strategies, in one file."""

    def make(cost=3.0, seeds=2, table=None, strategies=None):
        chosen = strategies or {"ladder": Ladder, "random": PLAIN["random"]}
        table = table or paid()
        output = tmp_path / "paid.csv"
        return Benchmark(table, chosen, queries=cost, seeds=range(seeds), output=output)

    return make


def test_the_file_tells_cost_and_epochs(benchmark, tmp_path):
    benchmark().run().check()
    frame = pd.read_csv(tmp_path / "paid.csv")
    assert [*frame][-3:] == ["seconds", "epochs", "cost"]
    ladder = frame[(frame.strategy == "ladder") & (frame.seed == 0)]
    assert ladder.epochs.tolist() == [2, 10] * 3
    assert ladder.cost.tolist() == [0.2, 1.2, 1.4, 2.4, 2.6, 3.6]
    assert ladder.best.isna().tolist() == [True] + 5 * [False]
    full = ladder[ladder.epochs == 10]
    assert full.best.tolist() == full.value.cummax().tolist()
    assert (ladder.test_of_best.dropna() == ladder.best.dropna() - 1).all()
    assert (ladder.value[ladder.epochs == 2] < 60).all()  # in the unit of the file


def test_a_benchmark_goes_on_after_a_kill(benchmark, tmp_path):
    path = tmp_path / "paid.csv"
    whole = benchmark().run().check()
    text = path.read_text()
    path.write_text(text[: len(text) - 40])
    again = benchmark()
    assert (again.done, again.runs) == (3, 4)
    assert again.run().check().markdown.count("|") == whole.markdown.count("|")
    assert again.results.reached["ladder"].tolist() == whole.reached["ladder"].tolist()
    rows = pd.read_csv(path).drop(columns="seconds")
    assert len(rows) == text.count("\n") - 1
    more = benchmark(cost=5.0)
    assert more.done == 0  # longer runs begin anew, and begin alike
    more.run().check()
    longer = pd.read_csv(path).drop(columns="seconds").set_index(["strategy", "seed", "query"])
    old = rows.set_index(["strategy", "seed", "query"])
    pd.testing.assert_frame_equal(longer.loc[old.index], old)
    assert benchmark(cost=3.0).done == 4  # a longer run is a shorter one, too


@pytest.mark.slow
def test_runs_in_other_processes_are_the_same(paid, tmp_path):
    strategies = {"ladder": Ladder, "random": PLAIN["random"]}
    given = {"queries": 3.0, "seeds": range(2)}
    one = Benchmark(paid(), strategies, **given, output=tmp_path / "a.csv").run().check()
    two = Benchmark(paid(), strategies, **given, workers=2, output=tmp_path / "b.csv")
    found = two.run().check()
    for pair, rows in one.runs.items():
        assert [replace(r, seconds=0.0) for r in rows] == [
            replace(r, seconds=0.0) for r in found.runs[pair]
        ]


def test_an_objective_with_looks_travels(paid):
    objective = paid().objective
    again = pickle.loads(pickle.dumps(objective))
    assert again.fingerprint() == objective.fingerprint()
    assert again.looks == objective.looks


def test_times_of_trainings_make_a_clock_too(paid, tmp_path):
    table = paid()
    table = replace(table, cost="seconds", costs=dict.fromkeys(table.values, 100.0))
    path = tmp_path / "timed.csv"
    Benchmark(table, {"ladder": Ladder}, queries=2.0, seeds=(0,), output=path).run().check()
    frame = pd.read_csv(path)
    assert frame.clock.tolist() == [20.0, 120.0, 140.0, 240.0]
    assert frame.cost.tolist() == [0.2, 1.2, 1.4, 2.4]
    again = Benchmark(table, {"ladder": Ladder}, queries=2.0, seeds=(0,), output=path)
    assert again.done == 1


def test_workers_are_not_simulated_by_cost(paid, tmp_path):
    table = paid()
    table = replace(table, cost="seconds", costs=dict.fromkeys(table.values, 100.0))
    strategies = nb.simulated({"random": PLAIN["random"]}, 4)
    with pytest.raises(SettingError, match="without simulated workers on a table with fidelities"):
        Benchmark(table, strategies, queries=2.0, seeds=(0,), output=tmp_path / "b.csv")


def test_a_failed_look_is_an_empty_value_and_is_read_back(paid, benchmark, tmp_path):
    first = run(paid(), Ladder(), 0.2)[0].architecture
    table = paid(missing=(first,))
    found = benchmark(table=table, seeds=1).run().check()
    frame = pd.read_csv(tmp_path / "paid.csv")
    assert frame[frame.strategy == "ladder"].value.isna().tolist() == [True] + 5 * [False]
    assert dict(benchmark(table=table, seeds=1).results.runs) == dict(found.runs)


def test_other_looks_are_other_results(paid, benchmark):
    benchmark().run().check()
    table = paid(missing=(next(iter(paid().values)),))
    with pytest.raises(StudyMismatchError, match=r"table\.fidelities"):
        benchmark(table=table)
    plain = replace(paid(), fidelities=None, looks={})
    random = {"random": PLAIN["random"]}
    with pytest.raises(StudyMismatchError, match=r"table\.fidelities: was .*, is now absent"):
        benchmark(table=plain, strategies=random, cost=3)


def test_a_strategy_with_other_fidelities_is_refused(benchmark, tmp_path):
    other = {"ladder": functools.partial(Ladder, Fidelities((3, 10)))}
    with pytest.raises(SettingError, match="the strategy's fidelities"):
        benchmark(strategies=other)
    assert not (tmp_path / "paid.csv").exists()


def test_bayesian_optimisation_looks_first(benchmark):
    bayes = functools.partial(
        nb.BayesianOptimization, fidelities=FIDELITIES, initial=4, allow_isomorphic=True
    )
    found = benchmark(strategies={"bayes": bayes}, seeds=1, cost=4.0).run().check()
    looks, full = found.trainings("bayes")
    assert looks >= 4
    assert {row.epochs for row in found.runs["bayes", 0]} <= {2, 10}
    assert 3.0 <= 0.2 * looks + full <= 4.0


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        (0, "queries=0"),
        (-1.0, "queries=-1"),
        (1e9, "a cost above 0 and up to the"),
        ("30", "queries='30'"),
        (None, "queries=None"),
    ],
)
def test_a_cost_that_is_none_is_refused(paid, queries, message):
    with pytest.raises(SettingError, match=message):
        limit_of(paid(), queries)
    assert limit_of(paid(), 7) == Limit(cost=7.0)
    assert limit_of(replace(paid(), fidelities=None, looks={}), 7) == Limit(7)


def test_a_table_needs_the_looks_that_its_fidelities_promise(paid):
    with pytest.raises(DataError, match="values after 2 epochs"):
        replace(paid(), looks={})
    with pytest.raises(DataError, match="expected looks after no epochs"):
        replace(paid(), fidelities=None)
    few = paid().restrict([*paid().values][:5])
    assert (len(few.looks[2]), few.fidelities) == (5, FIDELITIES)
    assert few.fingerprint()["fidelities"] != paid().fingerprint()["fidelities"]
