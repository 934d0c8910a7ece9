import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from nbnas.errors import DataError, SettingError
from nbnas.training.data.reading.folder import from_folder


def read(file):
    with Image.open(file) as picture:
        return np.asarray(picture)


def sizes(data):
    return tuple(len(part[1]) for part in (data.train, data.val, data.test))


def test_class_folders_are_split_with_the_classes_spread_evenly(pets):
    data = from_folder(pets)
    assert data.name == "pets"
    assert sizes(data) == (12, 4, 4)
    for _, labels in (data.train, data.val, data.test):
        assert len(set(torch.bincount(labels).tolist())) == 1
    assert "validation and test split off at random" in repr(data)
    assert from_folder(pets).fingerprint == data.fingerprint
    assert from_folder(pets, seed=1).fingerprint != data.fingerprint


def test_the_second_of_two_parts_is_the_test_part_whatever_its_name(tmp_path, draw):
    for k, word in enumerate(("test", "valid", "Validation")):
        root = tmp_path / f"data{k}"
        draw(root / "train", {"cat": 10, "dog": 10}, (8, 8))
        draw(root / word, {"cat": 3, "dog": 4}, (8, 8))
        data = from_folder(root, validation=0.3)
        assert sizes(data) == (14, 6, 7)
        assert f"validation split off train, test from {word}" in repr(data)
        files = [
            root / word / c / f"{k}.png" for c, n in (("cat", 3), ("dog", 4)) for k in range(n)
        ]
        expected = [read(file).transpose(2, 0, 1) for file in files]
        np.testing.assert_array_equal(data.test[0], expected)


def test_a_training_part_alone_is_split(tmp_path, draw):
    draw(tmp_path / "x" / "train", {"cat": 10, "dog": 10})
    data = from_folder(tmp_path / "x")
    assert sizes(data) == (12, 4, 4)
    assert "split off train" in repr(data)
    assert from_folder(tmp_path / "x" / "train").name == "x/train"


def test_classes_may_be_called_train_or_test(tmp_path, draw):
    data = from_folder(draw(tmp_path / "vehicles", {"car": 9, "test": 9, "train": 9}))
    assert data.class_names == ("car", "test", "train")


def test_pictures_in_deeper_folders_count_and_other_files_are_counted(pets):
    (pets / "cat" / "more").mkdir()
    shutil.move(pets / "cat" / "3.png", pets / "cat" / "more" / "3.png")
    (pets / "cat" / "around").symlink_to(pets / "cat")
    (pets / "notes.txt").write_text("mine")
    (pets / "dog" / "labels.csv").write_text("1")
    (pets / "dog" / ".hidden.png").write_text("no picture")
    (pets / "__MACOSX").mkdir()
    data = from_folder(pets)
    assert sum(sizes(data)) == 20
    assert data.origin.ignored == 2
    assert "2 other files ignored" in repr(data)


@pytest.mark.parametrize(
    ("size", "settings", "shape"),
    [
        ((28, 28), {}, (3, 28, 28)),
        ((20, 30), {}, (3, 20, 30)),
        ((96, 128), {}, (3, 64, 85)),
        ((20, 90), {}, (3, 16, 16)),
        ((28, 28), {"size": 12}, (3, 12, 12)),
        ((28, 28), {"size": (12, 8), "mode": "L"}, (1, 12, 8)),
    ],
)
def test_the_size_is_that_of_the_pictures_or_what_one_asks_for(
    tmp_path, draw, size, settings, shape
):
    root = draw(tmp_path / "x", {"cat": 5, "dog": 5}, size)
    data = from_folder(root, **settings)
    assert data.image_shape == shape
    assert data.origin.sizes == ((size, 10),)
    assert (not data.origin.fitted) == (shape[1:] == size)


def test_gray_pictures_have_one_channel(tmp_path, draw):
    assert from_folder(draw(tmp_path / "x", {"a": 5, "b": 5}, mode="L")).image_shape[0] == 1


def test_photographs_of_many_sizes_become_squares_of_64(tmp_path):
    for name, (h, w) in {"a": (120, 90), "b": (100, 200)}.items():
        (tmp_path / name).mkdir()
        for k in range(4):
            Image.new("RGB", (w + k, h), (k, k, k)).save(tmp_path / name / f"{k}.jpg")
    data = from_folder(tmp_path)
    assert data.image_shape == (3, 64, 64)
    assert data.origin.fitted == "the middle of each resized, from 120×90 to 100×203"  # noqa: RUF001


def test_a_class_of_which_nothing_can_be_read_is_an_error(pets):
    for file in (pets / "cat").iterdir():
        file.write_bytes(b"")
    with pytest.raises(DataError, match=r"10 files cannot be read(?s:.*)cat/9.png"):
        from_folder(pets)
    with pytest.raises(DataError, match=r"every class, got none of \['cat'\]; mend"):
        from_folder(pets, on_error="skip")
    for file in (pets / "dog").iterdir():
        file.write_bytes(b"")
    with pytest.raises(DataError, match="every class"):
        from_folder(pets, on_error="skip")


def test_wrong_places(tmp_path, pets):
    (tmp_path / "file").write_text("x")
    shutil.rmtree(pets / "dog")
    for path, message in (
        (tmp_path / "absent", "got nothing there"),
        (tmp_path / "file", "a file; unpack it"),
        (pets, "at least 2 class folders .* only cat"),
        (pets / "cat", "10 pictures and no folders"),
    ):
        with pytest.raises(DataError, match=message):
            from_folder(path)
    shutil.copytree(pets / "cat", tmp_path / "two" / "train" / "cat")
    shutil.copytree(pets / "cat", tmp_path / "two" / "training" / "cat")
    with pytest.raises(DataError, match=r"one folder for each part.*train, training"):
        from_folder(tmp_path / "two")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 3}, "size to be .* from 4"),
        ({"mode": "CMYK"}, "'L' for gray"),
        ({"on_error": "ignore"}, "'raise' or 'skip'"),
        ({"validation": 1.5}, "validation to be"),
        ({"name": 3}, "name to be"),
        ({"path": 3}, "path"),
    ],
)
def test_wrong_settings(pets, settings, message):
    with pytest.raises(SettingError, match=message):
        from_folder(**{"path": pets, **settings})


def test_what_came_is_not_split_off(tmp_path, draw):
    for word in ("train", "val", "test"):
        draw(tmp_path / "x" / word, {"a": 4, "b": 4})
    for amount in ("validation", "test"):
        with pytest.raises(SettingError, match=f"{amount}=None where the data has the part"):
            from_folder(tmp_path / "x", **{amount: 3})
