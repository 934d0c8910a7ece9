import dataclasses
import pickle

import pytest

import nbnas as nb
from nbnas.errors import SettingError, shown
from nbnas.recipes.named import NAMES, NamedRecipe, Setting, by_default
from nbnas.training.trainer import Trainer

OWN = NamedRecipe(
    "own",
    "When it rains.",
    (
        Setting("epochs", 3, "short"),
        Setting("channels", "as many as classes", "wide", of=lambda data: data.classes),
        Setting("decay_all", False, "why not"),
    ),
)


@pytest.fixture(scope="module")
def data():
    return nb.digits(train=100, validation=100)


def test_called_with_data_it_is_a_trainer(data):
    trainer = OWN(data)
    assert (trainer.epochs, trainer.channels, trainer.decay_all) == (3, 10, False)
    changed = {"epochs": 3, "channels": 10, "decay_all": False}
    assert trainer == Trainer(data, **changed)


def test_what_is_changed_wins(data):
    assert OWN(data, epochs=7, device="cpu").epochs == 7
    assert OWN(data, channels=2).channels == 2


def test_an_unknown_setting_is_told_with_near_ones(data):
    with pytest.raises(SettingError, match="got epoch; use epochs"):
        OWN(data, epoch=3)
    with pytest.raises(SettingError, match="got qqq; use epochs, batch_size"):
        OWN(data, qqq=3)


def test_text_is_refused():
    text = nb.from_text("a line of text\n" * 20)
    with pytest.raises(SettingError, match=r"data to be an ImageData .* on text, use a Trainer"):
        OWN(text)


def test_it_says_in_one_line_what_it_sets():
    said = repr(OWN)
    assert said == "NamedRecipe('own', epochs=3, channels=as many as classes, decay_all=no)"


def test_defaults_in_words_are_those_of_a_trainer(data):
    trainer = Trainer(data)
    for name in NAMES:
        value = getattr(trainer, name)
        words = {None: "no", False: "no", True: "yes"}
        plain = value is None or isinstance(value, bool)
        assert by_default(name) == (words[value] if plain else shown(value, 60)), name


def test_a_setting_twice_or_unknown_is_refused():
    with pytest.raises(SettingError, match="every setting once, got epochs, epochs"):
        NamedRecipe("twice", "", (Setting("epochs", 1, ""), Setting("epochs", 2, "")))
    with pytest.raises(SettingError, match="name to be a setting of a Trainer, one of epochs"):
        Setting("epoch", 1, "")
    with pytest.raises(SettingError, match="settings to be a sequence"):
        NamedRecipe("none", "", {"epochs": 3})


def test_it_is_frozen_and_travels():
    with pytest.raises(dataclasses.FrozenInstanceError):
        OWN.name = "other"
    for recipe in nb.recipes.known:
        assert pickle.loads(pickle.dumps(recipe)) == recipe
