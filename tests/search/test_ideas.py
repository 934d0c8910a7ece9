import numpy as np

from nbnas.graphs.canonical import functional_form
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.ideas import propose_new, propose_start, trial
from nbnas.search.strategies.random import RandomSearch

SPACE = CellSpace()
LAST = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")
DIFFERENT = [str(cell(["nor_conv_3x3"] * 5 + [operation])) for operation in LAST]


def observed(*values):
    cells = SPACE.sample(0, len(values))
    return Observations(
        tuple(
            Evaluation(a, v, "failed" if v is None else "completed")
            for a, v in zip(cells, values, strict=True)
        )
    )


def start(observations, pending=(), n=1, initial=3):
    rng = np.random.default_rng(7)
    return propose_start(
        SPACE, observations, pending, n, rng, initial=initial, allow_isomorphic=False
    )


def new(ideas, taken=(), n=1, space=SPACE):
    rng = np.random.default_rng(7)
    return propose_new(
        ideas, space, taken, n, rng, allow_isomorphic=False, otherwise="Nothing was new."
    )


def test_starts_with_the_draws_of_random_search():
    for values in ((), (0.5,), (0.5, None)):
        trials = observed(*values)
        plain = RandomSearch().propose(SPACE, trials, (), 2, np.random.default_rng(7))
        assert start(trials, n=2).architectures == plain.architectures
        assert f"Random architecture {len(values) + 1} of 3" in start(trials).reason


def test_ends_the_start_when_there_is_something_to_learn_from():
    pending = SPACE.sample(1, 3)
    assert start(observed(0.1, 0.2, 0.3)) is None
    assert start(observed(0.1), pending[:2]) is None
    assert start(observed(0.1), pending[:1]) is not None
    assert start(observed(), pending).reason.startswith("Random architecture 4, to have")


def test_proposes_the_first_new_ideas():
    cells = tuple(SPACE.parse(text) for text in DIFFERENT)
    ideas = [(cells[0], "a"), (cells[1], "b"), (cells[1], "c"), (cells[2], "d"), (cells[3], "e")]
    proposal = new(iter(ideas), taken=cells[:1], n=2)
    assert proposal.architectures == cells[1:3]
    assert proposal.reason == "b"


def test_asks_no_idea_more_than_it_needs():
    def ideas():
        yield SPACE.parse(DIFFERENT[0]), "good"
        raise AssertionError("asked too often")

    assert new(ideas()).reason == "good"


def test_draws_the_rest_at_random():
    cells = tuple(SPACE.parse(text) for text in DIFFERENT[:2])
    proposal = new([(cells[0], "a")], taken=cells[1:], n=4)
    forms = {functional_form(a) for a in (*proposal.architectures, cells[1])}
    assert len(proposal.architectures) == 4
    assert len(forms) == 5
    assert proposal.reason == "a"
    assert new([(cells[0], "a")], taken=cells).reason == "Nothing was new."


def test_the_random_rest_holds_none_of_the_ideas():
    space = DagSpace(max_vertices=3)
    first, *others = space
    for idea in others:
        proposal = new([(idea, "a")], taken=[first], n=7, space=space)
        assert proposal.architectures[0] == idea
        assert {a.canonical for a in proposal.architectures} == {a.canonical for a in others}
        assert len(proposal.architectures) == len(others)


def test_proposes_nothing_where_everything_is_taken():
    space = DagSpace(max_vertices=3)
    proposal = new([], taken=tuple(space), n=2, space=space)
    assert proposal.architectures == ()
    assert proposal.reason == "Everything is evaluated."


def test_says_a_trial_in_words():
    assert trial(observed(0.5, 0.9123), 1) == "trial 1 (91.2 %)"
    assert trial(observed(0.5, None), 1) == "trial 1 (failed)"
