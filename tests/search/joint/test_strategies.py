"""Every strategy over architectures with settings."""

import optuna
import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.graphs.spaces.choices import CategoricalSpace, categorical, decisive
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.search.strategies.parameters import parameters_of
from nbnas.search.strategies.tpe import rebuild

CELLS = nb.CellSpace()
SPACE = nb.JointSpace(
    CELLS,
    learning_rate=nb.Real(1e-3, 1, log=True),
    batch_size=nb.Integer(16, 512, log=True),
    optimizer=nb.Categorical("sgd", "adamw"),
)
LISTED = nb.JointSpace(
    CELLS,
    learning_rate=nb.Categorical(1e-3, 1e-2, 1e-1),
    cells=nb.Integer(1, 4),
    optimizer=nb.Categorical("sgd", "adamw"),
)
KINDS = (nb.RandomSearch, nb.RegularizedEvolution, nb.LocalSearch, nb.Tpe, nb.Reinforce)
pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")


def trend(architecture, seed=0):
    """A made-up accuracy that the settings decide: the rate near 0.1, and AdamW."""
    rate = SPACE.box.dimensions[1].to_unit(architecture.setting("learning_rate"))
    good = 1 - abs(rate - 2 / 3) - 0.3 * (architecture.setting("optimizer") == "sgd")
    convolutions = sum("3x3" in operation for _, _, operation in architecture.edges) / 6
    return nb.Evaluation(architecture, 0.3 + good / 2 + convolutions / 10, seed=seed)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_learns_the_settings(kind):
    space = LISTED if kind is nb.Reinforce else SPACE
    search = nb.Search(space, trend, kind(), seed=1).run(60)
    found = search.observations.architectures
    assert all(a in space for a in found)
    assert len(set(found)) == 60
    again = nb.Search(space, trend, kind(), seed=1).run(60).observations.architectures
    assert again == found
    values = search.observations.values
    if kind is not nb.RandomSearch:
        assert values[-20:].mean() > values[:10].mean() + 0.05


def test_bayesian_optimisation_runs_with_a_kernel_over_graphs():
    strategy = nb.BayesianOptimization(initial=5, maximizer=nb.RandomPool(100))
    search = nb.Search(SPACE, trend, strategy, seed=0).run(9)
    assert len(set(search.observations.architectures)) == 9
    assert search.posterior.predict(search.observations.architectures)[0].shape == (9,)


def test_knowledge_of_graphs_starts_a_search_of_both():
    cells = CELLS.sample(0, 200)
    known = nb.Knowledge(("places",), {a: (float(i),) for i, a in enumerate(cells)})
    strategy = nb.BayesianOptimization(initial=4, knowledge=known)
    search = nb.Search(SPACE, trend, strategy, seed=0).run(4)
    best = set(known.best(8))
    assert all(a.bare in best for a in search.observations.architectures)


def test_a_table_without_settings_is_refused_with_the_search():
    cells = CELLS.sample(0, 3)
    table = nb.TabularObjective("three", {str(a): 0.5 for a in cells})
    with pytest.raises(SettingError, match=r"knows no settings.*optimizer"):
        nb.Search(SPACE, table, nb.RandomSearch())
    with pytest.raises(SettingError, match="knows no settings"):
        nb.Search(nb.Subspace(SPACE, SPACE.sample(0, 3)), table, nb.RandomSearch())
    nb.Search(CELLS, table, nb.RandomSearch())
    both = SPACE.sample(0, 3)
    joint = nb.TabularObjective("three", {str(a): 0.1 * i for i, a in enumerate(both)})
    search = nb.Search(nb.Subspace(SPACE, both), joint, nb.RandomSearch()).run(3)
    assert search.best.architecture == both[2]


def test_one_function_with_other_settings_is_new():
    alone = nb.Subspace(CELLS, CELLS.sample(0, 1))
    space = nb.JointSpace(alone, optimizer=nb.Categorical("sgd", "adamw"))
    for kind in KINDS:
        search = nb.Search(space, lambda a, seed: 0.5, kind(), seed=0).run(2)
        assert {a.setting("optimizer") for a in search.observations.architectures} == {
            "sgd",
            "adamw",
        }


def test_a_scheduler_searches_both():
    def objective(architecture, seed=0, epochs=None):
        return trend(architecture).value * (0.5 if epochs == 1 else 1)

    scheduler = nb.SuccessiveHalving(nb.Tpe(initial=3), nb.Fidelities((1, 3)), eta=3)
    objective.fidelities = nb.Fidelities((1, 3))
    search = nb.Search(SPACE, objective, scheduler, seed=0).run(8)
    assert all(e.architecture in SPACE for e in search.observations)


@pytest.mark.parametrize("place", ["memory", "store"])
def test_a_search_goes_on_from_its_store(tmp_path, place):
    store = None if place == "memory" else tmp_path / "s.db"
    whole = nb.Search(SPACE, trend, nb.RegularizedEvolution(initial=4), seed=2).run(15)
    search = nb.Search(SPACE, trend, nb.RegularizedEvolution(initial=4), seed=2, store=store)
    search.run(7)
    if store is not None:
        search = nb.Search(SPACE, trend, nb.RegularizedEvolution(initial=4), seed=2, store=store)
    search.run(15)
    assert search.observations.architectures == whole.observations.architectures
    if store is not None:
        trials = nb.load_trials(store)
        assert list(trials["architecture"]) == [str(a) for a in whole.observations.architectures]
        with pytest.raises(nb.NbnasError, match="setting batch_size"):
            nb.Search(
                nb.JointSpace(CELLS, batch_size=nb.Integer(1, 2)),
                trend,
                search.strategy,
                seed=2,
                store=store,
            )


def test_reinforce_says_at_once_that_a_real_is_no_choice():
    with pytest.raises(SettingError, match=r"got learning_rate=Real.*nbnas|nbnas.*learning_rate"):
        nb.Search(SPACE, trend, nb.Reinforce())
    rest = nb.JointSpace(nb.CnnSpace(), optimizer=nb.Categorical("sgd", "adamw"))
    for kind in (nb.Reinforce, nb.Tpe):
        with pytest.raises(SettingError, match="categorical choices"):
            nb.Search(rest, trend, kind())
        scheduler = nb.Asha(kind(), nb.Fidelities((1, 3)))
        with pytest.raises(SettingError, match="categorical choices"):
            nb.Search(rest, nb.Trainer(nb.digits(), fidelities=nb.Fidelities((1, 3))), scheduler)


def test_choices_go_to_places_and_back():
    space = categorical(LISTED)
    assert isinstance(space, CategoricalSpace)
    assert space.choices[6:] == (("1", "2", "3", "4"), ("0.001", "0.01", "0.1"), ("sgd", "adamw"))
    for a in LISTED.sample(0, 20):
        row = space.encode(a)
        assert space.decode(row) == a
        assert decisive(space, a)[6:] == row[6:]
    with pytest.raises(nb.NbnasError, match="settings below"):
        space.decode((0,) * 6 + (4, 0, 0))
    with pytest.raises(nb.NbnasError, match="settings below"):
        space.decode((0, 0))
    with pytest.raises(nb.NbnasError):
        space.decode((0,) * 8)
    with pytest.raises(nb.NbnasError, match="expected the settings"):
        space.encode(CELLS.sample(0, 1)[0])
    assert joint_space(nb.Subspace(LISTED, LISTED.sample(0, 2))) == LISTED
    assert joint_space(CELLS) is None


def test_optuna_is_told_of_each_setting_as_what_it_is():
    found = parameters_of(SPACE)
    kinds = {name: each for name, each in found.distributions.items() if " " not in name}
    assert kinds == {
        "learning_rate": optuna.distributions.FloatDistribution(1e-3, 1, log=True),
        "batch_size": optuna.distributions.IntDistribution(16, 512, log=True),
        "optimizer": optuna.distributions.CategoricalDistribution(("sgd", "adamw")),
    }
    for a in SPACE.sample(0, 20):
        assert found.architecture(found.params(a)) == a
    trials = nb.Observations(tuple(trend(a) for a in SPACE.sample(0, 5)))
    study = rebuild(SPACE, trials, SPACE.sample(1, 1), seed=0)
    told = [trial.params["learning_rate"] for trial in study.trials]
    assert told[:5] == [a.setting("learning_rate") for a in trials.architectures]


def test_seconds_are_modelled_by_the_settings_too():
    def seconds(a):
        return 1000 / a.setting("batch_size")

    trials = nb.Observations(
        tuple(nb.Evaluation(a, 0.5, seconds=seconds(a)) for a in SPACE.sample(0, 60))
    )
    model = nb.SecondsModel(trials)
    few, many = (
        SPACE.join(
            CELLS.sample(5, 1)[0], {"batch_size": b, "learning_rate": 0.1, "optimizer": "sgd"}
        )
        for b in (20, 400)
    )
    low, high = (model.predict((a,))[0][0] for a in (many, few))
    assert high > 3 * low
