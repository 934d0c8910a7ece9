"""The network of a genotype.

References:
    Liu, Simonyan and Yang, DARTS, ICLR 2019; `model.py` of their code, `NetworkCIFAR`. Its
    auxiliary head and its paths that are dropped belong to their training and are left out.
"""

from torch import Tensor, nn

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.darts.genotype import VERTICES
from nbnas.graphs.spaces.darts.graph import genotype_of
from nbnas.training.networks.cell import NONE_OWN
from nbnas.training.networks.darts.cell import DartsCell
from nbnas.training.networks.darts.plan import STEM, DartsPlan
from nbnas.training.networks.multiply_adds import Classifier
from nbnas.training.networks.own import Builds
from nbnas.training.networks.skeleton.parts import head_of

ANY_SIDE = 64  # pixels of the pictures by which widths are told, which do not depend on them


class DartsNetwork(nn.Module):
    """A stem, cells each of which reads the last two results, mean and classifier.

    Args:
        plan: Which cells there are.
        architecture: A genotype.
        colors: Channels of an image.
        classes: Number of classes.
        own: The operations of a user's own, by their names.
        classifier: The class of the last layer.
    """

    def __init__(
        self,
        plan: DartsPlan,
        architecture: Architecture,
        colors: int,
        classes: int,
        own: Builds = NONE_OWN,
        classifier: type[nn.Linear] = Classifier,
    ) -> None:
        super().__init__()
        genotype, width = genotype_of(architecture), STEM * plan.channels
        self.stem = stem_of(colors, width)
        self.cells = nn.ModuleList()
        for each in plan.planned((colors, ANY_SIDE, ANY_SIDE)):
            inputs = genotype.reduce if each.reduction else genotype.normal
            flags = {"reduction": each.reduction, "after_reduction": each.after_reduction}
            self.cells.append(DartsCell(inputs, each.widths, each.channels, **flags, own=own))
            width = VERTICES * each.channels
        self.head = nn.Sequential(*head_of("plain", width, classifier(width, classes)))

    def forward(self, images: Tensor) -> Tensor:
        """Compute the scores, `(n, colors, H, W)` to `(n, classes)`."""
        before = last = self.stem(images)
        for cell in self.cells:
            before, last = last, cell(before, last)
        scores: Tensor = self.head(last)
        return scores


def stem_of(colors: int, width: int) -> nn.Module:
    """The 3x3 convolution and batch normalisation that make channels of colours."""
    convolution = nn.Conv2d(colors, width, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(width))
