"""A training waits for its device once an epoch, not once a step.

On the CPU nothing waits, so what would wait on a GPU is counted: calls that bring a number or a
tensor to the computer, or ask whether one is true. Draws of the CPU's own generators are on the
CPU anyway and do not count.
"""

from collections import Counter

import numpy as np
import pytest
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torchvision.transforms import v2

import nbnas as nb
from nbnas.graphs.spaces.recurrent.space import lstm
from nbnas.training.data.augment import CropAndFlip

WAITING = {"item", "tolist", "cpu", "numpy", "__bool__", "__float__", "__int__", "nonzero"}


class Called(TorchFunctionMode):
    """Counts what Python calls."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in WAITING:
            self.counts[name] += 1
        return function(*args, **(kwargs or {}))


class Dispatched(TorchDispatchMode):
    """Counts what torch itself does within its operations."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function._schema.name in ("aten::_local_scalar_dense", "aten::nonzero"):
            self.counts[function._schema.name] += 1
        return function(*args, **(kwargs or {}))


def counted(trainer, architecture):
    with Called() as called, Dispatched() as dispatched:
        trainer.start(architecture, 1).run()
    return called.counts + dispatched.counts


def photographs(train):
    images = np.random.default_rng(0).integers(256, size=(train + 30, 3, 8, 8)).astype(np.uint8)
    labels = np.arange(train + 30) % 3
    return nb.from_arrays("noise", images, labels, train=train, validation=20)


SETTINGS = [
    {},
    {"augment": CropAndFlip(1, cutout=2), "ema": 0.9, "clip": 1.0, "patience": 3},
    {"optimizer": nb.AdamW(), "decay_all": False, "ema": 0.99},
    {"mixed_precision": True, "label_smoothing": 0.1},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_as_often_with_four_times_as_many_steps(settings, light):
    recipe = {"epochs": 2, "batch_size": 10, "device": "cpu", **settings}
    few, many = (counted(nb.Trainer(photographs(n), **recipe), light) for n in (40, 160))
    assert few == many
    assert 0 < sum(few.values()) < 40


def test_on_text(tmp_path):
    counts = []
    for lines in (20, 80):
        (tmp_path / "text.txt").write_text("the quick brown fox jumps over it\n" * lines)
        data = nb.from_text(tmp_path / "text.txt")
        settings = {"epochs": 1, "batch_size": 4, "sequence": 8, "channels": 8, "device": "cpu"}
        counts.append(counted(nb.Trainer(data, **settings, ema=0.9), lstm()))
    assert counts[0] == counts[1]


def test_it_would_be_seen(light, monkeypatch):
    """What waits in each step is counted: here the loss."""
    from nbnas.training.losses import Losses

    add = Losses.add
    monkeypatch.setattr(Losses, "add", lambda self, loss: add(self, loss) or loss.item() < 0)
    few, many = (
        counted(nb.Trainer(photographs(n), epochs=2, batch_size=10, device="cpu"), light)
        for n in (40, 160)
    )
    assert many["item"] - few["item"] == 2 * (16 - 4)


def test_mixing_draws_on_the_cpu(light):
    """Which is why it is not recorded: see `explain_speed`."""
    mix = v2.MixUp(num_classes=3)
    recipe = {"epochs": 1, "batch_size": 10, "device": "cpu", "mix": mix}
    few, many = (counted(nb.Trainer(photographs(n), **recipe), light) for n in (40, 160))
    assert sum(many.values()) > sum(few.values())
