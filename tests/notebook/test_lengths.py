"""The parameters of looks and of costs: `-p fidelities 3,12`, `-p cost 20`."""

import numpy as np
import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.notebook.lengths import rungs
from nbnas.notebook.schedulers import SCHEDULERS
from nbnas.notebook.search import read_parameters
from nbnas.records import Evaluation, Fidelities

CONTINUED = Fidelities((3, 12), continued=True)
LOOKING = """
import nbnas as nb

def looks(architecture, seed=0, epochs=4):
    return epochs / 10

looks.fidelities = nb.Fidelities((1, 4))
"""


@pytest.fixture
def chosen(defaults):
    def made(**changed):
        return read_parameters(defaults | {"device": "cpu"} | changed)

    return made


def test_by_default_trainings_are_full_and_counted(chosen):
    plain = chosen()
    assert (plain.lengths.count, plain.lengths.budget) == (30, None)
    objective = plain.make_objective()
    assert objective.fidelities is None
    assert plain.make_strategy(objective).fidelities is None
    assert not {"looks", "cost"} & {one.what for one in plain.choices(objective)}
    assert "looks" not in plain.study_name


@pytest.mark.parametrize("data", ["digits", "nas-bench-digits"])
def test_looks_go_on_to_full_trainings(chosen, data):
    looking = chosen(data=data, fidelities="3,12")
    objective = looking.make_objective()
    assert objective.fidelities == CONTINUED
    assert objective.fingerprint().keys() - chosen(data=data).make_objective().fingerprint().keys()
    assert looking.make_strategy(objective).fidelities == CONTINUED
    assert not hasattr(looking.make_baseline(), "fidelities")
    assert (looking.epochs, looking.lengths.count, looking.lengths.budget) == (12, None, 30.0)
    assert "12-epochs-looks-3-seed-0" in looking.study_name
    assert "looks-3" in looking.baseline_name
    said = {one.what: one.chosen for one in looking.choices(objective)}
    assert (said["looks"], said["cost"]) == ("3 of 12 epochs", "30")
    assert bool(looking.read_truths()) == (data == "nas-bench-digits")
    assert chosen(fidelities="3,12", epochs=12).study_name == chosen(fidelities="3,12").study_name


def test_a_cost_is_a_limit_of_its_own(chosen):
    limited = chosen(cost=4.5)
    assert (limited.lengths.count, limited.lengths.budget) == (None, 4.5)
    assert chosen(fidelities="3,12", cost=20).lengths.budget == 20


def test_a_search_of_looks_costs_as_much_as_its_trials_would(chosen, tmp_path):
    looking = chosen(data="digits", fidelities="2,4", trials=5, initial=2)
    trainer = nb.Trainer(nb.digits(200, 100), channels=2, fidelities=Fidelities((2, 4), True))
    space = nb.Subspace(nb.CellSpace(), nb.CellSpace().sample(0, 30))
    search = nb.Search(space, trainer, looking.make_strategy(trainer), seed=1)
    search.run(looking.lengths.count, cost=looking.lengths.budget)
    assert 4 < search.spent <= 5  # the next would have been a whole training
    baseline = nb.Search(space, trainer, looking.make_baseline(), seed=1)
    looking.share_trainings(search, baseline)
    known = {(e.architecture, e.seed, e.value) for e in search.observations.full}
    shared = [(e.architecture, e.seed, e.value) for e in baseline.observations]
    assert set(shared) <= known, "a look is no training of the baseline's"
    assert all(e.epochs is None for e in baseline.observations)


WRONG = ("3", "12,3", "3,3", "a,b", "3;12", "0,12", 3, (3, 12), None, True)


@pytest.mark.parametrize("wrong", WRONG)
def test_other_lengths_are_refused(chosen, wrong):
    with pytest.raises(SettingError, match=r"fidelities: expected epochs of looks .*as 3,12"):
        chosen(fidelities=wrong)


@pytest.mark.parametrize("wrong", [-1, "20", True, np.inf, None])
def test_other_costs_are_refused(chosen, wrong):
    with pytest.raises(SettingError, match="cost: expected a number of full trainings"):
        chosen(cost=wrong)


def test_what_does_not_go_with_looks_is_said(chosen):
    with pytest.raises(SettingError, match="last of them to be the epochs of a full training, 9"):
        chosen(fidelities="3,12", epochs=9)
    with pytest.raises(SettingError, match="fidelities: expected a scheduler with strategy evol"):
        chosen(fidelities="3,12", strategy="evolution")


def test_an_objective_of_ones_own_offers_them_itself(chosen, in_own):
    (in_own / "looking.py").write_text(LOOKING)
    made = chosen(objective="looking.py:looks", space="cells", fidelities="1,4")
    objective = made.make_objective()
    assert made.make_strategy(objective).fidelities == Fidelities((1, 4))
    cell = nb.CellSpace().sample(0, 1)[0]
    search = nb.Search(nb.CellSpace(), objective, made.make_strategy(objective))
    search.ask()
    assert search.step().evaluation.epochs == 1
    assert isinstance(Evaluation(cell, objective(cell, epochs=1)), Evaluation)
    with pytest.raises(SettingError, match="those of your objective, which has 1,4"):
        chosen(objective="looking.py:looks", space="cells", fidelities="2,4")
    with pytest.raises(SettingError, match="those of your objective, which has none"):
        chosen(objective="my_own.py:train", space="cells", fidelities="2,4")


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [(12, (1, 4, 12)), (2, (1, 2)), (3, (1, 3)), (60, (2, 6, 20, 60)), (100, (3, 11, 33, 100))],
)
def test_lengths_for_a_scheduler_are_thirds(epochs, expected):
    assert rungs(epochs) == expected
    assert Fidelities(rungs(epochs)).full == epochs


@pytest.mark.parametrize("strategy", ["bayes", "random", "evolution"])
@pytest.mark.parametrize("word", SCHEDULERS)
def test_a_scheduler_decides_which_trainings_go_on(chosen, word, strategy):
    scheduled = chosen(data="digits", scheduler=word, strategy=strategy)
    objective = scheduled.make_objective()
    assert objective.fidelities == Fidelities((1, 4, 12), continued=True)
    made = scheduled.make_strategy(objective)
    assert type(made) is SCHEDULERS[word]
    assert made.fidelities == objective.fidelities
    assert type(made.strategy) is type(chosen(strategy=strategy).make_strategy())
    assert f"-looks-thirds-seed-0-{word}-" in scheduled.study_name
    assert (scheduled.lengths.count, scheduled.lengths.budget) == (None, 30)
    said = {one.what: one.chosen for one in scheduled.choices(objective)}
    assert (said["looks"], said["scheduler"]) == ("1, 4 of 12 epochs", SCHEDULERS[word].__name__)


@pytest.mark.slow
@pytest.mark.parametrize("word", SCHEDULERS)
def test_a_scheduled_search_keeps_its_budget(chosen, word, tmp_path):
    scheduled = chosen(data="digits", fidelities="1,2,4", scheduler=word, trials=6, initial=2)
    assert "-looks-1-2-" in scheduled.study_name
    trainer = scheduled.lengths.of(nb.Trainer(nb.digits(200, 100), channels=2, epochs=4))
    space = nb.Subspace(nb.CellSpace(), nb.CellSpace().sample(0, 30))
    search = nb.Search(space, trainer, scheduled.make_strategy(trainer), store=tmp_path / "s.db")
    search.run(scheduled.lengths.count, cost=scheduled.lengths.budget)
    assert 5 < search.spent <= 6 + 1e-9
    assert {1, 2, None} <= {e.epochs for e in search.observations}
    seeds = {}
    for e in search.observations:
        assert seeds.setdefault(e.architecture, e.seed) == e.seed
    search.finish()
    assert [file.name for file in tmp_path.iterdir()] == ["s.db"]


def test_what_does_not_go_with_a_scheduler_is_said(chosen, in_own):
    for wrong in ("bohb", 3, None):
        with pytest.raises(SettingError, match="scheduler: expected one of asha, hyperband, halv"):
            chosen(scheduler=wrong)
    with pytest.raises(SettingError, match="scheduler: expected none with epochs 1"):
        chosen(scheduler="asha", epochs=1)
    with pytest.raises(SettingError, match="objective that offers fidelities, which yours does"):
        chosen(objective="my_own.py:train", space="cells", scheduler="asha")
