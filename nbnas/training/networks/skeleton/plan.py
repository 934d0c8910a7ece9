"""The plan of a skeleton: its settings, and the shapes of the images in its stages.

Notation
    C, H, W   channels, height and width of an image

    image -> stem -> cells -> reduction (twice C, half H and W) -> cells -> … -> head -> scores

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020, section 2.1; Ying et al., NAS-Bench-101, ICML 2019.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nbnas.checks import FLAG, Rule, settle, whole
from nbnas.errors import SettingError

Shape = tuple[int, int, int]

STEMS = ("conv-bn", "conv-bn-relu", "resnet")
REDUCTIONS = ("residual", "average", "max")
VERTICES = ("sum", "concatenate")
HEADS = ("bn-relu", "plain")
MOST = 65_536  # channels, and pixels of a side
_SIDE = whole(1, MOST)


def word(known: Sequence[str]) -> Rule[str]:
    """The rule of one word out of several."""
    return Rule(
        f"one of {', '.join(map(repr, known))}",
        lambda value: isinstance(value, str) and value in known,
        str,
    )


IMAGE_SHAPE: Rule[Shape] = Rule(
    f"the shape (C, H, W) of images, three whole numbers from 1 to {MOST:,}",
    lambda value: (
        isinstance(value, tuple | list) and len(value) == 3 and all(map(_SIDE.accepts, value))
    ),
    lambda value: (int(value[0]), int(value[1]), int(value[2])),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a `CellSkeleton`, which says what each of them is.

    Raises:
        SettingError: If a value is not allowed; the message says what is.
    """

    channels: int = 16
    cells: int = 5
    stages: int = 3
    reduction: str = "residual"
    stem: str = "conv-bn"
    vertices: str = "sum"
    head: str = "bn-relu"
    prune: bool = True

    def __post_init__(self) -> None:
        settle(
            self,
            channels=whole(1),
            cells=whole(1),
            stages=whole(1, 8),
            reduction=word(REDUCTIONS),
            stem=word(STEMS),
            vertices=word(VERTICES),
            head=word(HEADS),
            prune=FLAG,
        )

    @property
    def widths(self) -> tuple[int, ...]:
        """The number of channels in each stage."""
        return tuple(self.channels * 2**stage for stage in range(self.stages))

    def shapes(self, image_shape: Shape) -> tuple[Shape, ...]:
        """The shape `(C, H, W)` of what cells are given in each stage.

        Args:
            image_shape: `(C, H, W)` of the images.

        Raises:
            SettingError: If the shape is none, or the images are too small for so many stages.

        Example:
            >>> Plan().shapes((3, 32, 32))
            ((16, 32, 32), (32, 16, 16), (64, 8, 8))
        """
        image_shape = IMAGE_SHAPE("image_shape", image_shape)
        sides = [image_shape[1:]]
        if self.stem == "resnet":
            sides = [_halved(_halved(sides[0]))]
        while len(sides) < self.stages:
            # The average of the small skeleton leaves out an odd row, as it always did.
            sides.append(_halved(sides[-1], down=self.reduction == "average"))
        if min(sides[-1]) < 1:
            raise SettingError(
                f"expected images that can be halved {self.stages - 1} times, got "
                f"image_shape={image_shape}; give the skeleton fewer stages than {self.stages}"
            )
        pairs = zip(self.widths, sides, strict=True)
        return tuple((width, height, across) for width, (height, across) in pairs)


def small_plan(channels: int, cells: int) -> Plan:
    """The skeleton of a `Trainer` that is given none: two stages, cheap in between.

    Args:
        channels: Channels of the first stage.
        cells: Cells of each stage.
    """
    return Plan(channels, cells, stages=2, reduction="average")


def _halved(sides: Sequence[int], *, down: bool = False) -> tuple[int, int]:
    height, width = ((side + (not down)) // 2 for side in sides)
    return height, width
