"""A data set of the arrays in a file that `numpy.savez` wrote.

Names are those that such files usually have, in small letters or capitals:

    x, y                                 images and labels, of which all three parts are made
    x_train, y_train, x_test, y_test     parts as they came; also x_val, y_val
"""

import zipfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import PATH, SEED
from nbnas.errors import DataError
from nbnas.training.data.image_data import ImageData
from nbnas.training.data.images import from_arrays
from nbnas.training.data.origin import Origin
from nbnas.training.data.part import to_part
from nbnas.training.data.reading.arrays import read_images
from nbnas.training.data.reading.labels import as_array, read_labels
from nbnas.training.data.reading.three import check_classes, three_parts

IMAGES, LABELS = ("x", "images", "data"), ("y", "labels", "targets")
PARTS = {"train": ("train",), "val": ("val", "valid", "validation"), "test": ("test",)}
Arrays = dict[str, NDArray[Any]]


def from_npz(path: str | PathLike[str], *, seed: int = 0) -> ImageData:
    """Make a data set of the arrays in a `.npz` file.

    Args:
        path: The file; it may hold arrays of numbers and of texts, and no other objects.
        seed: Seed of the split, where parts are missing.

    Returns:
        The data set, as `from_arrays` makes it; parts that the file has are taken as they are.

    Raises:
        DataError: If the file cannot be read, or has no arrays of such names; the message says
            which it has.
    """
    path, seed = PATH("path", path), SEED("seed", seed)
    arrays = _arrays(path)
    pairs = {part: _pair(arrays, [f"_{word}" for word in PARTS[part]]) for part in PARTS}
    given = {part: pair for part, pair in pairs.items() if pair is not None}
    whole = _pair(arrays, [""])
    if "train" in given:
        return _of_parts(path.stem, given, seed)
    if whole is None:
        raise DataError(
            f"expected arrays x and y in {str(path)!r}, or x_train, y_train, x_test and y_test; "
            f"it has {', '.join(arrays) or 'none'}: rename them by numpy.savez, or give them to "
            "from_arrays"
        )
    return from_arrays(path.stem, *whole, seed=seed)


def _arrays(path: Path) -> Arrays:
    """All arrays of a file by their names in small letters."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name.lower(): file[name] for name in file.files}
    except (OSError, EOFError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise DataError(
            f"expected a file of arrays that numpy.savez wrote, got {str(path)!r}: {error!s:.300}"
        ) from error


def _pair(arrays: Arrays, endings: list[str]) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """The images and labels of a part, if both are there."""
    for ending in endings:
        found = [
            next((arrays[name + ending] for name in names if name + ending in arrays), None)
            for names in (IMAGES, LABELS)
        ]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1]
    return None


def _of_parts(
    name: str, given: dict[str, tuple[NDArray[Any], NDArray[Any]]], seed: int
) -> ImageData:
    """The data set of the parts that came; what is missing is split off the first."""
    pixels = {part: read_images(images, f"{name}, {part}") for part, (images, _) in given.items()}
    shapes = {part: images.shape[1:] for part, images in pixels.items()}
    if len(set(shapes.values())) > 1:
        raise DataError(f"{name}: expected images of one shape in all parts, got {shapes}")
    ends = np.cumsum([0, *map(len, pixels.values())])
    places = {part: np.arange(*ends[k : k + 2]) for k, part in enumerate(pixels)}
    said = np.concatenate([as_array(labels, "labels") for _, labels in given.values()])
    labels, names = read_labels(said, int(ends[-1]), name)
    check_classes(places, labels, names, "add some, or leave the class out")
    images = np.concatenate(list(pixels.values()))
    cuts, told = three_parts(places, labels, validation=None, test=None, seed=seed, name=name)
    train, val, test = (to_part(images[cut], labels[cut]) for cut in cuts)
    return ImageData(name, len(names), train, val, test, names, origin=Origin(told))
