"""A user's file: a network and an operation with all that they use, beside what needs nbnas."""

import importlib.util
import sys
import types

import pytest
import torch
from torch import nn

from nbnas.training.export.facts import Facts
from nbnas.training.export.source.source import source_of
from nbnas.training.networks.normalize import Normalize

FILE = '''
import functools
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import nbnas as nb

space = nb.ChoiceSpace(depth=(1, 2), width=(4, 8), gate=("relu", "gelu"))
data = nb.digits
KERNEL, SCALES = 3, {"relu": 1.0, "gelu": 1.5}


class Gate(nn.Module):
    """Scales and bends."""

    def __init__(self, kind):
        super().__init__()
        self.kind, self.scale = kind, SCALES[kind]

    def forward(self, x):
        return getattr(F, self.kind)(x) * self.scale * math.sqrt(4.0) / 2


class Net(nn.Module):
    def __init__(self, architecture, colors, classes):
        super().__init__()
        width = architecture["width"]
        layers = [nn.LazyConv2d(width, KERNEL, padding=half(KERNEL))]
        for _ in range(architecture["depth"]):
            layers += [nn.Conv2d(width, width, 1), Gate(architecture["gate"])]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        return self.head(torch.amax(self.body(x), (2, 3)))


def half(size: nb.Trainer) -> int:
    return size // 2


def build(architecture, data):
    return Net(architecture, data.image_shape[0], data.classes)


class Swap(nn.Module):
    """Exchanges the halves of the channels, as no layer of torch does."""

    def __init__(self, channels):
        super().__init__()
        self.mix = nn.Conv2d(channels, channels, 1, bias=False)

    def forward(self, x):
        return self.mix(x.roll(x.shape[1] // 2, 1))


def halve(channels):
    return nn.Sequential(Swap(channels), nn.AvgPool2d(2))


swap = functools.partial(Swap)
short = lambda architecture, data: nn.Sequential(nn.Flatten(), nn.LazyLinear(data.classes))


def needing_nbnas(architecture, data):
    assert isinstance(space, nb.ChoiceSpace)
    return Net(architecture, data.image_shape[0], data.classes)


class Unsayable(nn.Module):
    """What ONNX has no operation for."""

    def __init__(self, classes):
        super().__init__()
        self.last = nn.Linear(8 * 8, classes)

    def forward(self, x):
        return self.last(torch.special.bessel_j0(x.flatten(1)))


def unsayable(architecture, data):
    return Unsayable(data.classes)


def nested(width):
    factor = 2

    def inner(architecture, data):
        return nn.Sequential(nn.Flatten(), nn.LazyLinear(width * factor), nn.LazyLinear(10))

    return inner
'''


@pytest.fixture(scope="session")
def theirs(tmp_path_factory):
    """The module of the file."""
    path = tmp_path_factory.mktemp("theirs") / "their_space.py"
    path.write_text(FILE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("their_space", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["their_space"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["their_space"]


@pytest.fixture
def take_own():
    """Writes a network with a user's code, `(network, architecture, code)`."""

    def take(network, architecture, code):
        mean, deviation = torch.full((3,), 100.0), torch.full((3,), 60.0)
        trained = nn.Sequential(Normalize(mean, deviation), network).eval()
        facts = Facts("any", tuple("abcdef"), (3, 16, 16), True, str(architecture), "0.1.0")
        source = source_of(trained, architecture, facts, code)
        names = {"__file__": "model.py", "__name__": "model"}
        exec(compile(source.text, "model.py", "exec"), names)
        names["load_file"] = lambda _: source.weights
        return types.SimpleNamespace(trained=trained, source=source, made=names["load"]())

    return take
