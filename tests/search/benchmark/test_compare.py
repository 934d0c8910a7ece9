import dataclasses

import pytest

from nbnas.errors import SearchError
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import Evaluation, Proposal
from nbnas.search.benchmark.compare import Failure, Query, run_once
from nbnas.search.search import Search
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.evolution import RegularizedEvolution
from nbnas.search.strategies.local_search import LocalSearch
from nbnas.search.strategies.random import RandomSearch

SPACE = CellSpace()
INITIAL = 5
STRATEGIES = (
    BayesianOptimization(initial=INITIAL, allow_isomorphic=True, spread=False),
    RegularizedEvolution(initial=INITIAL, allow_isomorphic=True),
    LocalSearch(INITIAL, allow_isomorphic=True),
    RandomSearch(allow_isomorphic=True),
)


def test_a_run_is_the_search_with_the_same_seed(table):
    found = run_once(SPACE, table, STRATEGIES[0], seed=3, queries=8)
    search = Search(SPACE, table, STRATEGIES[0], seed=3).run(8)
    assert [q.architecture for q in found] == list(search.observations.architectures)
    assert [q.value for q in found] == list(search.observations.values)
    assert [q.best for q in found] == list(search.observations.trace)
    assert [q.number for q in found] == list(range(1, 9))
    assert all(table(q.incumbent).value == q.best for q in found)
    assert all(q.seconds > 0 for q in found)


def test_strategies_that_begin_at_random_begin_with_the_same_architectures(table):
    runs = [run_once(SPACE, table, s, seed=1, queries=INITIAL + 3) for s in STRATEGIES]
    begun = [[q.architecture for q in run[:INITIAL]] for run in runs]
    assert begun[0] == begun[1] == begun[2] == begun[3]
    assert len({run[INITIAL:] for run in runs}) == len(STRATEGIES)


def test_a_batch_is_asked_for_at_once(table):
    asked = []

    class Asked:
        def propose(self, space, observations, pending, n, rng):
            asked.append((len(observations), n))
            return RandomSearch().propose(space, observations, pending, n, rng)

    found = run_once(SPACE, table, Asked(), seed=0, queries=10, batch=4)
    assert asked == [(0, 4), (4, 4), (8, 2)]
    assert len({q.architecture for q in found}) == len(found) == 10
    assert found[0].seconds == found[3].seconds != found[4].seconds


def test_no_more_is_looked_up_than_was_asked_for(table):
    class Eager:
        def propose(self, space, observations, pending, n, rng):
            return Proposal(space.sample(rng, 7), "More than enough.")

    assert len(run_once(SPACE, table, Eager(), seed=0, queries=5)) == 5


def test_a_query_has_no_place_for_test_accuracy(table):
    """The table of the fixture has tests that differ from its values by 0.01."""
    found = run_once(SPACE, table, STRATEGIES[3], seed=0, queries=4)
    assert all(abs(q.value - table.tests[str(q.architecture)]) > 0.005 for q in found)
    assert not any("test" in part.name for part in dataclasses.fields(Query))


def test_what_cannot_be_gone_on_with_is_an_error(table):
    few = Subspace(SPACE, SPACE.sample(0, 3))
    assert len(run_once(few, table, STRATEGIES[3], seed=0, queries=3)) == 3
    with pytest.raises(SearchError, match="nothing is left"):
        run_once(few, table, STRATEGIES[3], seed=0, queries=4)

    def broken(architecture, seed=0):
        return Evaluation(architecture, None, "failed", error="no memory")

    with pytest.raises(SearchError, match=r"evaluation of \|.* failed: no memory"):
        run_once(SPACE, broken, STRATEGIES[3], seed=0, queries=2)


def test_a_failure_names_strategy_and_seed():
    assert str(Failure("bayes", 3, "ValueError: x")) == "bayes, seed 3: ValueError: x"


def test_equal_values_keep_the_first_incumbent():
    first = cell(("none",) * 6)

    class Fixed:
        def propose(self, space, observations, pending, n, rng):
            return Proposal((first if not len(observations) else space.sample(rng, 1)[0],), "")

    flat = run_once(SPACE, lambda a, seed=0: Evaluation(a, 0.5), Fixed(), seed=0, queries=3)
    assert [q.incumbent for q in flat] == [first] * 3
