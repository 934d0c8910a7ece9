"""What the files of a network say besides its layers.

Notation
    C, H, W   channels, height and width of a picture
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nbnas.training.data.image_data import ImageData
from nbnas.training.data.part import Part
from nbnas.training.data.preparation import Preparation

MODES = {1: "L", 3: "RGB"}


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
    preparation: Preparation | None = None

    @property
    def reads_files(self) -> bool:
        """Whether a picture file can be what the network reads."""
        return self.is_whole and self.image_shape[0] in MODES


def facts_of(data: ImageData, architecture: str, version: str = "") -> Facts:
    """What is to be said of a data set.

    Args:
        data: The data set.
        architecture: The architecture in its space's notation.
        version: Of nbnas.
    """
    return Facts(
        data.name,
        data.class_names,
        data.image_shape,
        data.test[0].dtype == torch.uint8,
        architecture,
        version,
        data.preparation,
    )


def raw_pictures(part: Part) -> np.ndarray:
    """Pictures as the data set keeps them, `(n, C, H, W)`, in the type that the files read."""
    images: Tensor = part[0]
    whole = images.dtype == torch.uint8
    return (images if whole else images.float()).contiguous().numpy()
