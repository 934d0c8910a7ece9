"""Shared by the tests of this folder."""

import pytest
import torch

from nbnas.training.networks.network import build_network


def _noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _build(architecture, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = {"image_shape": (1, 8, 8), "classes": 10, "channels": 4}
    return build_network(architecture, **shape, generator=generator)


def _batch(n=12):
    return _noise(n, 1, 8, 8), torch.arange(n) % 10


@pytest.fixture(scope="session")
def noise():
    return _noise


@pytest.fixture(scope="session")
def build():
    return _build


@pytest.fixture(scope="session")
def batch():
    return _batch
