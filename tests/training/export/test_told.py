"""What was trained by another recipe is exported as it was measured."""

import runpy

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

import nbnas
from nbnas.graphs.spaces.cell import cell
from nbnas.training.export import writing
from nbnas.training.export.export import export
from nbnas.training.export.told import trained_in_words

CELL = cell(["nor_conv_1x1", "none", "avg_pool_3x3", "skip_connect", "nor_conv_3x3", "none"])


@pytest.fixture(scope="module")
def data():
    return nbnas.digits(train=300, validation=300)


def here(file, folder, pictures, scratch):
    """What model.py says of the pictures on disk, in this process."""
    module = runpy.run_path(str(folder / file))
    with torch.inference_mode():
        return module["load"]()(torch.from_numpy(np.load(pictures))).numpy()


def trained(data, final=True, **settings):
    trainer = nbnas.Trainer(data, **{"epochs": 2, "device": "cpu", **settings})
    training = trainer.start(CELL, 3, final=final)
    training.run()
    return trainer, training


def test_the_averaged_weights_are_exported(data, lighten, tmp_path):
    pytest.importorskip("onnxscript")
    lighten(writing, "rerun", here)
    trainer, training = trained(data, ema=0.9, mix=v2.MixUp(num_classes=10), decay_all=False)
    made = export(training.evaluation, trainer, tmp_path / "a", training=training)
    assert made.agreement == (("model.py", 1.0),)
    assert made.accuracy == pytest.approx(training.evaluation.value, abs=1 / 1197)
    card = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert "the weights are averages over the steps" in card


def test_the_accuracy_of_files_is_that_of_one_look_at_a_picture(data, lighten, tmp_path):
    pytest.importorskip("onnxscript")
    lighten(writing, "rerun", here)
    trainer, training = trained(data, test_flip=True)
    made = export(training.evaluation, trainer, tmp_path / "a", training=training)
    images, labels = data.test
    with torch.no_grad():
        right = training.network.eval()(images).argmax(1) == labels
    assert made.accuracy == pytest.approx(right.float().mean().item())
    assert made.accuracy != training.evaluation.value
    card = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert "measured pictures with their mirror images, these files do not" in card


def test_it_is_told_which_epoch_counts(data):
    _, training = trained(data, final=False, epochs=3, patience=3)
    assert trained_in_words(training, "pictures") == (
        "3 epochs on pictures, seed 3; the weights are those of the best epoch"
    )
    _, final = trained(data, epochs=1, patience=3)
    assert trained_in_words(final, "pictures") == "1 epoch on pictures, seed 3"
