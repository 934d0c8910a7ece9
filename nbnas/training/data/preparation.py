"""From a picture as it is on disk to pixels: upright, flat, of one mode and one size.

Notation
    h, w      height and width of a picture as it is seen, turned as its camera says
    C, H, W   channels, height and width of an image; C is 1 for gray and 3 for colours
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from nbnas.brief import brief
from nbnas.checks import Rule, instance, settle, whole
from nbnas.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor

GRAY, COLOR = "L", "RGB"
_GRAY_MODES = ("1", "L", "LA", "La", "I", "F")
_ALPHA_MODES = ("RGBA", "RGBa", "LA", "La", "PA")
_WHITE = (255, 255, 255, 255)
SIDE = whole(4, 100_000)

PICTURE: Rule[Image.Image] = instance(Image.Image, "PIL.Image.open('cat.jpg')").raising(DataError)
MODE: Rule[str] = Rule(
    "'L' for gray or 'RGB' for colours",
    lambda word: isinstance(word, str) and word in (GRAY, COLOR),
    str,
)
SHAPE: Rule[tuple[int, int]] = Rule(
    "a pair (height, width) of whole numbers from 4",
    lambda pair: (
        isinstance(pair, tuple | list) and len(pair) == 2 and all(map(SIDE.accepts, pair))
    ),
    lambda pair: (int(pair[0]), int(pair[1])),
)


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a picture becomes an image; call it with a `PIL.Image.Image`.

    Of an animation the first frame counts. The picture is turned upright as its EXIF tag says.
    16 bits are rounded to 8, what is transparent is laid on white. Then the largest part in the
    middle that has the wanted shape is resized to it, bilinearly and antialiased; a picture of
    that size stays as it is.

    Attributes:
        mode: "L" for gray or "RGB" for colours.
        size: `(H, W)`, in pixels.

    Raises:
        SettingError: If mode or size is none.

    Example:
        >>> Preparation("RGB", (32, 32))(Image.new("L", (60, 40))).shape
        torch.Size([3, 32, 32])
    """

    mode: str
    size: tuple[int, int]

    def __post_init__(self) -> None:
        settle(self, mode=MODE, size=SHAPE)

    @brief
    def __repr__(self) -> str:
        return f"{self.mode!r}, {self.size}"

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(C, H, W)` of what it gives."""
        return 1 if self.mode == GRAY else 3, *self.size

    def __call__(self, picture: Image.Image) -> "Tensor":
        """Prepare one picture.

        Args:
            picture: As `PIL.Image.open` gives it.

        Returns:
            The image, uint8 `(C, H, W)`.

        Raises:
            DataError: If it is no picture, or its pixels are no brightness.
            OSError: If Pillow cannot read its file to the end.
        """
        import torch

        return torch.from_numpy(self.array(PICTURE("picture", picture)))

    def array(self, picture: Image.Image) -> NDArray[np.uint8]:
        """The same as an array of numpy, for processes that do without torch."""
        flat = in_mode(upright(picture), self.mode)
        pixels = np.asarray(fitted(flat, self.size))
        channels = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
        return np.array(channels, order="C")  # a copy, which may be written to


def is_gray(mode: str) -> bool:
    """Whether pictures of a mode of Pillow's have no colours; palettes may have some."""
    return mode in _GRAY_MODES or mode.startswith("I;16")


def upright(picture: Image.Image) -> Image.Image:
    """The first frame, turned as its EXIF tag says."""
    if getattr(picture, "n_frames", 1) > 1:
        picture.seek(0)
    turned: Image.Image = ImageOps.exif_transpose(picture)
    return turned


def in_mode(picture: Image.Image, mode: str) -> Image.Image:
    """A picture of any mode in gray or in colours, of 8 bits, without transparency."""
    if picture.mode == "F" or picture.mode == "I" or picture.mode.startswith("I;16"):
        picture = Image.fromarray(_eight_bits(np.asarray(picture), picture.mode))
    if picture.mode in _ALPHA_MODES or "transparency" in picture.info:
        over = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", over.size, _WHITE), over).convert(COLOR)
    return picture if picture.mode == mode else picture.convert(mode)


def _eight_bits(values: NDArray[Any], mode: str) -> NDArray[np.uint8]:
    """Brightnesses of more than 8 bits as 0 to 255: of 16 bits, or floats from 0 to 1 or 255."""
    highest = 65_535.0 if mode != "F" else 1.0 if values.max() <= 1 else 255.0
    if not (values.min() >= 0 and values.max() <= highest):
        raise DataError(
            f"expected brightnesses from 0 to {highest:g} in a picture of Pillow's mode {mode}, "
            f"got {values.min():g} to {values.max():g}; save it with 8 bits a channel"
        )
    return np.rint(values.astype(np.float64) * (255 / highest)).astype(np.uint8)


def fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The largest part in the middle with the shape of a size `(H, W)`, resized to it.

    What `torchvision.transforms.v2.functional.resized_crop` makes of a picture, bit for bit, by
    the same call of Pillow's: a worker that needs no torch starts at once and is small.
    """
    if picture.size == size[::-1]:
        return picture
    (height, width), (w, h) = size, picture.size
    scale = min(h / height, w / width)
    tall, wide = max(1, min(h, round(height * scale))), max(1, min(w, round(width * scale)))
    top, left = (h - tall) // 2, (w - wide) // 2
    middle = picture.crop((left, top, left + wide, top + tall))
    return middle.resize((width, height), Image.Resampling.BILINEAR)
