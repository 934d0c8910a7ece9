"""The networks that sampling of free CNNs starts from.

Notation
    w    width of the first block: 8 times the least number of units, within the bounds; block b
         (0, 1, ...) has 2^b w channels, the dense layer 4 w units, each within the bounds. Where
         the size of a network is bounded, 4, 2 and 1 times as well
"""

import dataclasses
import functools
from collections.abc import Iterator

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cnn.graph import chain, read
from nbnas.graphs.spaces.cnn.rules import CnnRules, size_of
from nbnas.graphs.spaces.counts import is_bounded
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import halvings

MAX_POOL, SOFTMAX = Layer("max-pool", stride=2), Layer("softmax")


WIDTHS = (8, 4, 2, 1)


@functools.lru_cache(maxsize=100)
def starts(rules: CnnRules) -> tuple[Architecture, ...]:
    """The initial networks of a space, those of `vgg` and `branched` that are valid in it.

    If none is, the plain chain of the least number of layers: convolutions of stride 1, a dense
    layer, a softmax. If the size of a network is bounded, the smallest one that is known.

    Args:
        rules: The bounds of the space.

    Returns:
        At least one network, in a fixed order.

    Raises:
        SettingError: If the size of a network is bounded and none is small enough.
    """
    widths = WIDTHS if is_bounded(rules) else WIDTHS[:1]
    drawn = (a for wide in widths for a in (*vgg(rules, wide), *branched(rules, wide)))
    found = tuple(dict.fromkeys(a for a in drawn if is_valid(rules, a)))
    return found or ((_smallest(rules),) if is_bounded(rules) else (_plain(rules),))


def is_valid(rules: CnnRules, architecture: Architecture) -> bool:
    """Whether an architecture keeps the rules."""
    try:
        rules.check(architecture)
    except ArchitectureError:
        return False
    return True


def vgg(rules: CnnRules, wide: int = WIDTHS[0]) -> Iterator[Architecture]:
    """Chains of 2 to 4 blocks of 1 to 3 convolutions 3x3 and a max-pool; then fc and softmax.

    Fewer blocks where the image can be halved less often.

    Args:
        rules: The bounds of the space.
        wide: The width of the first block, in least numbers of units.
    """
    most = halvings(rules.image_size)
    for blocks in range(min(2, most), min(4, most) + 1):
        for depth in (1, 2, 3):
            convolutions = _blocks(rules, blocks, depth, wide)
            yield chain([*convolutions, Layer("fc", _width(rules, 2, wide)), SOFTMAX])


def branched(rules: CnnRules, wide: int = WIDTHS[0]) -> Iterator[Architecture]:
    """Three small networks of several branches.

    Two kernels side by side that are joined; a block whose input skips it; two ends, each with
    its own softmax, that the output averages.

    Args:
        rules: The bounds of the space.
        wide: The width of the first block, in least numbers of units.
    """
    w, w2, w4 = (_width(rules, block, wide) for block in range(3))
    for text in (
        f"conv3x3:{w} conv3x3:{w} conv5x5:{w}@1 max-pool::s2@2,3 conv3x3:{w2} conv5x5:{w2}@4 "
        f"max-pool::s2@5,6 fc:{w4} softmax",
        f"conv3x3:{w} max-pool::s2 conv3x3:{w} conv3x3:{w} conv3x3:{w2}@2,4 max-pool::s2 "
        f"fc:{w4} softmax",
        f"conv3x3:{w} max-pool::s2 conv3x3:{w2} max-pool::s2 fc:{w4} softmax "
        f"conv7x7:{w2}@2 avg-pool::s2 fc:{w4} softmax",
    ):
        yield read(text)


def _blocks(rules: CnnRules, blocks: int, depth: int, wide: int) -> Iterator[Layer]:
    for block in range(blocks):
        yield from [Layer("conv3x3", _width(rules, block, wide))] * depth
        yield MAX_POOL


def _plain(rules: CnnRules) -> Architecture:
    layers = [Layer("conv3x3", _width(rules, 0, WIDTHS[0]))] * (rules.layers[0] - 2)
    ends = [Layer("fc", _width(rules, 2, WIDTHS[0])), SOFTMAX]
    return chain([*layers, *ends][-rules.layers[0] :])


def _smallest(rules: CnnRules) -> Architecture:
    """The smallest network that is known and valid: pools, dense layers and a softmax.

    Raises:
        SettingError: If none is small enough; the message says how small they get.
    """
    free = dataclasses.replace(rules, max_parameters=None, max_multiply_adds=None)
    known = [a for a in _small(rules) if is_valid(free, a)]
    found = next((a for a in known if is_valid(rules, a)), None)
    if found is not None:
        return found
    sizes = [size_of(rules, a) for a in known or (_plain(rules),)]
    raise SettingError(
        f"expected bounds that some network keeps, got {rules}: the smallest ones have "
        f"{min(size.parameters for size in sizes):,} parameters or "
        f"{min(size.multiply_adds for size in sizes):,} multiply-adds; raise the bounds, or let "
        "there be fewer layers, units or pixels"
    )


def _small(rules: CnnRules) -> Iterator[Architecture]:
    """Chains of as little as the rules may allow, the larger image last."""
    (fewest, most), units = rules.layers, rules.units[0]
    halving = halvings(rules.image_size)
    for first in ([], [Layer("conv3x3", units, 2)] * (halving > 0)):
        for pools in reversed(range(halving + 1 - len(first))):
            number = len(first) + pools + 1
            dense = [Layer("fc", units)] * max(0, fewest - number)
            if number + len(dense) <= most:
                yield chain([*first, *[MAX_POOL] * pools, *dense, SOFTMAX])


def _width(rules: CnnRules, block: int, wide: int) -> int:
    least, greatest = rules.units
    return min(wide * least << block, greatest)
