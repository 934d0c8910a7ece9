import numpy as np

from nbnas.graphs.canonical import functional_form
from nbnas.graphs.cell import CellSpace
from nbnas.records import Observations
from nbnas.search.candidates import Novelty, candidates, listed, random_new

SPACE = CellSpace()


class Uncountable(CellSpace):
    """The cell space, pretending that it cannot be listed."""

    __slots__ = ()
    size = None


class Tiny(CellSpace):
    """Only three cells."""

    __slots__ = ()
    size = 3

    def __iter__(self):
        return iter(SPACE.sample(0, 3))

    def sample(self, rng, n):
        cells = list(self)
        return tuple(cells[i] for i in np.random.default_rng(rng).integers(3, size=n))


def test_a_small_space_is_listed_once():
    assert candidates(SPACE, Observations(), np.random.default_rng(0)) is listed(CellSpace())
    assert len(listed(SPACE)) == 15_625


def test_a_large_space_gives_a_pool_around_the_best(table):
    trials = Observations(tuple(table(a) for a in SPACE.sample(0, 30)))
    pool = candidates(Uncountable(), trials, np.random.default_rng(0))
    best = sorted(trials, key=lambda e: -e.value)[:10]
    near = {b for e in best for b in SPACE.neighbors(e.architecture)}
    assert len(set(pool)) == len(pool) > 1000
    assert len(near & set(pool)) > 100
    assert pool == candidates(Uncountable(), trials, np.random.default_rng(0))
    assert len(candidates(Uncountable(), Observations(), np.random.default_rng(0))) > 1500


def test_random_new_draws_nothing_twice():
    taken = SPACE.sample(1, 50)
    new = random_new(SPACE, taken, np.random.default_rng(1), 500, allow_isomorphic=False)
    names = [functional_form(a) for a in (*taken, *new)]
    assert len(set(names[50:]) - set(names[:50])) == 500


def test_random_new_finds_the_last_one_and_then_nothing():
    cells = tuple(Tiny())
    rng = np.random.default_rng(0)
    assert random_new(Tiny(), cells[:2], rng, 5, allow_isomorphic=True) == cells[2:]
    assert random_new(Tiny(), cells, rng, 1, allow_isomorphic=True) == ()


def test_novelty_with_and_without_isomorphism():
    a = SPACE.parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|")
    b = SPACE.parse("|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|")
    assert functional_form(a) == functional_form(b)
    assert not Novelty([a], allow_isomorphic=False).claim(b)
    assert Novelty([a], allow_isomorphic=True).claim(b)
