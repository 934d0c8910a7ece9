import numpy as np
import torch

from nbnas.training.data.image_data import ImageData
from nbnas.training.data.images import digits, from_arrays
from nbnas.training.data.reading.folder import from_folder
from nbnas.training.data.summary import summarize


def part(labels, first=0):
    """Images that are all different, counted from a number."""
    n = len(labels)
    pixels = (first + np.arange(n)).astype(np.uint16).view(np.uint8).reshape(n, 1, 1, 2)
    return np.tile(pixels, (1, 1, 4, 2)), np.asarray(labels)


def make(train, val, test, names=("cat", "dog")):
    return ImageData("pets", len(names), train, val, test, names)


ENOUGH = [0, 1] * 20


def test_what_is_in_order_gives_no_warning():
    data = make(part(ENOUGH), part(ENOUGH, 100), part([0, 1, 1], 200))
    seen = summarize(data)
    assert seen.warnings == ()
    np.testing.assert_array_equal(seen.counts, [[20, 20, 1], [20, 20, 2]])
    assert seen.class_names == ("cat", "dog")
    assert seen.said == repr(data)
    assert summarize(digits()).warnings == ()


def test_few_and_lacking_images_of_a_class():
    seen = summarize(make(part([0] * 20 + [1] * 9), part([0] * 4, 100), part([0, 1], 200)))
    assert seen.warnings[:2] == (
        "few images to train on of dog (9)",
        "no image in the validation part of dog",
    )


def test_unequal_classes():
    val, test = part([0, 1], 100), part([0, 1], 200)
    (said,) = summarize(make(part([0] * 64 + [1] * 20), val, test)).warnings
    assert said.endswith("from 22 of dog to 66 of cat")
    assert "balanced accuracy" in said
    assert summarize(make(part([0] * 63 + [1] * 20), val, test)).warnings == ()


def test_identical_images_of_two_parts_or_two_classes():
    train = part(ENOUGH)
    shared = (train[0][:3].copy(), np.array([0, 1, 1]))  # the third is of another class there
    images, labels = part(ENOUGH, 100)
    images[0] = train[0][2]
    seen = summarize(make(train, (images, labels), shared))
    assert seen.warnings == (
        "1 image is in the training and the validation part, identical",
        "3 images are in the training and the test part, identical",
        "1 image is in the validation and the test part, identical",
        "1 image is of two classes, identical",
    )


def test_files_that_were_left_out(pets):
    for name in ("1", "2"):
        (pets / "cat" / f"{name}.png").write_bytes(b"")
    seen = summarize(from_folder(pets, on_error="skip"))
    assert seen.warnings[0] == "2 files could not be read: data.origin.skipped says why"
    assert sum(count for _, count in seen.sizes) == 18


def test_samples_are_training_images_of_their_class_as_a_person_sees_them():
    rng = np.random.default_rng(0)
    colors = rng.integers(0, 256, (60, 3, 6, 6), dtype=np.uint8)
    data = from_arrays("x", colors, np.arange(60) % 3)
    seen = summarize(data, samples=5)
    images, labels = data.train
    for label, samples in enumerate(seen.samples):
        own = {bytes(image) for image in images[labels == label].numpy()}
        assert len(samples) == len({bytes(np.ascontiguousarray(s)) for s in samples}) == 5
        assert all(bytes(np.ascontiguousarray(s.transpose(2, 0, 1))) in own for s in samples)
    gray = summarize(from_arrays("x", colors[:, :1] / 255, np.arange(60) % 3)).samples[0][0]
    assert (gray.shape, gray.dtype, gray.min(), gray.max()) == ((6, 6), np.uint8, 0, 255)
    many = summarize(from_arrays("x", rng.random((60, 8, 6, 6)), np.arange(60) % 3))
    assert many.samples[0][0].shape == (6, 6)
    assert torch.is_tensor(images)
