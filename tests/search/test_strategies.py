import numpy as np
import pytest
import torch

from nbnas.errors import SettingError
from nbnas.graphs.canonical import functional_form
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.kept import Kept
from nbnas.records import Evaluation, Observations
from nbnas.search.candidates import listed
from nbnas.search.pending import (
    Fantasies,
    KrigingBeliever,
    LocalPenalization,
    Situation,
    believe,
)
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.fits import _checkpoint_below, fitted, fitted_next, fitted_to
from nbnas.search.strategies.random import RandomSearch
from nbnas.search.strategies.strategy import Strategy
from nbnas.surrogate.acquisition.improvement import (
    ExpectedImprovement,
    LogExpectedImprovement,
    UpperConfidenceBound,
)
from nbnas.surrogate.process.prior import GaussianProcess

SPACE = CellSpace()


@pytest.fixture(scope="module")
def observations(table):
    return Observations(tuple(table(a) for a in SPACE.sample(0, 25)))


def propose(strategy, observations, pending=(), n=1, seed=0):
    return strategy.propose(SPACE, observations, pending, n, np.random.default_rng(seed))


@pytest.mark.parametrize("strategy", [RandomSearch(), BayesianOptimization()], ids=["r", "b"])
def test_is_stateless(strategy, observations):
    assert isinstance(strategy, Strategy)
    first = propose(strategy, observations)
    propose(strategy, Observations(observations.evaluations[:15]), seed=1)
    assert propose(strategy, observations).architectures == first.architectures


def test_proposes_the_argmax_of_its_acquisition(observations):
    strategy = BayesianOptimization(acquisition=ExpectedImprovement())
    proposal = propose(strategy, observations)
    posterior = strategy.posterior(observations)
    cells = tuple(SPACE)
    scores = ExpectedImprovement()(*posterior.latent(cells), float(posterior.z.max())).numpy()
    seen = {functional_form(a) for a in observations.architectures}
    best = max(
        (i for i, a in enumerate(cells) if functional_form(a) not in seen), key=lambda i: scores[i]
    )
    assert proposal.architecture == cells[best]
    assert proposal.considered == 15_625
    assert proposal.acquisition == "ExpectedImprovement"
    ranked = [c.score for c in proposal.candidates]
    assert ranked == sorted(ranked, reverse=True)
    assert ranked[0] == pytest.approx(scores[best])
    shown = [c.expected_improvement for c in proposal.candidates]
    assert shown == sorted(shown, reverse=True)  # in accuracy they rank alike


def test_starts_at_random_like_random_search(table):
    few = Observations(tuple(table(a) for a in SPACE.sample(0, 3)))
    strategy = BayesianOptimization(initial=10, spread=False)
    assert propose(strategy, few).architectures == propose(RandomSearch(), few).architectures
    assert "Random cell 4 of 10" in propose(strategy, few).reason


def test_a_batch_spreads_out(observations):
    strategy = BayesianOptimization(acquisition=UpperConfidenceBound(2.0))
    batch = propose(strategy, observations, n=4).architectures
    assert len({functional_form(a) for a in batch}) == 4
    assert propose(strategy, observations, pending=batch[:1]).architectures == batch[1:2]
    assert len(set(propose(BayesianOptimization(), Observations(), n=4).architectures)) == 4


def test_pending_is_believed_at_its_mean(observations):
    prior = fitted(GaussianProcess(), observations, Kept(8))
    cell = SPACE.sample(3, 1)
    before = prior.condition(observations)
    after = believe(Situation(prior, observations, cell))
    assert after.latent(cell)[1] < before.latent(cell)[1]
    assert after.predict(cell)[0] == pytest.approx(before.predict(cell)[0], abs=0.02)


@pytest.mark.parametrize("allow", [True, False])
def test_nothing_twice(observations, allow):
    strategy = BayesianOptimization(allow_isomorphic=allow)
    trials = observations
    for _ in range(8):
        trials = trials + Evaluation(propose(strategy, trials).architecture, 0.5)
    new = [a.text if allow else functional_form(a) for a in trials.architectures[25:]]
    old = [a.text if allow else functional_form(a) for a in trials.architectures[:25]]
    assert len(set(new) - set(old)) == 8


def test_fits_are_decided_by_the_observations_alone(observations):
    """A resumed search repeats the chain of warm starts and finds the same parameters."""
    grown, kept = GaussianProcess(), Kept(100)
    for n in range(8, 26):
        step_by_step = fitted(grown, Observations(observations.evaluations[:n]), kept)
    assert len(kept) == 18
    resumed = fitted(GaussianProcess(), observations, Kept(100))
    assert resumed.noise == step_by_step.noise
    assert np.array_equal(
        resumed.covariance(SPACE.sample(0, 5), SPACE.sample(1, 5)),
        step_by_step.covariance(SPACE.sample(0, 5), SPACE.sample(1, 5)),
    )


def test_many_observations_are_not_fitted_each_time(table):
    cells = CellSpace().sample(3, 235)
    observations = Observations(tuple(table(a) for a in cells))
    chain = [n for n in range(201, 236) if n == _checkpoint_below(n + 1)]
    assert len(chain) == 1
    prior, kept = GaussianProcess(), Kept(100)
    last = fitted(prior, Observations(observations.evaluations[: chain[0]]), kept)
    assert fitted(prior, observations, kept) is last
    before = fitted(prior, Observations(observations.evaluations[: chain[0] - 1]), kept)
    assert last.noise != before.noise


def test_goes_on_when_every_trial_failed(observations):
    failed = Observations(
        tuple(Evaluation(a, None, "failed", error="x") for a in observations.architectures)
    )
    assert propose(BayesianOptimization(), failed).architectures


def test_refuses_to_model_nothing():
    with pytest.raises(SettingError, match="initial to be a whole number from 2"):
        BayesianOptimization(initial=1)
    assert BayesianOptimization().posterior(Observations()) is None


@pytest.mark.parametrize("pending", [1, 7, 255])
def test_a_fit_is_never_late_by_more_than_a_quarter(pending):
    for n in range(2, 2000):
        size = fitted_to(n, pending)
        assert 0.75 * n <= size <= fitted_next(n) <= n
        assert fitted_to(n, 0) == n
    assert {fitted_to(n, pending) for n in range(128, 192)} == {109, 137, 172}


def test_what_was_prepared_is_there_when_it_is_needed(table):
    """And the proposal is the one of a strategy that has prepared nothing."""
    trials = Observations(tuple(table(a) for a in dict.fromkeys(SPACE.sample(0, 60))))
    pending = SPACE.sample(1, 3)
    prepared, other = BayesianOptimization(), BayesianOptimization()
    prepared.prepare(SPACE, trials.first(fitted_to(len(trials), 3)))
    fits, solved = len(prepared.kept), len(prepared.prior.table.solved)
    assert fits > 0
    assert solved == 2
    found, expected = (
        each.propose(SPACE, trials, pending, 1, np.random.default_rng(0))
        for each in (prepared, other)
    )
    assert len(prepared.kept) == fits
    assert len(prepared.prior.table.solved) == solved
    assert found == expected


def test_nothing_is_prepared_while_there_is_no_model(table):
    strategy = BayesianOptimization(initial=10)
    strategy.prepare(SPACE, Observations(tuple(table(a) for a in SPACE.sample(0, 4))))
    assert len(strategy.kept) == 0


def test_a_space_that_cannot_be_listed_is_prepared_for_by_fits(table):
    strategy, space = BayesianOptimization(initial=4), ChainSpace()
    trials = Observations(tuple(Evaluation(a, 0.5) for a in space.sample(0, 12)))
    strategy.prepare(space, trials)
    assert len(strategy.kept) > 0
    assert len(strategy.prior.table.solved) == 0


@pytest.mark.parametrize("rule", [KrigingBeliever(), Fantasies(3), LocalPenalization()])
def test_known_candidates_change_no_proposal(table, rule):
    trials = Observations(tuple(table(a) for a in dict.fromkeys(SPACE.sample(0, 40))))
    model, cells = GaussianProcess().fit(trials.first(35)), listed(SPACE)
    found = []
    for known in (None, cells):
        situation = Situation(model, trials, SPACE.sample(1, 3), 35, known)
        scorer = rule.scorer(LogExpectedImprovement(), situation, np.random.default_rng(0))
        found.append(scorer(cells))
    assert torch.equal(*found)
