"""Searches of settings together with the architecture, with real trainings."""

import json
import shutil
from dataclasses import replace

import pytest

import nbnas as nb
from nbnas.training.export import writing

SPACE = nb.JointSpace(
    nb.CellSpace(),
    learning_rate=nb.Real(1e-3, 1, log=True),
    batch_size=nb.Integer(16, 64, log=True),
    optimizer=nb.Categorical("sgd", "adamw"),
)


@pytest.fixture(scope="module")
def trainer():
    data = nb.digits()
    images, labels = data.train
    few = replace(data, train=(images[:96], labels[:96]))
    return nb.Trainer(few, epochs=2, channels=3, device="cpu")


def by_hand(trainer, architecture, **others):
    """The recipe that has the settings of an architecture, and the architecture without them."""
    settings = dict(architecture.settings)
    word = settings.pop("optimizer")
    optimizer = {"sgd": nb.SGD(), "adamw": nb.AdamW()}[word]
    decay = None if word == "adamw" else trainer.weight_decay
    recipe = replace(trainer, optimizer=optimizer, weight_decay=decay, **settings, **others)
    return recipe, architecture.bare


def test_a_search_trains_by_the_settings(trainer, tmp_path):
    search = nb.Search(
        SPACE, trainer, nb.RegularizedEvolution(initial=2), seed=3, store=tmp_path / "s.db"
    ).run(4)
    for each in search.observations:
        recipe, cell = by_hand(trainer, each.architecture)
        assert recipe(cell, seed=each.seed).value == each.value
    found = search.finish()
    recipe, cell = by_hand(trainer, found.architecture)
    assert found.test == recipe.test(cell, seed=found.seed)
    again = nb.Search(
        SPACE, trainer, nb.RegularizedEvolution(initial=2), seed=3, store=tmp_path / "s.db"
    )
    assert again.observations.architectures == search.observations.architectures
    assert again.observations.incumbent.test == found.test


def test_a_training_goes_on_from_a_checkpoint_of_its_own_settings_only(trainer, tmp_path):
    first, other = SPACE.sample(5, 2)
    other = replace(first, settings=other.settings)
    recipe = replace(trainer, keep_weights=True)
    whole = recipe(first, seed=1)
    training = recipe.start(first, 1).keep(tmp_path / "t")
    next(iter(training))
    training.checkpoint()
    shutil.copy(tmp_path / "t.checkpoint", tmp_path / "u.checkpoint")
    resumed = recipe.start(first, 1).keep(tmp_path / "t").run()
    assert resumed.value == whole.value
    assert recipe.start(other, 1).keep(tmp_path / "u").run().value == recipe(other, seed=1).value


def test_continued_looks_go_on_with_their_settings(trainer, tmp_path):
    looking = replace(trainer, fidelities=nb.Fidelities((1, 2), continued=True))
    scheduler = nb.SuccessiveHalving(nb.RandomSearch(), looking.fidelities, eta=2)
    search = nb.Search(SPACE, looking, scheduler, seed=0, store=tmp_path / "s.db").run(6)
    full = [e for e in search.observations if e.epochs is None]
    assert full
    for each in full:
        recipe, cell = by_hand(looking, each.architecture)
        assert recipe(cell, seed=each.seed).value == each.value


@pytest.mark.slow
def test_processes_train_by_the_settings(trainer):
    search = nb.Search(SPACE, trainer, nb.RandomSearch(), seed=3).run(3, workers=2)
    for each in search.observations:
        recipe, cell = by_hand(trainer, each.architecture)
        assert recipe(cell, seed=each.seed).value == each.value


@pytest.mark.slow
@pytest.mark.parametrize("keep", [False, True])
def test_an_export_is_of_the_settings(trainer, tmp_path, keep, monkeypatch):
    for name in ("program_of", "program_file", "onnx_file"):  # which take seconds each
        monkeypatch.setattr(writing, name, lambda *_: b"")
    monkeypatch.setattr(writing, "CHECKED", ("model.py",))
    recipe = replace(trainer, keep_weights=keep)
    search = nb.Search(SPACE, recipe, nb.RandomSearch(), seed=1, store=tmp_path / "s.db").run(2)
    exported = search.export(tmp_path / "model")
    best = search.best
    own, cell = by_hand(recipe, best.architecture)
    if not keep:
        trained = own.start(cell, best.seed, final=True).run()
        assert exported.accuracy == pytest.approx(trained.value, abs=1e-9)
    card = (tmp_path / "model" / "card.md").read_text("utf-8")
    assert str(best.architecture) in card
    assert exported.parameters == best.parameters


def test_the_lab_s_json_is_plain(trainer):
    (a,) = SPACE.sample(0, 1)
    assert dict(json.loads(a.to_json())["settings"]) == dict(a.settings)
