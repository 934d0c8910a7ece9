"""A search space without what was seen."""

import nbnas as nb
from nbnas.graphs.canonical import functional_form
from nbnas.search.strategies.schedulers.unseen import Unseen, without

SPACE = nb.CellSpace()


def test_what_is_left_of_a_space():
    seen = SPACE.sample(0, 200)
    left = without(SPACE, seen, allow_isomorphic=False)
    forms = {functional_form(a) for a in seen}
    expected = [a for a in SPACE if functional_form(a) not in forms]
    assert [*left] == expected
    assert all(functional_form(a) not in forms for a in left.sample(1, 300))
    near = left.neighbors(seen[0])
    assert near == tuple(a for a in SPACE.neighbors(seen[0]) if functional_form(a) not in forms)
    assert all(left.mutate(seen[0], seed) in left for seed in range(20))
    assert seen[0] not in left
    assert seen[0] in SPACE
    assert "x" not in left
    assert left.parse(str(seen[0])) == seen[0]
    assert without(SPACE, (), allow_isomorphic=True) is SPACE
    assert left == without(SPACE, reversed(seen), allow_isomorphic=False)
    one = without(SPACE, seen, allow_isomorphic=True)
    assert len([*one]) == len([*SPACE]) - len(set(seen))


def test_nothing_is_left_of_a_space():
    few = nb.Subspace(SPACE, SPACE.sample(0, 3))
    left = Unseen(few, frozenset(few.members), allow_isomorphic=True)
    assert [*left] == []
    assert set(left.sample(0, 20)) <= set(few.members)  # it has to give something
    assert left.space == SPACE
