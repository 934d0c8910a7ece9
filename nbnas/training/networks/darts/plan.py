"""What the cells of a genotype are put into: which of them reduce, and how wide they are.

Notation
    C   channels of a vertex in the first cells; twice as many after each reduction

    image -> stem (3 C) -> cells, of which some halve height and width -> mean -> scores

References:
    Liu, Simonyan and Yang, DARTS: Differentiable Architecture Search, ICLR 2019, section 3.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from nbnas.brief import ADDED
from nbnas.checks import real, settle, whole
from nbnas.graphs.spaces.darts.genotype import VERTICES
from nbnas.training.networks.skeleton.plan import IMAGE_SHAPE, MOST, Shape

STEM = 3  # times C


@dataclass(frozen=True, slots=True)
class CellPlan:
    """What one cell of a network is given, and makes of it.

    Attributes:
        widths: Channels of what the cell before the last one gave, and the last one.
        channels: Channels of each of its vertices.
        reduction: Whether it is a reduction cell.
        after_reduction: Whether the last one was.
        shape: `(C, H, W)` of what the last one gave.
    """

    widths: tuple[int, int]
    channels: int
    reduction: bool
    after_reduction: bool
    shape: Shape

    @property
    def result(self) -> Shape:
        """`(C, H, W)` of what it gives."""
        height, width = (-(-side // (1 + self.reduction)) for side in self.shape[1:])
        return VERTICES * self.channels, height, width


@dataclass(frozen=True, slots=True)
class DartsPlan:
    """The settings of a `DartsSkeleton`, which says what each of them is.

    Raises:
        SettingError: If a value is not allowed; the message says what is.
    """

    channels: int = 36
    cells: int = 20
    reductions: int = 2
    drop_path: float = field(default=0.0, metadata=ADDED)

    def __post_init__(self) -> None:
        settle(self, channels=whole(2, MOST // 16), cells=whole(1, 1_000), reductions=whole(0, 8))
        settle(self, drop_path=real(0, below=1))

    @property
    def reducing(self) -> tuple[int, ...]:
        """The places of the reduction cells, from 0: after equal parts of all cells.

        Example:
            >>> DartsPlan().reducing
            (6, 13)
        """
        parts = self.reductions + 1
        return tuple(dict.fromkeys(self.cells * i // parts for i in range(1, parts)))

    def planned(self, image_shape: Shape) -> Iterator[CellPlan]:
        """What each cell is given.

        Args:
            image_shape: `(C, H, W)` of the images.

        Raises:
            SettingError: If the shape is none.
        """
        shape = IMAGE_SHAPE("image_shape", image_shape)
        channels, reduced = self.channels, False
        last = (STEM * channels, *shape[1:])
        before = last[0]
        for place in range(self.cells):
            reduction = place in self.reducing
            channels *= 1 + reduction
            cell = CellPlan((before, last[0]), channels, reduction, reduced, last)
            yield cell
            before, last, reduced = last[0], cell.result, reduction

    def shapes(self, image_shape: Shape) -> tuple[Shape, ...]:
        """The shape `(C, H, W)` of the vertices of the cells before and after each reduction.

        Args:
            image_shape: `(C, H, W)` of the images.

        Raises:
            SettingError: If the shape is none.

        Example:
            >>> DartsPlan().shapes((3, 32, 32))
            ((36, 32, 32), (72, 16, 16), (144, 8, 8))
        """
        found = ((cell.channels, *cell.result[1:]) for cell in self.planned(image_shape))
        return tuple(dict.fromkeys(found))


def small_darts_plan(channels: int, cells: int) -> DartsPlan:
    """What a `Trainer` that is given no skeleton makes of a genotype.

    Args:
        channels: Channels of a vertex in the first stage.
        cells: Normal cells of each of the two stages; a reduction cell is between them.
    """
    return DartsPlan(max(channels, 2), 2 * cells + 1, reductions=1)
