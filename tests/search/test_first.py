"""What is to be tried first is, by every strategy; without it nothing changes."""

import dataclasses

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.spaces.recurrent.space import gru, lstm, rnn
from nbnas.search.benchmark.unit import PERCENT
from nbnas.search.fingerprint import fingerprint

SPACE = nb.CellSpace()
CELLS = SPACE.sample(99, 3)
KINDS = (
    *(nb.BayesianOptimization, nb.RandomSearch, nb.RegularizedEvolution, nb.LocalSearch),
    *(nb.Reinforce, nb.Tpe),
)
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def made(kind, **more):
    more |= {} if kind is nb.RandomSearch else {"initial": 5}
    return kind(**more | ({"spread": False} if kind is nb.BayesianOptimization else {}))


@every
def test_they_come_first_and_in_their_order(kind, table):
    search = nb.Search(SPACE, table, made(kind, first=CELLS), seed=3)
    assert search.ask().reason == "Number 1 of the 3 architectures to be tried first."
    search.run(8)
    tried = search.observations.architectures
    assert tried[:3] == CELLS
    assert len(set(tried)) == 8
    plain = nb.Search(SPACE, table, made(kind), seed=3).run(5).observations.architectures
    assert tried[3:5] == plain[3:5]  # the random ones after them are those of the same trials


@every
def test_a_killed_search_goes_on_with_the_next(kind, table, tmp_path):
    whole = nb.Search(SPACE, table, made(kind, first=CELLS), seed=2).run(9)
    for trials in (1, 2, 6, 9):
        store = tmp_path / "s.db"
        search = nb.Search(SPACE, table, made(kind, first=CELLS), seed=2, store=store).run(trials)
    assert search.observations.architectures == whole.observations.architectures
    assert nb.replay(search, 1).proposal.architecture == CELLS[1]


@every
def test_a_batch_is_filled_up(kind, table):
    strategy = made(kind, first=CELLS)
    ask = (SPACE, nb.Observations(), CELLS[:1], 5, np.random.default_rng(0))
    batch = strategy.propose(*ask).architectures
    assert batch[:2] == CELLS[1:]
    assert len({*batch, *CELLS}) == 6
    alone = strategy.propose(*ask[:3], 1, ask[4]).architectures
    assert alone == CELLS[1:2]


@every
def test_studies_without_them_remember_what_they_did(kind, table):
    before, after = made(kind), made(kind, first=CELLS)
    one, other = (fingerprint(SPACE, table, strategy, 0) for strategy in (before, after))
    assert "strategy.first" not in one
    assert {name for name in other if other[name] != one.get(name)} == {"strategy.first"}
    assert all(str(cell) in other["strategy.first"] for cell in CELLS)
    assert "first" not in repr(before)
    assert "first=" in repr(after)


@every
def test_what_is_not_in_the_space_is_said_at_once(kind, table):
    strategy = made(kind, first=(lstm(),))
    with pytest.raises(ArchitectureError, match="expected an architecture to try first of CellSp"):
        nb.Search(SPACE, table, strategy)
    with pytest.raises(ArchitectureError, match="to try first"):
        strategy.propose(SPACE, nb.Observations(), (), 1, np.random.default_rng(0))


@every
@pytest.mark.parametrize("first", ["|none~0|", (1,), CELLS[0], (CELLS[0], CELLS[0]), ("x",)])
def test_what_is_no_architecture_is_refused(kind, first):
    with pytest.raises(SettingError, match="expected first to be a sequence"):
        made(kind, first=first)


def test_isomorphic_ones_are_both_tried(table):
    text = "|none~0|+|none~0|{}~1|+|none~0|none~1|none~2|"
    twins = tuple(SPACE.parse(text.format(word)) for word in ("none", "nor_conv_3x3"))
    search = nb.Search(SPACE, table, nb.RandomSearch(first=twins)).run(2)
    assert search.observations.architectures == twins


def test_known_cells_are_tried_before_a_search_for_better_ones():
    def depth(architecture, seed=0):
        return 1 - 1 / len(architecture.nodes)

    known = (lstm(), gru(), rnn())
    strategy = nb.BayesianOptimization(initial=4, first=known, maximizer=nb.RandomPool(40))
    search = nb.Search(nb.RecurrentSpace(), depth, strategy).run(5)
    assert search.observations.architectures[:3] == known


def test_other_parts_stay_when_it_is_given():
    strategy = nb.BayesianOptimization(initial=7)
    other = dataclasses.replace(strategy, first=CELLS)
    assert (other.prior, other.initial) == (strategy.prior, 7)


def test_a_benchmark_says_it_at_once_too(tmp_path):
    known = nb.BenchmarkTable("v", SPACE, dict.fromkeys(SPACE.sample(0, 20), 50.0), PERCENT)
    strategies = {"random": lambda: nb.RandomSearch(first=(gru(),))}
    with pytest.raises(ArchitectureError, match="to try first"):
        nb.Benchmark(known, strategies, queries=3, seeds=(0,), output=tmp_path / "b.csv")
