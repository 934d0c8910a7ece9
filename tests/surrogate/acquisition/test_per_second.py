import math

import numpy as np
import pytest
import torch
from botorch.acquisition.cost_aware import InverseCostWeightedUtility
from botorch.models.deterministic import GenericDeterministicModel

import nbnas as nb
from nbnas.errors import ArchitectureError, SettingError
from nbnas.surrogate.acquisition.improvement import acquisition_scores
from nbnas.surrogate.acquisition.per_second import seconds_model
from nbnas.surrogate.process.fidelity import condition_fidelities

SPACE = nb.CellSpace()
CELLS = SPACE.sample(0, 60)
PRIOR = nb.GaussianProcess()


def value(cell):
    return (6 + str(cell).count("nor_conv") - str(cell).count("none")) / 12


def seconds_of(cell):
    return 10 * 1.5 ** str(cell).count("nor_conv_3x3")


def trial(cell, **given):
    return nb.Evaluation(cell, value(cell), **({"seconds": seconds_of(cell)} | given))


def observed(n=15, **given):
    return nb.Observations(tuple(trial(a, **given) for a in CELLS[:n]))


POSTERIOR = PRIOR.condition(observed())
OTHERS = CELLS[15:]


def scores(acquisition, posterior=POSTERIOR, candidates=OTHERS):
    return acquisition_scores(acquisition, posterior, candidates, np.random.default_rng(0)).numpy()


def test_equals_botorchs_utility_per_cost():
    plain = scores(nb.ExpectedImprovement())
    cost, _ = nb.SecondsModel(POSTERIOR.observations).predict(OTHERS)
    model = GenericDeterministicModel(lambda places: torch.from_numpy(cost)[places.long()])
    utility = InverseCostWeightedUtility(model)
    places = torch.arange(len(OTHERS), dtype=torch.float64)[:, None, None]
    weighed = utility(places, torch.from_numpy(plain)).numpy()
    np.testing.assert_allclose(np.exp(scores(nb.ImprovementPerSecond())), weighed, rtol=1e-6)


def test_quick_ones_of_the_same_improvement_come_first():
    costs = nb.SecondsModel(POSTERIOR.observations).predict(OTHERS)[0]
    gained = scores(nb.ImprovementPerSecond()) - scores(nb.LogExpectedImprovement())
    assert np.argmax(gained) == np.argmin(costs)
    np.testing.assert_allclose(gained, -np.log(costs), rtol=1e-9)


def test_the_power_says_how_much_seconds_count():
    plain, half, whole = (scores(nb.ImprovementPerSecond(power=p)) for p in (0, 0.5, 1))
    assert np.array_equal(plain, scores(nb.LogExpectedImprovement()))
    np.testing.assert_allclose(half, (plain + whole) / 2, rtol=1e-12)


def test_a_budget_cools_it():
    spent = math.fsum(e.seconds for e in POSTERIOR.observations)
    plain, whole = scores(nb.LogExpectedImprovement()), scores(nb.ImprovementPerSecond())
    cooled = scores(nb.ImprovementPerSecond(budget=4 * spent))
    np.testing.assert_allclose(cooled, 0.25 * plain + 0.75 * whole, rtol=1e-9)
    assert np.array_equal(scores(nb.ImprovementPerSecond(budget=spent / 2)), plain)


@pytest.mark.parametrize("base", [nb.ExpectedImprovement(), nb.ProbabilityOfImprovement()])
def test_scores_that_are_no_logarithms_become_some(base):
    found = scores(nb.ImprovementPerSecond(base, power=0))
    np.testing.assert_allclose(np.exp(found), scores(base), rtol=1e-9)


def test_takes_what_asks_the_whole_posterior():
    base = nb.NoisyExpectedImprovement(8)
    costs = nb.SecondsModel(POSTERIOR.observations).predict(OTHERS)[0]
    found = scores(nb.ImprovementPerSecond(base))
    np.testing.assert_allclose(found, scores(base) - np.log(costs), rtol=1e-9)


@pytest.mark.parametrize(
    "observations",
    [
        observed(2),
        observed(seconds=0.0),
        nb.Observations(
            tuple(nb.Evaluation(a, None, "failed", seconds=1.0, error="") for a in CELLS[:13])
            + observed(2).evaluations
        ),
    ],
    ids=["two", "a table without costs", "failed"],
)
def test_without_seconds_it_is_the_improvement_alone(observations):
    posterior = PRIOR.condition(observations)
    assert seconds_model(posterior) is None
    plain = scores(nb.LogExpectedImprovement(), posterior)
    assert np.array_equal(scores(nb.ImprovementPerSecond(), posterior), plain)


@pytest.mark.parametrize(
    "base",
    [
        *(nb.UpperConfidenceBound(), nb.ThompsonSampling(), nb.GrowingUpperConfidenceBound()),
        *(nb.LogExpectedImprovement, "logei", None),
    ],
)
def test_what_may_be_negative_is_refused(base):
    with pytest.raises(SettingError, match="logarithms or never negative"):
        nb.ImprovementPerSecond(base)


def test_what_is_wrong_is_refused():
    with pytest.raises(SettingError, match="power to be a finite number from 0"):
        nb.ImprovementPerSecond(power=-1)
    with pytest.raises(SettingError, match="budget to be None or a finite number above 0"):
        nb.ImprovementPerSecond(budget=0)
    with pytest.raises(ArchitectureError, match="candidates"):
        scores(nb.ImprovementPerSecond(), candidates=["cell"])


def table(costs=True):
    cells = SPACE.sample(5, 150)
    values = {str(a): value(a) for a in cells}
    seconds = {str(a): seconds_of(a) for a in cells} if costs else {}
    return nb.TabularObjective("made", values, costs=seconds)


def searched(acquisition, costs=True, **given):
    objective = table(costs)
    strategy = nb.BayesianOptimization(acquisition=acquisition, initial=5, **given)
    return nb.Search(objective.space, objective, strategy, seed=1)


def test_a_search_takes_it_and_spends_less():
    spent = {}
    for acquisition in (nb.LogExpectedImprovement(), nb.ImprovementPerSecond(power=3)):
        found = searched(acquisition).run(10)
        spent[type(acquisition)] = sum(e.seconds for e in found.observations.evaluations[5:])
    assert spent[nb.ImprovementPerSecond] < 0.8 * spent[nb.LogExpectedImprovement]


def test_a_table_without_costs_is_searched_as_by_the_improvement():
    a, b = (
        searched(x, costs=False).run(8)
        for x in (nb.LogExpectedImprovement(), nb.ImprovementPerSecond())
    )
    assert a.observations.architectures == b.observations.architectures


@pytest.mark.parametrize("pending", [nb.KrigingBeliever(), nb.Fantasies(3)])
def test_pending_trials_have_no_seconds_and_tell_none(pending):
    search = searched(nb.ImprovementPerSecond(), pending=pending).run(6)
    chosen = search.ask(3).architectures
    assert len(set(chosen)) == 3
    assert not set(chosen) & set(search.observations.architectures)


def test_a_search_that_goes_on_is_the_uninterrupted_one(tmp_path):
    def study():
        objective = table()
        strategy = nb.BayesianOptimization(acquisition=nb.ImprovementPerSecond(), initial=5)
        store = tmp_path / "runs.db"
        return nb.Search(objective.space, objective, strategy, seed=1, store=store, study="s")

    study().run(6)
    again = study().run(8)
    whole = searched(nb.ImprovementPerSecond()).run(8)
    assert again.observations.architectures == whole.observations.architectures


def test_looks_tell_of_seconds_where_full_trainings_are_few():
    looks = nb.Observations(
        tuple(trial(a, epochs=1, seconds=seconds_of(a) / 10) for a in CELLS[:15])
    )
    full = nb.Observations(tuple(trial(a) for a in CELLS[:2]))
    below = PRIOR.condition(looks)
    posterior = condition_fidelities(PRIOR, below, full)
    model = seconds_model(posterior)
    assert (len(model.known), model.line.size) == (17, 2)
    costs = np.array([seconds_of(a) for a in OTHERS])
    np.testing.assert_allclose(model.predict(OTHERS)[0], costs, rtol=0.5)
    plain = scores(nb.LogExpectedImprovement(), posterior)
    found = scores(nb.ImprovementPerSecond(), posterior)
    np.testing.assert_allclose(found, plain - np.log(model.predict(OTHERS)[0]), rtol=1e-9)
