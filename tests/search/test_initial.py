"""What a model's search begins with: architectures unlike each other, by its own prior."""

import zlib

import numpy as np
import pytest

import nbnas as nb
from nbnas.search.fingerprint import fingerprint
from nbnas.search.opened.built import built
from nbnas.search.store.settings import as_begun
from nbnas.search.strategies.initial import DRAWN_ANEW, unlike

SPACE = nb.CellSpace()
SPACES = {
    "cells": SPACE,
    "dag": nb.DagSpace(),
    "darts": nb.DartsSpace(),
    "chain": nb.ChainSpace(depth=(2, 8)),
    "cnn": nb.CnnSpace(layers=(5, 7)),
    "recurrent": nb.RecurrentSpace(nodes=(2, 6)),
    "choices": nb.ChoiceSpace(width=(8, 16, 32), activation=("relu", "gelu"), rate=range(9)),
    "joint": nb.JointSpace(SPACE, learning_rate=nb.Real(1e-3, 1, log=True)),
}


def value(architecture, seed=0):
    return zlib.crc32(str(architecture).encode()) / 2**32


def by_hand(prior, drawn, taken, n):
    """The same by correlation matrices and a loop, as a definition would have it."""
    every = [*taken, *drawn]
    covariance = prior.covariance(every, every)
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    inside, chosen = list(range(len(taken))), []
    for _ in range(n):
        left = [i for i in range(len(taken), len(every)) if i not in inside]
        least = min(left, key=lambda i: max(correlation[i, j] for j in inside))
        inside.append(least)
        chosen.append(every[least])
    return tuple(chosen)


def test_each_is_the_least_like_all_before():
    drawn, taken = SPACE.sample(5, 60), SPACE.sample(6, 2)
    drawn = tuple(a for a in dict.fromkeys(drawn) if a not in taken)
    prior = nb.GaussianProcess()
    assert unlike(prior, drawn, taken, 6) == by_hand(prior, drawn, taken, 6)


def test_all_are_chosen_where_there_are_no_more():
    drawn, taken = SPACE.sample(5, 3), SPACE.sample(6, 1)
    assert set(unlike(nb.GaussianProcess(), drawn, taken, 9)) == set(drawn)


def greatest_correlation(architectures):
    """The mean over architectures of that with the one most like it."""
    covariance = nb.GaussianProcess().covariance(architectures, architectures)
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale) - 2 * np.eye(len(scale))
    return correlation.max(axis=1).mean()


@pytest.mark.parametrize("name", [name for name in SPACES if name != "joint"])
def test_they_are_less_alike_than_random_ones(name):
    space = SPACES[name]

    def begun(**more):
        found = [
            nb.Search(space, value, nb.BayesianOptimization(**more), seed=seed).run(5)
            for seed in range(2)
        ]
        return np.mean([greatest_correlation(s.observations.architectures) for s in found])

    assert begun() < begun(spread=False)


@pytest.mark.parametrize("name", SPACES)
def test_a_killed_search_and_one_with_many_workers_go_on(name, tmp_path):
    space, store = SPACES[name], tmp_path / "s.db"
    whole = nb.Search(space, value, nb.BayesianOptimization(), seed=2).run(5).observations
    for trials in (1, 3, 5):
        part = nb.Search(space, value, nb.BayesianOptimization(), seed=2, store=store).run(trials)
    assert part.observations.architectures == whole.architectures
    batch = nb.Search(space, value, nb.BayesianOptimization(), seed=2).ask(3).architectures
    assert len(set(batch)) == 3
    assert all(a in space for a in batch)


def test_it_says_why():
    search = nb.Search(SPACE, value, nb.BayesianOptimization(), seed=0)
    assert search.ask().reason == "Random cell 1 of 7, to give the model its first data."
    search.run(1)
    assert search.ask().reason == (
        "Cell 2 of 7 before there is a model: of 400 random ones the one that is least like all "
        "before it."
    )
    large = nb.Search(SPACES["cnn"], value, nb.BayesianOptimization(), seed=0).run(1)
    assert f"of {DRAWN_ANEW} random ones" in large.ask().reason


@pytest.mark.parametrize(
    "strategy",
    [
        nb.BayesianOptimization(spread=False),
        nb.BayesianOptimization(nb.Ensemble()),
        nb.BayesianOptimization(
            knowledge=nb.Knowledge(("size",), {a: (len(str(a)),) for a in SPACE.sample(0, 500)})
        ),
    ],
    ids=["not wanted", "no kernel", "knowledge"],
)
def test_others_begin_at_random(strategy):
    search = nb.Search(SPACE, value, strategy, seed=0).run(2)
    assert search.ask().reason.startswith("Random cell 3 of 10")


def test_with_settings_or_several_goals_it_begins_at_random():
    joint = nb.Search(SPACES["joint"], value, nb.BayesianOptimization(), seed=0).run(1)
    assert joint.ask().reason.startswith("Random cell 2 of 10")
    both = nb.Search(
        SPACE, value, nb.BayesianOptimization(), seed=0,
        goals=(nb.ACCURACY, nb.Measure("latency", "ms", maximize=False)),
    )  # fmt: skip
    found = nb.Evaluation(both.ask().architecture, 0.5, measured={"latency": 1.0})
    both.tell(found)
    assert both.ask().reason.startswith("Random cell 2 of 10")


def test_what_comes_first_counts():
    first = SPACE.sample(9, 2)
    search = nb.Search(SPACE, value, nb.BayesianOptimization(first=first), seed=0).run(2)
    assert search.ask().reason.startswith("Cell 3 of 7 before there is a model")


def former(**more):
    """What a study of an earlier version remembers of its strategy."""
    strategy = nb.BayesianOptimization(**{"initial": 10, "spread": False} | more)
    words = fingerprint(SPACE, value, strategy, 0)
    assert "strategy.spread" not in words
    return words


def test_an_earlier_study_goes_on_as_it_began(tmp_path):
    store = tmp_path / "s.db"
    before = nb.BayesianOptimization(initial=10, spread=False)
    nb.Search(SPACE, value, before, seed=3, store=store).run(4)
    found = nb.Search(SPACE, value, nb.BayesianOptimization(), seed=3, store=store).run(12)
    whole = nb.Search(SPACE, value, before, seed=3).run(12)
    assert found.observations.architectures == whole.observations.architectures
    assert not found.strategy.spread
    assert found.strategy.initial == 10
    opened = nb.open_study(store)
    assert opened.strategy.initial == 10
    assert not opened.strategy.spread


def test_what_was_said_is_kept_in_an_earlier_study():
    assert as_begun(nb.BayesianOptimization(initial=4), former(initial=4)).initial == 4
    # Another number than the one of then was said on purpose: the store says that it differs.
    assert as_begun(nb.BayesianOptimization(initial=5), former()).initial == 5
    random = nb.BayesianOptimization(spread=False)
    assert as_begun(random, former()) is random

    class Yours:
        spread, initial = True, 7

    yours = Yours()
    assert as_begun(yours, former()) is yours
    plain = nb.RandomSearch()
    assert as_begun(plain, fingerprint(SPACE, value, plain, 0)) is plain


def test_a_scheduler_s_strategy_is_as_it_began():
    looks = nb.Fidelities((3, 12))
    before = nb.BayesianOptimization(initial=10, spread=False)
    words = fingerprint(SPACE, value, nb.Asha(before, looks), 0)
    found = as_begun(nb.Asha(nb.BayesianOptimization(), looks), words)
    assert (found.strategy.initial, found.strategy.spread) == (10, False)


def test_a_new_study_remembers_it():
    strategy = nb.BayesianOptimization()
    words = fingerprint(SPACE, value, strategy, 0)
    assert words["strategy.spread"] == "True"
    assert as_begun(strategy, words) is strategy
    assert built("strategy", words).spread
    assert not built("strategy", former()).spread
