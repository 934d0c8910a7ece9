import numpy as np

from nbnas.graphs.canonical import functional_form
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.candidates import (
    Novelty,
    best_evaluated,
    can_be_listed,
    left,
    listed,
    random_new,
)

SPACE = CellSpace()


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
    assert listed(CellSpace()) is listed(CellSpace())
    assert len(listed(SPACE)) == 15_625
    assert can_be_listed(SPACE)
    assert not can_be_listed(CnnSpace())


def test_the_best_evaluated_come_first(table):
    trials = Observations(tuple(table(a) for a in SPACE.sample(0, 30)))
    failed = Evaluation(SPACE.sample(1, 1)[0], None, "failed", error="x")
    best = best_evaluated(trials + failed, 10)
    values = [table(a).value for a in best]
    assert values == sorted((e.value for e in trials), reverse=True)[:10]
    assert best_evaluated(Observations((failed,)), 3) == ()


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


class OneNumbering(CellSpace):
    """Lists two cells and draws a third one, too, as spaces do that list one of each graph."""

    __slots__ = ()
    size = 2

    def __iter__(self):
        return iter(SPACE.sample(0, 2))


def test_what_is_left_is_counted_up_to_what_is_wanted():
    cells = tuple(Tiny())
    for taken, n, expected in ((0, 2, 2), (0, 9, 3), (1, 9, 2), (3, 1, 0)):
        assert left(Tiny(), cells[:taken], n, allow_isomorphic=True) == expected
    assert left(CnnSpace(), (), 7, allow_isomorphic=False) == 7


def test_what_a_space_draws_and_does_not_list_counts_as_left():
    cells = SPACE.sample(0, 3)
    assert left(OneNumbering(), cells, 4, allow_isomorphic=True) == 4
    assert left(OneNumbering(), cells[:2], 4, allow_isomorphic=True) == 0
