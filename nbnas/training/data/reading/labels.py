"""Labels as people have them: words, numbers from anywhere, one-hot rows, a column.

Notation
    n   number of images
    K   number of classes, those that occur
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import DataError, shown
from nbnas.training.data.part import named

Labels = NDArray[np.int64]


def read_labels(labels: object, n: int, name: str) -> tuple[Labels, tuple[str, ...]]:
    """Number the classes of labels from 0, in sorted order.

    Args:
        labels: `(n,)` or `(n, 1)`: words, whole numbers of any kind, True and False; or one-hot
            `(n, columns)`.
        n: Number of images.
        name: Name of the data set, for errors.

    Returns:
        Labels 0 to K - 1, `(n,)`, and the K classes in words.

    Raises:
        DataError: If they are none, a class has fewer than two images, or there is one class only.
    """
    values = _one_each(as_array(labels, f"{name}, labels"), n, name)
    classes, numbers, counts = np.unique(
        _comparable(values, name), return_inverse=True, return_counts=True
    )
    names = tuple(map(str, classes.tolist()))
    if len(names) < 2:
        raise DataError(
            f"{name}: expected labels of at least 2 classes, got only {', '.join(names)!r:.100}"
        )
    if (rare := np.flatnonzero(counts < 2)).size:
        where = np.flatnonzero(np.isin(numbers, rare)).tolist()
        said = ", ".join(names[k] for k in rare[:10])
        raise DataError(
            f"{name}: expected at least 2 images of each class, got 1 of {said!r:.200} "
            f"({named(where, 'image')}); correct the label, or leave the image out"
        )
    return numbers.reshape(n).astype(np.int64), names


def as_array(values: Any, what: str) -> NDArray[Any]:  # noqa: ANN401
    """What was given as an array, if it is one; tensors of torch, too.

    Raises:
        DataError: If it is none.
    """
    try:
        return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"{what}: expected an array, got {shown(values)}: {error}") from error


def _one_each(values: NDArray[Any], n: int, name: str) -> NDArray[Any]:
    """One label an image, `(n,)`."""
    if values.shape == (n, 1):
        return values[:, 0]
    if values.ndim == 2 and len(values) == n and _is_one_hot(values):
        return np.asarray(values.argmax(1))
    if values.shape != (n,):
        raise DataError(
            f"{name}: expected {n} labels (n,), one an image, or one-hot rows of a single 1 each, "
            f"got {values.dtype} {values.shape}"
        )
    return values


def _is_one_hot(values: NDArray[Any]) -> bool:
    if values.dtype.kind not in "buif":
        return False
    return bool(np.isin(values, (0, 1)).all() and (values.sum(1) == 1).all())


def _comparable(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Labels as words or as whole numbers."""
    kind = values.dtype.kind
    if kind == "O":
        return _of_objects(values.tolist(), name)
    if kind == "f":
        with np.errstate(invalid="ignore"):
            _refuse(values, values != np.rint(values), name, "whole numbers")
        _refuse(values, ~np.isfinite(values), name, "whole numbers")
        return values if np.abs(values).max(initial=0) >= 2**63 else values.astype(np.int64)
    if kind == "S":
        decoded: NDArray[Any] = np.char.decode(values, "utf-8", "replace")
        return decoded
    if kind not in "Ubiu":
        raise DataError(f"{name}: expected words or whole numbers as labels, got {values.dtype}")
    return values


def _of_objects(values: Sequence[Any], name: str) -> NDArray[Any]:
    """The same of Python's own objects: all words, or all numbers."""
    for kinds in (str, (int, float, np.number)):
        if all(isinstance(value, kinds) for value in values):
            return _comparable(np.asarray(values), name)
    array = np.asarray([isinstance(value, str) for value in values])
    usual = array.mean() >= 0.5
    _refuse(values, array != usual, name, "words" if usual else "whole numbers")
    raise DataError(f"{name}: expected words or whole numbers as labels, got {shown(values)}")


def _refuse(values: Any, wrong: NDArray[np.bool_], name: str, expected: str) -> None:  # noqa: ANN401
    """Raise an error that names the images whose labels are wrong, where there are any."""
    where = np.flatnonzero(wrong).tolist()
    if where:
        raise DataError(
            f"{name}: expected {expected} as labels, got {shown(values[where[0]])} for "
            f"{named(where, 'image')}; give each image the name or the number of its class"
        )
