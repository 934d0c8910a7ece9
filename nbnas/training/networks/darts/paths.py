"""Paths that are dropped while a network of genotypes is trained, more of them by the epoch.

Notation
    n       number of images
    share   of the paths of an image that are dropped now: `highest` times the share of the epochs
            that are done

References:
    Larsson, Maire and Shakhnarovich, FractalNet: Ultra-Deep Neural Networks without Residuals,
    ICLR 2017 (drop-path); Zoph et al., Learning Transferable Architectures for Scalable Image
    Recognition, CVPR 2018 (scheduled); Liu, Simonyan and Yang, DARTS, ICLR 2019, section 3.2;
    `utils.py` and `train.py` of their code.
"""

import torch
from torch import Tensor, nn

from nbnas.errors import SettingError


class DropPaths(nn.Module):
    """Leaves out what an operation brings, for each image by itself, and raises what stays.

    It draws from torch's own generator, which is that of the training. The share is kept on the
    device, so that a recorded step reads it.

    Args:
        highest: The share that is dropped at the end of a training, below 1.
    """

    share: Tensor

    def __init__(self, highest: float) -> None:
        super().__init__()
        self.highest = highest
        self.register_buffer("share", torch.zeros(()), persistent=False)

    def forward(self, brought: Tensor) -> Tensor:
        """Drop, `(n, C, H, W)` to `(n, C, H, W)`; the mean over many draws is what comes in."""
        keep = 1 - self.share
        drawn = torch.rand(len(brought), 1, 1, 1, device=brought.device)
        return brought / keep * (drawn < keep)

    def reset_parameters(self) -> None:
        """Drop nothing, as at the beginning of a training."""
        self.share.zero_()


def schedule_paths(network: nn.Module, done: float) -> None:
    """Say how many paths are to be dropped; nothing in networks that drop none.

    Args:
        network: Any network.
        done: Share of the epochs that are done, in [0, 1].
    """
    for module in network.modules():
        if isinstance(module, DropPaths):
            module.share.fill_(module.highest * done)


def check_keeps_paths(skeleton: object) -> None:
    """Check that a skeleton drops no paths, as networks side by side cannot.

    Raises:
        SettingError: If it does.
    """
    if given := getattr(skeleton, "drop_path", 0.0):
        raise SettingError(
            "expected a skeleton with drop_path=0 to train seeds side by side, which would draw "
            f"from one generator, got drop_path={given:g}; train them one by one with it"
        )
