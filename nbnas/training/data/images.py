"""Data sets that are known by name, and those of one's own arrays."""

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import FLAG, PATH, SEED, TEXT, whole
from nbnas.errors import DataError
from nbnas.training.data.image_data import IMAGE_DATA as IMAGE_DATA
from nbnas.training.data.image_data import ImageData as ImageData
from nbnas.training.data.image_data import check_names
from nbnas.training.data.part import AMOUNT, part_sizes, split_arrays, to_part
from nbnas.training.data.reading.arrays import read_images
from nbnas.training.data.reading.labels import read_labels

_SIZE = whole(2)


def digits(train: int = 600, validation: int = 600, seed: int = 0) -> ImageData:
    """The 1,797 handwritten digits of 8×8 pixels that ship with scikit-learn.

    Args:
        train: Number of training images.
        validation: Number of validation images; the rest is the test part.
        seed: Seed of the stratified split.

    Returns:
        The data set, 10 classes.

    Raises:
        DataError: If there are not enough images for these sizes.

    References:
        Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998.
    """
    train, validation = _SIZE("train", train), _SIZE("validation", validation)
    from sklearn.datasets import load_digits

    images, labels = load_digits().images, load_digits().target
    return from_arrays("digits", images, labels, train=train, validation=validation, seed=seed)


def cifar10(
    root: str = "data", download: bool = True, validation: int = 5000, seed: int = 0
) -> ImageData:
    """CIFAR-10: photographs of 3×32×32 pixels, 50,000 to train and validate, 10,000 to test.

    Args:
        root: Folder of the files.
        download: Whether to download the files (170 MB) where they are missing.
        validation: Number of the 50,000 images that are held out for validation.
        seed: Seed of the stratified split.

    Returns:
        The data set, 10 classes.

    Raises:
        DataError: If the files are missing and cannot be downloaded, or `validation` does not fit.

    References:
        Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
    """
    root, download = str(PATH("root", root)), FLAG("download", download)
    validation, seed = _SIZE("validation", validation), SEED("seed", seed)
    import torchvision

    try:
        learn, test = (
            torchvision.datasets.CIFAR10(root, train=train, download=download)
            for train in (True, False)
        )
    except (OSError, EOFError, RuntimeError, pickle.PickleError) as error:
        raise DataError(
            f"expected the files of CIFAR-10 in {root!r}, but: {error}. Connect to the internet "
            "and pass download=True, or put cifar-10-batches-py there; digits() needs neither"
        ) from error
    images, labels = _channels_first(learn.data), np.asarray(learn.targets)
    sizes = (len(labels) - validation, validation)
    train_part, val_part = split_arrays(images, labels, sizes, seed, "cifar10")
    test_part = to_part(_channels_first(test.data), np.asarray(test.targets))
    return ImageData("cifar10", 10, train_part, val_part, test_part)


def from_arrays(
    name: str,
    images: NDArray[Any],
    labels: NDArray[Any],
    *,
    train: float | None = None,
    validation: float | None = None,
    seed: int = 0,
    class_names: Sequence[str] | None = None,
    channels_last: bool | None = None,
) -> ImageData:
    """Make a data set of your own arrays, split at random with the classes spread evenly.

    Args:
        name: What a person calls it.
        images: `(n, H, W)`, `(n, C, H, W)` or `(n, H, W, C)`, of uint8, uint16 or floats. Those of
            16 bits become floats from 0 to 1.
        labels: One an image, `(n,)` or `(n, 1)`: words, or whole numbers of any kind; or one-hot
            rows `(n, K)`. The labels that occur, sorted, are the classes.
        train: Number of training images, or their share if below 1; by default what the other
            parts leave.
        validation: The same of the validation images; by default a fifth, at most 5,000. The rest
            is the test part, by default as large.
        seed: Seed of the split.
        class_names: The classes in words, in the order of the sorted labels; by default the
            labels themselves.
        channels_last: Whether the last axis of the images is that of the channels; `None` tells it
            from their number.

    Returns:
        The data set; the same for the same seed.

    Raises:
        DataError: If the arrays have another form or too few images.

    Example:
        >>> images = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
        >>> from_arrays("pets", images, ["cat", "dog", "owl"] * 10)
        pets: 18 train, 6 validation, 6 test images of 3×8×8, 3 classes
    """
    name, seed = TEXT("name", name), SEED("seed", seed)
    amounts = AMOUNT("train", train), AMOUNT("validation", validation)
    pixels = read_images(images, name, FLAG.optional("channels_last", channels_last))
    numbers, names = read_labels(labels, len(pixels), name)
    if class_names is not None:
        names = check_names(class_names, len(names))
    first, second, third = split_arrays(
        pixels, numbers, part_sizes(len(numbers), *amounts), seed, name
    )
    return ImageData(name, len(names), first, second, third, names)


def _channels_first(images: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(images).transpose(0, 3, 1, 2)
