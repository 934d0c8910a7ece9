"""The skeleton of a network of cells, and those of two benchmarks as they were published."""

from collections.abc import Sequence
from dataclasses import dataclass

from nbnas.brief import brief, changed
from nbnas.checks import Rule, either, instance, settle, whole
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.spaces.operation import OPERATIONS, Operation, own_operations
from nbnas.training.networks.darts.skeleton import DartsSkeleton
from nbnas.training.networks.multiply_adds import Size
from nbnas.training.networks.network import check_operations, check_suits
from nbnas.training.networks.own import builds_of
from nbnas.training.networks.skeleton.build import check_fit
from nbnas.training.networks.skeleton.counts import planned_size
from nbnas.training.networks.skeleton.plan import IMAGE_SHAPE, MOST, Plan, Shape

CIFAR10: Shape = (3, 32, 32)
CLASSES = whole(1)


@dataclass(frozen=True, slots=True)
class CellSkeleton(Plan):
    """What the cells of a network are put into: stem, stages of equal cells, reductions, head.

    A `Trainer` takes it in place of `channels` and `cells`. Each stage has twice as many channels
    as the one before, and images of half the height and width. The reductions and the head are
    the same for all cells, so that only cells are compared.

    Attributes:
        channels: Channels of the first stage.
        cells: Cells of each stage.
        stages: Number of stages, 1 to 8.
        reduction: What is between two stages. "residual": a residual block of stride 2 with two
            3x3 convolutions, as in NAS-Bench-201; "average": average pooling and a 1x1
            convolution, cheap; "max": 2x2 max pooling, after which the next cell makes the
            channels, or a 1x1 convolution where it cannot, as in NAS-Bench-101.
        stem: What makes channels of colours: "conv-bn", a 3x3 convolution and batch normalisation;
            "conv-bn-relu"; or "resnet", a 7x7 convolution of stride 2 and 3x3 max pooling, for
            pictures from about 64 pixels a side.
        vertices: How a cell with operations at its vertices is built: "sum", with all channels at
            every vertex, or "concatenate", with channels that are split between those that the
            output joins, as in NAS-Bench-101.
        head: What comes before the average over the image and the linear layer: "bn-relu", or
            "plain" for nothing, where cells end with a ReLU.
        prune: Whether edges on no path from input to output are left out; NAS-Bench-201's authors
            compute and count them.

    Raises:
        SettingError: If a value is not allowed; the message says what is.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> best = CellSpace().parse(
        ...     "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|"
        ...     "+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
        ... )
        >>> nas_bench_201_skeleton().size(best)
        Size(parameters=1288506, multiply_adds=184730250)
    """

    def __post_init__(self) -> None:
        Plan.__post_init__(self)
        settle(self, channels=whole(1, MOST), cells=whole(1, 10_000))

    @brief
    def __repr__(self) -> str:
        main = ("channels", "cells", "stages", "reduction")
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in main)
        others = [each for each in changed(self).split(", ") if each.partition("=")[0] not in main]
        return ", ".join([said, *filter(None, others)])

    def size(
        self,
        architecture: Architecture,
        image_shape: Shape = CIFAR10,
        classes: int = 10,
        operations: Sequence[str | Operation] = (),
    ) -> Size:
        """How large the network of a cell is, without making its weights.

        Args:
            architecture: A cell for images, of a `CellSpace` or a `DagSpace`.
            image_shape: `(C, H, W)` of the images, by default of CIFAR-10.
            classes: Number of classes.
            operations: Your own operations of cells; names of built-in ones may be among them, so
                that `space.operations` does.

        Returns:
            Number of trainable weights, and of multiply-adds for one image. The additions of the
            classifier's bias are among the latter, as in the published numbers.

        Raises:
            ArchitectureError: If the architecture is no cell, has an unknown operation, or more
                vertices than there are channels to split between them.
            SettingError: If the images are too small for so many stages, or an operation of your
                own does not keep their shape.
        """
        ARCHITECTURE("architecture", architecture)
        image_shape = IMAGE_SHAPE("image_shape", image_shape)
        own = own_operations(OPERATIONS("operations", operations))
        check_operations(architecture, own)
        check_suits(architecture, self)
        builds = builds_of(own, architecture)
        check_fit(self, [each for each in own if each.name in builds], image_shape)
        return planned_size(self, architecture, image_shape, CLASSES("classes", classes), builds)


Skeleton = CellSkeleton | DartsSkeleton
SKELETON: Rule[Skeleton] = either(
    instance(CellSkeleton, "nas_bench_201_skeleton()"), instance(DartsSkeleton, "darts_skeleton()")
)


def nas_bench_201_skeleton() -> CellSkeleton:
    """The skeleton of NAS-Bench-201: 16, 32 and 64 channels, 5 cells a stage, residual blocks.

    For images of CIFAR-10 the `size` of each cell is the published one.

    References:
        Dong and Yang, NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture
        Search, ICLR 2020, section 2.1; the networks of their library, xautodl.

    Example:
        >>> nas_bench_201_skeleton()
        CellSkeleton(channels=16, cells=5, stages=3, reduction='residual', prune=False)
    """
    return CellSkeleton(prune=False)


def nas_bench_101_skeleton() -> CellSkeleton:
    """The skeleton of NAS-Bench-101: 128, 256 and 512 channels, 3 cells a stage, max pooling.

    For images of CIFAR-10 the `size` of each cell of a `DagSpace` has the published number of
    weights.

    References:
        Ying et al., NAS-Bench-101: Towards Reproducible Neural Architecture Search, ICML 2019,
        section 2.2; `model_builder.py` of google-research's nasbench.

    Example:
        >>> from nbnas.graphs.spaces.dag.space import DagSpace
        >>> inception = DagSpace().parse(
        ...     "conv1x1-bn-relu,conv3x3-bn-relu,conv3x3-bn-relu,conv3x3-bn-relu,maxpool3x3"
        ...     "|0-1,0-2,0-3,0-5,1-6,2-6,3-4,4-6,5-6"
        ... )
        >>> nas_bench_101_skeleton().size(inception).parameters
        2694282
    """
    return CellSkeleton(
        128, 3, 3, "max", stem="conv-bn-relu", vertices="concatenate", head="plain"
    )
