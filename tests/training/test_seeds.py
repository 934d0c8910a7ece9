import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from nbnas.errors import ArchitectureError, SettingError, TrainingError
from nbnas.graphs.spaces.cell import CellSpace, cell
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.training import seeds as module
from nbnas.training.data.images import digits, from_arrays
from nbnas.training.optimizers.optimizer import AdamW
from nbnas.training.schedule import Cosine
from nbnas.training.seeds import train_seeds
from nbnas.training.trainer import Trainer

CELL = cell(
    ["nor_conv_1x1", "avg_pool_3x3", "nor_conv_3x3", "skip_connect", "none", "skip_connect"]
)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 3
    images = rng.normal(size=(200, 6, 6)) + labels[:, None, None]
    return from_arrays("toy", images, labels, train=90, validation=60)


def recipe(data, **settings):
    return Trainer(data, **{"epochs": 2, "channels": 3, "device": "cpu", **settings})


FIGURES = ("train_loss", "train_accuracy", "val_loss", "val_accuracy", "learning_rate")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"label_smoothing": 0.1, "momentum": 0.0},
        {"schedule": Cosine(), "cells": 2},
        {"decay_all": False, "weight_decay": 0.1},
        {"optimizer": AdamW(), "decay_all": False, "learning_rate": 0.001},
    ],
)
def test_gives_what_the_trainer_gives(data, settings):
    trainer = recipe(data, **settings)
    for mine in train_seeds(trainer, CELL, (3, 1)):
        theirs = trainer(CELL, seed=mine.seed)
        for ours, reference in zip(mine.reports, theirs.reports, strict=True):
            for name in FIGURES:
                expected = getattr(reference, name)
                assert getattr(ours, name) == pytest.approx(expected, rel=1e-3, abs=1e-3), name
        assert mine.measured == pytest.approx(dict(theirs.measured), rel=1e-3, abs=1e-3)
        assert (mine.parameters, mine.multiply_adds) == (theirs.parameters, theirs.multiply_adds)


def test_a_genotype_gives_what_the_trainer_gives(data):
    trainer = recipe(data, epochs=1, channels=2, batch_size=90)
    genotype = DartsSpace(("skip_connect", "max_pool_3x3")).sample(0, 1)[0]
    for mine in train_seeds(trainer, genotype, (3, 1)):
        theirs = trainer(genotype, seed=mine.seed)
        assert mine.value == pytest.approx(theirs.value, abs=1e-3)
        assert mine.reports[-1].train_loss == pytest.approx(theirs.reports[-1].train_loss, 1e-3)
        assert (mine.parameters, mine.multiply_adds) == (theirs.parameters, theirs.multiply_adds)


@pytest.mark.slow
def test_after_a_whole_training_the_means_agree():
    """Rounding makes single trainings drift apart; their accuracies must not differ on average."""
    trainer = recipe(digits(), epochs=6, channels=4)
    cells, seeds = CellSpace().sample(2, 3), (0, 1, 2)
    mine = [e.value for a in cells for e in train_seeds(trainer, a, seeds)]
    theirs = [trainer(a, seed=seed).value for a in cells for seed in seeds]
    assert np.mean(mine) == pytest.approx(np.mean(theirs), abs=0.02)


def test_evaluations_say_what_was_measured(data):
    first, second = train_seeds(recipe(data), CELL, (5, 6))
    assert (first.seed, second.seed) == (5, 6)
    assert first.value == first.reports[-1].val_accuracy != second.value
    assert [report.epoch for report in first.reports] == [1, 2]
    assert 0 < first.test <= 1
    assert 0 < first.seconds == first.reports[-1].seconds
    assert first.reports[0].images_per_second > 0


def test_numbers_are_whole_images(data):
    for found in train_seeds(recipe(data), CELL, (0, 1, 2)):
        for accuracy, images in ((found.value, 60), (found.test, 50)):
            assert accuracy * images == pytest.approx(round(accuracy * images), abs=1e-9)


def test_the_same_seeds_give_the_same_numbers(data):
    def numbers():
        return [
            (e.value, e.test, *(r.val_loss for r in e.reports))
            for e in train_seeds(recipe(data), CELL, (0, 1))
        ]

    assert numbers() == numbers()


def test_torchs_own_state_is_left_alone(data):
    torch.manual_seed(0)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    train_seeds(recipe(data, threads=1), CELL, (0,))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.get_num_threads() == threads


def test_what_cannot_be_trained_so_is_refused(data):
    with pytest.raises(SettingError, match=r"at least 1 of them.*a seed"):
        train_seeds(recipe(data), CELL, ())
    settings = {"augment": torch.nn.Identity(), "mix": v2.Identity(), "ema": 0.9, "patience": 2}
    for name, value in (settings | {"clip": 1.0, "test_flip": True}).items():
        with pytest.raises(SettingError, match=f"expected {name} to be .* train them one by one"):
            train_seeds(recipe(data, **{name: value}), CELL, (0,))
    with pytest.raises(ArchitectureError, match="operations on their edges"):
        train_seeds(recipe(data), DagSpace().sample(0, 1)[0], (0,))


def test_a_loss_that_is_no_number_ends_it(data, monkeypatch):
    monkeypatch.setattr(
        module, "losses_of", lambda *args: torch.full((2,), torch.nan).requires_grad_()
    )
    with pytest.raises(TrainingError, match=r"finite losses, got nan .* seed 4"):
        train_seeds(recipe(data), CELL, (4, 5))


def test_an_optimizer_that_sees_several_weights_at_once_is_refused(data):
    class Other:
        def usual(self, *, text):
            return {"learning_rate": 0.1, "weight_decay": 0.0}

        def build(self, network, steps):
            return torch.optim.SGD(network.parameters(), steps.learning_rate)

    trainer = recipe(data, optimizer=Other())
    assert trainer(CELL).status == "completed"
    with pytest.raises(SettingError, match=r"optimizer to be SGD\(\) or AdamW\(\).*one by one"):
        train_seeds(trainer, CELL, (0,))
