"""A trainer tells which of its own settings a space may have."""

import pytest
import torch

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.training.following.own import own_settings
from nbnas.training.repeated import RepeatedTrainer

CELLS = nb.CellSpace()


@pytest.fixture(scope="module")
def trainer():
    return nb.Trainer(nb.digits(), device="cpu")


def own(trainer, **dimensions):
    return dict(trainer.own_settings(nb.JointSpace(CELLS, **dimensions)))


def test_values_that_are_inside_are_told(trainer):
    found = own(
        trainer,
        learning_rate=nb.Real(1e-3, 1, log=True),
        batch_size=nb.Integer(16, 256, log=True),
        channels=nb.Integer(9, 12),
        epochs=nb.Categorical(3, 12),
    )
    assert found == {"learning_rate": 0.2, "batch_size": 64, "epochs": 12}
    assert trainer.own_settings(CELLS) == ()


def test_objects_are_told_by_their_words(trainer):
    words = {
        "optimizer": nb.Categorical("adamw", "sgd"),
        "schedule": nb.Categorical("cosine", "one_cycle"),
        "augment": nb.Categorical("crop", "none"),
    }
    assert own(trainer, **words) == {
        "optimizer": "sgd",
        "schedule": "one_cycle",
        "augment": "none",
    }
    other = nb.Trainer(nb.digits(), optimizer=nb.AdamW(), schedule=nb.Cosine(), device="cpu")
    assert own(other, **words)["optimizer"] == "adamw"
    assert own(other, **words)["schedule"] == "cosine"


RATE = nb.Real(1e-3, 1, log=True)


def test_a_rate_goes_with_its_optimiser(trainer):
    both = own(trainer, learning_rate=RATE, optimizer=nb.Categorical("adamw", "sgd"))
    assert both == {"learning_rate": 0.2, "optimizer": "sgd"}


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has no Muon")
def test_a_rate_does_not_go_with_another_optimiser(trainer):
    assert own(trainer, learning_rate=RATE, optimizer=nb.Categorical("adamw", "muon")) == {}


def test_settings_of_a_skeleton_are_its_own():
    skeleton = nb.CellSkeleton(4, 1, 2, "average")
    trainer = nb.Trainer(nb.digits(), skeleton=skeleton, device="cpu")
    space = nb.JointSpace(
        CELLS,
        channels=nb.Integer(2, 8),
        cells=nb.Integer(2, 4),
        reduction=nb.Categorical("max", "average"),
    )
    assert dict(own_settings(trainer, space)) == {"channels": 4, "reduction": "average"}


def test_repeated_trainings_have_those_of_their_trainer(trainer):
    space = nb.JointSpace(CELLS, batch_size=nb.Integer(16, 256))
    assert RepeatedTrainer(trainer, seeds=(0, 1)).own_settings(space) == (("batch_size", 64),)


def test_of_a_network_of_ones_own_they_are_what_the_trainer_follows():
    trainer = nb.Trainer(nb.digits(), network=lambda a, data: None, device="cpu")
    space = nb.JointSpace(CELLS, width=nb.Integer(1, 4), batch_size=nb.Integer(16, 64))
    assert trainer.own_settings(space) == (("batch_size", 64),)
    with pytest.raises(SettingError, match="width"):
        nb.Trainer(nb.digits(), device="cpu").for_space(space)
