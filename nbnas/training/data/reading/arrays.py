"""Images as arrays, as people have them: channels first, last or none, of any number type.

Notation
    n         number of images
    C, H, W   channels, height and width of an image
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import DataError
from nbnas.training.data.part import SMALLEST_SIDE, named
from nbnas.training.data.reading.labels import as_array

CHANNELS = (1, 2, 3, 4)  # how many there are where they come last
_BYTE = 255


def read_images(images: object, name: str, channels_last: bool | None = None) -> NDArray[Any]:
    """Images as `(n, C, H, W)` of uint8 or floats.

    Bytes and floats stay as they are. Those of 16 bits become floats from 0 to 1, True and False
    255 and 0, and other whole numbers bytes where they fit.

    Args:
        images: `(n, H, W)`, `(n, C, H, W)` or `(n, H, W, C)`.
        name: Name of the data set, for errors.
        channels_last: Whether the last axis is that of the channels; `None` tells it from their
            number, 1 to 4.

    Raises:
        DataError: If they are none; the message says which are wrong.
    """
    values = as_array(images, f"{name}, images")
    if values.ndim not in (3, 4) or values.dtype.kind not in "buif":
        raise DataError(
            f"{name}: expected images (n, H, W), (n, C, H, W) or (n, H, W, C) of uint8, uint16 "
            f"or floats, got {values.dtype} {values.shape}"
        )
    if values.ndim == 3:
        return _pixels(values[:, None], name)
    last = _has_channels_last(values.shape) if channels_last is None else channels_last
    return _pixels(values.transpose(0, 3, 1, 2) if last else values, name)


def _has_channels_last(shape: tuple[int, ...]) -> bool:
    """Whether the last axis looks like channels and the second does not."""
    _, second, third, last = shape
    return last in CHANNELS and second not in CHANNELS and third >= SMALLEST_SIDE


def _pixels(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Numbers of any type as bytes or floats."""
    if values.dtype == np.uint8:
        return values
    if values.dtype.kind == "f":
        return _finite(values, name)
    if values.dtype == np.bool_:
        return values * np.uint8(_BYTE)
    if values.dtype == np.uint16:
        return values.astype(np.float32) / np.float32(np.iinfo(np.uint16).max)
    beyond = ((values < 0) | (values > _BYTE)).reshape(len(values), -1).any(1)
    if beyond.any():
        raise DataError(
            f"{name}: expected pixels from 0 to {_BYTE} where their type is {values.dtype}, got "
            f"{values.min()} to {values.max()} "
            f"({named(np.flatnonzero(beyond).tolist(), 'image')}); "
            "give them as uint8, uint16 or floats"
        )
    return values.astype(np.uint8)


def _finite(values: NDArray[Any], name: str) -> NDArray[Any]:
    wrong = ~np.isfinite(values).reshape(len(values), -1).all(1)
    if wrong.any():
        raise DataError(
            f"{name}: expected finite pixels, got NaN or infinity in "
            f"{named(np.flatnonzero(wrong).tolist(), 'image')}; leave these out or mend them"
        )
    return values
