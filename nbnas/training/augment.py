"""Augmentation: a random transform of each training image, repeatable from a generator."""

import threading
from collections.abc import Callable

import torch
from torch import Tensor

from nbnas.errors import SettingError

_GLOBAL_RANDOMNESS = threading.Lock()


def augment_images(
    images: Tensor, transform: Callable[[Tensor], Tensor], generator: torch.Generator
) -> Tensor:
    """Transform each image of a batch by itself.

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
    seed = int(torch.randint(2**62, (), generator=generator))
    device = images.device
    devices = [] if device.type == "cpu" else [device.index or 0]
    kind = "cuda" if device.type == "cpu" else device.type
    with _GLOBAL_RANDOMNESS, torch.random.fork_rng(devices, device_type=kind):
        torch.default_generator.manual_seed(seed)
        if devices:
            getattr(torch, device.type).manual_seed(seed)
        transformed = [transform(image) for image in images]
    for image in transformed:
        _check_image(image, images)
    return torch.stack(transformed)


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


def crop_and_flip(size: int = 32, padding: int = 4) -> Callable[[Tensor], Tensor]:
    """The usual augmentation of photographs: a shifted crop, and left and right swapped.

    Args:
        size: Side of an image, in pixels.
        padding: Largest shift, in pixels.

    Returns:
        A transform of one image `(C, size, size)`.
    """
    from torchvision.transforms import v2

    steps = [v2.RandomCrop(size, padding=padding), v2.RandomHorizontalFlip()]
    transform: Callable[[Tensor], Tensor] = v2.Compose(steps)
    return transform
