import itertools

import numpy as np
import pytest

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import OPERATIONS, CellSpace, operations_of
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.records import Evaluation, Observations
from nbnas.search.search import Search
from nbnas.search.strategies.policy import learn, uniform
from nbnas.search.strategies.reinforce import Reinforce, rewards

SPACE = CellSpace()


class Part:
    """The cells without an average pool: some members of a space."""

    space = SPACE
    size = 4**6

    def __contains__(self, architecture):
        return architecture in SPACE and "avg_pool_3x3" not in architecture.text

    def __iter__(self):
        return (a for a in SPACE if a in self)

    def sample(self, rng, n):
        rng = np.random.default_rng(rng)
        endless = (a for _ in itertools.count() for a in SPACE.sample(rng, 1))
        return tuple(itertools.islice((a for a in endless if a in self), n))


def last_is_best(architecture, seed=0):
    """A made-up accuracy that only one choice decides."""
    good = operations_of(architecture)[5] == "nor_conv_3x3"
    return Evaluation(architecture, 0.9 if good else 0.5, seed=seed)


@pytest.fixture(scope="module")
def observations(table):
    return Observations(tuple(table(a) for a in SPACE.sample(0, 130)))


def test_learns_from_one_observation_after_the_other(observations):
    strategy = Reinforce(learning_rate=0.05, decay=0.7)
    expected = uniform((OPERATIONS,) * 6)
    for evaluation in observations:
        row = [OPERATIONS.index(x) for x in operations_of(evaluation.architecture)]
        expected = learn(expected, row, evaluation.value, learning_rate=0.05, decay=0.7)
    policy = strategy.policy(SPACE, observations)
    assert np.array_equal(policy.logits, expected.logits)
    assert policy.baseline == expected.baseline
    assert policy.updates == 130


@pytest.mark.parametrize("n", [1, 49, 50, 51, 100, 101, 130])
def test_the_policy_is_decided_by_the_observations_alone(observations, n):
    trials = Observations(observations.evaluations[:n])
    cached = Reinforce().policy(SPACE, trials)
    assert np.array_equal(Reinforce().policy(SPACE, trials).logits, cached.logits)
    assert cached.updates == n


def test_concentrates_on_a_choice_that_is_plainly_good():
    search = Search(SPACE, last_is_best, Reinforce(), seed=0).run(120)
    policy = search.strategy.policy(SPACE, search.observations)
    assert policy.probabilities[5, OPERATIONS.index("nor_conv_3x3")] > 0.95
    assert policy.probabilities[:5].max() < 0.9
    assert search.observations.values[-40:].mean() > 0.85
    said = f"after 119 rewards still wavers between about {policy.hesitation:.1f} options"
    assert said in search.proposal.reason


def test_draws_follow_the_policy(observations):
    policy = Reinforce().policy(SPACE, observations)
    strategy = Reinforce(allow_isomorphic=True)
    rng = np.random.default_rng(0)
    drawn = strategy.propose(SPACE, observations, (), 400, rng).architectures
    counts = np.zeros((6, 5))
    for a in drawn:
        counts[range(6), [OPERATIONS.index(x) for x in operations_of(a)]] += 1
    assert np.corrcoef(counts.ravel() / 400, policy.probabilities.ravel())[0, 1] > 0.9


def test_no_credit_for_what_makes_no_difference():
    """The operation of a vertex that the cell lacks is left as it was."""
    space = DagSpace(max_vertices=4)
    trials = Observations(
        (
            Evaluation(space.parse("|0-1"), 0.2),
            Evaluation(space.parse("maxpool3x3|0-1,1-2"), 0.8),
        )
    )
    probabilities = Reinforce().policy(space, trials).probabilities
    assert probabilities[6, 2] > 0.35  # the first inner vertex pools
    assert np.allclose(probabilities[7], 1 / 3)
    assert np.allclose(probabilities[1], [0.5, 0.5, 0])  # the edge to the missing vertex
    assert probabilities[0, 1] > 0.5


def test_rewards_never_change_later():
    cells = SPACE.sample(0, 6)
    values = [None, 0.5, None, 0.3, None, 0.9]
    trials = Observations(
        tuple(
            Evaluation(a, v, "failed" if v is None else "completed")
            for a, v in zip(cells, values, strict=True)
        )
    )
    expected = np.array([np.nan, 0.5, 0.5, 0.3, 0.3, 0.9])
    assert np.array_equal(rewards(trials), expected, equal_nan=True)
    for n in range(6):
        known = Observations(trials.evaluations[:n])
        assert np.array_equal(rewards(known), expected[:n], equal_nan=True)
    assert Reinforce().policy(SPACE, trials).updates == 5


def test_draws_at_random_where_hardly_any_row_fits():
    space = ChainSpace(depth=60)
    trials = Observations(tuple(Evaluation(a, 0.5) for a in space.sample(0, 3)))
    strategy = Reinforce(initial=1)
    proposal = strategy.propose(space, trials, (), 2, np.random.default_rng(0))
    assert proposal.reason.startswith("Drawn at random, since 10,000 draws")
    assert len(set(proposal.architectures) - set(trials.architectures)) == 2


def test_keeps_to_the_members_of_a_part_of_a_space():
    search = Search(Part(), last_is_best, Reinforce(initial=5), seed=0).run(30)
    assert all(a in Part() for a in search.observations.architectures)
    assert "Drawn from the policy" in search.proposal.reason


@pytest.mark.parametrize(
    "wrong",
    [
        {"learning_rate": 0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"decay": 1.0},
        {"decay": -0.1},
    ],
)
def test_refuses_what_cannot_learn(wrong):
    (name,) = wrong
    with pytest.raises(SettingError, match=f"{name} to be a finite number .*{name}={wrong[name]}"):
        Reinforce(**wrong)
