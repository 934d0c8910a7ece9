"""Mixing the images of a batch, and their classes with them: mix-up, CutMix and the like.

Notation
    n, K      number of images of a batch, and of classes
    shares    `(n, K)`: how much of each class an image shows; each row adds up to 1

References:
    Zhang et al., mixup: Beyond Empirical Risk Minimization, ICLR 2018.
    Yun et al., CutMix: Regularization Strategy to Train Strong Classifiers, ICCV 2019.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from nbnas.checks import offering
from nbnas.errors import SettingError, shown
from nbnas.training.data.augment import seeded

Mix = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
MIX = offering(
    "a transform of a batch of images and its labels", "v2.CutMix(num_classes=10)", "__call__"
)
PROBED = 4  # images on which a transform is tried
_HINT = "use a transform of whole batches, such as v2.CutMix(num_classes={}) of torchvision"


def mix_images(
    images: Tensor, labels: Tensor, classes: int, transform: Mix, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Mix the images of a batch with each other.

    Transforms of torchvision draw from torch's global generators; these are seeded from ours, see
    `nbnas.training.data.augment.seeded`.

    Args:
        images: Batch `(n, C, H, W)`.
        labels: The class of each, `(n,)`.
        classes: K.
        transform: From images and labels to images and shares, such as `v2.MixUp(num_classes=10)`
            or `v2.CutMix(num_classes=10)` of `torchvision.transforms`; labels may stay as they
            are where nothing was mixed.
        generator: Source of the seed, a generator of the CPU.

    Returns:
        The mixed images `(n, C, H, W)` and their shares, `(n, K)`.

    Raises:
        SettingError: If the transform gives anything else.
    """
    with seeded(generator, images.device):
        mixed = transform(images, labels)
    if _is_pair(mixed) and _alike(mixed[1], labels):
        mixed = (mixed[0], one_hot(mixed[1], classes).to(torch.float32))
    shares = torch.empty(len(labels), classes, device="meta")
    if not _is_pair(mixed) or not all(map(_alike, mixed, (images, shares))):
        raise SettingError(
            f"expected mix to give images {tuple(images.shape)} as it got and shares of classes "
            f"{tuple(shares.shape)}, but it gave {_form(mixed)}; {_HINT.format(classes)}"
        )
    return mixed[0], mixed[1]


def check_mix(transform: Mix, image_shape: tuple[int, int, int], classes: int) -> None:
    """Check on a small batch that a transform mixes images and classes of some shape.

    Args:
        transform: The transform.
        image_shape: `(C, H, W)`.
        classes: K.

    Raises:
        SettingError: If it does not, or fails.
    """
    images, labels = torch.zeros(PROBED, *image_shape), torch.zeros(PROBED, dtype=torch.int64)
    try:
        mix_images(images, labels, classes, transform, torch.Generator().manual_seed(0))
    except SettingError:
        raise
    except Exception as error:
        raise SettingError(
            f"expected mix to take images {tuple(images.shape)} and labels {(PROBED,)}, but "
            f"{shown(transform)} raised {type(error).__name__}: {error!s:.300}; "
            f"{_HINT.format(classes)}"
        ) from error


def _is_pair(mixed: object) -> bool:
    return isinstance(mixed, tuple | list) and len(mixed) == 2


def _alike(mixed: object, given: Tensor) -> bool:
    return isinstance(mixed, Tensor) and mixed.shape == given.shape and mixed.dtype == given.dtype


def _form(mixed: Any) -> str:  # noqa: ANN401
    """What came, in words."""
    if isinstance(mixed, Tensor):
        return f"one tensor {tuple(mixed.shape)}"
    if not _is_pair(mixed):
        return shown(mixed)
    return " and ".join(
        f"{each.dtype} {tuple(each.shape)}" if isinstance(each, Tensor) else shown(each)
        for each in mixed
    )
