"""The published network, written down once more from its description, without a line of nbnas.

References:
    Liu, Simonyan and Yang, DARTS, ICLR 2019; `operations.py` and `model.py` of their code.
"""

import pytest
import torch
from torch import nn

from nbnas.graphs.spaces.darts.graph import genotype_of
from nbnas.graphs.spaces.darts.space import DartsSpace

V2 = """Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0),
('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0),
('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0),
('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0),
('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"""


class Reduce(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.conv_1 = nn.Conv2d(c_in, c_out // 2, 1, stride=2, padding=0, bias=False)
        self.conv_2 = nn.Conv2d(c_in, c_out // 2, 1, stride=2, padding=0, bias=False)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x):
        x = torch.relu(x)
        return self.bn(torch.cat([self.conv_1(x), self.conv_2(x[:, :, 1:, 1:])], dim=1))


def conv(c_in, c_out):
    return nn.Sequential(nn.ReLU(), nn.Conv2d(c_in, c_out, 1, bias=False), nn.BatchNorm2d(c_out))


def depthwise(c, k, stride, padding, dilation):
    return [
        nn.ReLU(),
        nn.Conv2d(c, c, k, stride, padding, dilation, groups=c, bias=False),
        nn.Conv2d(c, c, 1, bias=False),
        nn.BatchNorm2d(c),
    ]


def operation(name, c, stride):
    match name:
        case "max_pool_3x3":
            return nn.MaxPool2d(3, stride=stride, padding=1)
        case "avg_pool_3x3":
            return nn.AvgPool2d(3, stride=stride, padding=1, count_include_pad=False)
        case "skip_connect":
            return nn.Identity() if stride == 1 else Reduce(c, c)
        case "sep_conv_3x3":
            return nn.Sequential(*depthwise(c, 3, stride, 1, 1), *depthwise(c, 3, 1, 1, 1))
        case "sep_conv_5x5":
            return nn.Sequential(*depthwise(c, 5, stride, 2, 1), *depthwise(c, 5, 1, 2, 1))
        case "dil_conv_3x3":
            return nn.Sequential(*depthwise(c, 3, stride, 2, 2))
        case "dil_conv_5x5":
            return nn.Sequential(*depthwise(c, 5, stride, 4, 2))


class ReferenceCell(nn.Module):
    def __init__(self, inputs, c_pp, c_p, c, reduction, reduction_prev):
        super().__init__()
        self.preprocess0 = Reduce(c_pp, c) if reduction_prev else conv(c_pp, c)
        self.preprocess1 = conv(c_p, c)
        self.indices = [index for _, index in inputs]
        self.ops = nn.ModuleList(
            operation(name, c, 2 if reduction and index < 2 else 1) for name, index in inputs
        )

    def forward(self, s0, s1):
        states = [self.preprocess0(s0), self.preprocess1(s1)]
        for i in range(4):
            h1 = self.ops[2 * i](states[self.indices[2 * i]])
            h2 = self.ops[2 * i + 1](states[self.indices[2 * i + 1]])
            states.append(h1 + h2)
        return torch.cat(states[2:], dim=1)


class Reference(nn.Module):
    def __init__(self, genotype, c, layers, classes=10, colors=3):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(colors, 3 * c, 3, padding=1, bias=False), nn.BatchNorm2d(3 * c)
        )
        c_pp, c_p, self.cells, reduction_prev = 3 * c, 3 * c, nn.ModuleList(), False
        for i in range(layers):
            reduction = i in (layers // 3, 2 * layers // 3)
            c *= 2 if reduction else 1
            inputs = genotype.reduce if reduction else genotype.normal
            self.cells.append(ReferenceCell(inputs, c_pp, c_p, c, reduction, reduction_prev))
            reduction_prev, c_pp, c_p = reduction, c_p, 4 * c
        self.classifier = nn.Linear(c_p, classes)

    def forward(self, images):
        s0 = s1 = self.stem(images)
        for cell in self.cells:
            s0, s1 = s1, cell(s0, s1)
        return self.classifier(s1.mean((2, 3)))


@pytest.fixture
def published():
    """The architecture DARTS_V2."""
    return DartsSpace().parse(V2)


@pytest.fixture
def reference():
    """A function: the published network of an architecture, with so many channels and cells."""
    return lambda architecture, c, layers: Reference(genotype_of(architecture), c, layers)
