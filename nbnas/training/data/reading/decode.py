"""What a worker does: read the headers of pictures, and their pixels into a file.

Imports no torch, so that a worker starts quickly and is small.
"""

import hashlib
import io
import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from nbnas.training.data.preparation import Preparation, is_gray

FORMATS = (
    "AVIF",
    "BMP",
    "DIB",
    "GIF",
    "ICO",
    "JPEG",
    "JPEG2000",
    "MPO",
    "PNG",
    "PPM",
    "TGA",
    "TIFF",
    "WEBP",
)
_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)  # of EXIF
_DIGEST = 16  # bytes


class Header(NamedTuple):
    """What is known of a picture without its pixels.

    Attributes:
        digest: Hash of the file's bytes.
        gray: Whether it has no colours.
        size: `(h, w)`, upright; `(0, 0)` where it cannot be read.
        error: Why it cannot be read; empty where it can.
    """

    digest: bytes
    gray: bool
    size: tuple[int, int]
    error: str = ""


def read_headers(files: Sequence[str]) -> list[Header]:
    """The header of each file."""
    return [_header(file) for file in files]


def _header(file: str) -> Header:
    try:
        with open(file, "rb") as opened:
            content = opened.read()
    except OSError as error:
        return Header(b"", True, (0, 0), reason(error))
    digest = hashlib.blake2b(content, digest_size=_DIGEST).digest()
    try:
        with open_picture(io.BytesIO(content)) as picture:
            return Header(digest, is_gray(picture.mode), upright_size(picture))
    except Exception as error:  # whatever a damaged file makes Pillow raise
        return Header(digest, True, (0, 0), reason(error))


def open_picture(file: "str | io.BytesIO") -> Image.Image:
    """Open a picture of one of the known formats; Pillow knows some that run other programs."""
    Image.init()
    return Image.open(file, formats=[name for name in FORMATS if name in Image.OPEN])


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """`(h, w)` of a picture as it is seen, from its header."""
    width, height = picture.size
    known = "exif" in picture.info or picture.format not in ("PNG", "GIF", "BMP")
    turned = known and picture.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    return (width, height) if turned else (height, width)


def decode(
    files: Sequence[str], preparation: Preparation, target: str, start: int
) -> dict[int, str]:
    """Write the pixels of some pictures into an array on disk.

    Args:
        files: The pictures.
        preparation: What is done with each.
        target: The `.npy` file, uint8 `(n, C, H, W)`.
        start: The place of the first picture in it.

    Returns:
        Why a picture cannot be read, by its place, for those that cannot.
    """
    pixels = np.load(target, mmap_mode="r+")
    wrong = {}
    for place, file in enumerate(files, start):
        try:
            with open_picture(file) as picture:
                pixels[place] = preparation.array(picture)
        except Exception as error:  # whatever a damaged file makes Pillow raise
            wrong[place] = reason(error)
    return wrong


def reason(error: BaseException) -> str:
    """Why a picture cannot be read, in one line, without what only this process knows of it."""
    if isinstance(error, UnidentifiedImageError):
        return "not a picture of a known format"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(f"{error}".split())[:200] or type(error).__name__


def allocate(file: str, shape: tuple[int, int, int, int]) -> None:
    """Make an array of bytes on disk, and take the room for it.

    Raises:
        OSError: If there is no room; a worker that writes where none is would be killed.
    """
    np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape).flush()
    if hasattr(os, "posix_fallocate"):
        with open(file, "r+b") as opened:
            os.posix_fallocate(opened.fileno(), 0, os.path.getsize(file))
