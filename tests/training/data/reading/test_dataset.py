"""Data sets of torchvision's and of others, which are known by what they can do."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Subset, TensorDataset
from torchvision.datasets import FakeData, ImageFolder
from torchvision.transforms import v2

from nbnas.errors import DataError, SettingError
from nbnas.training.data.reading.dataset import from_dataset
from nbnas.training.data.reading.folder import from_folder


class Rows(list):
    """Rows as Hugging Face's data sets have them: mappings, and features that know the classes."""

    features = {"img": None, "label": SimpleNamespace(names=["cat", "dog", "owl"])}  # noqa: RUF012
    info = SimpleNamespace(dataset_name="pets")


def rows(n=30, classes=3, **columns):
    pictures = [Image.new("RGB", (8, 8), (k, 2 * k, 3 * k)) for k in range(n)]
    return Rows({"img": p, "label": k % classes} for k, p in enumerate(pictures))


def sizes(data):
    return tuple(len(part[1]) for part in (data.train, data.val, data.test))


def seen(data):
    """What the first pixel of every image says of its row, with its label."""
    parts = (data.train, data.val, data.test)
    return sorted((int(x[0, 0, 0]), int(y)) for part in parts for x, y in zip(*part, strict=True))


def test_torchvisions_image_folder_is_the_folder(pets):
    ours, theirs = (
        from_folder(pets, size=8),
        from_dataset(ImageFolder(str(pets)), size=8, name="pets"),
    )
    assert theirs.class_names == ours.class_names == ("cat", "dog")
    assert theirs.fingerprint == ours.fingerprint
    assert theirs.preparation == ours.preparation
    assert theirs.origin.sizes == ours.origin.sizes


def test_a_pair_of_torchvisions_data_sets():
    learn, test = (FakeData(n, (3, 12, 12), 4, random_offset=n) for n in (200, 60))
    data = from_dataset(learn, test=test, validation=0.25)
    assert repr(data).startswith(
        "FakeData: 150 train, 50 validation, 60 test images of 3×12×12, 4"  # noqa: RUF001
    )
    assert "validation split off train, test from test" in repr(data)
    expected = [np.asarray(picture).transpose(2, 0, 1) for picture, _ in test]
    np.testing.assert_array_equal(data.test[0], expected)


def test_tensors_are_taken_as_they_are():
    scaled = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
    data = from_dataset(FakeData(60, (3, 12, 12), 3, transform=scaled))
    assert data.train[0].dtype == torch.float32
    assert data.preparation is None
    images, labels = torch.arange(30 * 64).view(30, 1, 8, 8) % 256, torch.arange(30) % 3
    data = from_dataset(TensorDataset(images.to(torch.uint8), labels))
    assert (data.train[0].dtype, sizes(data)) == (torch.uint8, (18, 6, 6))
    with pytest.raises(SettingError, match="own transform"):
        from_dataset(TensorDataset(images, labels), size=4)


def test_rows_that_are_mappings_with_classes_in_words():
    data = from_dataset(rows())
    assert (data.name, data.class_names, sizes(data)) == (
        "pets",
        ("cat", "dog", "owl"),
        (18, 6, 6),
    )
    assert seen(data) == [(k, k % 3) for k in range(30)]
    with pytest.raises(DataError, match="column 'kind' in row 0 of train, got img, label"):
        from_dataset(rows(), columns=("img", "kind"))
    renamed = [{"photo": row["img"], "kind": "abc"[row["label"]]} for row in rows()]
    with pytest.raises(DataError, match=r"columns=\('picture', 'kind'\)"):
        from_dataset(renamed)
    assert from_dataset(renamed, columns=("photo", "kind")).class_names == ("a", "b", "c")


def test_pictures_as_bytes_of_files():
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (1, 2, 3)).save(file, "PNG")
    packed = [
        {"image": {"bytes": file.getvalue(), "path": None}, "label": k % 2} for k in range(12)
    ]
    assert set(seen(from_dataset(packed))) == {(1, 0), (1, 1)}
    packed[7]["image"]["bytes"] = b"no picture"
    with pytest.raises(DataError, match="as row 7 of train, but: not a picture"):
        from_dataset(packed)


def test_parts_by_name():
    data = from_dataset({"train": rows(30), "validation": rows(9), "test": rows(12)})
    assert sizes(data) == (30, 9, 12)
    assert "as they came: train, val, test" in repr(data)
    assert sizes(from_dataset({"train": rows(30), "valid": rows(9)})) == (24, 6, 9)
    assert sizes(from_dataset(rows(30), validation=rows(9), test=rows(12))) == (30, 9, 12)
    for wrong in ({"train": rows(), "more": rows()}, {"test": rows()}):
        with pytest.raises(DataError, match="parts train, validation and test"):
            from_dataset(wrong)
    with pytest.raises(DataError, match=r"every class in test, got none of \['owl'\]"):
        from_dataset(rows(), test=rows(8, 2))


def test_a_subset_knows_the_names_of_the_whole(pets):
    whole = ImageFolder(str(pets))
    data = from_dataset(Subset(whole, range(3, 17)))
    assert (data.class_names, data.name, sum(sizes(data))) == (("cat", "dog"), "ImageFolder", 14)


class Broken:
    def __len__(self):
        return 12

    def __getitem__(self, place):
        if place == 5:
            raise OSError("disk on fire")
        return Image.new("L", (8, 8)), place % 2


def test_what_is_no_data_set(pets):
    for wrong in (3, "pets", iter([]), DataLoader(ImageFolder(str(pets)))):
        with pytest.raises(SettingError, match="a length and rows by number"):
            from_dataset(wrong)
    with pytest.raises(SettingError, match="a test part where there is a validation part"):
        from_dataset(rows(), validation=rows())
    with pytest.raises(DataError, match="row 5 of train to be readable, but: OSError: disk on"):
        from_dataset(Broken())
    with pytest.raises(DataError, match=r"pair \(picture, label\) as row 0 of train"):
        from_dataset([1, 2, 3])
    with pytest.raises(DataError, match="expected rows, got none"):
        from_dataset([])
    mixed = [(Image.new("L", (8, 8)), 0), (np.zeros((8, 8)), 1)]
    with pytest.raises(DataError, match="tensors and arrays only, got 1 and 1"):
        from_dataset(mixed)
    with pytest.raises(DataError, match=r"one shape, got \(8, 8\), \(9, 9\)"):
        from_dataset([(np.zeros((8, 8)), 0), (np.zeros((9, 9)), 1)])


@pytest.mark.parametrize("columns", ["image", ("a",), ("a", 1)])
def test_wrong_columns(columns):
    with pytest.raises(SettingError, match="a pair of names"):
        from_dataset(rows(), columns=columns)
