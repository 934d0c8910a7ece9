"""The pictures of `shared/faults/images`: each line of its README."""

import numpy as np
import pytest
import torch
from PIL import Image

from nbnas.errors import DataError
from nbnas.training.data.preparation import Preparation
from nbnas.training.data.reading.folder import from_folder

ODD = ["0", "1", "2", "3", "4", "5", "WIDE", "alpha", "cmyk", "gray", "one_bit", "page"]
ODD += ["palette", "palette", "sixteen_bit", "small", "tall", "turned"]


def visible(folder):
    """The pictures of a class folder, as a person counts them."""
    return sorted(f for f in folder.iterdir() if f.name[0] != "." and f.name != "Thumbs.db")


def prepared(preparation, file):
    with Image.open(file) as picture:
        return preparation(picture)


def rows(images):
    return sorted(map(bytes, images.flatten(1).numpy()))


def test_odd_pictures_all_count_and_are_what_the_preparation_makes_of_them(faulty):
    root = faulty("images/odd")
    data = from_folder(root)
    assert data.class_names == ("rings", "stripes")
    for label, name in enumerate(data.class_names):
        files = visible(root / name)
        assert [f.stem for f in files] == ODD
        parts = (data.train, data.val, data.test)
        kept = torch.cat([images[labels == label] for images, labels in parts])
        expected = torch.stack([prepared(data.preparation, file) for file in files])
        assert rows(kept) == rows(expected)
    assert data.train[0].dtype == torch.uint8
    assert data.image_shape == (3, 24, 24)  # colours among gray ones
    assert data.origin.ignored == 0  # what is hidden is not worth a word
    assert "24×24" in repr(data)  # noqa: RUF001
    assert "the middle of each resized, from 9×9" in repr(data)  # noqa: RUF001


def test_sixteen_bits_keep_their_gradation(faulty):
    means = {"gray": [], "sixteen_bit": []}
    for folder in (faulty("images/odd") / name for name in ("rings", "stripes")):
        for file, seen in means.items():
            image = prepared(Preparation("L", (24, 24)), folder / f"{file}.png")
            seen.append(image.double().mean() / 255)
        with Image.open(folder / "sixteen_bit.png") as picture:
            values = np.asarray(picture).astype(float)
        np.testing.assert_allclose(image[0], values / 257, atol=0.5)
    assert abs(np.mean(means["gray"]) - np.mean(means["sixteen_bit"])) <= 1 / 255


@pytest.mark.parametrize("name", ["rings", "stripes"])
def test_the_turned_picture_is_upright(faulty, name):
    with Image.open(faulty("images/odd") / name / "turned.jpg") as picture:
        width, height = picture.size
        assert width > height  # as it is stored
        turned = Preparation("RGB", (width, height))(picture)
        expected = np.asarray(picture.rotate(-90, expand=True))
    assert np.abs(turned.numpy().transpose(1, 2, 0).astype(int) - expected).max() == 0


def test_files_that_cannot_be_read_are_all_named(faulty):
    with pytest.raises(DataError, match="3 files cannot be read") as error:
        from_folder(faulty("images/broken"))
    for file in ("rings/cut_off.jpg", "rings/empty.png", "stripes/a_text.jpg", "on_error='skip'"):
        assert file in str(error.value)


def test_files_that_cannot_be_read_are_left_out_where_one_says_so(faulty):
    broken, odd = faulty("images/broken"), faulty("images/odd")
    data, expected = from_folder(broken, on_error="skip"), from_folder(odd)
    assert "3 unreadable left out" in repr(data)
    named = [line.partition(":")[0] for line in data.origin.skipped]
    assert sorted(named) == ["rings/cut_off.jpg", "rings/empty.png", "stripes/a_text.jpg"]
    for ours, theirs in ((data.train, expected.train), (data.test, expected.test)):
        assert torch.equal(ours[0], theirs[0])


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("empty_class", "none in nothing"),
        ("flat", r"class folders in .*flat/cat/1\.jpg.*flat/train/cat/1\.jpg.* 3 pictures"),
        ("split_other_classes", "stripes is in train and not in val"),
    ],
)
def test_folders_that_are_none(faulty, folder, message):
    with pytest.raises(DataError, match=message):
        from_folder(faulty(f"images/{folder}"))


def test_parts_are_taken_as_they_are(faulty):
    root = faulty("images/split")
    data = from_folder(root)
    assert repr(data).startswith("split: 16 train, 6 validation, 6 test images")
    assert "parts as they came: train, val, test" in repr(data)
    for word, (images, labels) in (("train", data.train), ("val", data.val), ("test", data.test)):
        files = [file for name in data.class_names for file in visible(root / word / name)]
        expected = torch.stack([prepared(data.preparation, file) for file in files])
        assert torch.equal(images, expected)
        assert labels.tolist() == sorted(labels.tolist())
        assert torch.bincount(labels).tolist() == [len(files) // 2] * 2
