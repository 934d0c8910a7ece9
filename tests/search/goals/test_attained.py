"""The believed front, against what can be told by hand."""

import numpy as np
import pytest

import nbnas as nb
from nbnas.search.strategies.goals.attained import MOST, attained, promising
from nbnas.search.strategies.goals.believed import beliefs

LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)
PAIR = (LATENCY, nb.ACCURACY)
CELLS = nb.CellSpace().sample(1, 24)


def objective(architecture, seed=0):
    many, pools = str(architecture).count("conv"), str(architecture).count("pool")
    value = 0.3 + 0.1 * many - 0.05 * pools
    return nb.Evaluation(architecture, value, measured={"latency": 1.0 + many + 0.3 * pools})


def believed(trials, **wanted):
    search = nb.Search(
        nb.Subspace(nb.CellSpace(), CELLS),
        objective,
        nb.BayesianOptimization(initial=trials),
        goals=(nb.ACCURACY, LATENCY),
        **wanted,
    ).run(trials)
    return search, beliefs(search.strategy, search.observations)


def best_below(observations, level):
    """By hand: the best value of the trials that are at least as quick."""
    return max(e.value for e in observations if e.measured["latency"] <= level)


def test_of_what_is_measured_nothing_is_uncertain():
    search, found = believed(12)
    (front,) = attained(found, (PAIR,), search.observations.architectures)
    assert front.lower == front.middle == front.upper
    assert front.trials == 12
    for level, value in zip(front.levels, front.middle, strict=True):
        assert value == pytest.approx(best_below(search.observations, level))
    assert max(front.middle) == pytest.approx(search.best.value)


def test_more_can_be_attained_than_was_but_never_less():
    search, found = believed(8)
    (front,) = attained(found, (PAIR,), CELLS)
    columns = (front.levels, front.lower, front.middle, front.upper)
    for level, low, middle, high in zip(*columns, strict=True):
        assert low <= middle <= high
        if level >= min(e.measured["latency"] for e in search.observations):
            assert low >= best_below(search.observations, level) - 1e-12
    assert front.upper > front.lower
    assert list(front.middle) == sorted(front.middle)  # slower ones may be as good as quick ones


def test_the_goals_may_be_exchanged():
    search, found = believed(12)
    (front,) = attained(found, (PAIR[::-1],), search.observations.architectures)
    for level, value in zip(front.levels, front.middle, strict=True):
        quickest = min(e.measured["latency"] for e in search.observations if e.value >= level)
        assert value == pytest.approx(quickest)


def test_what_breaks_a_limit_attains_nothing():
    search, found = believed(12, constraints=(nb.at_most("latency", 3.0),))
    (front,) = attained(found, (PAIR,), search.observations.architectures)
    allowed = [e for e in search.observations if e.measured["latency"] <= 3.0]
    assert len(allowed) < 12
    assert max(front.upper) == pytest.approx(max(e.value for e in allowed))


def test_the_promising_ones_are_few_and_have_the_best():
    search, found = believed(8)
    chosen = promising(found, nb.CellSpace().sample(0, 3 * MOST))
    assert MOST // 2 < len(chosen) <= MOST
    assert search.best.architecture in chosen


def test_without_a_model_nothing_is_believed():
    search, _ = believed(1 + 1)
    assert beliefs(search.strategy, search.observations.first(1)) is None
    assert beliefs(nb.RandomSearch(), search.observations) is None
    one = nb.Search(nb.CellSpace(), objective, nb.BayesianOptimization(initial=2)).run(2)
    assert beliefs(one.strategy, one.observations) is None


def test_beliefs_are_those_of_the_proposal():
    search, found = believed(6)
    proposal = search.ask()
    for each in proposal.candidates[:3]:
        (told,) = found.predictions((each.architecture,))[0]
        assert told.mean == pytest.approx(each.further[0].mean, rel=1e-6)
        assert told.stddev == pytest.approx(each.further[0].stddev, rel=1e-6)
    volumes = found.volume([c.architecture for c in proposal.candidates]).numpy()
    scores = [c.score for c in proposal.candidates]
    if "Hypervolume" in proposal.acquisition:
        np.testing.assert_allclose(np.log(volumes), scores, rtol=1e-6)
