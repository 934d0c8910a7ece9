"""Images with labels, in three parts: to train on, to choose by (validation), to test at the end.

Notation
    n         number of images of a part
    C, H, W   channels, height and width of an image
    part      `(images, labels)`, see `nbnas.training.data.part`
"""

import pickle
import threading
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray

from nbnas.checks import FLAG, PATH, SEED, TEXT, Rule, instance, settle, whole
from nbnas.errors import DataError, shown
from nbnas.training.data.part import (
    Part,
    channel_moments,
    check_part,
    fingerprint_of,
    read_part,
    split_arrays,
    to_part,
)

Parts = tuple[Part, Part, Part]
PARTS = ("train", "val", "test")
MOST_CLASSES = 100_000  # a network has an output for each
_SIZE = whole(2)


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class ImageData:
    """A data set of labelled images in three parts.

    Images are kept as float32, shifted and scaled for each channel so that those of the training
    part have mean 0 and standard deviation 1.

    Attributes:
        name: What a person calls it.
        classes: Number of classes; labels are 0 to classes - 1.
        train: Images and labels to train on, as tensors or numpy arrays: uint8 or floating
            `(n, C, H, W)` and integers `(n,)`.
        val: The validation part, by which architectures are compared.
        test: The test part, which no search sees.
        fingerprint: Short hash of the name, the shapes and every byte of what was given.

    Raises:
        DataError: If a part has another form, another image shape than the others, fewer than two
            images, values that are no numbers or labels that are no classes; the message names it.
    """

    name: str
    classes: int
    train: Part
    val: Part
    test: Part
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        settle(
            self, name=TEXT.raising(DataError), classes=whole(2, MOST_CLASSES).raising(DataError)
        )
        parts = [read_part(getattr(self, part), f"{self.name}, {part}") for part in PARTS]
        for part, (images, labels) in zip(PARTS, parts, strict=True):
            check_part(images, labels, parts[0][0], self.classes, f"{self.name}, {part}")
        object.__setattr__(self, "fingerprint", fingerprint_of(self.name, self.classes, parts))
        shift, scale = channel_moments(parts[0][0])
        for part, (images, labels) in zip(PARTS, parts, strict=True):
            object.__setattr__(
                self,
                part,
                (images.float().sub(shift).div_(scale), labels.to(torch.int64, copy=True)),
            )

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(C, H, W)` of every image."""
        channels, height, width = self.train[0].shape[1:]
        return channels, height, width

    def __repr__(self) -> str:
        """Name, sizes, image shape and classes."""
        train, val, test = (len(part[1]) for part in (self.train, self.val, self.test))
        shape = "×".join(map(str, self.image_shape))  # noqa: RUF001
        return (
            f"{self.name}: {train} train, {val} validation, {test} test images of "
            f"{shape}, {self.classes} classes"
        )


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
    sizes = {"train": _SIZE("train", train), "validation": _SIZE("validation", validation)}
    from sklearn.datasets import load_digits

    images, labels = load_digits().images, load_digits().target
    return from_arrays("digits", images, labels, **sizes, seed=seed)


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
    train: int,
    validation: int,
    seed: int = 0,
) -> ImageData:
    """Make a data set of your own arrays, split at random with the classes spread evenly.

    Args:
        name: What a person calls it.
        images: uint8 or floating `(n, H, W)` or `(n, C, H, W)`.
        labels: Integers `(n,)` from 0; the largest gives the number of classes.
        train: Number of training images.
        validation: Number of validation images; the rest is the test part.
        seed: Seed of the split.

    Returns:
        The data set; the same for the same seed.

    Raises:
        DataError: If the arrays have another form or too few images.
    """
    name, seed = TEXT("name", name), SEED("seed", seed)
    train, validation = _SIZE("train", train), _SIZE("validation", validation)
    images, labels = _array(images, f"{name}, images"), _array(labels, f"{name}, labels")
    if images.ndim not in (3, 4) or images.dtype.kind not in "uif":
        raise DataError(
            f"{name}: expected uint8 or floating images (n, H, W) or (n, C, H, W), "
            f"got {images.dtype} {images.shape}"
        )
    images = images[:, None] if images.ndim == 3 else images
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or len(labels) != len(images):
        raise DataError(
            f"{name}: expected {len(images)} integer labels (n,), one an image, "
            f"got {labels.dtype} {labels.shape}"
        )
    _check_labels(labels, name)
    sizes = (train, validation, len(labels) - train - validation)
    parts = split_arrays(images, labels, sizes, seed, name)
    return ImageData(name, int(labels.max()) + 1, *parts)


IMAGE_DATA: Rule[ImageData] = instance(ImageData, "digits()")


def _array(values: object, what: str) -> NDArray[Any]:
    """What was given as an array, if it is one."""
    try:
        return np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"{what}: expected an array, got {shown(values)}: {error}") from error


def _check_labels(labels: NDArray[Any], name: str) -> None:
    """Check that labels are numbers of classes, and not anything else that is whole.

    The largest one says how many outputs a network has: one label out of place must not make them
    many.
    """
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(labels):
        raise DataError(
            f"{name}: expected labels from 0, one for each class, got {labels.min()} to "
            f"{labels.max()} on {len(labels)} images; number the classes by "
            "numpy.unique(labels, return_inverse=True)[1], or correct the label that is none"
        )


def parts_on(data: ImageData, device: torch.device) -> Parts:
    """The three parts in a device's memory; moved there once and kept as long as the data lives.

    Args:
        data: The data set.
        device: Where the parts shall be.

    Returns:
        The training, validation and test part.
    """
    with _RESIDENT_LOCK:
        resident = _RESIDENT.setdefault(data, {})
        if device not in resident:
            parts = (data.train, data.val, data.test)
            train, val, test = ((x.to(device), y.to(device)) for x, y in parts)
            resident[device] = (train, val, test)
        return resident[device]


_RESIDENT: WeakKeyDictionary[ImageData, dict[torch.device, tuple[Part, Part, Part]]] = (
    WeakKeyDictionary()
)
_RESIDENT_LOCK = threading.Lock()


def _channels_first(images: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(images).transpose(0, 3, 1, 2)
