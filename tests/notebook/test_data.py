"""What the parameter `data` may be: every kind is read, and gets a recipe, a space and a name."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import torch

import nbnas as nb
from nbnas.errors import DataError, SettingError
from nbnas.notebook.data import Source, _chosen_share, source
from nbnas.notebook.search import read_parameters
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.data.reading.files import ClassFolders
from nbnas.training.data.reading.npz import from_npz
from nbnas.training.optimizers.uncompiled import has_muon


def chosen_for(defaults, **given):
    return read_parameters(defaults | {"device": "cpu"} | given)


def test_a_folder_of_pictures_is_trained_on_as_photographs(defaults, in_own):
    chosen = chosen_for(defaults, data="photos")
    trainer = chosen.make_objective()
    assert trainer.data.image_shape == (3, 32, 32)
    assert (trainer.epochs, trainer.batch_size, trainer.augment) == (60, 16, CropAndFlip(4))
    assert trainer.optimizer == (nb.Muon() if has_muon() else nb.SGD())
    assert trainer.label_smoothing == (0.1 if has_muon() else 0)
    assert chosen.make_space(trainer) == nb.CellSpace()
    assert chosen.study_name == "photos-seed-0-wl+hamming-logei-5-initial"
    told = {choice.what: choice.chosen for choice in chosen.choices(trainer)}
    assert told["pictures"].split("×") == ["32", "32"]  # noqa: RUF001
    assert told["epochs"] == "60"
    assert told["validation part"] == f"{len(trainer.data.val[1])} pictures"
    assert told["augmentation"] == "CropAndFlip(padding=4)"
    other = chosen_for(defaults, data="photos", size=16, epochs=3, measure="log-loss")
    trainer = other.make_objective()
    assert trainer.data.image_shape == (3, 16, 16)
    assert (trainer.epochs, trainer.measure) == (3, nb.LOG_LOSS)
    assert other.study_name.startswith("photos-log-loss-16-pixels-3-epochs-seed-0-")


def test_a_search_begun_by_sgd_goes_on_by_its_word(defaults, in_own, monkeypatch):
    earlier = chosen_for(defaults, data="photos", optimizer="sgd").make_objective()
    assert (earlier.optimizer, earlier.learning_rate) == (nb.SGD(), 0.1)
    assert earlier.label_smoothing == 0
    monkeypatch.delattr(torch.optim, "Muon", raising=False)
    assert (
        chosen_for(defaults, data="photos").make_objective().fingerprint() == earlier.fingerprint()
    )
    with pytest.raises(SettingError, match=r"optimizer: .*expected torch 2\.9 or newer"):
        chosen_for(defaults, data="photos", optimizer="muon")


def test_the_optimiser_can_be_chosen_for_any_data(defaults):
    chosen = chosen_for(defaults, data="digits", optimizer="adamw")
    trainer = chosen.make_objective()
    assert (trainer.optimizer, trainer.learning_rate) == (nb.AdamW(), 0.02)
    assert chosen.study_name.startswith("digits-adamw-12-epochs-seed-0")
    (said,) = (choice for choice in chosen.choices(trainer) if choice.what == "optimiser")
    assert said.chosen == "AdamW(beta=0.999)"
    usual = chosen_for(defaults, data="digits").make_objective()
    assert (usual.optimizer, usual.learning_rate) == (nb.SGD(), 0.2)


def test_of_few_pictures_more_are_to_choose_by(defaults, in_own):
    data = chosen_for(defaults, data="photos").make_objective().data
    count = sum(len(labels) for _, labels in (data.train, data.val, data.test))
    assert len(data.val[1]) == round(0.4 * count)
    chosen = chosen_for(defaults, data="photos", validation=0.2)
    assert len(chosen.make_objective().data.val[1]) == round(0.2 * count)
    assert chosen.study_name.startswith("photos-validation-0.2-seed-0-")
    with pytest.raises(SettingError, match=r"validation: .*at most 0\.5.*got 0\.7"):
        chosen_for(defaults, data="photos", validation=0.7)
    with pytest.raises(SettingError, match="validation: expected 0, since only a folder"):
        chosen_for(defaults, data="digits", validation=0.3)


@pytest.mark.parametrize(
    ("sizes", "share"),
    [((400,), 0.4), ((800,), 0.25), ((1000,), None), ((50_000,), None), ((300, 100), 0.4),
     ((240, 80, 80), None)],
)  # fmt: skip
def test_the_share_to_choose_by_follows_the_number_of_pictures(sizes, share):
    parts = [ClassFolders(Path(), ("x",), ("a",) * size, (0,) * size, 0) for size in sizes]
    assert _chosen_share(parts) == share


def test_layers_are_bounded_for_the_pictures(defaults, in_own):
    for word, kind in (("cnn", nb.CnnSpace), ("chain", nb.ChainSpace)):
        chosen = chosen_for(defaults, data="photos", space=word)
        space = chosen.make_space(chosen.make_objective())
        assert isinstance(space, kind)
        assert (space.image_size, space.colors, space.classes) == (32, 3, 2)
        assert space.max_multiply_adds == 5_000_000


def test_gray_arrays_are_not_mirrored(defaults, in_own):
    trainer = chosen_for(defaults, data="arrays.npz").make_objective()
    assert (trainer.data.name, trainer.data.image_shape) == ("arrays", (1, 8, 8))
    assert trainer.augment is None


def test_a_search_on_ones_own_pictures_begins_with_the_best_cells_of_digits(defaults, in_own):
    chosen = chosen_for(defaults, data="photos")
    values = nb.benchmarks.digits().values
    best = sorted(values, key=values.get, reverse=True)[:3]
    assert [str(cell) for cell in chosen.make_strategy().first] == best
    assert chosen.make_baseline().first == chosen.make_strategy().first
    (said,) = (c for c in chosen.choices(chosen.make_objective()) if c.what == "tried first")
    assert said.chosen == "the best cells of digits"
    assert not chosen_for(defaults, data="photos", warm_start=False).make_strategy().first
    assert not chosen_for(defaults, data="digits").make_strategy().first
    assert not chosen_for(defaults, data="arrays.npz").make_strategy().first
    assert not chosen_for(defaults, data="photos", space="dag").make_strategy().first


def test_text_begins_with_known_cells(defaults, in_own):
    chosen = chosen_for(defaults, data="book.txt", measure="perplexity")
    trainer = chosen.make_objective()
    assert (trainer.data.level, trainer.epochs) == ("character", 20)
    assert trainer.measure == nb.PERPLEXITY
    assert isinstance(chosen.make_space(trainer), nb.RecurrentSpace)
    known = [baseline.architecture for baseline in nb.baselines.known(trainer.data)]
    assert list(chosen.make_strategy().first) == list(chosen.make_baseline().first) == known
    assert {"batch", "clipping"} <= {choice.what for choice in chosen.choices(trainer)}


def test_own_space_network_and_objective(defaults, in_own):
    own = {"data": "photos", "space": "my_own.py:space", "network": "my_own.py:build", "trials": 6}
    chosen = chosen_for(defaults, **own)
    trainer = chosen.make_objective()
    assert trainer.network.__name__ == "build"
    assert chosen.make_space(trainer).size == 18
    assert chosen.study_name == "photos-my_own.space-my_own.build-seed-0-usual-logei-5-initial"
    own = chosen_for(defaults, objective="my_own.py:train", strategy="evolution")
    assert own.make_objective()(nb.CellSpace().sample(0, 1)[0]) < 1
    assert own.study_name == "my_own.train-cells-seed-0-evolution-5-initial"
    assert {choice.what for choice in own.choices(own.make_objective())} == {
        "trials",
        "workers",
        "budget",
    }


def test_wikitext2_is_recognised(tmp_path):
    folder = tmp_path / "wiki"
    folder.mkdir()
    for part in ("train", "valid", "test"):
        (folder / f"{part}.raw.gz").write_bytes(gzip.compress(b" a b c a b c \n" * 20))
    found = source(str(folder))
    assert (found.kind, found.name) == ("text", "wiki")
    assert found.read().level == "word"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("", "there is no empty path"),
        ("absent", "nas-bench-digits, digits, cifar10, or the path of a folder of pictures"),
        ("photos/dark/1.jpg", "got the file photos/dark/1.jpg: give the folder that it lies in"),
        (3, "a text of up to 200"),
    ],
)
def test_what_is_no_data_says_what_is(word, said, in_own):
    with pytest.raises(SettingError, match=said):
        source(word)


def test_a_notebook_in_its_folder_finds_the_same_data(in_own, monkeypatch):
    (in_own / "notebooks").mkdir(exist_ok=True)
    monkeypatch.chdir(in_own / "notebooks")
    assert source("photos").read(8).image_shape == (3, 8, 8)
    assert source("photos").name == Source("photos", in_own / "photos").name == "photos"


def arrays(n, start=0):
    images = (np.arange(start, start + n * 108) % 251).astype(np.uint8).reshape(n, 6, 6, 3)
    return images, np.array(["cat", "dog"] * (n // 2))


def test_parts_of_a_file_are_taken_as_they_came(tmp_path):
    (x, y), (tx, ty) = arrays(20), arrays(6, 7)
    np.savez(tmp_path / "pets.npz", X_train=x, y_train=y, x_test=tx, y_test=ty)
    data = from_npz(tmp_path / "pets.npz")
    assert (data.name, data.class_names, data.image_shape) == ("pets", ("cat", "dog"), (3, 6, 6))
    assert [len(part[1]) for part in (data.train, data.val, data.test)] == [16, 4, 6]
    assert np.array_equal(data.test[0].numpy(), tx.transpose(0, 3, 1, 2))
    assert "test from test" in repr(data)
    one = nb.from_arrays("pets", x, y)
    np.savez(tmp_path / "pets.npz", images=x, labels=y)
    assert from_npz(tmp_path / "pets.npz").fingerprint == one.fingerprint


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a", "b"), "it has a, b: rename them"),
        (("x_test", "y_test"), "it has x_test, y_test"),
        (("x", "labels_of"), "expected arrays x and y"),
    ],
)
def test_other_arrays_are_named(names, said, tmp_path):
    np.savez(tmp_path / "some.npz", **dict(zip(names, arrays(8), strict=True)))
    with pytest.raises(DataError, match=said):
        from_npz(tmp_path / "some.npz")


def test_objects_in_a_file_are_not_read(tmp_path):
    x, _ = arrays(8)
    np.savez(tmp_path / "bad.npz", x=x, y=np.array([object()] * 8))
    with pytest.raises(DataError, match=r"expected a file of arrays that numpy\.savez wrote"):
        from_npz(tmp_path / "bad.npz")
    (tmp_path / "bad.npz").write_bytes(b"no zip")
    with pytest.raises(DataError, match="expected a file of arrays"):
        from_npz(tmp_path / "bad.npz")
    np.savez(
        tmp_path / "two.npz", x_train=x, y_train=[0, 1] * 4, x_test=x[:, :3], y_test=[0, 1] * 4
    )
    with pytest.raises(DataError, match="images of one shape in all parts"):
        from_npz(tmp_path / "two.npz")
