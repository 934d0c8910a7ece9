"""One part of a data set: reading, checking, splitting.

Notation
    n         number of images of a part
    C, H, W   channels, height and width of an image
    part      `(images, labels)`: uint8 or floating `(n, C, H, W)` and integers `(n,)`
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.errors import DataError
from nbnas.undisturbed import undisturbed

Part = tuple[Tensor, Tensor]
SMALLEST_SIDE = 4


def split_arrays(
    images: NDArray[Any], labels: NDArray[Any], sizes: Sequence[int], seed: int, name: str
) -> list[Part]:
    """Cut arrays at random into disjoint parts in which each class has about its overall share.

    Args:
        images: `(n, C, H, W)`.
        labels: `(n,)`.
        sizes: Number of images of each part; their sum is n.
        seed: Seed of the split; with equal seeds a smaller first part lies in a larger one.
        name: Name of the data set, for errors.

    Returns:
        The parts.

    Raises:
        DataError: If a part would have fewer than two images.
    """
    if min(sizes) < 2:
        raise DataError(
            f"{name}: expected at least 2 images in every part, but {len(labels)} images would "
            f"be split into {', '.join(map(str, sizes))}; ask for smaller parts"
        )
    order = _stratified_order(labels, np.random.default_rng(seed))
    cuts = np.split(order, np.cumsum(sizes)[:-1])
    return [to_part(images[cut], labels[cut]) for cut in cuts]


def _stratified_order(labels: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """A random order `(n,)` of which every stretch has each class in about its overall share."""
    place = np.empty(len(labels))
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        place[members] = (np.arange(len(members)) + rng.random()) / len(members)
    return np.argsort(place, kind="stable")


@undisturbed()
def to_part(images: NDArray[Any], labels: NDArray[Any]) -> Part:
    """Copy numpy arrays into tensors, labels as int64."""
    return torch.tensor(np.ascontiguousarray(images)), torch.tensor(labels.astype(np.int64))


@undisturbed()
def read_part(part: Part, where: str) -> Part:
    """Turn a pair of arrays or tensors into contiguous tensors on the CPU.

    Raises:
        DataError: If it is no such pair.
    """
    try:
        images, labels = (
            values.detach().cpu() if isinstance(values, Tensor) else torch.tensor(values)
            for values in part
        )
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"{where}: expected (images, labels) as arrays: {error}") from error
    return images.contiguous(), labels.contiguous()


def check_part(images: Tensor, labels: Tensor, like: Tensor, classes: int, where: str) -> None:
    """Check one part, whose images must have the shape of those of `like`.

    Raises:
        DataError: If something is wrong; the message begins with `where`.
    """
    if images.ndim != 4 or not (images.is_floating_point() or images.dtype == torch.uint8):
        form = f"{images.dtype} {tuple(images.shape)}"
        raise DataError(f"{where}: expected uint8 or floating images (n, C, H, W), got {form}")
    if images.shape[1:] != like.shape[1:] or min(images.shape[2:]) < SMALLEST_SIDE:
        raise DataError(
            f"{where}: expected images (C, H, W) as in the training part, at least "
            f"{SMALLEST_SIDE} pixels wide and high, got {tuple(images.shape[1:])}"
        )
    whole = not (labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool)
    if not whole or labels.shape != images.shape[:1] or len(labels) < 2:
        raise DataError(
            f"{where}: expected at least 2 images and one integer label for each, got "
            f"{len(images)} images and labels {labels.dtype} {tuple(labels.shape)}"
        )
    if labels.min() < 0 or labels.max() >= classes:
        came = f"{int(labels.min())} to {int(labels.max())}"
        raise DataError(f"{where}: expected labels 0 to {classes - 1}, got {came}")
    if not torch.isfinite(images).all():
        raise DataError(f"{where}: expected finite pixels, got NaN or infinity; remove them first")


def channel_moments(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, `(C, 1, 1)` each; 1 for a constant channel."""
    channels = images.transpose(0, 1).flatten(1)
    moments = [torch.std_mean(channel.double(), correction=0) for channel in channels]
    stddev = torch.stack([std for std, _ in moments])
    mean = torch.stack([mean for _, mean in moments])
    stddev = torch.where(stddev > 0, stddev, 1.0)
    return mean.float()[:, None, None], stddev.float()[:, None, None]


def fingerprint_of(name: str, classes: int, parts: Sequence[Part]) -> str:
    """Sixteen hexadecimal digits of the SHA-256 over name, shapes, types and bytes."""
    digest = hashlib.sha256(f"{name} {classes}".encode())
    for images, labels in parts:
        for values in (images, labels.long()):
            digest.update(f"{tuple(values.shape)} {values.dtype}".encode())
            digest.update(values.view(torch.uint8).numpy().data)
    return digest.hexdigest()[:16]
