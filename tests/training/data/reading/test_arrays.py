"""Arrays as people have them; the files of `../shared/faults/arrays` say what is right."""

import numpy as np
import pandas as pd
import pytest
import torch
from nbnas.training.data.images import from_arrays

from nbnas.errors import DataError

LABELS = np.arange(60) % 3


@pytest.fixture
def fault(faulty):
    """Reads a file of arrays that went wrong; gives the data set and what is in the file."""

    def read(name):
        with np.load(faulty(f"arrays/{name}.npz")) as arrays:
            return from_arrays(name, arrays["images"], arrays["labels"]), dict(arrays)

    return read


def everything(data):
    """Images and labels of all parts as numpy arrays, in an order of their own."""
    parts = (data.train, data.val, data.test)
    images = torch.cat([x for x, _ in parts]).numpy()
    return sorted_rows(images, torch.cat([y for _, y in parts]).numpy())


def sorted_rows(images, labels):
    order = np.lexsort(images.reshape(len(images), -1).T)
    return images[order], labels[order]


def check(data, images, labels, names):
    made, expected = everything(data), sorted_rows(images, labels)
    np.testing.assert_array_equal(made[0], expected[0])
    np.testing.assert_array_equal(made[1], expected[1])
    assert data.class_names == names


def test_channels_last(fault):
    data, given = fault("channels_last")
    assert data.image_shape == (3, 12, 12)
    check(data, given["images"].transpose(0, 3, 1, 2), given["labels"], ("0", "1", "2"))


def test_no_channel_axis(fault):
    data, given = fault("no_channel_axis")
    assert data.image_shape == (1, 12, 12)
    check(data, given["images"][:, None], given["labels"], ("0", "1", "2"))


def test_sixteen_bits_are_scaled_by_their_own_range(fault):
    data, given = fault("uint16")
    images = given["images"]
    images = images if images.shape[1] == 3 else images.transpose(0, 3, 1, 2)
    check(data, images.astype(np.float32) / np.float32(65535), given["labels"], ("0", "1", "2"))
    assert max(x.max() for x, _ in (data.train, data.val, data.test)) <= 1


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("words_as_labels", ("cat", "dog", "owl")),
        ("one_hot", ("0", "1", "2")),
        ("column_of_labels", ("0", "1", "2")),
        ("float_labels", ("0", "1", "2")),
        ("labels_from_one", ("1", "2", "3")),
        ("huge_label", ("0", "1", "1000000000")),
    ],
)
def test_labels_of_every_kind_are_three_classes(fault, name, names):
    data, given = fault(name)
    assert data.classes == 3
    check(data, given["images"], LABELS, names)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("half_labels", r"whole numbers as labels, got .*0\.5.* for images 2, 5, 8"),
        ("nan_pixels", r"finite pixels.*in images? \d"),
        ("one_class", "at least 2 classes, got only '0'"),
    ],
)
def test_what_is_an_error(fault, name, message):
    with pytest.raises(DataError, match=message):
        fault(name)


GRAY = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
READ = {
    "list": (GRAY.tolist(), LABELS.tolist(), ("0", "1", "2")),
    "tensor": (torch.tensor(GRAY), torch.tensor(LABELS), ("0", "1", "2")),
    "long": (GRAY.astype(np.int64), LABELS, ("0", "1", "2")),
    "pandas": (GRAY, pd.Series(LABELS).map({0: "a", 1: "b", 2: "c"}), ("a", "b", "c")),
    "category": (GRAY, pd.Categorical.from_codes(LABELS, ["a", "b", "c"]), ("a", "b", "c")),
    "bytes": (GRAY, np.array([b"a", b"b", b"c"])[LABELS], ("a", "b", "c")),
    "negative": (GRAY, LABELS - 1, ("-1", "0", "1")),
    "objects": (GRAY, np.array(list(LABELS), object), ("0", "1", "2")),
}


@pytest.mark.parametrize(("images", "labels", "names"), READ.values(), ids=READ)
def test_other_kinds_of_arrays(images, labels, names):
    data = from_arrays("x", images, labels)
    check(data, GRAY[:, None], LABELS, names)


def test_black_and_white_and_truth():
    data = from_arrays("x", GRAY > 99, LABELS == 1)
    check(
        data, np.where(GRAY > 99, 255, 0)[:, None].astype(np.uint8), LABELS == 1, ("False", "True")
    )


def test_channels_are_told_apart_or_said():
    images = np.random.default_rng(0).random((60, 3, 9, 3))
    with pytest.raises(DataError, match="at least 4 pixels"):
        from_arrays("x", images, LABELS)
    assert from_arrays(
        "x", np.zeros((60, 8, 9, 4)) + GRAY[:, :, :1, None], LABELS
    ).image_shape == (4, 8, 9)
    wide = np.zeros((60, 8, 9, 4)) + GRAY[:, :, :1, None]
    assert from_arrays("x", wide, LABELS, channels_last=False).image_shape == (8, 9, 4)


def test_names_of_classes_can_be_given():
    assert from_arrays("x", GRAY, LABELS, class_names=["u", "v", "w"]).class_names == (
        "u",
        "v",
        "w",
    )
    for wrong in (["u", "v"], ["u", "u", "w"]):
        with pytest.raises(DataError, match="class_names to be 3 different texts"):
            from_arrays("x", GRAY, LABELS, class_names=wrong)


@pytest.mark.parametrize(
    ("train", "validation", "sizes"),
    [
        (None, None, (36, 12, 12)),
        (0.5, 0.25, (30, 15, 15)),
        (None, 20, (28, 20, 12)),
        (30, None, (30, 12, 18)),
    ],
)
def test_parts_by_number_share_or_default(train, validation, sizes):
    data = from_arrays("x", GRAY, LABELS, train=train, validation=validation)
    assert tuple(len(part[1]) for part in (data.train, data.val, data.test)) == sizes


def test_the_images_that_are_wrong_are_named():
    images = GRAY / 255
    images[[7, 31], 2, 3] = np.nan
    with pytest.raises(DataError, match="infinity in images 7, 31; leave"):
        from_arrays("x", images, LABELS)


WRONG = {
    "mixed": (GRAY, [None, *map(str, LABELS[1:])], "words as labels, got None for image 0"),
    "soft": (GRAY, np.full((60, 3), 1 / 3), "one-hot rows of a single 1"),
    "nan": (GRAY, np.where(LABELS == 2, np.nan, LABELS), "whole numbers.*nan"),
    "dates": (GRAY, LABELS.astype("datetime64[D]"), "words or whole numbers as labels"),
    "beyond": (GRAY.astype(int) + 1, LABELS, r"0 to 255 .* int64, got 1 to 256 \(image"),
    "words": (np.full((60, 8, 8), "a"), LABELS, r"images \(n, H, W\)"),
    "ragged": ([[1, 2], [3]], LABELS, "images: expected an array"),
    "complex": (GRAY * 1j, LABELS, "complex"),
}


@pytest.mark.parametrize(("images", "labels", "message"), WRONG.values(), ids=WRONG)
def test_wrong_arrays(images, labels, message):
    with pytest.raises(DataError, match=message):
        from_arrays("x", images, labels)
