"""Augmentation: a random transform of each training image, repeatable from a generator.

Notation
    n         number of images of a batch
    C, H, W   channels, height and width of an image
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from nbnas.brief import ADDED, brief, settings
from nbnas.checks import FLAG, settle, whole
from nbnas.errors import SettingError

_GLOBAL_RANDOMNESS = threading.Lock()


class Moves(NamedTuple):
    """What is drawn for images: where each pixel of the result comes from, and what is blanked.

    Attributes:
        rows: The row of the padded image, `(n, H)`.
        columns: The column of the padded image, `(n, W)`.
        blank: Rows and columns of the square that is 0, `(n, H)` and `(n, W)`; empty for none.
    """

    rows: Tensor
    columns: Tensor
    blank: tuple[Tensor, ...] = ()


@dataclass(frozen=True, slots=True)
class CropAndFlip:
    """The usual augmentation of photographs: a shifted crop, and left and right swapped.

    What comes in from beyond the edge is 0, the mean of normalised images. A whole batch is
    transformed at once, each image in its own way, on the device where it is.

    Attributes:
        padding: Largest shift, in pixels.
        flip: Whether left and right are swapped in half of the images.
        cutout: Side of a square in pixels that is 0 in each image, with its centre anywhere in it,
            so that part of the square may lie beyond the edge; 0 for none.

    References:
        He et al., Deep Residual Learning for Image Recognition, CVPR 2016, section 4.2.
        DeVries and Taylor, Improved Regularization of Convolutional Neural Networks with Cutout,
        2017.
    """

    padding: int = 4
    flip: bool = field(default=True, metadata=ADDED)
    cutout: int = field(default=0, metadata=ADDED)

    def __post_init__(self) -> None:
        settle(self, padding=whole(0, 10_000), flip=FLAG, cutout=whole(0, 10_000))

    @brief
    def __repr__(self) -> str:
        return settings(self)

    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Transform each image of a batch.

        Args:
            images: Batch `(n, C, H, W)`.
            generator: Source of the shifts and swaps, a generator of the CPU; `None` for torch's
                own.

        Returns:
            The transformed batch `(n, C, H, W)`, with channels last in memory.
        """
        n, _, height, width = images.shape
        return self.move(images, self.draw(n, (height, width), generator))

    def draw(
        self, n: int, sides: tuple[int, int], generator: torch.Generator | None = None
    ) -> Moves:
        """Draw what happens to each image of a batch, on the CPU.

        Args:
            n: Number of images.
            sides: Their height and width.
            generator: As for a call.
        """
        height, width = sides
        shifts = torch.randint(2 * self.padding + 1, (2, n, 1), generator=generator)
        swapped = torch.randint(2, (n, 1), generator=generator, dtype=torch.bool)
        rows, columns = shifts[0] + torch.arange(height), shifts[1] + torch.arange(width)
        if self.flip:
            columns = torch.where(swapped, columns.flip(1), columns)
        squares = (self._square(n, side, generator) for side in sides if self.cutout)
        return Moves(rows, columns, tuple(squares))

    def move(self, images: Tensor, moves: Moves) -> Tensor:
        """Do to images what was drawn for them, where they are; one batch, or many together.

        Args:
            images: Batch `(n, C, H, W)`.
            moves: What was drawn, for as many.

        Returns:
            The transformed batch `(n, C, H, W)`, with channels last in memory.
        """

        def there(drawn: Tensor) -> Tensor:
            return drawn.to(images.device, non_blocking=True)

        which = torch.arange(len(images), device=images.device)[:, None, None]
        y, x = there(moves.rows)[:, :, None], there(moves.columns)[:, None, :]
        padded = pad(images, [self.padding] * 4)
        moved = padded.permute(0, 2, 3, 1)[which, y, x].permute(0, 3, 1, 2)
        if not moves.blank:
            return moved
        rows, columns = map(there, moves.blank)
        return moved.masked_fill(rows[:, None, :, None] & columns[:, None, None, :], 0)

    def _square(self, n: int, side: int, generator: torch.Generator | None) -> Tensor:
        """Which rows, or columns, are within the square of each image, `(n, side)`."""
        first = torch.randint(side, (n, 1), generator=generator) - self.cutout // 2
        places = torch.arange(side)
        return (first <= places) & (places < first + self.cutout)


def joined(moves: Sequence[Moves]) -> Moves:
    """What was drawn for several batches as that for one."""
    if len(moves) == 1:
        return moves[0]
    rows = torch.cat([each.rows for each in moves])
    columns = torch.cat([each.columns for each in moves])
    blank = zip(*(each.blank for each in moves), strict=True)
    return Moves(rows, columns, tuple(torch.cat(list(each)) for each in blank))


def augment_images(
    images: Tensor, transform: Callable[[Tensor], Tensor], generator: torch.Generator
) -> Tensor:
    """Transform each image of a batch by itself.

    A `CropAndFlip` does so for all images at once; any other transform gets them one by one.

    Transforms of torchvision draw from torch's global generators; these are seeded from ours for
    the time of the call and restored after it. One lock keeps other trainings out meanwhile.

    Args:
        images: Batch `(n, C, H, W)`.
        transform: One image `(C, H, W)` to one of the same shape.
        generator: Source of the seed, a generator of the CPU.

    Returns:
        The transformed batch `(n, C, H, W)`, of the same type.

    Raises:
        SettingError: If the transform changes the shape or type of an image.
    """
    if isinstance(transform, CropAndFlip):
        return transform(images, generator)
    with seeded(generator, images.device):
        transformed = [transform(image) for image in images]
    for image in transformed:
        _check_image(image, images)
    return torch.stack(transformed)


@contextmanager
def seeded(generator: torch.Generator, device: torch.device) -> Iterator[None]:
    """A context in which torch's global generators begin with a seed that another one gives.

    One lock keeps others out meanwhile; afterwards the generators are as they were.

    Args:
        generator: Gives the seed, a generator of the CPU; one draw of it is used.
        device: Whose generator is seeded, beside the CPU's.
    """
    seed = int(torch.randint(2**62, (), generator=generator))
    devices = [] if device.type == "cpu" else [device.index or 0]
    kind = "cuda" if device.type == "cpu" else device.type
    with _GLOBAL_RANDOMNESS, torch.random.fork_rng(devices, device_type=kind):
        torch.default_generator.manual_seed(seed)
        if devices:
            getattr(torch, device.type).manual_seed(seed)
        yield


def _check_image(image: object, images: Tensor) -> None:
    expected = (images.shape[1:], images.dtype)
    if not isinstance(image, Tensor) or (image.shape, image.dtype) != expected:
        came = (
            f"{image.dtype} {tuple(image.shape)}"
            if isinstance(image, Tensor)
            else type(image).__name__
        )
        raise SettingError(
            f"expected augment to give a tensor {images.dtype} {tuple(images.shape[1:])} as it "
            f"got, but it gave {came}; use transforms that keep size and type"
        )
