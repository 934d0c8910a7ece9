import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torchvision

from nbnas.errors import DataError
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.images import cifar10, digits, from_arrays


def part(n=6, shape=(1, 5, 5), classes=3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, *shape)).astype(np.float32), np.arange(n) % classes


def make(**changes):
    fields = {"name": "toy", "classes": 3, "train": part(), "val": part(), "test": part()}
    return ImageData(**{**fields, **changes})


def test_digits_are_split_normalised_and_described():
    data = digits()
    assert repr(data) == (
        "digits: 600 train, 600 validation, 597 test images of 1×8×8, 10 classes"  # noqa: RUF001
    )
    images, labels = data.train
    assert (images.dtype, labels.dtype, data.image_shape) == (
        torch.float32,
        torch.int64,
        (1, 8, 8),
    )
    assert (images.min(), images.max()) == (0, 16)  # as they came
    assert data.moments[0].item() == pytest.approx(images.mean().item())
    assert data.moments[1].item() == pytest.approx(images.std(correction=0).item())
    for _, given in (data.train, data.val, data.test):
        assert (torch.bincount(given).float() / len(given)).sub(0.1).abs().max() < 0.01


def test_digits_lose_and_double_no_image():
    data = digits(train=100, validation=50, seed=4)
    images = torch.cat([p[0] for p in (data.train, data.val, data.test)]).flatten(1)
    labels = torch.cat([p[1] for p in (data.train, data.val, data.test)])
    from sklearn.datasets import load_digits

    raw = torch.tensor(load_digits().data, dtype=torch.float32)
    back = (images - images.min()) / (images.max() - images.min()) * 16
    ours = sorted(zip(labels.tolist(), back.round().int().tolist(), strict=True))
    theirs = sorted(zip(load_digits().target.tolist(), raw.int().tolist(), strict=True))
    assert ours == theirs


def test_fingerprint_follows_every_byte():
    assert digits().fingerprint == digits().fingerprint
    assert digits(seed=1).fingerprint != digits().fingerprint
    images, labels = part()
    images[0, 0, 0, 0] += 1
    prints = {make().fingerprint, make(name="other").fingerprint, make(classes=4).fingerprint}
    prints |= {make(train=(images, labels)).fingerprint, make(test=(images, labels)).fingerprint}
    assert len(prints) == 5
    assert all(len(text) == 16 for text in prints)


def test_given_arrays_stay_as_they_are():
    images, labels = part()
    copy = images.copy()
    tensors = (torch.from_numpy(images), torch.from_numpy(labels))
    make(train=tensors)
    np.testing.assert_array_equal(images, copy)
    images.setflags(write=False)
    make(train=(images, labels))


def test_pickle_keeps_everything():
    data = digits(100, 50)
    again = pickle.loads(pickle.dumps(data))
    assert again.fingerprint == data.fingerprint
    assert torch.equal(again.train[0], data.train[0])


WRONG = {
    "shape": (
        {"val": (np.zeros((4, 5, 5), np.float32), np.zeros(4, int))},
        r"val.*\(n, C, H, W\)",
    ),
    "integers": ({"val": (np.zeros((4, 1, 5, 5), int), np.zeros(4, int))}, "uint8 or floating"),
    "other size": ({"test": part(shape=(1, 6, 6))}, r"test.*training part.*\(1, 6, 6\)"),
    "tiny": ({p: part(shape=(1, 3, 5)) for p in ("train", "val", "test")}, "at least 4 pixels"),
    "one image": ({"val": part(1)}, "at least 2 images"),
    "label count": ({"train": (part()[0], part(5)[1])}, "6 images and labels"),
    "label type": ({"train": (part()[0], np.zeros(6))}, "integer label"),
    "label range": ({"train": part(classes=4)}, "labels 0 to 2, got 0 to 3"),
    "nan": ({"train": (part()[0] * np.nan, part()[1])}, "finite"),
    "classes": ({"classes": 1}, "classes to be a whole number from 2"),
    "no pair": ({"train": (part()[0],)}, "train.*images, labels"),
    "no arrays": ({"train": ("a", "b")}, "train.*images, labels"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG)
def test_wrong_parts(changes, message):
    with pytest.raises(DataError, match=message):
        make(**changes)


def test_own_arrays():
    rng = np.random.default_rng(0)
    gray = rng.integers(0, 256, (60, 6, 6), dtype=np.uint8)
    labels = np.arange(60) % 3
    data = from_arrays("mine", gray, labels, train=30, validation=20, seed=1)
    assert data.image_shape == (1, 6, 6)
    assert data.classes == 3
    assert [len(p[1]) for p in (data.train, data.val, data.test)] == [30, 20, 10]
    color = from_arrays("mine", rng.random((60, 3, 6, 6)), labels, train=30, validation=20)
    assert color.image_shape == (3, 6, 6)


def test_own_arrays_that_do_not_fit():
    images, labels = np.zeros((9, 6, 6)), np.arange(9) % 3
    with pytest.raises(DataError, match="9 images would be split into 6, 3, 0"):
        from_arrays("mine", images, labels, train=6, validation=3)
    with pytest.raises(DataError, match=r"9 labels.*\(8,\)"):
        from_arrays("mine", images, labels[:8], train=3, validation=3)
    with pytest.raises(DataError, match=r"\(n, H, W\)"):
        from_arrays("mine", np.zeros(9), labels, train=3, validation=3)


class FakeCIFAR10:
    def __init__(self, root, train, download):
        n = 100 if train else 20
        rng = np.random.default_rng(n)
        self.data = rng.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8)
        self.targets = [i % 10 for i in range(n)]


def test_cifar10_splits_validation_off_the_training_part(monkeypatch):
    monkeypatch.setattr(torchvision.datasets, "CIFAR10", FakeCIFAR10)
    data = cifar10(validation=30)
    assert [len(p[1]) for p in (data.train, data.val, data.test)] == [70, 30, 20]
    assert data.image_shape == (3, 32, 32)
    assert torch.bincount(data.val[1]).tolist() == [3] * 10
    pixels = FakeCIFAR10("", train=False, download=False).data.transpose(0, 3, 1, 2)
    slope = np.corrcoef(pixels[:, 1].ravel(), data.test[0][:, 1].flatten())[0, 1]
    assert slope == pytest.approx(1)
    with pytest.raises(DataError, match="split into -20, 120"):
        cifar10(validation=120)


def unreachable(root, train, download):
    raise OSError("<urlopen error: Name or service not known>")


def test_cifar10_out_of_reach_says_what_to_do(monkeypatch):
    monkeypatch.setattr(torchvision, "datasets", SimpleNamespace(CIFAR10=unreachable))
    with pytest.raises(DataError, match=r"urlopen.*download=True.*digits\(\)"):
        cifar10(root="/nowhere")
