"""Every model with every acquisition function in every kind of joint space: it works, or says why.

Where there is no gradient (settings that are options, a part of a space, an ensemble, what draws)
candidates are listed or drawn, or climbed from neighbour to neighbour.
"""

from dataclasses import replace

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import ObservationError, SettingError
from nbnas.search.goals.asked import goals_of
from nbnas.search.goals.feasible import feasible
from nbnas.search.maximizers.joint import Drawn
from nbnas.search.strategies.joint import over

FEW = nb.Subspace(nb.CellSpace(), nb.CellSpace().sample(0, 30))
OPTIMIZER = nb.Categorical("sgd", "adamw")
RATE = nb.Real(1e-3, 1, log=True)
SPACES = {
    "numbers": nb.JointSpace(FEW, learning_rate=RATE, optimizer=OPTIMIZER),
    "listed": nb.JointSpace(FEW, optimizer=OPTIMIZER, cells=nb.Integer(1, 3)),
    "options": nb.JointSpace(nb.DagSpace(7), optimizer=OPTIMIZER),
    "limited": nb.JointSpace(FEW, learning_rate=RATE, optimizer=OPTIMIZER),
}
EDGES = nb.Measure("edges", maximize=False)
GOALS = goals_of(
    lambda a, seed=0: 0.5,
    nb.ACCURACY,
    {
        "goals": (nb.ACCURACY, nb.MeasuredBy(lambda a: len(a.edges), EDGES)),
        "constraints": (nb.at_most("edges", 6),),
    },
    SPACES["limited"],
)
LOOKS = nb.Fidelities((1, 3))
SMALL = nb.Automatic(
    large=nb.RandomPool(60), joint=nb.Alternating(starts=1, pool=60, rounds=1, swept=1)
)
OF_ALL = (
    *(nb.LogExpectedImprovement(), nb.ExpectedImprovement(), nb.UpperConfidenceBound()),
    *(nb.ProbabilityOfImprovement(), nb.ThompsonSampling(), nb.ImprovementPerSecond()),
    *(nb.IndependentThompsonSampling(), nb.ParEgo()),
)
OF_PROCESSES = (
    nb.NoisyExpectedImprovement(),
    nb.MaxValueEntropy(draws=3),
    nb.KnowledgeGradient(),
    nb.ImprovementPerSecond(nb.NoisyExpectedImprovement()),
)
DRAWING = (nb.ThompsonSampling(), *OF_PROCESSES)
STRATEGIES = {
    "process": nb.BayesianOptimization(initial=4, maximizer=SMALL),
    "looks": nb.BayesianOptimization(initial=4, maximizer=SMALL, fidelities=LOOKS),
    "ensemble": nb.BayesianOptimization(
        nb.Ensemble(members=3, epochs=30), initial=4, maximizer=SMALL
    ),
}  # one each, so that what is fitted is kept
CASES = [
    *(("process", each, "numbers") for each in (*OF_ALL, *OF_PROCESSES)),
    *(("process", each, "options") for each in OF_PROCESSES),
    *(("process", each, "limited") for each in (OF_ALL[0], *DRAWING)),
    *(("looks", each, "numbers") for each in (OF_ALL[0], *DRAWING)),
    *(("ensemble", each, "numbers") for each in OF_ALL),
    *(("ensemble", OF_ALL[0], kind) for kind in ("listed", "options", "limited")),
]


def worth(a):
    settings = dict(a.settings)
    rate = abs(np.log10(settings.get("learning_rate", 0.1)) + 1)
    return 0.6 + 0.2 * (settings["optimizer"] == "adamw") - 0.1 * rate + 0.005 * len(a.edges)


def trials(space, *, looks=False, goals=None, n=8):
    seen = space.sample(3, n)
    made = [nb.Evaluation(a, worth(a), seconds=1.0 + i) for i, a in enumerate(seen)]
    if looks:
        made += [nb.Evaluation(a, worth(a) - 0.1, epochs=1) for a in seen]
    return nb.Observations(tuple(made), nb.ACCURACY, goals)


@pytest.mark.parametrize(("model", "acquisition", "kind"), CASES, ids=lambda each: str(each)[:32])
def test_it_proposes_something_new(model, acquisition, kind):
    goals = GOALS if kind == "limited" and model != "looks" else None
    space = feasible(SPACES[kind], goals)
    strategy = replace(STRATEGIES[model], acquisition=acquisition)
    strategy = over(strategy, SPACES[kind])  # as a search, which knows the whole space
    seen = trials(space, looks=model == "looks", goals=goals)
    made = [strategy.propose(space, seen, (), 1, np.random.default_rng(5)) for _ in range(2)]
    (chosen,) = made[0].architectures
    assert made[1].architectures == (chosen,)
    assert chosen in space
    assert made[0].epochs == 1 or chosen not in seen.architectures
    assert np.isfinite([c.score for c in made[0].candidates[:1]]).all()


@pytest.mark.parametrize("acquisition", OF_PROCESSES, ids=repr)
def test_an_ensemble_is_refused_at_once_where_a_process_is_needed(acquisition):
    with pytest.raises(SettingError, match="take LogExpectedImprovement"):
        nb.BayesianOptimization(nb.Ensemble(), acquisition)


def test_an_ensemble_is_refused_with_a_rule_that_asks_a_process():
    with pytest.raises(SettingError, match="take KrigingBeliever"):
        nb.BayesianOptimization(nb.Ensemble(), pending=nb.LocalPenalization())
    with pytest.raises(SettingError, match="GaussianProcess"):
        nb.BayesianOptimization(nb.Ensemble(), fidelities=LOOKS)


@pytest.mark.parametrize(
    ("maximizer", "space", "instead"),
    [
        (nb.Exhaustive(), SPACES["numbers"], "RandomPool"),
        (nb.Automatic(joint=nb.Exhaustive()), SPACES["numbers"], "RandomPool"),
        (nb.Alternating(), FEW, "Automatic"),
        (nb.Automatic(large=nb.Alternating()), nb.DagSpace(6), "Automatic"),
    ],
    ids=["listed", "listed within", "settings", "settings within"],
)
def test_a_maximizer_that_cannot_serve_a_space_is_refused_with_the_search(
    maximizer, space, instead
):
    strategy = nb.BayesianOptimization(maximizer=maximizer)
    with pytest.raises(SettingError, match=instead):
        nb.Search(space, lambda a, seed=0: 0.5, strategy)


@pytest.mark.parametrize("acquisition", DRAWING, ids=repr)
def test_what_draws_is_asked_once(acquisition):
    calls = []

    def score(candidates):
        calls.append(len(candidates))
        return np.random.default_rng(len(calls)).random(len(candidates))

    space = SPACES["numbers"]
    found = SMALL.joint.maximize(Drawn(score), space, trials(space), np.random.default_rng(0))
    assert calls == [len(found.architectures)]
    assert 50 < len(found.architectures) <= 60


class TestEnsemble:
    space = SPACES["numbers"]

    def test_learns_from_settings(self):
        seen = trials(self.space, n=40)
        posterior = nb.Ensemble().over(self.space).condition(seen)
        cell = FEW.sample(9, 1)[0]
        good, poor = (
            self.space.join(cell, {"learning_rate": rate, "optimizer": word})
            for rate, word in ((0.1, "adamw"), (0.001, "sgd"))
        )
        mean, _ = posterior.predict((good, poor))
        assert mean[0] > mean[1] + 0.1
        assert len(posterior.latent(())[0]) == 0

    def test_without_a_space_it_refuses_settings(self):
        with pytest.raises(ObservationError, match="over"):
            nb.Ensemble().condition(trials(self.space))
        seen = nb.Ensemble().over(self.space).condition(trials(self.space))
        with pytest.raises(ObservationError, match="learning_rate"):
            seen.predict(FEW.sample(0, 1))

    def test_over_a_space_without_settings_it_stays(self):
        ensemble = nb.Ensemble()
        assert ensemble.over(FEW) is ensemble
        own = ensemble.over(self.space)
        assert own.over(self.space) is own
        assert "settings" in repr(own)
        assert "settings" not in repr(ensemble)
        with pytest.raises(SettingError, match="JointSpace"):
            nb.Ensemble(settings=(("learning_rate", RATE),))
