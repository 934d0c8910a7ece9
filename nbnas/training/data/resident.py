"""A data set in the memory of the device that trains on it.

Notation
    part   `(images, labels)`, see `nbnas.training.data.part`
"""

import math
import threading
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from nbnas.training.data.image_data import ImageData
from nbnas.training.data.part import Part

Parts = tuple[Part, Part, Part]
SHARE = 0.5  # of a GPU's free memory that images may take; the rest is for training
READY = 0.1  # of it that pictures may take while many batches are made ready at once


def parts_on(data: ImageData, device: torch.device) -> Parts:
    """The three parts in a device's memory; moved there once and kept as long as the data lives.

    Pixels stay as they are, so that those of 8 bits take a byte each. Where the images would take
    more than half of what a GPU has free, they stay in the computer's memory; see `chosen`.

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
            where = device if _fits(parts, device) else torch.device("cpu")
            train, val, test = ((x.to(where), y.to(device)) for x, y in parts)
            resident[device] = (train, val, test)
        return resident[device]


def chosen(images: Tensor, places: Tensor) -> Tensor:
    """Some images of a part, on the device of their places wherever the part is.

    Args:
        images: Those of a part, `(n, …)`.
        places: Which ones, `(b,)`.

    Returns:
        The batch, `(b, …)`.
    """
    if images.device == places.device:
        return images[places]
    return images[places.to(images.device)].to(places.device)


def room_on(device: torch.device) -> float:
    """Bytes that the pictures of batches may take while these are made ready together."""
    return READY * _free(device) if device.type == "cuda" else 0.0


def _fits(parts: Parts, device: torch.device) -> bool:
    """Whether the images leave a device enough memory to train in."""
    return sum(images.nbytes for images, _ in parts) <= SHARE * _free(device)


def _free(device: torch.device) -> float:
    """Bytes that a device has free, where it has a memory of its own."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else math.inf


_RESIDENT: WeakKeyDictionary[ImageData, dict[torch.device, Parts]] = WeakKeyDictionary()
_RESIDENT_LOCK = threading.Lock()
