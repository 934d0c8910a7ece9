from collections import Counter

import numpy as np
import pytest

from nbnas.graphs.canonical import functional_form
from nbnas.graphs.spaces.cell import OPERATIONS, CellSpace, cell, operations_of
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.records import ACCURACY, Evaluation, Observations
from nbnas.search.search import Search
from nbnas.search.strategies.local_search import LocalSearch

SPACE = CellSpace()


def observed(*pairs):
    return Observations(
        tuple(Evaluation(a, v, "failed" if v is None else "completed") for a, v in pairs)
    )


def propose(strategy, observations, pending=(), n=1, seed=0, space=SPACE):
    return strategy.propose(space, observations, pending, n, np.random.default_rng(seed))


def row(architecture):
    return [OPERATIONS.index(x) for x in operations_of(architecture)]


CELLS = tuple(SPACE)
ROWS = np.array([row(a) for a in CELLS])


def around(architecture):
    """All cells with another operation on exactly one edge, found among all there are."""
    return {CELLS[i] for i in np.flatnonzero((row(architecture) != ROWS).sum(axis=1) == 1)}


def rugged(architecture, seed=0):
    """A made-up accuracy without order, so that local optima are many."""
    noise = np.random.default_rng(row(architecture)).random()
    return Evaluation(architecture, float(noise), seed=seed)


@pytest.mark.parametrize(("smooth", "least_climbs"), [(True, 2), (False, 3)])
def test_visits_exactly_the_neighbours_of_its_center(smooth, least_climbs, table):
    """Followed by a search that remembers, instead of one that replays."""
    strategy = LocalSearch(5, allow_isomorphic=True)
    search = Search(SPACE, table if smooth else rugged, strategy, seed=1).run(5)
    center, climbs, moves = search.best, 1, 0
    while len(search.observations) < 150:
        left = around(center.architecture) - set(search.observations.architectures)
        proposal = search.ask()
        if left:
            assert proposal.architecture in left
            assert (
                f"({ACCURACY.text(center.value, digits=1)}), the best of this climb"
                in proposal.reason
            )
        else:
            assert "begins another climb" in proposal.reason
            climbs += 1
        told = search.step().evaluation
        if not left or told.value > center.value:
            center = told
            moves += 1
    assert climbs >= least_climbs
    assert moves > climbs


def test_the_first_center_is_the_best_of_the_random_ones(table):
    trials = Observations(tuple(table(a) for a in SPACE.sample(0, 10)))
    best = int(np.argmax(trials.values))
    assert LocalSearch().center(SPACE, trials) == best
    assert f"One of the 24 neighbours of trial {best} " in propose(LocalSearch(), trials).reason


def test_moves_to_the_first_improvement():
    a, b, c = (cell(["none"] * e + ["nor_conv_3x3"] * (6 - e)) for e in (3, 2, 1))
    strategy = LocalSearch(initial=1)
    assert strategy.center(SPACE, observed((a, 0.5))) == 0
    assert strategy.center(SPACE, observed((a, 0.5), (b, 0.5))) == 0  # as good is not better
    assert strategy.center(SPACE, observed((a, 0.5), (b, 0.6))) == 1
    assert strategy.center(SPACE, observed((a, 0.5), (b, 0.6), (c, 0.55))) == 1
    assert strategy.center(SPACE, Observations()) is None


def test_every_neighbour_is_as_likely_to_be_next():
    start = observed((SPACE.sample(0, 1)[0], 0.5))
    strategy = LocalSearch(initial=1, allow_isomorphic=True)
    drawn = Counter(propose(strategy, start, seed=s).architecture for s in range(2400))
    assert set(drawn) == around(start[0].architecture)
    chi_square = sum((count - 100) ** 2 / 100 for count in drawn.values())
    assert chi_square < 49.7  # 0.1 % quantile with 23 degrees of freedom


def test_begins_elsewhere_at_a_local_optimum():
    top = cell(["nor_conv_3x3"] * 6)
    pairs = [(top, 0.9), *((a, 0.5) for a in SPACE.neighbors(top))]
    strategy = LocalSearch(initial=1, allow_isomorphic=True)
    assert strategy.center(SPACE, observed(*pairs[:-1])) == 0
    assert strategy.center(SPACE, observed(*pairs)) is None
    elsewhere = cell(["avg_pool_3x3"] * 6)
    worse = observed(*pairs, (elsewhere, 0.1))
    assert strategy.center(SPACE, worse) == 25
    assert propose(strategy, worse).architecture in around(elsewhere)


def test_a_neighbour_that_computes_the_same_as_a_known_one_is_passed_over():
    start = cell(["nor_conv_3x3", *["none"] * 5])  # the function 0, as that of most neighbours
    new = {functional_form(a) for a in SPACE.neighbors(start)} - {functional_form(start)}
    trials = observed((start, 0.5))
    for _ in new:
        assert LocalSearch(initial=1).center(SPACE, trials) == 0
        trials += Evaluation(propose(LocalSearch(initial=1), trials).architecture, 0.1)
    assert {functional_form(e.architecture) for e in trials} - {functional_form(start)} == new
    assert LocalSearch(initial=1).center(SPACE, trials) is None


def test_a_batch_takes_neighbours_first_and_random_ones_then():
    top = cell(["nor_conv_3x3"] * 6)
    neighbours = SPACE.neighbors(top)
    trials = observed((top, 0.9), *((a, 0.5) for a in neighbours[:20]))
    strategy = LocalSearch(initial=1, allow_isomorphic=True)
    batch = propose(strategy, trials, n=6)
    assert set(batch.architectures[:4]) == set(neighbours[20:])
    assert len(set(batch.architectures[4:]) - set(neighbours)) == 2
    assert batch.reason.startswith("One of the 24 neighbours of trial 0")
    waiting = propose(strategy, trials, pending=neighbours[20:])
    assert "begins another climb" in waiting.reason


def test_a_failed_trial_is_worse_than_every_other():
    cells = SPACE.sample(0, 4)
    trials = observed((cells[0], None), (cells[1], 0.3), (cells[2], None), (cells[3], 0.2))
    centers = [
        LocalSearch(initial=1).center(SPACE, Observations(trials.evaluations[:n]))
        for n in range(1, 5)
    ]
    assert centers == [0, 1, 1, 1]
    assert "(failed)" in propose(LocalSearch(initial=1), observed((cells[0], None))).reason


def test_climbs_among_neighbours_that_are_many():
    """Free CNNs with hundreds of neighbours: it need not see them all to go up."""

    def deep(architecture, seed=0):
        return Evaluation(architecture, 1 - 1 / len(architecture.nodes), seed=seed)

    space = CnnSpace(layers=(5, 20))
    search = Search(space, deep, LocalSearch(initial=2), seed=0).run(30)
    sizes = [len(a.nodes) for a in search.observations.architectures]
    assert max(sizes) >= max(sizes[:2]) + 4
    assert len(space.neighbors(search.best.architecture)) > 100
