"""Several goals and limits over architectures together with settings."""

import nbnas as nb
from nbnas.search.strategies.goals.beliefs import Beliefs

SPACE = nb.JointSpace(nb.CellSpace(), learning_rate=nb.Real(1e-3, 1, log=True))
LATENCY = nb.Measure("latency", "ms", maximize=False, lower=0)


def convolutions(architecture):
    return str(architecture).count("conv")


def objective(architecture, seed=0):
    rate = architecture.setting("learning_rate")
    value = (convolutions(architecture) + 1 - abs(rate - 0.1)) / 8
    return nb.Evaluation(
        architecture, value, measured={"latency": 1.0 + convolutions(architecture)}
    )


FEW = nb.MeasuredBy(convolutions, nb.Measure("convolutions", maximize=False, lower=0))


def test_goals_and_limits_go_with_settings():
    done = nb.Search(
        SPACE,
        objective,
        nb.BayesianOptimization(initial=4),
        goals=(nb.ACCURACY, LATENCY),
        constraints=(nb.at_most(FEW, 3),),
    ).run(9)
    assert len(set(done.observations.architectures)) == 9
    assert max(map(convolutions, done.observations.architectures)) <= 3
    assert done.hypervolume > 0
    assert done.ask().architecture in SPACE


def test_a_limit_of_the_graph_keeps_the_settings_free():
    done = nb.Search(SPACE, objective, nb.RandomSearch(), constraints=(nb.at_most(FEW, 1),)).run(6)
    rates = {e.architecture.setting("learning_rate") for e in done.observations}
    assert len(rates) == 6


def test_the_value_of_a_graph_is_not_that_of_other_settings():
    done = nb.Search(
        SPACE, objective, nb.BayesianOptimization(initial=6), goals=(nb.ACCURACY, LATENCY)
    ).run(6)
    graph = done.observations[0].architecture.bare
    same = [SPACE.join(graph, {"learning_rate": rate}) for rate in (0.01, 0.5)]
    model = nb.GaussianProcess().over(SPACE)
    value = model.fit(done.observations).condition(done.observations)
    beliefs = Beliefs(done.goals, done.observations, (), {nb.ACCURACY.name: value})
    assert (beliefs.latent(nb.ACCURACY, same)[1] > 0).all()
