import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.graphs.spaces.cell import cell
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.trainer import Trainer

CELL = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "none"])


def pictures(colors, side=16):
    images = np.random.default_rng(0).integers(256, size=(90, colors, side, side))
    return nb.from_arrays("noise", images.astype(np.uint8), np.arange(90) % 3, train=40)


@pytest.fixture(scope="module")
def photographs():
    return pictures(3)


def test_every_known_recipe_trains(photographs):
    for recipe in nb.recipes.known:
        small = {"epochs": 1, "channels": 4, "skeleton": None, "device": "cpu"}
        evaluation = recipe(photographs, **small)(CELL)
        assert 0 <= evaluation.value <= 1
        assert recipe.when.endswith(".")


def test_nas_bench_201_is_the_published_one(photographs):
    trainer = nb.recipes.nas_bench_201(photographs)
    said = {name: getattr(trainer, name) for name in ("epochs", "batch_size", "learning_rate")}
    assert said == {"epochs": 200, "batch_size": 256, "learning_rate": 0.1}
    assert (trainer.momentum, trainer.weight_decay, trainer.decay_all) == (0.9, 5e-4, True)
    assert (trainer.optimizer, trainer.schedule) == (nb.SGD(nesterov=True), nb.Cosine())
    assert trainer.augment == CropAndFlip(padding=4)
    assert trainer.skeleton == nb.nas_bench_201_skeleton()
    assert (trainer.label_smoothing, trainer.ema, trainer.clip) == (0, None, None)


def test_strong_moves_and_mirrors_photographs_only(photographs):
    strong = nb.recipes.strong(photographs)
    assert strong.augment == CropAndFlip(padding=1)
    assert nb.recipes.strong(pictures(3, 32)).augment == CropAndFlip(padding=2)
    assert strong.test_flip
    gray = nb.recipes.strong(pictures(1))
    assert gray.augment is None
    assert not gray.test_flip


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="torch has no Muon")
def test_strong_is_better_than_the_default_on_digits():
    data = nb.digits()
    strong, default = (
        trainer(CELL).value for trainer in (nb.recipes.strong(data, epochs=12), Trainer(data))
    )
    assert strong > default


def test_strong_does_without_muon_where_torch_has_none(photographs, monkeypatch):
    monkeypatch.delattr(torch.optim, "Muon", raising=False)
    assert nb.recipes.strong(photographs).optimizer == nb.SGD()


def test_a_study_tells_recipes_apart(photographs):
    found = [recipe(photographs).fingerprint() for recipe in nb.recipes.known]
    found.append(Trainer(photographs).fingerprint())
    assert len({tuple(sorted(told.items())) for told in found}) == len(found)
