"""The test part as pictures on disk, for the files of a network to read.

Notation
    n, C, H, W   number of pictures, their channels, height and width
"""

from pathlib import Path

import numpy as np
from PIL import Image

from nbnas.training.data.image_data import ImageData
from nbnas.training.export.facts import Facts, raw_pictures


def on_disk(data: ImageData, facts: Facts, folder: Path) -> Path | list[Path]:
    """The pictures of the test part, as they are on disk.

    Args:
        data: The data set.
        facts: What the network reads.
        folder: Where to write what is on no disk yet.

    Returns:
        The files of the pictures; of data that are no pictures of whole pixels, an `.npy` file.
    """
    raw = raw_pictures(data.test)
    if not facts.reads_files:
        path = folder / "pictures.npy"
        np.save(path, raw)
        return path
    paths = [folder / f"{number}.png" for number in range(len(raw))]
    for path, picture in zip(paths, raw, strict=True):
        pixels = picture[0] if len(picture) == 1 else picture.transpose(1, 2, 0)
        Image.fromarray(np.ascontiguousarray(pixels)).save(path, compress_level=1)
    return paths
