"""Skeletons of all kinds, and networks of theirs."""

import pytest
import torch
from torch import nn

from nbnas.graphs.spaces.cell import CellSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.operation import Operation, own_operations
from nbnas.training.networks.network import build_network
from nbnas.training.networks.skeleton.skeleton import CellSkeleton

SKELETONS = {
    "201": CellSkeleton(4, 2, prune=False),
    "101": CellSkeleton(8, 2, 3, "max", "conv-bn-relu", "concatenate", "plain"),
    "average": CellSkeleton(6, 1, 2, "average"),
    "max": CellSkeleton(5, 1, 4, "max"),
    "one": CellSkeleton(5, 2, 1, stem="resnet"),
    "split": CellSkeleton(7, 2, 2, vertices="concatenate"),
}


def depthwise(channels):
    return nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, groups=channels), nn.GELU())


OPERATIONS = ("none", "skip_connect", "nor_conv_3x3", Operation("depthwise", depthwise))
ARCHITECTURES = {
    "cells": CellSpace().sample(1, 6),
    "vertices": (*DagSpace().sample(2, 6), DagSpace().parse("|0-1")),
    "own": CellSpace(OPERATIONS).sample(3, 3),
}


def _planned(architecture, skeleton, shape=(3, 9, 11), classes=4, operations=OPERATIONS, seed=0):
    return build_network(
        architecture,
        image_shape=shape,
        classes=classes,
        operations=own_operations(operations),
        skeleton=skeleton,
        generator=torch.Generator().manual_seed(seed),
    )


@pytest.fixture(scope="session")
def planned():
    """Builds a network by a skeleton."""
    return _planned


@pytest.fixture(params=SKELETONS)
def skeleton(request):
    return SKELETONS[request.param]


@pytest.fixture(params=ARCHITECTURES)
def architectures(request):
    return ARCHITECTURES[request.param]


@pytest.fixture(scope="session")
def operations():
    return OPERATIONS
