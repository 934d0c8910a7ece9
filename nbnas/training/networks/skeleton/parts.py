"""The parts of a skeleton that no architecture changes: stem, reductions and head.

Notation
    C, H, W   channels, height and width of an image

References:
    He et al., Deep residual learning for image recognition, CVPR 2016 (the stem "resnet").
    Dong and Yang, NAS-Bench-201, ICLR 2020, section 2.1 (the reduction "residual").
    Ying et al., NAS-Bench-101, ICML 2019 (the reduction "max").
"""

from torch import Tensor, nn

from nbnas.training.networks.cell import AveragePool


class Residual(nn.Module):
    """The sum of two ways through which images go side by side.

    Args:
        body: The one with most of the weights.
        shortcut: The other one.
    """

    def __init__(self, body: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, images: Tensor) -> Tensor:
        """Add what both give."""
        total: Tensor = self.body(images) + self.shortcut(images)
        return total


def stem_of(stem: str, colors: int, channels: int) -> nn.Module:
    """What makes channels of colours.

    Args:
        stem: One of `plan.STEMS`.
        colors: Channels of an image.
        channels: C that is given.
    """
    if stem == "resnet":
        first = nn.Conv2d(colors, channels, 7, 2, 3, bias=False)
        pool = nn.MaxPool2d(3, 2, 1)
        return nn.Sequential(first, nn.BatchNorm2d(channels), nn.ReLU(), pool)
    convolution = nn.Conv2d(colors, channels, 3, padding=1, bias=False)
    ends = (nn.ReLU(),) if stem == "conv-bn-relu" else ()
    return nn.Sequential(convolution, nn.BatchNorm2d(channels), *ends)


def reduction_of(reduction: str, channels: int, *, widen: bool) -> nn.Module:
    """What halves height and width; an odd side is rounded up, but by "average".

    Args:
        reduction: One of `plan.REDUCTIONS`.
        channels: C that come in.
        widen: Whether it gives 2 C after "max", or leaves that to the next cell.
    """
    wide = 2 * channels
    if reduction == "average":
        convolution = nn.Conv2d(channels, wide, 1, bias=False)
        return nn.Sequential(nn.AvgPool2d(2), convolution, nn.BatchNorm2d(wide))
    if reduction == "max":
        projection = (nn.Conv2d(channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU())
        return nn.Sequential(nn.MaxPool2d(2, ceil_mode=True), *(projection if widen else ()))
    body = nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(channels, wide, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(wide),
        nn.ReLU(),
        nn.Conv2d(wide, wide, 3, padding=1, bias=False),
        nn.BatchNorm2d(wide),
    )
    pool = AveragePool(2, ceil_mode=True, count_include_pad=False)
    return Residual(body, nn.Sequential(pool, nn.Conv2d(channels, wide, 1, bias=False)))


def head_of(head: str, channels: int, classifier: nn.Linear) -> tuple[nn.Module, ...]:
    """What makes scores of what the last cell gives.

    Args:
        head: One of `plan.HEADS`.
        channels: C that come in.
        classifier: The last layer, from C numbers to a score for each class.
    """
    begin = (nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU()),) if head == "bn-relu" else ()
    return (*begin, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), classifier)
