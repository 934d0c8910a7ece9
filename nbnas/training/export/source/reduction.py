"""The source of the residual blocks between the stages of a skeleton."""

from collections.abc import Sequence

import torch
from torch import nn

from nbnas.training.export.source.block import BODY, Attribute, Block
from nbnas.training.export.source.modules import for_all_widths, written
from nbnas.training.networks.skeleton.parts import Residual, reduction_of

_SAYS = "A residual block that halves the height and width, and doubles the channels."


def reduction_block(blocks: Sequence[Residual], channels: Sequence[int]) -> Block | None:
    """The class of the blocks.

    Args:
        blocks: One between each stage and the next, as `nbnas` makes them.
        channels: Number of channels of each stage.

    Returns:
        The class, of which `channels` are those that come in; `None` without a block.
    """
    if not blocks:
        return None
    with torch.device("meta"):  # one more, as of one alone nobody could tell what doubles
        further = reduction_of("residual", channels[0] * 2 ** len(blocks), widen=True)
    attributes = []
    for name in ("body", "shortcut"):
        ways: list[nn.Module] = [getattr(block, name) for block in (*blocks, further)]
        codes = [code for code in map(written, ways) if code is not None]
        code = for_all_widths(channels[0], codes)
        if code is None:
            return None
        attributes.append(Attribute(name, code, ways[0]))
    forward = (f"{' ' * BODY}return self.body(x0) + self.shortcut(x0)",)
    signature = "x0: Tensor) -> Tensor"
    return Block("Reduction", _SAYS, tuple(attributes), signature, forward, "channels: int")
