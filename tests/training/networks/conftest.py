"""Shared by the tests of this folder."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from nbnas.graphs.architecture import LINK, Architecture
from nbnas.training.networks.network import (
    build_network,
)
from nbnas.training.networks.recurrent import RecurrentNetwork
from nbnas.training.networks.recurrent_cell import RecurrentCell, initialize_cell


def _build(architecture, seed=0, shape=(1, 8, 8), **settings):
    generator = torch.Generator().manual_seed(seed)
    settings = {"classes": 10, **settings}
    return build_network(architecture, image_shape=shape, generator=generator, **settings)


def _chain(*labels):
    links = tuple((i, i + 1, LINK) for i in range(len(labels) + 1))
    return Architecture(("image", *labels, "output"), links, "chain")


def _scores_of(network, x):
    return network(x)[0] if isinstance(network, RecurrentNetwork) else network(x)


def _step_lowers_the_loss(network, x, y, rate):
    """Whether one step down the gradient of a batch makes the loss of that batch smaller.

    The gradient is clipped as the recipe of text does: products of states may make it huge.
    """
    losses, optimizer = [], torch.optim.SGD(network.parameters(), lr=rate)
    for _ in range(2):
        loss = cross_entropy(_scores_of(network, x).flatten(0, -2), y.flatten())
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
    return losses[1] < losses[0]


@pytest.fixture(scope="session")
def build():
    return _build


@pytest.fixture(scope="session")
def chain():
    return _chain


@pytest.fixture(scope="session")
def scores_of():
    return _scores_of


@pytest.fixture(scope="session")
def step_lowers_the_loss():
    return _step_lowers_the_loss


def _generator(seed=0):
    return torch.Generator().manual_seed(seed)


def _cell_of(architecture, input_size=5, hidden_size=7):
    cell = RecurrentCell(architecture, input_size, hidden_size)
    initialize_cell(cell, _generator())
    return cell


def _random_inputs(cell, batch=3):
    source = _generator(1)
    x = torch.randn(batch, cell.input_size, generator=source)
    states = (torch.randn(batch, cell.hidden_size, generator=source) for _ in range(9))
    return x, tuple(state for state, _ in zip(states, range(cell.hidden_states), strict=False))


@pytest.fixture(scope="session")
def generator():
    return _generator


@pytest.fixture(scope="session")
def cell_of():
    return _cell_of


@pytest.fixture(scope="session")
def random_inputs():
    return _random_inputs
