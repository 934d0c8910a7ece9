import dataclasses

import numpy as np
import pytest

from nbnas.errors import ArchitectureError, SettingError, TrainingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.records import Fidelities
from nbnas.records.measure import BALANCED_ACCURACY, LOG_LOSS
from nbnas.search.search import Search
from nbnas.search.strategies.random import RandomSearch
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.images import from_arrays
from nbnas.training.repeated import RepeatedTrainer
from nbnas.training.seeds import train_seeds
from nbnas.training.trainer import Trainer

SPACE = CellSpace()
CELL = SPACE.sample(4, 1)[0]
SEEDS = (3, 1)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 3
    images = rng.normal(size=(200, 6, 6)) + labels[:, None, None]
    return from_arrays("toy", images, labels, train=90, validation=60)


@pytest.fixture(scope="module")
def objective(data):
    return RepeatedTrainer(Trainer(data, epochs=3, channels=3, device="cpu"), SEEDS)


def test_is_the_mean_of_its_trainings(objective):
    each = train_seeds(objective.trainer, CELL, SEEDS)
    found = objective(CELL, seed=9)
    assert found.value == pytest.approx(np.mean([e.value for e in each]))
    assert found.seed == 9
    assert found.test is None  # the search must not see it
    assert (found.parameters, found.multiply_adds) == (each[0].parameters, each[0].multiply_adds)
    for k, report in enumerate(found.reports):
        for name in ("train_loss", "train_accuracy", "val_loss", "val_accuracy"):
            assert getattr(report, name) == pytest.approx(
                np.mean([getattr(e.reports[k], name) for e in each])
            )
    assert objective.test(CELL) == pytest.approx(np.mean([e.test for e in each]))


@pytest.mark.parametrize("measure", [BALANCED_ACCURACY, LOG_LOSS], ids=str)
def test_its_measure_is_that_of_the_trainer(objective, measure):
    trainer = dataclasses.replace(objective.trainer, measure=measure)
    repeated = RepeatedTrainer(trainer, SEEDS)
    training = repeated.start(CELL)
    found = training.run()
    assert (repeated.measure, training.measure) == (measure, measure)
    each = train_seeds(trainer, CELL, SEEDS)
    assert found.value == pytest.approx(np.mean([e.value for e in each]))
    for name in found.measured:
        expected = np.mean([e.measured[name] for e in each])
        assert found.measured[name] == pytest.approx(expected)
    assert found.value == found.measured[measure.name] == found.reports[-1].value
    assert repeated.test(CELL) == pytest.approx(np.mean([e.test for e in each]))
    assert found.measured["validation accuracy"] == objective(CELL).value


def test_is_a_function_of_the_architecture(objective):
    assert objective(CELL, seed=0).value == objective(CELL, seed=1).value


def test_another_one_may_be_trained_in_its_place(objective):
    first = SPACE.sample(5, 1)[0]
    classes = RepeatedTrainer(objective.trainer, SEEDS, lambda architecture: first)
    assert first != CELL
    found = classes(CELL)
    assert (found.architecture, found.value) == (CELL, objective(first).value)
    assert classes.test(CELL) == objective.test(first)
    assert classes.fingerprint()["representative"] != objective.fingerprint()["representative"]


def test_is_live_and_goes_on_where_it_was(objective):
    training = objective.start(CELL, seed=2)
    seen = []
    training.progressed.connect(seen.append)
    first = next(iter(training))
    assert (first.epoch, training.evaluation) == (1, None)
    assert training.run().value == objective(CELL).value
    assert [report.epoch for report in seen] == [1, 2, 3]
    seconds = [report.seconds for report in seen]
    assert seconds == sorted(seconds)
    assert seconds[0] > 0


def test_stops_between_two_epochs(objective):
    training = objective.start(CELL)
    for _ in training:
        training.stop()
    assert len(training.reports) == 1
    with pytest.raises(TrainingError, match="was stopped after 1"):
        training.run()


def test_a_search_trains_and_tests_by_it(objective, tmp_path):
    search = Search(SPACE, objective, RandomSearch(), seed=0, store=tmp_path / "s.db").run(2)
    assert all(e.value == objective(e.architecture).value for e in search.observations)
    assert search.finish().test == objective.test(search.best.architecture)


def test_a_study_remembers_recipe_and_seeds(objective, data):
    other = RepeatedTrainer(objective.trainer, (3, 2))
    changed = dict(set(other.fingerprint().items()) - set(objective.fingerprint().items()))
    assert changed == {"seeds": "[3, 2]"}
    assert objective.fingerprint().items() >= objective.trainer.fingerprint().items()


def test_what_cannot_be_trained_side_by_side_is_refused(objective, data):
    with pytest.raises(SettingError, match=r"at least 1 of them.*a seed"):
        RepeatedTrainer(objective.trainer, ())
    with pytest.raises(SettingError, match="each of it a whole number from 0"):
        RepeatedTrainer(objective.trainer, (0, -1))
    with pytest.raises(SettingError, match="augment"):
        RepeatedTrainer(Trainer(data, augment=CropAndFlip(), device="cpu"))
    with pytest.raises(ArchitectureError):
        objective(DagSpace(max_vertices=3).sample(0, 1)[0])


@pytest.mark.parametrize("continued", [True, False])
def test_it_goes_as_far_as_its_trainer(continued, data):
    fidelities = Fidelities((1, 2, 3), continued)
    settings = {"channels": 3, "device": "cpu"}
    objective = RepeatedTrainer(Trainer(data, fidelities=fidelities, **settings), SEEDS)
    assert objective.fidelities == fidelities
    look, full = objective(CELL, 9, epochs=2), objective(CELL, 9)
    other = RepeatedTrainer(Trainer(data, epochs=3 if continued else 2, **settings), SEEDS)(CELL)
    assert [r.train_loss for r in look.reports] == [r.train_loss for r in other.reports][:2]
    assert look.value == other.reports[1].val_accuracy
    assert {each.epochs for each in look.reports} == {2}
    assert (look.epochs, full.epochs, len(full.reports)) == (2, None, 3)
    with pytest.raises(SettingError, match="out of 1, 2, 3"):
        objective(CELL, epochs=4)


def test_it_goes_on_from_the_end_of_a_look(data, tmp_path):
    fidelities = Fidelities((1, 2, 3), continued=True)
    trainer = Trainer(data, fidelities=fidelities, channels=3, device="cpu")
    objective, whole, made = RepeatedTrainer(trainer, SEEDS), None, []
    whole = objective(CELL, 9)
    for epochs in (1, 2, 2, None):
        training = objective.start(CELL, 9, epochs=epochs).keep(tmp_path / "trial")
        made.append(len(list(training)))
        found = training.evaluation
        assert (found.epochs, len(found.reports)) == (epochs, epochs or 3)
        assert found.seconds <= found.reports[-1].seconds
        assert found.started > 0
    assert made == [1, 1, 0, 1], "it has computed what was computed before"
    assert [r.train_loss for r in found.reports] == [r.train_loss for r in whole.reports]
    assert (found.value, found.measured) == (whole.value, whole.measured)
    assert (found.parameters, found.multiply_adds) == (whole.parameters, whole.multiply_adds)
    assert [each.name for each in tmp_path.iterdir()] == ["trial.checkpoint"]


@pytest.mark.parametrize("change", [{"seeds": (3, 2)}, {"seed": 8}, {"learning_rate": 0.1}])
def test_that_of_others_is_never_taken(change, data, tmp_path):
    fidelities, settings = Fidelities((2, 3), continued=True), {"channels": 3, "device": "cpu"}
    trainer = Trainer(data, fidelities=fidelities, **settings)
    RepeatedTrainer(trainer, SEEDS).start(CELL, 9, epochs=2).keep(tmp_path / "trial").run()
    rate = change.get("learning_rate", trainer.learning_rate)
    other = RepeatedTrainer(
        dataclasses.replace(trainer, learning_rate=rate), change.get("seeds", SEEDS)
    )
    training = other.start(CELL, change.get("seed", 9)).keep(tmp_path / "trial")
    assert len(list(training)) == 3
    (tmp_path / "trial.checkpoint").write_bytes(b"damaged")
    with pytest.warns(UserWarning, match="cannot be used"):
        assert len(list(other.start(CELL, 9).keep(tmp_path / "trial"))) == 3
