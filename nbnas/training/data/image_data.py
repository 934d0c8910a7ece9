"""Images with labels, in three parts: to train on, to choose by (validation), to test at the end.

Notation
    n         number of images of a part
    K         number of classes
    C, H, W   channels, height and width of an image
    part      `(images, labels)`, see `nbnas.training.data.part`
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from nbnas.brief import cut
from nbnas.checks import TEXT, Rule, each, instance, settle, whole
from nbnas.errors import DataError
from nbnas.training.data.origin import ORIGIN, UNKNOWN, Origin
from nbnas.training.data.part import (
    Part,
    channel_moments,
    check_part,
    fingerprint_of,
    read_part,
)
from nbnas.training.data.preparation import Preparation

PARTS = ("train", "val", "test")
MOST_CLASSES = 100_000  # a network has an output for each
LONGEST = 200  # letters of a repr


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class ImageData:
    """A data set of labelled images in three parts.

    Pixels are kept as they came: those of 8 bits as uint8, all others as float32. The first module
    of every network, `nbnas.training.networks.normalize.Normalize`, shifts and scales them.

    Attributes:
        name: What a person calls it.
        classes: Number of classes, K; labels are 0 to K - 1.
        train: Images and labels to train on, as tensors or numpy arrays: uint8 or floating
            `(n, C, H, W)` and integers `(n,)`, which are copied.
        val: The validation part, by which architectures are compared.
        test: The test part, which no search sees.
        class_names: The K classes in words, in the order of the labels; by default their numbers.
        preparation: How a picture as it is on disk becomes an image; `None` for arrays.
        origin: Where the parts came from, and what was left out.
        fingerprint: Short hash of the name, the shapes and every byte of what was given.
        moments: Mean and standard deviation of each channel of the training part, `(C,)` each;
            the deviation of a constant channel counts as 1.

    Raises:
        DataError: If a part has another form, another image shape than the others, fewer than two
            images, values that are no numbers or labels that are no classes; the message names it.
    """

    name: str
    classes: int
    train: Part
    val: Part
    test: Part
    class_names: tuple[str, ...] = ()
    preparation: Preparation | None = None
    origin: Origin = UNKNOWN
    fingerprint: str = field(init=False)
    moments: tuple[Tensor, Tensor] = field(init=False)

    def __post_init__(self) -> None:
        settle(
            self, name=TEXT.raising(DataError), classes=whole(2, MOST_CLASSES).raising(DataError)
        )
        names = (
            tuple(map(str, range(self.classes)))
            if _is_empty(self.class_names)
            else self.class_names
        )
        object.__setattr__(self, "class_names", check_names(names, self.classes))
        settle(self, preparation=PREPARATION.optional, origin=ORIGIN)
        parts = [read_part(getattr(self, part), f"{self.name}, {part}") for part in PARTS]
        for part, (images, labels) in zip(PARTS, parts, strict=True):
            check_part(images, labels, parts[0][0], self.classes, f"{self.name}, {part}")
        object.__setattr__(self, "fingerprint", fingerprint_of(self.name, self.classes, parts))
        object.__setattr__(self, "moments", channel_moments(parts[0][0]))
        for part, (images, labels) in zip(PARTS, parts, strict=True):
            kept = images if images.dtype == torch.uint8 else images.float()
            object.__setattr__(self, part, (kept, labels.to(torch.int64)))

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(C, H, W)` of every image."""
        channels, height, width = self.train[0].shape[1:]
        return channels, height, width

    def __repr__(self) -> str:
        """Name, sizes, image shape and classes, and where they came from."""
        train, val, test = (len(part[1]) for part in (self.train, self.val, self.test))
        shape = "×".join(map(str, self.image_shape))  # noqa: RUF001
        said = (
            f"{self.name}: {train} train, {val} validation, {test} test images of "
            f"{shape}, {self.classes} classes"
        )
        return cut("; ".join([said, *self.origin.sentences]), LONGEST)


def _is_empty(names: object) -> bool:
    return isinstance(names, tuple) and not names


def check_names(names: object, classes: int) -> tuple[str, ...]:
    """Names of classes, if there is one for each and no two are the same.

    Raises:
        DataError: If not.
    """
    settled = each(TEXT, of="a text").raising(DataError)("class_names", names)
    if len(settled) != classes or len(set(settled)) != classes:
        raise DataError(
            f"expected class_names to be {classes} different texts, one a class, got "
            f"{len(settled)}, {len(set(settled))} of them different: {', '.join(settled)!r:.200}"
        )
    return settled


PREPARATION: Rule[Preparation] = instance(Preparation, "Preparation('RGB', (32, 32))")
IMAGE_DATA: Rule[ImageData] = instance(ImageData, "digits()")
