import runpy
import sys

import numpy as np
import pytest
import torch

import nbnas
from nbnas.errors import ExportError
from nbnas.graphs.spaces.cell import cell
from nbnas.training.export import formats, writing, written
from nbnas.training.export.export import export
from nbnas.training.export.folder import FILES
from nbnas.training.export.rerun import check_agreement, rerun

pytest.importorskip("onnxscript")

CELL = cell(["nor_conv_1x1", "none", "avg_pool_3x3", "skip_connect", "nor_conv_3x3", "none"])
ALL = sorted(FILES)


@pytest.fixture(scope="module")
def trainer():
    data = nbnas.digits(train=600, validation=600)
    return nbnas.Trainer(data, epochs=1, device="cpu")


@pytest.fixture(scope="module")
def training(trainer):
    found = trainer.start(CELL, 3, final=True)
    found.run()
    return found


@pytest.fixture
def light(lighten):
    """An export without what takes seconds."""
    lighten(writing, "rerun", here)


def here(file, folder, pictures, scratch):
    """What model.py says of the pictures on disk, in this process."""
    module = runpy.run_path(str(folder / file))
    with torch.inference_mode():
        return module["load"]()(torch.from_numpy(np.load(pictures))).numpy()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_files_are_there_and_the_card_tells_the_accuracy(light, trainer, training, tmp_path):
    made = export(training.evaluation, trainer, tmp_path / "a", training=training)
    assert made.accuracy == pytest.approx(training.evaluation.value, abs=1 / 597)
    assert made.agreement == (("model.py", 1.0),)
    assert made.parameters == training.evaluation.parameters
    assert made.multiply_adds == training.evaluation.multiply_adds
    assert names(tmp_path) == ["a"]
    assert names(tmp_path / "a") == ALL
    text = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert f"{made.accuracy:.2%} of 597 pictures" in text
    assert (tmp_path / "a" / "network.png").read_bytes().startswith(b"\x89PNG")
    assert repr(made).startswith("Exported('")


def test_what_is_trained_stays_as_it_was(light, trainer, training, tmp_path):
    before = {name: value.clone() for name, value in training.network.state_dict().items()}
    mode = training.network.training
    export(training.evaluation, trainer, tmp_path / "a", training=training)
    assert training.network.training == mode
    assert all(torch.equal(before[n], v) for n, v in training.network.state_dict().items())


def test_a_file_that_gives_other_classes_is_refused(
    light, trainer, training, tmp_path, monkeypatch
):
    export(training.evaluation, trainer, tmp_path / "a", training=training)
    old = (tmp_path / "a" / "card.md").read_bytes()
    monkeypatch.setattr(writing, "rerun", lambda *_: np.zeros((597, 10), np.float32))
    with pytest.raises(ExportError, match=r"model\.py: expected the classes.*99\.9%.*-U"):
        export(training.evaluation, trainer, tmp_path / "a", training=training)
    assert (tmp_path / "a" / "card.md").read_bytes() == old
    assert names(tmp_path) == ["a"]


@pytest.mark.slow
def test_a_file_that_does_not_run_is_refused(light, trainer, training, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "rerun", rerun)

    def broken(*given):
        found = writing_source(*given)
        return type(found)(found.text + "\nimport nbnas\n", found.weights)

    writing_source = written.source_of
    monkeypatch.setattr(written, "source_of", broken)
    with pytest.raises(ExportError, match=r"model\.py: expected it to run in a fresh process"):
        export(training.evaluation, trainer, tmp_path / "a", training=training)
    assert names(tmp_path) == []


def test_a_source_of_another_network_is_refused(trainer, training, tmp_path, monkeypatch):
    def other(*given):
        found = writing_source(*given)
        return type(found)(found.text, {n: v + 1 for n, v in found.weights.items()})

    writing_source = written.source_of
    monkeypatch.setattr(written, "source_of", other)
    with pytest.raises(
        ExportError, match=r"model\.py: expected the scores of the trained network"
    ):
        export(training.evaluation, trainer, tmp_path / "a", training=training)


def test_a_missing_package_names_the_extra(trainer, training, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ExportError, match=r"onnxruntime.*pip install 'nbnas\[export\]'"):
        export(training.evaluation, trainer, tmp_path / "a")


def test_nothing_is_trained_for_a_folder_that_cannot_be(trainer, training, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"mine\.txt"):
        export(training.evaluation, trainer, tmp_path)


def test_a_training_of_something_else_is_refused(trainer, training, tmp_path):
    other = nbnas.Evaluation(cell(["skip_connect"] * 6), 0.5)
    with pytest.raises(ExportError, match="expected a training of"):
        export(other, trainer, tmp_path / "a", training=training)
    with pytest.raises(ExportError, match="came to its end"):
        export(training.evaluation, trainer, tmp_path / "a", training=trainer.start(CELL))


def test_an_untraceable_network_is_said():
    class Odd(torch.nn.Module):
        def forward(self, x):
            return x.float().mean((2, 3)) if x.sum() > 0 else x

    facts = writing.Facts("any", ("a",), (1, 4, 4), True, "any")
    with pytest.raises(ExportError, match=r"torch\.export can write for.*depend on"):
        formats.program_of(Odd(), facts)


def test_agreement_is_counted():
    expected = np.eye(10, dtype=np.float32).repeat(1000, 0)
    assert check_agreement("model.py", expected, expected) == 1
    off = expected.copy()
    off[:10] = np.eye(10)[9]
    assert check_agreement("model.py", off, expected) == 0.999
    off[10] = np.eye(10)[9]
    with pytest.raises(ExportError, match=r"99\.89%"):
        check_agreement("model.py", off, expected)
    with pytest.raises(ExportError, match="expected scores"):
        check_agreement("model.py", off[:5], expected)


def test_a_search_exports_its_best(light, trainer, tmp_path):
    search = nbnas.Search(nbnas.CellSpace(), trainer, nbnas.RandomSearch(), seed=1)
    with pytest.raises(ExportError, match="at least one completed trial"):
        search.export(tmp_path / "a")
    search.run(2)
    made = search.export(tmp_path / "a")
    assert made.accuracy == pytest.approx(search.finish().test, abs=1 / 597)
    text = (tmp_path / "a" / "card.md").read_text("utf-8")
    assert "RandomSearch" in text
    assert " of 2: " in text
    assert "1,200 pictures of training and validation part together" in text


def test_a_search_without_a_trainer_says_what_to_do(tmp_path):
    search = nbnas.Search(nbnas.CellSpace(), lambda a, seed=0: 0.5, nbnas.RandomSearch()).run(1)
    with pytest.raises(ExportError, match=r"nbnas\.export\(search\.best"):
        search.export(tmp_path / "a")
