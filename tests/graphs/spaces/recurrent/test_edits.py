import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from nbnas.graphs.spaces.recurrent.graph import architecture_of
from nbnas.graphs.spaces.recurrent.recipe import (
    ARITY,
    Node,
    fault,
)
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace, rnn

SPACE = RecurrentSpace()
SMALL = RecurrentSpace((1, 6), 2)
SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS)
def test_neighbors_are_symmetric(seed):
    a = SMALL.sample(seed, 1)[0]
    neighbors = SMALL.neighbors(a)
    assert len(set(neighbors)) == len(neighbors)
    assert a not in neighbors
    for b in neighbors[:: max(len(neighbors) // 15, 1)]:
        assert b in SMALL
        assert a in SMALL.neighbors(b)


def test_neighbors_of_the_vanilla_cell():
    assert len(SPACE.neighbors(rnn())) == 15
    texts = {tuple(b.nodes[2:-1]) for b in SPACE.neighbors(rnn())}
    assert ("linear", "activation_sigm") in texts  # swapped
    assert ("linear", "linear") in texts
    assert all(len(b.nodes) in (5, 6) for b in SPACE.neighbors(rnn()))


def test_mutation_reaches_every_neighbor(rng):
    a = rnn()
    assert {SPACE.mutate(a, rng) for _ in range(400)} == set(SPACE.neighbors(a))


def test_edits_lead_from_the_vanilla_cell_to_every_small_one():
    """Edits connect all cells of up to 3 nodes and one state, counted by brute force."""
    space = RecurrentSpace((1, 3), 1)
    seen, todo = {rnn()}, [rnn()]
    while todo:
        new = set(space.neighbors(todo.pop())) - seen
        seen |= new
        todo += new
    assert seen == set(small_cells())


def small_cells():
    """Every valid recipe of one state and up to 3 nodes, by brute force."""
    names = ("a", "b", "h_new_0")
    for size in (1, 2, 3):
        own = names[-size:]
        nodes = [
            Node(word, sources)
            for word, (fewest, most) in ARITY.items()
            for n in range(fewest, most + 1)
            for sources in (
                itertools.permutations(("x", "h_prev_0", *own), n)
                if word == "blend"
                else itertools.combinations(("x", "h_prev_0", *own), n)
            )
        ]
        options = [
            [n for n in nodes if not set(n.sources) & set(own[i:])]  # earlier ones, and inputs
            for i in range(size)
        ]
        for choice in itertools.product(*options):
            recipe = dict(zip(own, choice, strict=True))
            if fault(recipe) is None:
                yield architecture_of(recipe)
