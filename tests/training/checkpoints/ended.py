"""Small trainings that are ended at any step."""

import torch
from torch import nn
from torchvision.transforms import v2

from nbnas.graphs.spaces.cell import cell
from nbnas.training.checkpoints.keeper import Keeper
from nbnas.training.data.augment import CropAndFlip
from nbnas.training.optimizers.optimizer import AdamW, Muon

LIGHT = cell(["nor_conv_1x1", "none", "none", "skip_connect", "nor_conv_3x3", "none"])
TIMES = ("seconds", "images_per_second")
ALWAYS = 1e-9  # minutes: a checkpoint after each step


class Ended(BaseException):
    """Ends a training in the midst of a step, as a kill would."""


def perceptron(architecture, data):
    """Draws from torch's own generator as it is trained."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(36, 16), nn.BatchNorm1d(16), nn.Dropout(0.3), nn.Linear(16, 3)
    )


KINDS = {
    "pictures": {},
    "augmented at once": {"augment": CropAndFlip(1), "channels_last": True, "clip": 0.5},
    "augmented one by one": {"augment": v2.RandomHorizontalFlip(), "mixed_precision": True},
    "a network of one's own": {"network": perceptron, "momentum": 0},
    "averaged and mixed": {
        **{"ema": 0.9, "mix": v2.MixUp(num_classes=3), "test_flip": True},
        **{"optimizer": AdamW(), "decay_all": False, "learning_rate": 0.01},
    },
    "the best epoch": {"patience": 3},
    "text": {"dropout": 0.2, "clip": 1.0},
}
if hasattr(torch.optim, "Muon"):
    KINDS["two optimisers"] = {"optimizer": Muon(), "learning_rate": 0.02}


class Sparse(Keeper):
    """Is asked after each step and each epoch, writes every few times, and ends the training."""

    calls, every, last = 0, 1, 0

    def write(self, state):
        self.calls += 1
        if self.calls % self.every == 0:
            super().write(state)
        if self.calls == self.last:
            raise Ended
