"""Random search beside a search in a notebook: it trains nothing twice, where a core is free."""

import dataclasses

import pytest

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.notebook.search import read_parameters
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch


def test_random_search_trains_nothing_that_the_search_has_trained(tmp_path, defaults):
    chosen, trained = read_parameters(defaults | {"data": "digits", "trials": 9, "initial": 5}), []

    def objective(architecture, seed=0):
        trained.append((architecture, seed))
        return 1 - 1 / (2 + str(architecture).count("conv"))

    def searching(strategy, study):
        store = tmp_path / "s.db"
        return Search(CellSpace(), objective, strategy, seed=3, store=store, study=study)

    strategy = dataclasses.replace(chosen.make_strategy(), spread=False)
    search = searching(strategy, "bayes").run(9)
    alone = searching(RandomSearch(), "alone").run(9).observations
    trained.clear()
    baseline = searching(RandomSearch(), "shared")
    chosen.share_trainings(search, baseline)
    assert (len(baseline.observations), len(trained)) == (5, 0)
    found = baseline.run(9).observations
    assert len(trained) == 4
    assert found.architectures == alone.architectures
    assert [(e.value, e.seed) for e in found] == [(e.value, e.seed) for e in alone]
    chosen.share_trainings(search, baseline)  # as when the cell is run again
    assert len(baseline.observations) == 9


@pytest.mark.parametrize(
    ("given", "cores", "begins"),
    [
        ({"data": "nas-bench-digits"}, 2, True),
        ({"data": "nas-bench-digits"}, 1, False),
        ({"data": "nas-bench-digits", "budget": 5}, 2, False),
        ({"data": "digits"}, 2, False),
    ],
)
def test_random_search_begins_beside_where_a_core_is_free(
    monkeypatch, defaults, given, cores, begins
):
    monkeypatch.setattr("nbnas.notebook.chosen.cpu_count", lambda: cores)
    chosen = read_parameters(defaults | {"trials": 3, "initial": 2} | given)
    baseline = Search(CellSpace(), lambda architecture, seed=0: 0.5, RandomSearch(), seed=3)
    chosen.start_beside(baseline)
    assert len(baseline.wait(60).observations) == (3 if begins else 0)
    assert len(baseline.run(3).observations) == 3
