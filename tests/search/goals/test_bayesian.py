"""Bayesian optimisation for several goals and limits."""

import warnings

import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.graphs.canonical import functional_form
from nbnas.search.strategies.goals.beliefs import Beliefs

SPACE = nb.CellSpace()
LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)
BAYES = nb.BayesianOptimization(initial=4)


def convolutions(architecture):
    return str(architecture).count("conv_3x3") + 0.4 * str(architecture).count("conv_1x1")


def accuracy(architecture):
    form = functional_form(architecture)
    return min(form.count("conv_3x3") + 0.3 * form.count("pool"), 6) / 6.5


def objective(architecture, seed=0):
    return nb.Evaluation(
        architecture, accuracy(architecture), measured={"latency": 1 + convolutions(architecture)}
    )


KNOWN = nb.MeasuredBy(convolutions, nb.Measure("convolutions", maximize=False, lower=0))


def search(strategy=BAYES, seed=0, **wanted):
    return nb.Search(SPACE, objective, strategy, seed=seed, **wanted)


def truth():
    cells = tuple(SPACE)
    return np.array([[accuracy(c), -convolutions(c)] for c in cells])


@pytest.mark.parametrize("goal", [LATENCY, KNOWN], ids=["believed", "known"])
def test_more_is_dominated_than_by_random_search(goal):
    reference = {"goals": nb.Goals((nb.ACCURACY, LATENCY), reference=(0.0, 8.0))}
    if goal is KNOWN:
        goals = nb.Goals((nb.ACCURACY, KNOWN.measure), (KNOWN,), reference=(0.0, 7.0))
        reference = {"goals": goals}
    found, drawn = (
        search(strategy, **reference).run(25).hypervolume
        for strategy in (BAYES, nb.RandomSearch())
    )
    assert found > drawn


def test_a_known_goal_needs_no_model_and_its_trials_tell_it():
    done = search(goals=(nb.ACCURACY, KNOWN)).run(8)
    assert all(e.measured["convolutions"] == convolutions(e.architecture) for e in done.front)
    assert done.proposal.candidates
    assert np.isfinite([c.score for c in done.proposal.candidates]).all()


def test_the_reason_tells_of_all_goals_and_of_limits():
    limit = nb.at_most(LATENCY, 3.0)
    done = search(goals=(nb.ACCURACY, KNOWN), constraints=(limit,)).run(8)
    proposal = done.ask()
    number = convolutions(proposal.architecture)
    assert (
        f"convolutions {KNOWN.measure.text(number, digits=1)} (known), latency" in proposal.reason
    )
    assert "most is expected of it by hypervolume" in proposal.reason
    assert proposal.acquisition == "ExpectedHypervolumeImprovement"
    first = proposal.candidates[0]
    assert [p.measure for p in first.further] == [KNOWN.measure, LATENCY]
    assert (first.further[0].mean, first.further[0].stddev) == (number, 0.0)
    assert 0 < first.feasible <= 1


def test_what_computes_the_same_is_tried_again_only_where_it_is_better_in_a_known_goal():
    done = search(goals=(nb.ACCURACY, KNOWN)).run(20)
    best = {}
    for e in done.observations:
        form = functional_form(e.architecture)
        assert convolutions(e.architecture) < best.get(form, np.inf)
        best[form] = convolutions(e.architecture)


def test_a_batch_holds_different_architectures_and_is_the_same_each_time():
    first, again = (search(goals=(nb.ACCURACY, LATENCY)).run(6).ask(4) for _ in range(2))
    assert len(set(first.architectures)) == 4
    assert first.architectures == again.architectures


def test_a_resumed_search_is_the_uninterrupted_one(tmp_path):
    wanted = {"goals": (nb.ACCURACY, LATENCY), "constraints": (nb.at_most(KNOWN, 4),)}
    whole = search(**wanted).run(9)
    for n in (5, 7, 9):
        part = search(store=tmp_path / "goals.db", study="parts", **wanted).run(n)
    assert part.observations.architectures == whole.observations.architectures
    assert nb.replay(whole, 7).proposal.architecture == whole.observations[7].architecture


@pytest.mark.slow
def test_workers_serve_several_goals():
    done = search(goals=(nb.ACCURACY, LATENCY)).run(10, workers=2)
    assert len(set(done.observations.architectures)) == 10


@pytest.mark.slow
def test_limits_that_only_trainings_tell_are_learnt():
    limit = nb.at_most(LATENCY, 2.5)
    done = search(constraints=(limit,)).run(30)
    met, without = (
        np.mean([e.measured["latency"] <= 2.5 for e in trials][15:])
        for trials in (done.observations, search().run(30).observations)
    )
    assert met > without + 0.3
    best = max(accuracy(c) for c in SPACE if 1 + convolutions(c) <= 2.5)
    assert done.best.value == pytest.approx(best)


def test_while_nothing_is_feasible_what_may_be_is_sought():
    limit = nb.at_most(LATENCY, 1.0)
    done = search(nb.BayesianOptimization(initial=2), seed=3, constraints=(limit,)).run(12)
    assert done.best is not None
    assert done.best.measured["latency"] == 1.0


def test_the_value_may_be_limited_too():
    done = search(goals=(nb.ACCURACY, LATENCY), constraints=(nb.at_least(nb.ACCURACY, 0.3),)).run(
        15
    )
    assert all(e.value >= 0.3 for e in done.front)


def test_three_goals():
    def three(architecture, seed=0):
        told = {"latency": 1 + convolutions(architecture), "memory": len(set(str(architecture)))}
        return nb.Evaluation(architecture, accuracy(architecture), measured=told)

    memory = nb.Measure("memory", "MB", maximize=False)
    done = nb.Search(SPACE, three, BAYES, goals=(nb.ACCURACY, LATENCY, memory)).run(8)
    assert done.hypervolume > 0
    assert len(done.front[0].measured) == 2


def test_failed_trials_do_not_stop_it():
    def failing(architecture, seed=0):
        if "avg_pool" in str(architecture):
            raise ValueError("no pooling here")
        return objective(architecture)

    done = nb.Search(SPACE, failing, BAYES, goals=(nb.ACCURACY, LATENCY)).run(12)
    assert any(e.value is None for e in done.observations)
    assert done.front
    assert all(e.value is not None for e in done.front)


def test_beliefs_of_limits_are_probabilities_of_the_posterior():
    seen = search(goals=(nb.ACCURACY, LATENCY), constraints=(nb.at_most(LATENCY, 2.0),)).run(10)
    observations = seen.observations
    posterior = (
        nb.GaussianProcess().fit(observations.of(LATENCY)).condition(observations.of(LATENCY))
    )
    value = nb.GaussianProcess().fit(observations).condition(observations)
    beliefs = Beliefs(
        seen.goals, observations, (), {nb.ACCURACY.name: value, LATENCY.name: posterior}
    )
    candidates = SPACE.sample(1, 50)
    found = beliefs.log_feasible(candidates).exp().numpy()
    mean, stddev = posterior.latent(candidates)
    draws = mean.numpy() + stddev.numpy() * np.random.default_rng(0).standard_normal((20_000, 50))
    share = np.mean(posterior.warp.inverse(draws.ravel()).reshape(draws.shape) <= 2.0, axis=0)
    np.testing.assert_allclose(found, share, atol=0.02)


def test_volume_is_told_where_it_underflows():
    seen = search(goals=(nb.ACCURACY, LATENCY)).run(10)
    observations, best = seen.observations, nb.Evaluation(SPACE.sample(9, 1)[0], 1.0)
    perfect = observations + nb.Evaluation(best.architecture, 1.0, measured={"latency": 0.0})
    models = {
        m.name: nb.GaussianProcess().fit(perfect.of(m)).condition(perfect.of(m))
        for m in perfect.goals.measures
    }
    scores = Beliefs(seen.goals, perfect, (), models).log_volume(SPACE.sample(2, 100))
    assert torch.isfinite(scores).any()
    assert len(torch.unique(scores)) > 50


def test_looks_and_several_goals_do_not_go_together():
    looks = nb.BayesianOptimization(fidelities=nb.Fidelities((3, 12)))
    with pytest.raises(SettingError, match=r"with fidelities=Fidelities.*leave that out"):
        nb.Search(
            SPACE,
            nb.Trainer(nb.digits(), fidelities=nb.Fidelities((3, 12))),
            looks,
            goals=(nb.ACCURACY, LATENCY),
        )


@pytest.mark.parametrize("rule", [nb.Fantasies(), nb.LocalPenalization()])
def test_a_pending_rule_that_is_not_asked_is_named(rule):
    strategy = nb.BayesianOptimization(pending=rule)
    for wanted in ({"goals": (nb.ACCURACY, KNOWN)}, {"constraints": (nb.at_most(LATENCY, 2),)}):
        with pytest.warns(UserWarning, match=f"no notice of pending={type(rule).__name__}"):
            search(strategy, **wanted)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search(strategy, constraints=(nb.at_most(KNOWN, 2),))  # known: the value alone is modelled


@pytest.mark.slow
def test_parego_finds_more_than_random_search_and_is_log_ei_of_one_goal():
    goals = nb.Goals((nb.ACCURACY, LATENCY), reference=(0.0, 8.0))
    strategy = nb.BayesianOptimization(initial=4, acquisition=nb.ParEgo())
    done = search(strategy, goals=goals).run(25)
    assert done.hypervolume > search(nb.RandomSearch(), goals=goals).run(25).hypervolume
    assert "by scalarization of all goals" in done.ask().reason
    one, log_ei = (
        search(nb.BayesianOptimization(initial=4, acquisition=a)).run(8).observations
        for a in (nb.ParEgo(), nb.LogExpectedImprovement())
    )
    assert one.architectures == log_ei.architectures
    with pytest.raises(SettingError, match="rho"):
        nb.ParEgo(-1)


def test_the_cheapest_corner_is_tried_where_none_of_its_kind_was_seen(monkeypatch):
    """By ranks alone its latency is believed to be hardly below the lowest that was seen."""
    begun = tuple(a for a in SPACE.sample(2, 40) if convolutions(a) > 1.5)[:6]
    strategy = nb.BayesianOptimization(initial=6, first=begun)

    def lowest():
        done = search(strategy, goals=(nb.ACCURACY, LATENCY)).run(15)
        return min(e.measured["latency"] for e in done.observations)

    assert lowest() == 1.0
    monkeypatch.setattr("nbnas.search.strategies.goals.choose.DISTANCES_AT", -1)  # never
    assert lowest() > 2.5
