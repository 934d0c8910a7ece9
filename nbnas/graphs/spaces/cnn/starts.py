"""The networks that sampling of free CNNs starts from.

Notation
    w    width of the first block: 8 times the least number of units, within the bounds; block b
         (0, 1, ...) has 2^b w channels, the dense layer 4 w units, each within the bounds
"""

import functools
from collections.abc import Iterator

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cnn.graph import chain, read
from nbnas.graphs.spaces.cnn.rules import CnnRules
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import halvings

MAX_POOL, SOFTMAX = Layer("max-pool", stride=2), Layer("softmax")


@functools.lru_cache(maxsize=100)
def starts(rules: CnnRules) -> tuple[Architecture, ...]:
    """The initial networks of a space, those of `vgg` and `branched` that are valid in it.

    If none is, the plain chain of the least number of layers: convolutions of stride 1, a dense
    layer, a softmax.

    Args:
        rules: The bounds of the space.

    Returns:
        At least one network, in a fixed order.
    """
    found = tuple(a for a in (*vgg(rules), *branched(rules)) if is_valid(rules, a))
    return found or (_plain(rules),)


def is_valid(rules: CnnRules, architecture: Architecture) -> bool:
    """Whether an architecture keeps the rules."""
    try:
        rules.check(architecture)
    except ArchitectureError:
        return False
    return True


def vgg(rules: CnnRules) -> Iterator[Architecture]:
    """Chains of 2 to 4 blocks of 1 to 3 convolutions 3x3 and a max-pool; then fc and softmax.

    Fewer blocks where the image can be halved less often.
    """
    most = halvings(rules.image_size)
    for blocks in range(min(2, most), min(4, most) + 1):
        for depth in (1, 2, 3):
            yield chain([*_blocks(rules, blocks, depth), Layer("fc", _width(rules, 2)), SOFTMAX])


def branched(rules: CnnRules) -> Iterator[Architecture]:
    """Three small networks of several branches.

    Two kernels side by side that are joined; a block whose input skips it; two ends, each with
    its own softmax, that the output averages.
    """
    w, w2, w4 = (_width(rules, block) for block in range(3))
    for text in (
        f"conv3x3:{w} conv3x3:{w} conv5x5:{w}@1 max-pool::s2@2,3 conv3x3:{w2} conv5x5:{w2}@4 "
        f"max-pool::s2@5,6 fc:{w4} softmax",
        f"conv3x3:{w} max-pool::s2 conv3x3:{w} conv3x3:{w} conv3x3:{w2}@2,4 max-pool::s2 "
        f"fc:{w4} softmax",
        f"conv3x3:{w} max-pool::s2 conv3x3:{w2} max-pool::s2 fc:{w4} softmax "
        f"conv7x7:{w2}@2 avg-pool::s2 fc:{w4} softmax",
    ):
        yield read(text)


def _blocks(rules: CnnRules, blocks: int, depth: int) -> Iterator[Layer]:
    for block in range(blocks):
        yield from [Layer("conv3x3", _width(rules, block))] * depth
        yield MAX_POOL


def _plain(rules: CnnRules) -> Architecture:
    layers = [Layer("conv3x3", _width(rules, 0))] * (rules.layers[0] - 2)
    ends = [Layer("fc", _width(rules, 2)), SOFTMAX]
    return chain([*layers, *ends][-rules.layers[0] :])


def _width(rules: CnnRules, block: int) -> int:
    least, greatest = rules.units
    return min(8 * least << block, greatest)
