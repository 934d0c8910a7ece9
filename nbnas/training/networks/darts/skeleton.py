"""The skeleton of DARTS' networks, as it was published."""

from collections.abc import Sequence
from dataclasses import dataclass

from nbnas.brief import brief
from nbnas.checks import whole
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.spaces.operation import OPERATIONS, Operation, own_operations
from nbnas.training.networks.darts.counts import darts_size
from nbnas.training.networks.darts.plan import DartsPlan
from nbnas.training.networks.multiply_adds import Size
from nbnas.training.networks.network import check_operations, check_suits
from nbnas.training.networks.own import builds_of
from nbnas.training.networks.skeleton.build import check_fit
from nbnas.training.networks.skeleton.plan import IMAGE_SHAPE, Shape

CIFAR10: Shape = (3, 32, 32)
CLASSES = whole(1)


@dataclass(frozen=True, slots=True)
class DartsSkeleton(DartsPlan):
    """What the two cells of a genotype are put into: a stem, normal and reduction cells, a mean.

    A `Trainer` takes it in place of `channels` and `cells`, for architectures of a `DartsSpace`.
    Each cell reads what the two before it gave. Reduction cells stand after equal parts of all
    cells; each halves height and width, and from it on there are twice as many channels.

    Attributes:
        channels: Channels of each vertex in the first cells, at least 2; a cell joins four.
        cells: Number of all cells.
        reductions: Number of reduction cells, 0 to 8; as published, 2.

    Raises:
        SettingError: If a value is not allowed; the message says what is.

    Example:
        >>> DartsSkeleton(16, 8).reducing
        (2, 5)
    """

    @brief
    def __repr__(self) -> str:
        said = f"channels={self.channels}, cells={self.cells}"
        return said if self.reductions == 2 else f"{said}, reductions={self.reductions}"

    def size(
        self,
        architecture: Architecture,
        image_shape: Shape = CIFAR10,
        classes: int = 10,
        operations: Sequence[str | Operation] = (),
    ) -> Size:
        """How large the network of a genotype is, without making its weights.

        Args:
            architecture: One of a `DartsSpace`.
            image_shape: `(C, H, W)` of the images, by default of CIFAR-10.
            classes: Number of classes.
            operations: Your own operations of genotypes; names of built-in ones may be among
                them, so that `space.operations` does.

        Returns:
            Number of trainable weights, and of multiply-adds for one image, the additions of the
            classifier's bias among them.

        Raises:
            ArchitectureError: If the architecture is no genotype, or has an unknown operation.
            SettingError: If an operation of your own does not keep the shape of images.
        """
        ARCHITECTURE("architecture", architecture)
        image_shape = IMAGE_SHAPE("image_shape", image_shape)
        own = own_operations(OPERATIONS("operations", operations))
        check_operations(architecture, own)
        check_suits(architecture, self)
        builds = builds_of(own, architecture)
        check_fit(self, tuple(builds.values()), image_shape)
        return darts_size(self, architecture, image_shape, CLASSES("classes", classes), builds)


def darts_skeleton(channels: int = 36, cells: int = 20) -> DartsSkeleton:
    """The skeleton of DARTS, by default as its cells were evaluated on CIFAR-10.

    A third and two thirds through the network there is a reduction cell. The auxiliary head and
    the dropped paths of its training are left out.

    Args:
        channels: Channels of each vertex in the first cells; 16 where cells were searched.
        cells: Number of all cells; 8 where cells were searched.

    References:
        Liu, Simonyan and Yang, DARTS: Differentiable Architecture Search, ICLR 2019, section 3.2
        and appendix A; `model.py` of their code.

    Example:
        >>> darts_skeleton()
        DartsSkeleton(channels=36, cells=20)
    """
    return DartsSkeleton(channels, cells)
