"""A training with settings is that of the bare architecture by the recipe that has them."""

from dataclasses import replace

import pytest
import torch
from torchvision.transforms import v2

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.following.follow import NAMES, check_followed, following, names_of
from nbnas.training.repeated import RepeatedTrainer

CELLS = nb.CellSpace()
(CELL,) = CELLS.sample(3, 1)
BOOK = nb.from_text("the quick brown fox jumps over the lazy dog\n" * 60)


@pytest.fixture(scope="module")
def trainer():
    data = nb.digits()
    images, labels = data.train
    few = replace(data, train=(images[:128], labels[:128]))
    return nb.Trainer(few, epochs=2, channels=4, device="cpu")


def joint(cell=CELL, **settings):
    return replace(cell, settings=settings)


def figures(evaluation):
    """What a training has found, but for its seconds."""
    reports = [
        (r.train_loss, r.train_accuracy, r.val_loss, r.val_accuracy) for r in evaluation.reports
    ]
    return evaluation.value, dict(evaluation.measured), evaluation.parameters, str(reports)


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        (
            {"learning_rate": 0.03, "batch_size": 32, "weight_decay": 0.01},
            {"learning_rate": 0.03, "batch_size": 32, "weight_decay": 0.01},
        ),
        ({"epochs": 1, "channels": 6, "cells": 2}, {"epochs": 1, "channels": 6, "cells": 2}),
        (
            {"optimizer": "adamw", "learning_rate": 0.003, "schedule": "cosine", "ema": 0.9},
            {
                "optimizer": nb.AdamW(),
                "learning_rate": 0.003,
                "weight_decay": None,
                "schedule": nb.Cosine(),
                "ema": 0.9,
            },
        ),
        (
            {"augment": "crop", "label_smoothing": 0.1, "momentum": 0.5, "decay_all": False},
            {
                "augment": CropAndFlip(1, flip=False),
                "label_smoothing": 0.1,
                "momentum": 0.5,
                "decay_all": False,
            },
        ),
        ({"mix": "none", "clip": 1.0, "patience": 1}, {"clip": 1.0, "patience": 1}),
    ],
    ids=lambda some: " ".join(some),
)
def test_settings_train_as_the_recipe_that_has_them(trainer, settings, changes):
    given = joint(**settings)
    found, expected = trainer(given, seed=4), replace(trainer, **changes)(CELL, seed=4)
    assert figures(found) == figures(expected)
    assert found.architecture == given
    assert figures(trainer(CELL, seed=4)) != figures(found)


def test_settings_of_text(tmp_path):
    recipe = nb.Trainer(BOOK, epochs=1, channels=8)
    (cell,) = nb.RecurrentSpace(nodes=(2, 6)).sample(0, 1)
    settings = {"sequence": 16, "dropout": 0.2, "batch_size": 8, "clip": 0.5}
    assert figures(recipe(joint(cell, **settings))) == figures(replace(recipe, **settings)(cell))


def test_final_trainings_tests_and_range_tests_follow(trainer):
    given, recipe = (
        joint(learning_rate=0.02, batch_size=16),
        replace(trainer, learning_rate=0.02, batch_size=16),
    )
    assert trainer.test(given, seed=1) == recipe.test(CELL, seed=1)
    found = trainer.find_learning_rate(given, steps=20)
    assert found.losses == recipe.find_learning_rate(CELL, steps=20).losses
    assert found.learning_rate == 0.02
    assert trainer.start(given, final=True).trainer == recipe
    assert str(trainer.explain_speed(joint(channels=32)).architecture).endswith("channels=32")


def test_looks_follow(trainer):
    looking = replace(trainer, fidelities=nb.Fidelities((1, 2)))
    given = joint(learning_rate=0.02)
    found = looking(given, epochs=1)
    assert figures(found) == figures(replace(looking, learning_rate=0.02)(CELL, epochs=1))
    with pytest.raises(SettingError, match="got epochs; a Trainer with fidelities"):
        looking(joint(epochs=1))


def test_several_seeds_side_by_side_follow(trainer):
    objective = RepeatedTrainer(trainer, seeds=(0, 1))
    given = joint(learning_rate=0.05, batch_size=32)
    expected = RepeatedTrainer(replace(trainer, learning_rate=0.05, batch_size=32), seeds=(0, 1))
    assert figures(objective(given)) == figures(expected(CELL))
    assert objective(given).architecture == given
    assert objective.test(given) == expected.test(CELL)
    space = nb.JointSpace(CELLS, ema=nb.Categorical(None, 0.9))
    with pytest.raises(SettingError, match=r"setting ema.*train seeds side by side"):
        objective.for_space(space)
    assert objective.estimate(nb.JointSpace(CELLS, epochs=nb.Integer(1, 2))).each


def test_another_optimiser_brings_its_usual_rates(trainer):
    found = following(trainer, joint(optimizer="adamw"))
    assert found == replace(trainer, optimizer=nb.AdamW(), learning_rate=None, weight_decay=None)
    assert found.learning_rate == found.usual["learning_rate"] < trainer.learning_rate
    assert following(trainer, joint(optimizer="sgd")) == trainer
    own = replace(trainer, learning_rate=0.123)
    assert following(own, joint(optimizer="adamw")).learning_rate == 0.123
    mine = replace(trainer, optimizer=nb.AdamW(0.9))
    assert following(mine, joint(optimizer="adamw")).optimizer == nb.AdamW(0.9)
    twice = following(found, joint(optimizer="adamw", learning_rate=0.5))
    assert following(twice, joint(optimizer="adamw", learning_rate=0.5)) == twice


def test_a_skeleton_has_its_channels_and_cells():
    skeleton = nb.CellSkeleton(4, 1, 2, "average")
    recipe = nb.Trainer(nb.digits(), epochs=1, skeleton=skeleton)
    found = following(recipe, joint(channels=8, cells=2, stages=1, learning_rate=0.1))
    assert found.skeleton == replace(skeleton, channels=8, cells=2, stages=1)
    assert found.learning_rate == 0.1
    assert "stages" in names_of(recipe)
    assert "stages" not in names_of(nb.Trainer(nb.digits()))
    with pytest.raises(SettingError, match="stages"):
        check_followed(recipe, nb.JointSpace(CELLS, stages=nb.Integer(1, 8)))


def test_a_network_of_your_own_reads_further_settings():
    seen = []

    def build(architecture, data):
        seen.append(architecture.setting("hidden"))
        hidden = architecture.setting("hidden")
        first = torch.nn.Linear(64, hidden)
        return torch.nn.Sequential(torch.nn.Flatten(), first, torch.nn.Linear(hidden, 10))

    space = nb.JointSpace(
        nb.ChoiceSpace(depth=(1, 2)), hidden=nb.Integer(2, 9), batch_size=nb.Integer(256, 512)
    )
    recipe = nb.Trainer(nb.digits(), epochs=1, network=build)
    search = nb.Search(space, recipe, nb.RandomSearch(), seed=0).run(2)
    assert seen == [e.architecture.setting("hidden") for e in search.observations]
    assert [e.status for e in search.observations] == ["completed"] * 2
    assert recipe.estimate(space).each


SAID = "expected settings that the Trainer has, epochs, batch_size, learning_rate"


@pytest.mark.parametrize(
    ("dimensions", "said"),
    [
        (
            {"lerning_rate": nb.Real(0.1, 1)},
            f"{SAID}.*got lerning_rate; did you mean learning_rate",
        ),
        ({"batchsize": nb.Integer(2, 4)}, "did you mean batch_size"),
        ({"xyz": nb.Integer(2, 4)}, "got xyz$"),
        ({"device": nb.Categorical("cpu")}, "got device"),
        ({"dropout": nb.Real(0, 0.5)}, "got dropout; a Trainer on pictures, which have no use"),
        ({"batch_size": nb.Real(2, 4)}, "batch_size to be a whole number"),
        ({"batch_size": nb.Integer(1, 4)}, r"batch_size=1"),
        ({"learning_rate": nb.Real(-1, 1)}, "learning_rate to be a finite number above 0"),
        ({"learning_rate": nb.Categorical("high")}, "learning_rate to be a finite number"),
        ({"momentum": nb.Real(0, 1)}, "momentum to be .*below 1"),
        (
            {"optimizer": nb.Categorical("sgd", "adam")},
            "words sgd, adamw, muon, got optimizer='adam'",
        ),
        ({"optimizer": nb.Integer(0, 1)}, "words sgd"),
        ({"augment": nb.Categorical("flip")}, "words none, crop"),
        ({"schedule": nb.Categorical(None)}, "words one_cycle"),
    ],
)
def test_a_wrong_setting_is_refused_when_the_search_is_made(trainer, dimensions, said):
    with pytest.raises(SettingError, match=said) as caught:
        nb.Search(nb.JointSpace(CELLS, **dimensions), trainer, nb.RandomSearch())
    assert str(caught.value).startswith(f"setting {next(iter(dimensions))}=")


def test_on_text_settings_of_pictures_are_refused():
    recipe, cells = nb.Trainer(BOOK), nb.RecurrentSpace()
    for name, dimension in {
        "mix": nb.Categorical("none"),
        "augment": nb.Categorical("crop"),
    }.items():
        with pytest.raises(SettingError, match=f"got {name}; a Trainer on text"):
            nb.Search(nb.JointSpace(cells, **{name: dimension}), recipe, nb.RandomSearch())


def test_words_make_what_they_say(trainer):
    assert following(trainer, joint(augment="crop_and_flip")).augment == CropAndFlip(1)
    assert following(trainer, joint(augment="cutout")).augment == CropAndFlip(1, cutout=4)
    assert following(replace(trainer, augment=CropAndFlip()), joint(augment="none")) == trainer
    assert isinstance(following(trainer, joint(mix="mixup")).mix, v2.MixUp)
    assert isinstance(following(trainer, joint(mix="cutmix")).mix, v2.CutMix)
    assert following(trainer, joint(schedule="linear")).schedule == nb.LinearDecay()
    warm = replace(trainer, schedule=nb.Warmup(nb.LinearDecay()))
    assert following(warm, joint(schedule="warmup")) == warm
    assert following(trainer, CELL) is trainer


def test_all_names_are_settings_of_a_recipe(trainer):
    assert all(hasattr(trainer, name) for name in NAMES)


def test_an_estimate_is_of_the_settings(trainer):
    few, many = (
        trainer.estimate(nb.JointSpace(nb.Subspace(CELLS, (CELL,)), epochs=nb.Categorical(epochs)))
        for epochs in (1, 200)
    )
    assert few.each
    assert many.each[0] > 2 * few.each[0]  # of 200 times as much, however busy the machine is
    failing = nb.JointSpace(CELLS, epochs=nb.Integer(1, 2))
    assert trainer.estimate(failing).each
