"""One part of a data set: reading, checking, splitting.

Notation
    n         number of images of a part
    C, H, W   channels, height and width of an image
    part      `(images, labels)`: uint8 or floating `(n, C, H, W)` and integers `(n,)`
"""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nbnas.checks import Rule, either, real, whole
from nbnas.errors import DataError
from nbnas.training.data.mapped import remembered
from nbnas.undisturbed import undisturbed

Part = tuple[Tensor, Tensor]
SMALLEST_SIDE = 4
USUAL = 5000  # images that a part to choose by, or to test with, need not go beyond
AMOUNT: Rule[float | None] = either(whole(2), real(above=0, below=1)).optional
COUNTED = 1024  # images whose bytes are counted at a time


def part_sizes(n: int, train: float | None, validation: float | None) -> tuple[int, int, int]:
    """The sizes of three parts of n images.

    Args:
        n: Number of images.
        train: Number of training images, or their share if below 1; `None` for what is left.
        validation: The same of the validation images; `None` for the usual part.

    Returns:
        Number of training, validation and test images; what is left may be none, or below 0.
    """
    held_out = part_size(n, validation)
    first = n - held_out - part_size(n, None) if train is None else part_size(n, train)
    return first, held_out, n - first - held_out


def part_size(n: int, amount: float | None) -> int:
    """The size of a part of n images: a number, a share below 1, or a fifth, at most 5,000."""
    if amount is None:
        return max(2, min(n // 5, USUAL))
    return round(n * amount) if amount < 1 else int(amount)


def split_arrays(
    images: NDArray[Any], labels: NDArray[Any], sizes: Sequence[int], seed: int, name: str
) -> list[Part]:
    """Cut arrays at random into disjoint parts; see `split`, which chooses the images."""
    cuts = split(labels, sizes, seed, name)
    return [to_part(images[cut], labels[cut]) for cut in cuts]


def split(
    labels: NDArray[Any], sizes: Sequence[int], seed: int, name: str
) -> list[NDArray[np.int64]]:
    """Choose at random disjoint parts in which each class has about its overall share.

    Args:
        labels: `(n,)`.
        sizes: Number of images of each part; their sum is n.
        seed: Seed of the split; with equal seeds a smaller first part lies in a larger one.
        name: Name of the data set, for errors.

    Returns:
        The places of the images of each part.

    Raises:
        DataError: If a part would have fewer than two images.
    """
    if min(sizes) < 2:
        raise DataError(
            f"{name}: expected at least 2 images in every part, but {len(labels)} images would "
            f"be split into {', '.join(map(str, sizes))}; ask for smaller parts"
        )
    order = _stratified_order(labels, np.random.default_rng(seed))
    return np.split(order, np.cumsum(sizes)[:-1])


def _stratified_order(labels: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """A random order `(n,)` of which every stretch has each class in about its overall share."""
    place = np.empty(len(labels))
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        place[members] = (np.arange(len(members)) + rng.random()) / len(members)
    return np.argsort(place, kind="stable")


class Owned(NamedTuple):
    """A part that nobody else holds, so that a data set takes it without a copy."""

    images: Tensor
    labels: Tensor


@undisturbed()
def to_part(images: NDArray[Any], labels: NDArray[Any]) -> Owned:
    """Arrays that nobody else holds as tensors; a copy only where they are not contiguous."""
    where = np.ascontiguousarray(images)
    pictures = remembered(torch.from_numpy(where), images)
    return Owned(pictures, torch.from_numpy(labels.astype(np.int64)))


@undisturbed()
def read_part(part: Part, where: str) -> Part:
    """Turn a pair of arrays or tensors into contiguous tensors on the CPU, which are copies.

    Raises:
        DataError: If it is no such pair.
    """
    if isinstance(part, Owned):
        return part
    try:
        images, labels = (
            values.detach().to("cpu", copy=True)
            if isinstance(values, Tensor)
            else torch.tensor(values)
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
    if images.is_floating_point() and not (sound := images.isfinite().flatten(1).all(1)).all():
        wrong = (~sound).nonzero().flatten().tolist()
        raise DataError(
            f"{where}: expected finite pixels, got NaN or infinity in {named(wrong, 'image')}; "
            "remove them first"
        )


def channel_moments(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, `(C,)` each; 1 for a constant channel."""
    channels = images.transpose(0, 1)
    moments = torch.stack(
        [
            _counted(channel) if images.dtype == torch.uint8 else _moments(channel)
            for channel in channels
        ]
    )
    mean, stddev = moments.T
    return mean.float(), torch.where(stddev > 0, stddev, 1.0).float()


def _moments(channel: Tensor) -> Tensor:
    """Mean and standard deviation of the numbers of a channel, `(2,)` in float64."""
    stddev, mean = torch.std_mean(channel.double(), correction=0)
    return torch.stack([mean, stddev])


def _counted(channel: Tensor) -> Tensor:
    """The same of bytes, from how often each occurs: a file of them need not fit the memory."""
    pieces = (piece.numpy().ravel() for piece in torch.split(channel, COUNTED))
    counts = torch.from_numpy(sum(np.bincount(piece, minlength=256) for piece in pieces)).double()
    values = torch.arange(256, dtype=torch.float64)
    mean = (counts * values).sum() / counts.sum()
    variance = (counts * (values - mean) ** 2).sum() / counts.sum()
    return torch.stack([mean, variance.sqrt()])


def named(numbers: Sequence[int], noun: str, most: int = 10) -> str:
    """Numbers for a message, such as `images 3, 4 and 17 more`."""
    said = ", ".join(map(str, numbers[:most]))
    more = f" and {len(numbers) - most} more" if len(numbers) > most else ""
    return f"{noun}{'s' * (len(numbers) > 1)} {said}{more}"


def fingerprint_of(name: str, classes: int, parts: Sequence[Part]) -> str:
    """Sixteen hexadecimal digits of the SHA-256 over name, shapes, types and bytes."""
    digest = hashlib.sha256(f"{name} {classes}".encode())
    for images, labels in parts:
        for values in (images, labels.long()):
            digest.update(f"{tuple(values.shape)} {values.dtype}".encode())
            digest.update(values.view(torch.uint8).numpy().data)
    return digest.hexdigest()[:16]
