"""A look at a data set: samples of each class, how many there are, and what looks wrong.

Notation
    K         number of classes
    C, H, W   channels, height and width of an image
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nbnas.training.data.origin import Sizes
from nbnas.undisturbed import undisturbed

if TYPE_CHECKING:  # torch takes a second to import, and charts need the record only
    from torch import Tensor

    from nbnas.training.data.image_data import ImageData
    from nbnas.training.data.part import Part

WORDS = ("training", "validation", "test")
FEW = 10  # images of a class to train on, below which it is worth a word
UNEQUAL = 3.0  # times as many images of one class as of another, from which it is
LISTED = 5  # classes that are named


@dataclass(frozen=True, slots=True, eq=False)
class DataSummary:
    """What a person sees of a data set.

    Attributes:
        said: The data set in a line.
        class_names: The K classes.
        counts: Number of images of each class in the training, validation and test part, `(K, 3)`.
        samples: Some training images of each class, uint8 `(H, W)` or `(H, W, 3)`.
        image_shape: `(C, H, W)`.
        sizes: Each size `(h, w)` of the pictures on disk with its number; empty for arrays.
        warnings: What looks wrong, a sentence each, without a full stop.
    """

    said: str
    class_names: tuple[str, ...]
    counts: NDArray[np.int64]
    samples: tuple[tuple[NDArray[np.uint8], ...], ...]
    image_shape: tuple[int, int, int]
    sizes: Sizes
    warnings: tuple[str, ...]


@undisturbed()
def summarize(data: "ImageData", samples: int = 4) -> DataSummary:
    """Look at a data set.

    Args:
        data: The data set.
        samples: Most images of each class that are shown.

    Returns:
        The summary.
    """
    parts = (data.train, data.val, data.test)
    counts = np.stack([_counts(labels, data.classes) for _, labels in parts], axis=1)
    warnings = (
        *_left_out(data),
        *_few(data.class_names, counts),
        *_unequal(data.class_names, counts.sum(1)),
        *_twice(parts),
    )
    shown = tuple(_samples(data.train, label, samples) for label in range(data.classes))
    return DataSummary(
        repr(data),
        data.class_names,
        counts,
        shown,
        data.image_shape,
        data.origin.sizes,
        warnings,
    )


def _counts(labels: "Tensor", classes: int) -> NDArray[np.int64]:
    return np.bincount(labels.numpy(), minlength=classes)


def _samples(part: "Part", label: int, most: int) -> tuple[NDArray[np.uint8], ...]:
    """Images of a class from everywhere in a part, as a person sees them."""
    images, labels = part
    places = np.flatnonzero(labels.numpy() == label)
    chosen = places[np.linspace(0, len(places) - 1, min(most, len(places))).astype(int)]
    return tuple(_seen(image) for image in images.numpy()[chosen])


def _seen(image: NDArray[Any]) -> NDArray[np.uint8]:
    """An image `(C, H, W)` of any type as gray or in colours; others have their first channel."""
    if image.dtype != np.uint8:
        low, high = float(image.min()), float(image.max())
        scaled = (image - low) * (255 / (high - low) if high > low else 0)
        image = np.rint(scaled).astype(np.uint8)
    return image[:3].transpose(1, 2, 0) if len(image) in (3, 4) else image[0]


def _left_out(data: "ImageData") -> tuple[str, ...]:
    count = len(data.origin.skipped)
    files = "1 file" if count == 1 else f"{count} files"
    return (f"{files} could not be read: data.origin.skipped says why",) if count else ()


def _few(names: tuple[str, ...], counts: NDArray[np.int64]) -> tuple[str, ...]:
    """Classes that have few images to train on, or none in a part."""
    few = [f"{names[k]} ({counts[k, 0]})" for k in np.flatnonzero(counts[:, 0] < FEW)]
    said = [f"few images to train on of {_listed(few)}"] if few else []
    for column, word in enumerate(WORDS):
        lacking = [names[k] for k in np.flatnonzero(counts[:, column] == 0)]
        if lacking:
            said.append(f"no image in the {word} part of {_listed(lacking)}")
    return tuple(said)


def _unequal(names: tuple[str, ...], totals: NDArray[np.int64]) -> tuple[str, ...]:
    least, most = int(totals.argmin()), int(totals.argmax())
    if totals[most] < UNEQUAL * totals[least]:
        return ()
    ends = f"{totals[least]:,} of {names[least]} to {totals[most]:,} of {names[most]}"
    return (f"the classes are very unequal (balanced accuracy is the fair measure): from {ends}",)


def _twice(parts: "tuple[Part, ...]") -> tuple[str, ...]:
    """Identical images in two parts, or of two classes; known by their hash."""
    first, *others = (_hashes(images) for images, _ in parts)
    validation, test = others
    pairs = {
        "the training and the validation part": (first, validation),
        "the training and the test part": (first, test),
        "the validation and the test part": (validation, test),
    }
    said = []
    for where, (one, other) in pairs.items():
        both = len(set(one) & set(other))
        if both:
            said.append(f"{_images(both)} in {where}, identical")
    classes: dict[bytes, set[int]] = {}
    for hashes, (_, labels) in zip((first, validation, test), parts, strict=True):
        for each, label in zip(hashes, labels.tolist(), strict=True):
            classes.setdefault(each, set()).add(label)
    torn = sum(len(found) > 1 for found in classes.values())
    return (*said, *([f"{_images(torn)} of two classes, identical"] if torn else []))


def _images(count: int) -> str:
    return "1 image is" if count == 1 else f"{count:,} images are"


def _hashes(images: "Tensor") -> list[bytes]:
    """A hash of each image."""
    rows = images.numpy()
    return [hashlib.blake2b(row.data, digest_size=16).digest() for row in rows]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more
