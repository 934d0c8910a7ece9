"""The network of a trial is taken from where it is kept, and a training for files goes on."""

import dataclasses
import runpy

import numpy as np
import pytest
import torch

import nbnas
from nbnas.errors import SettingError
from nbnas.training.export import writing
from nbnas.training.export.export import export
from nbnas.training.tasks import pictures

pytest.importorskip("onnxscript")


@pytest.fixture(scope="module")
def trainer():
    data = nbnas.digits(train=600, validation=600)
    return nbnas.Trainer(data, epochs=3, device="cpu", keep_weights=True)


@pytest.fixture
def light(lighten):
    """An export without what takes seconds."""
    lighten(writing, "rerun", here)


def here(file, folder, given, scratch):
    module = runpy.run_path(str(folder / file))
    with torch.inference_mode():
        return module["load"]()(torch.from_numpy(np.load(given))).numpy()


@pytest.fixture
def epochs(monkeypatch):
    computed, evaluate = [], pictures.evaluate
    monkeypatch.setattr(pictures, "evaluate", lambda *a: computed.append(1) or evaluate(*a))
    return computed


def opened(trainer, store):
    return nbnas.Search(nbnas.CellSpace(), trainer, nbnas.RandomSearch(), seed=1, store=store)


def accuracy(network, part):
    with torch.inference_mode():
        return float((network.eval()(part[0]).argmax(1) == part[1]).float().mean())


def test_kept_weights_are_written_without_another_training(light, trainer, tmp_path, epochs):
    search = opened(trainer, tmp_path / "s.db").run(2)
    kept = sorted((tmp_path / "s.db.checkpoints").iterdir())
    assert [each.suffix for each in kept] == [".weights", ".weights"]
    assert len(epochs) == 2 * 3
    made = search.export(tmp_path / "a")
    assert len(epochs) == 2 * 3
    training = trainer.start(search.best.architecture, search.best.seed)
    training.run()
    assert made.accuracy == pytest.approx(accuracy(training.network, trainer.data.test))
    text = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert "600 pictures of the training part" in text
    again = opened(trainer, tmp_path / "s.db")
    assert again.export(tmp_path / "a").accuracy == made.accuracy
    assert sorted((tmp_path / "s.db.checkpoints").iterdir()) == kept


def test_without_them_it_is_trained_again_with_both_parts(light, trainer, tmp_path, epochs):
    search = opened(trainer, tmp_path / "s.db").run(1)
    (kept,) = (tmp_path / "s.db.checkpoints").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.warns(UserWarning, match="cannot be used"):
        search.export(tmp_path / "a")
    assert len(epochs) == 2 * 3
    text = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert "1,200 pictures of training and validation part together" in text


def test_a_training_that_was_given_is_taken(light, trainer, tmp_path, epochs):
    search = opened(trainer, tmp_path / "s.db").run(1)
    training = trainer.start(search.best.architecture, search.best.seed, final=True)
    training.run()
    search.export(tmp_path / "a", training=training)
    text = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert "1,200 pictures of training and validation part together" in text


def test_a_training_for_files_goes_on_where_it_was(light, trainer, tmp_path, epochs, monkeypatch):
    usual = dataclasses.replace(trainer, keep_weights=False, checkpoint_minutes=1e-9)
    search = opened(usual, tmp_path / "s.db").run(1)

    def ended(report):
        raise KeyboardInterrupt

    start = nbnas.Trainer.start

    def interrupted(*given, **settings):
        training = start(*given, **settings)
        monkeypatch.setattr(
            training, "_record", lambda report: report.epoch == 2 and ended(report)
        )
        return training

    with monkeypatch.context() as patch:
        patch.setattr(nbnas.Trainer, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            search.export(tmp_path / "a")
    assert [each.name[-17:] for each in (tmp_path / "s.db.checkpoints").iterdir()] == [
        "-final.checkpoint"
    ]
    before = len(epochs)
    made = search.export(tmp_path / "a")
    assert len(epochs) == before + 1
    assert made.accuracy == pytest.approx(search.finish().test)
    assert not (tmp_path / "s.db.checkpoints").exists()


def test_the_place_has_to_be_a_path(trainer, tmp_path):
    evaluation = nbnas.Evaluation(nbnas.CellSpace().sample(0, 1)[0], 0.5)
    with pytest.raises(SettingError, match="place"):
        export(evaluation, trainer, tmp_path / "a", place=5)
