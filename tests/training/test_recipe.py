"""The settings of a recipe: what they are by default, what goes together, what is remembered."""

import pickle

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot
from torchvision.transforms import v2

from nbnas.errors import SettingError
from nbnas.graphs.spaces.cell import cell
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.books import from_text
from nbnas.training.data.images import digits
from nbnas.training.measure import evaluate
from nbnas.training.optimizers.optimizer import SGD, AdamW, Muon
from nbnas.training.schedule import LinearDecay, Warmup
from nbnas.training.trainer import Trainer
from nbnas.training.usual import LATER

CELL = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "none"])
HAS_MUON = hasattr(torch.optim, "Muon")
needs_muon = pytest.mark.skipif(not HAS_MUON, reason="torch has no Muon")
CHANGES = [
    {"optimizer": AdamW()},
    {"optimizer": SGD(nesterov=False)},
    pytest.param({"optimizer": "Muon"}, marks=needs_muon),
    {"decay_all": False, "weight_decay": 0.05},
    {"ema": 0.9},
    {"patience": 1, "epochs": 9},
    {"mix": v2.MixUp(num_classes=10)},
    {"mix": v2.CutMix(num_classes=10)},
    {"augment": CropAndFlip(1, flip=False, cutout=3)},
    {"test_flip": True},
    {"schedule": Warmup(LinearDecay(), 0.2)},
]


@pytest.fixture(scope="module")
def data():
    return digits(train=120, validation=100)


@pytest.fixture(scope="module")
def text():
    return from_text("to be or not to be, that is the question\n" * 30)


def small(data, **settings):
    if settings.get("optimizer") == "Muon":
        settings = settings | {"optimizer": Muon()}
    return Trainer(data, **{"epochs": 2, "device": "cpu", **settings})


def figures(evaluation):
    return [(r.train_loss, r.val_loss) for r in evaluation.reports]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_each_setting_has_an_effect_that_a_seed_repeats(data, change):
    trainer = small(data, **change)
    before = torch.random.get_rng_state()
    found = figures(trainer(CELL, 3))
    assert torch.equal(before, torch.random.get_rng_state())
    assert found != figures(small(data)(CELL, 3))
    assert found == figures(trainer(CELL, 3))
    assert found == figures(pickle.loads(pickle.dumps(trainer))(CELL, 3))


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_study_remembers_what_is_not_by_default(data, change):
    plain, changed = (small(data, **some).fingerprint() for some in ({}, change))
    assert plain != changed
    assert {*plain} <= {*changed}
    assert not {*plain} & {*LATER}
    assert all(" at 0x" not in told and "\n" not in told for told in changed.values())


def test_defaults_depend_on_data_and_optimizer(data, text):
    assert (small(data).optimizer, small(text).optimizer) == (SGD(), AdamW())
    rates = [small(data, optimizer=each).learning_rate for each in (SGD(), AdamW())]
    assert rates == [0.2, AdamW().usual(text=False)["learning_rate"]]
    assert small(text, optimizer=SGD()).weight_decay == SGD().usual(text=True)["weight_decay"]
    given = small(data, optimizer=AdamW(), learning_rate=0.5)
    assert given.learning_rate == 0.5
    assert "learning_rate" in repr(given)
    assert "learning_rate" not in repr(small(data, optimizer=AdamW()))


@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": SGD()},
        {"ema": 0.9},
        {"patience": 1},
        {"decay_all": False, "weight_decay": 0.5},
        pytest.param({"optimizer": "Muon"}, marks=needs_muon),
        {"schedule": Warmup()},
    ],
    ids=str,
)
def test_text_is_trained_with_them_too(text, change):
    settings = {"epochs": 3, "batch_size": 4, "channels": 8}
    found = small(text, **settings, **change)(lstm(), 1)
    again = small(text, **settings, **change)(lstm(), 1)
    assert figures(found) == figures(again)
    if "patience" not in change:
        assert figures(found) != figures(small(text, **settings)(lstm(), 1))


@pytest.mark.parametrize(
    "change", [{"mix": v2.MixUp(num_classes=10)}, {"test_flip": True}], ids=str
)
def test_text_is_neither_mixed_nor_mirrored(text, change):
    (name,) = change
    with pytest.raises(SettingError, match=f"expected no {name} with text, .* leave it out"):
        small(text, **change)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"optimizer": torch.optim.SGD}, r"an optimiser such as AdamW\(\), .*; call the class"),
        ({"optimizer": "adam"}, "an optimiser such as"),
        ({"decay_all": 1}, "decay_all to be True or False"),
        ({"ema": 1}, "ema to be None or a finite number above 0 and below 1"),
        ({"ema": 0.0}, "ema to be None or"),
        ({"patience": 0}, "patience to be None or a whole number from 1"),
        ({"mix": "mixup"}, "mix to be None or a transform of a batch"),
        ({"mix": v2.CutMix(num_classes=3)}, "expected mix to give images"),
        ({"test_flip": None}, "test_flip to be True or False"),
    ],
)
def test_wrong_settings_are_refused(data, change, expected):
    with pytest.raises(SettingError, match=expected):
        small(data, **change)


def test_of_a_mixed_picture_the_class_that_it_shows_most_of_is_right(data):
    def next_class(images, labels):
        return images, 0.6 * one_hot((labels + 1) % 10, 10) + 0.4 * one_hot(labels, 10)

    def linear(architecture, data):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, data.classes))

    still = {"epochs": 1, "learning_rate": 1e-30, "network": linear, "mix": next_class}
    training = small(data, **still).start(CELL, 1)
    report = next(iter(training))
    images, labels = data.train
    with torch.no_grad():
        scores = training.network(images)
    right = scores.argmax(1) == (labels + 1) % 10
    assert report.train_accuracy == pytest.approx(right.float().mean().item())
    shares = 0.6 * one_hot((labels + 1) % 10, 10) + 0.4 * one_hot(labels, 10)
    assert report.train_loss == pytest.approx(cross_entropy(scores, shares).item(), rel=1e-5)


def test_in_tests_a_picture_and_its_mirror_image_have_one_answer(data):
    training = small(data, test_flip=True, epochs=1, learning_rate=0.02).start(CELL, 1)
    report = next(iter(training))
    images, labels = data.val
    with torch.no_grad():
        network = training.network.eval()
        scores = (network(images) + network(images.flip(3))) / 2
    loss = cross_entropy(scores, labels).item()
    assert report.val_loss == pytest.approx(loss, rel=1e-4)
    assert report.val_accuracy == pytest.approx((scores.argmax(1) == labels).float().mean().item())
    mirrored = evaluate(training.network, (images.flip(3), labels), 10, flip=True)
    torch.testing.assert_close(mirrored, evaluate(training.network, data.val, 10, flip=True))
