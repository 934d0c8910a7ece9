import functools
import itertools

import numpy as np
import pytest
import torch

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import CellSpace, operations_of
from nbnas.graphs.spaces.choice.space import ChoiceSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.records import Observations
from nbnas.search.candidates import listed
from nbnas.search.maximizers import exhaustive
from nbnas.search.maximizers.ascent import LocalAscent
from nbnas.search.maximizers.evolutionary import Evolutionary
from nbnas.search.maximizers.exhaustive import Automatic, Exhaustive
from nbnas.search.maximizers.maximizer import FEW, Scored
from nbnas.search.maximizers.pool import RandomPool
from nbnas.search.maximizers.renewed import Renewed
from nbnas.search.search import Search
from nbnas.search.strategies import bayesian, fits
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.surrogate.table import ArchitectureTable

SPACE = CellSpace()
WANTED = ("nor_conv_3x3", "skip_connect", "nor_conv_1x1", "none", "avg_pool_3x3", "nor_conv_3x3")


def likeness(architectures):
    """How many operations are the wanted ones: one peak, no other local maximum."""
    return np.array(
        [sum(map(str.__eq__, operations_of(a), WANTED)) for a in architectures],
        dtype=np.float64,
    )


@pytest.fixture(scope="module")
def observations(table):
    return Observations(tuple(table(a) for a in SPACE.sample(0, 15)))


def best(maximizer, score, space, observations, seed=0):
    found = maximizer.maximize(score, space, observations, np.random.default_rng(seed))
    assert len(set(found.architectures)) == len(found.architectures) == len(found.scores)
    first = next(found.ranked())
    assert found.scores[first] == found.scores.max()
    return found.architectures[first], found.scores[first]


@pytest.mark.parametrize("maximizer", [Exhaustive(), Evolutionary(), LocalAscent(), Automatic()])
def test_finds_the_peak(maximizer, observations):
    cell, score = best(maximizer, likeness, SPACE, observations)
    assert score == 6
    assert operations_of(cell) == WANTED


@pytest.mark.parametrize("maximizer", [Evolutionary(), LocalAscent(), RandomPool(), Exhaustive()])
def test_only_the_generator_decides(maximizer, observations):
    first, again = (
        maximizer.maximize(likeness, SPACE, observations, np.random.default_rng(3))
        for _ in range(2)
    )
    assert first.architectures == again.architectures
    assert np.array_equal(first.scores, likeness(first.architectures))


def test_climbing_and_evolving_beat_a_pool_of_the_same_size(observations):
    """On what a pool of random cells cannot hit by chance: 6 of 6 operations out of 5^6."""
    blind = Observations()
    pool = [best(RandomPool(700), likeness, SPACE, blind, seed)[1] for seed in range(5)]
    for maximizer in (Evolutionary(5, 100, 200), LocalAscent(2, RandomPool(300))):
        climbed = [best(maximizer, likeness, SPACE, blind, seed)[1] for seed in range(5)]
        assert np.mean(climbed) > np.mean(pool)


def test_a_pool_is_half_mutations_of_the_best(observations):
    found = RandomPool(400, parents=3).maximize(
        likeness, SPACE, observations, np.random.default_rng(0)
    )
    top = sorted(observations, key=lambda e: -e.value)[:3]
    near = {b for e in top for b in SPACE.neighbors(e.architecture)}
    assert set(found.architectures[: len(near)]) & near
    assert len(near & set(found.architectures)) > 40
    assert len(found.architectures) > 250


def test_automatic_lists_what_can_be_listed(observations):
    rng = np.random.default_rng(0)
    assert Automatic().maximize(likeness, SPACE, observations, rng).architectures is listed(SPACE)
    nets = CnnSpace(layers=(5, 8))
    layers = Automatic(RandomPool(50)).maximize(
        lambda nets: np.array([float(len(a.nodes)) for a in nets]), nets, Observations(), rng
    )
    assert 10 < len(layers.architectures) <= 50


@pytest.mark.parametrize("maximizer", [Evolutionary(2, 20, 30), LocalAscent(2, RandomPool(20), 3)])
@pytest.mark.parametrize("space", [CnnSpace(layers=(5, 8)), DagSpace()], ids=["cnn", "dag"])
def test_large_spaces_too(maximizer, space):
    def size(architectures):
        return np.array([float(len(a.edges)) for a in architectures])

    found = maximizer.maximize(size, space, Observations(), np.random.default_rng(1))
    assert all(a in space for a in found.architectures)
    assert found.scores.max() >= size(space.sample(1, 20)).max()


def test_a_large_space_is_listed_in_parts(observations, monkeypatch):
    whole = Exhaustive().maximize(likeness, SPACE, observations, np.random.default_rng(0))
    parts = []

    def score(architectures):
        parts.append(len(architectures))
        return likeness(architectures)

    monkeypatch.setattr(exhaustive, "can_be_listed", lambda space: False)
    found = Exhaustive().maximize(score, SPACE, observations, np.random.default_rng(0))
    assert parts == [10_000, 5_625]
    assert found.count == whole.count == 15_625
    assert len(found.architectures) == exhaustive.KEPT + len(observations)
    first = [whole.architectures[i] for i in itertools.islice(whole.ranked(), 300)]
    assert [found.architectures[i] for i in itertools.islice(found.ranked(), 300)] == first


def test_a_scorer_of_many_begins_again():
    made = []

    def scorer():
        asked = []
        made.append(asked)
        return lambda candidates: asked.extend(candidates) or torch.zeros(len(candidates))

    renewed = Renewed(scorer(), scorer, most=5)
    for part in ("abc", "de", "f", "ghijklm", "n"):
        assert len(renewed(part)) == len(part)
    assert ["".join(asked) for asked in made] == ["abcde", "f", "ghijklm", "n"]


def test_a_search_of_a_large_space_forgets_what_it_scored(monkeypatch):
    space = ChoiceSpace(a=tuple(range(6)), b=tuple(range(6)), c=tuple(range(6)))

    def search():
        strategy = BayesianOptimization(maximizer=Exhaustive(), initial=4, spread=False)
        made = Search(space, lambda a, seed: (a["a"] + 2 * a["b"]) / 30, strategy, seed=0)
        made.run(6)
        return made.ask()

    chosen, sizes = search(), []
    for module in (exhaustive, bayesian, fits):
        monkeypatch.setattr(module, "can_be_listed", lambda space: False)
    monkeypatch.setattr(exhaustive, "AT_ONCE", 20)
    monkeypatch.setattr(bayesian, "Renewed", functools.partial(Renewed, most=60))
    block = ArchitectureTable.block
    monkeypatch.setattr(
        ArchitectureTable, "block", lambda self, *a: sizes.append(len(self)) or block(self, *a)
    )
    found = search()
    assert found.architectures == chosen.architectures
    assert found.considered == chosen.considered == 216
    assert 60 < max(sizes) <= 60 + 6 + bayesian.SHOWN


def test_wrong_settings_are_named():
    with pytest.raises(SettingError, match="can be listed"):
        Exhaustive().maximize(likeness, CnnSpace(), Observations(), np.random.default_rng(0))
    for wrong in (lambda: RandomPool(0), lambda: Evolutionary(0), lambda: LocalAscent(starts=0)):
        with pytest.raises(SettingError, match="to be a whole number from 1"):
            wrong()


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 4 * FEW])
@pytest.mark.parametrize("values", [3, 10_000])
def test_the_best_come_first_and_the_first_of_equals(count, values):
    scores = np.random.default_rng(0).integers(values, size=count).astype(np.float64)
    scores[count // 2 : count // 2 + 5] = np.nan
    cells = tuple(itertools.islice(SPACE, count))
    assert list(Scored(cells, scores).ranked()) == np.argsort(-scores, kind="stable").tolist()


def test_scores_of_which_none_is_a_number_are_in_order():
    cells = tuple(itertools.islice(SPACE, 2 * FEW))
    assert list(Scored(cells, np.full(2 * FEW, np.nan)).ranked()) == list(range(2 * FEW))
