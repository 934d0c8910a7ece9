import dataclasses
import pickle

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import cell
from nbnas.records.measure import ACCURACY, BALANCED_ACCURACY, BITS_A_CHARACTER, LOG_LOSS
from nbnas.training.data.images import digits, from_arrays
from nbnas.training.networks.network import Cell
from nbnas.training.schedule import Cosine
from nbnas.training.trainer import Trainer

CONV = cell(["nor_conv_3x3"] * 6)
LIGHT = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "none"])


@pytest.fixture(scope="module")
def data():
    return digits(train=120, validation=100)


def small(data, **settings):
    return Trainer(data, **{"epochs": 2, "device": "cpu", **settings})


def figures(evaluation):
    return [
        (r.train_loss, r.train_accuracy, r.val_loss, r.val_accuracy) for r in evaluation.reports
    ]


def test_a_good_cell_learns():
    evaluation = Trainer(digits())(CONV)
    assert evaluation.value > 0.95
    assert evaluation.reports[-1].train_accuracy > 0.95


def test_a_cell_without_a_path_is_at_chance(data):
    evaluation = small(data)(cell(["none"] * 6))
    assert evaluation.value == pytest.approx(0.1, abs=0.02)
    assert evaluation.status == "completed"


@pytest.mark.parametrize("settings", [{}, {"augment": v2.RandomRotation(15)}], ids=str)
def test_same_seed_same_numbers(data, settings):
    trainer = small(data, **settings)
    before = torch.random.get_rng_state()
    a, b, c = trainer(LIGHT, 3), trainer(LIGHT, seed=3), trainer(LIGHT, 4)
    assert figures(a) == figures(b)
    assert figures(a) != figures(c)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("measure", [BALANCED_ACCURACY, LOG_LOSS], ids=str)
def test_the_measure_is_what_is_searched_and_all_are_told(data, measure):
    plain, other = small(data)(LIGHT, 3), small(data, measure=measure)(LIGHT, 3)
    assert figures(plain) == figures(other)
    assert plain.measured == other.measured
    assert [*plain.measured] == [m.name for m in (ACCURACY, BALANCED_ACCURACY, LOG_LOSS)]
    assert plain.value == plain.measured["validation accuracy"]
    assert other.value == other.measured[measure.name] == other.reports[-1].value
    assert other.measured["log loss"] == other.reports[-1].val_loss
    training = small(data, measure=measure, epochs=1).start(LIGHT, 3)
    training.run()
    assert f"epoch 1 of 1, {measure.name} " in repr(training)
    assert small(data, measure=measure).test(LIGHT) == pytest.approx(
        small(data, measure=measure).start(LIGHT, final=True).run().measured[measure.name]
    )


def test_balanced_accuracy_counts_every_class_alike():
    labels = np.repeat([0, 1], [90, 10])[np.random.default_rng(1).permutation(100)]
    images = np.zeros((100, 6, 6))
    unequal = from_arrays("unequal", images, labels, train=50, validation=30)
    found = small(unequal, measure=BALANCED_ACCURACY)(LIGHT)
    assert found.measured["validation accuracy"] in (pytest.approx(0.1), pytest.approx(0.9))
    assert found.value == 0.5  # all pictures are one: a class is right, the other wrong


def test_each_setting_has_an_effect(data):
    plain = figures(small(data)(LIGHT))
    changes = [
        {"epochs": 3},
        {"batch_size": 30},
        {"learning_rate": 0.05},
        {"schedule": Cosine()},
        {"momentum": 0.0},
        {"weight_decay": 0.01},
        {"label_smoothing": 0.1},
        {"channels": 4},
        {"cells": 2},
        {"augment": v2.RandomHorizontalFlip()},
        {"mixed_precision": True},
        {"clip": 0.1},
    ]
    for change in changes:
        assert figures(small(data, **change)(LIGHT)) != plain, change


def test_label_smoothing_raises_the_training_loss_only(data):
    dead = cell(["none"] * 6)
    a, b = (small(data, label_smoothing=s, learning_rate=1e-9)(dead) for s in (0.0, 0.9))
    assert a.reports[0].val_loss == pytest.approx(b.reports[0].val_loss, abs=1e-5)
    assert a.reports[0].train_loss != b.reports[0].train_loss


def test_mixed_precision_learns_on_the_cpu():
    plain, mixed = (
        Trainer(digits(300, 300), epochs=4, device="cpu", mixed_precision=mixed)(CONV)
        for mixed in (False, True)
    )
    assert mixed.value == pytest.approx(plain.value, abs=0.05)
    assert figures(mixed) != figures(plain)


def test_channels_last_gives_the_same_numbers(data):
    a, b = (small(data, channels_last=last, epochs=1)(CONV) for last in (False, True))
    np.testing.assert_allclose(figures(a), figures(b), atol=0.02)


def test_final_trains_on_both_parts_and_tests_on_the_third(monkeypatch):
    images = np.random.default_rng(0).random((80, 6, 6))
    data = from_arrays("toy", images, np.arange(80) % 2, train=34, validation=26)
    sizes = {True: 0, False: 0}
    forward = Cell.forward

    def counting(self, x):
        sizes[self.training] += len(x)
        return forward(self, x)

    monkeypatch.setattr(Cell, "forward", counting)
    trainer = small(data, epochs=1)
    training = trainer.start(LIGHT, final=True)
    value = next(iter(training)).val_accuracy
    assert sizes == {True: 2 * 60, False: 2 * 20 + 2}  # two cells; one image counts multiply-adds
    assert trainer.test(LIGHT) == value
    assert round(value * 20) == pytest.approx(value * 20)
    sizes.update({True: 0, False: 0})
    trainer(LIGHT)
    assert sizes == {True: 2 * 34, False: 2 * 26 + 2}


def test_final_never_looks_at_the_order_of_parts(data):
    assert 0.1 < small(data, epochs=6).test(CONV) <= 1
    swapped = dataclasses.replace(data, name="swapped", val=data.test, test=data.val)
    assert small(swapped)(LIGHT).value != small(data)(LIGHT).value


WRONG = {
    "data": ("digits", "ImageData"),
    "epochs": (0, "whole number from 1"),
    "batch_size": (1, "whole number from 2"),
    "learning_rate": (float("inf"), "number above 0"),
    "schedule": ("cosine", r"a schedule such as OneCycle\(\)"),
    "momentum": (1.0, "from 0 to below 1"),
    "weight_decay": (-1e-4, "a finite number from 0"),
    "label_smoothing": ("0.1", "from 0 to below 1"),
    "channels": (8.0, "whole number from 1"),
    "cells": (True, "whole number from 1"),
    "augment": ("flip", "transform of one image"),
    "mixed_precision": ("false", "None or True or False"),
    "channels_last": (1, "None or True or False"),
    "measure": (BITS_A_CHARACTER.name, "a Measure such as"),
    "clip": (0.0, "finite number above 0"),
    "device": ("tpu", "out of auto, .*cpu"),
}


@pytest.mark.parametrize(("name", "value", "allowed"), [(n, *w) for n, w in WRONG.items()])
def test_wrong_settings_name_what_is_allowed(data, name, value, allowed):
    with pytest.raises(SettingError, match=f"{allowed}.*{name}={value!r}"):
        Trainer(**{"data": data, name: value})


def test_what_only_text_has_is_refused(data):
    for name, value in (("sequence", 16), ("dropout", 0.5)):
        with pytest.raises(SettingError, match=rf"no {name} with pictures.*{name}={value}"):
            small(data, **{name: value})
    with pytest.raises(SettingError, match=r"one of pictures: validation accuracy, .*'bits a cha"):
        small(data, measure=BITS_A_CHARACTER)


def test_start_checks_seed_and_architecture(data):
    for seed in (-1, 2**63, 1.5):
        with pytest.raises(SettingError, match=rf"whole number from 0 to .*seed={seed}"):
            small(data).start(CONV, seed)
    assert type(small(data).start(CONV, np.int64(3)).seed) is int
    with pytest.raises(ArchitectureError, match="conv_9x9"):
        small(data).start(Architecture(("input", "output"), ((0, 1, "conv_9x9"),), "x"))


def test_fingerprint_names_what_changes_results(data):
    trainer = small(data, augment=v2.Compose([v2.RandomHorizontalFlip(0.3)]))
    prints = trainer.fingerprint()
    assert prints["data"] == f"digits {data.fingerprint}"
    assert prints["schedule"] == "OneCycle(warmup=0.3)"
    assert "p=0.3" in prints["augment"]
    assert "\n" not in prints["augment"]
    assert prints["weight_decay"] == "0.0005"
    assert small(data, learning_rate=np.float64(1)).fingerprint()["learning_rate"] == "1"
    later = {"measure", "sequence", "dropout", "clip", "skeleton", "deterministic"}
    later |= {"optimizer", "decay_all", "ema", "patience", "mix", "test_flip", "compile"}
    later |= {"fidelities"}
    assert set(prints) == {f.name for f in dataclasses.fields(trainer)} - {
        *("device", "channels_last", "cuda_graphs"),
        *("network", "operations"),  # told by their sources, where there are any
        *("checkpoint_minutes", "keep_weights"),  # they change no result
        *later,
    }
    changed = small(data, measure=LOG_LOSS, clip=2.0, deterministic=True).fingerprint()
    assert changed.keys() - prints.keys() == {"measure", "clip", "deterministic"}
    kept = small(data, checkpoint_minutes=None, keep_weights=True)
    assert kept.fingerprint() == small(data).fingerprint()
    assert small(data, augment=lambda image: image).fingerprint() == (
        small(data, augment=lambda image: image).fingerprint()
    )
    assert "0x" not in small(data, augment=lambda image: image).fingerprint()["augment"]


def test_pickled_trainer_gives_the_same(data):
    trainer = small(data, epochs=1)
    again = pickle.loads(pickle.dumps(trainer))
    assert again.fingerprint() == trainer.fingerprint()
    assert figures(again(LIGHT)) == figures(trainer(LIGHT))
