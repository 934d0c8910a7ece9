"""What the files of a network say besides its layers.

Notation
    C, H, W   channels, height and width of a picture
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from nbnas.training.data.part import Part

MODES = {1: "L", 3: "RGB"}


class PictureData(Protocol):
    """What an export asks of pictures; see `nbnas.ImageData`."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    @property
    def classes(self) -> int:
        """Number of classes."""
        ...

    @property
    def fingerprint(self) -> str:
        """Short hash of it."""
        ...

    @property
    def train(self) -> Part:
        """What is trained on."""
        ...

    @property
    def val(self) -> Part:
        """The validation part."""
        ...

    @property
    def test(self) -> Part:
        """The test part."""
        ...

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(C, H, W)` of every picture."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What a network's source and card say of its data.

    Attributes:
        name: What a person calls the data.
        class_names: The name of each class.
        image_shape: `(C, H, W)`.
        is_whole: Whether pixels are whole numbers from 0 to 255, as in files of pictures.
        architecture: The architecture in its space's notation.
        version: Of nbnas.
        preparation: How a picture on disk becomes `(C, H, W)`; `None` where the data were arrays.
    """

    name: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    is_whole: bool
    architecture: str
    version: str = ""
    preparation: object | None = None

    @property
    def reads_files(self) -> bool:
        """Whether a picture file can be what the network reads."""
        return self.is_whole and self.image_shape[0] in MODES


def facts_of(data: PictureData, architecture: str, version: str = "") -> Facts:
    """What is to be said of a data set.

    Args:
        data: The data set.
        architecture: The architecture in its space's notation.
        version: Of nbnas.
    """
    names = getattr(data, "class_names", None) or tuple(map(str, range(data.classes)))
    return Facts(
        data.name,
        tuple(map(str, names)),
        data.image_shape,
        data.test[0].dtype == torch.uint8,
        architecture,
        version,
        getattr(data, "preparation", None),
    )


def raw_pictures(part: Part) -> np.ndarray:
    """Pictures as the data set keeps them, `(n, C, H, W)`, in the type that the files read."""
    images: Tensor = part[0]
    whole = images.dtype == torch.uint8
    return (images if whole else images.float()).contiguous().numpy()
