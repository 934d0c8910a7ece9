"""A small space, and the network of all of its architectures."""

import pytest

import nbnas as nb

SPACE = nb.CellSpace(("none", "skip_connect", "nor_conv_1x1"), vertices=3)


@pytest.fixture(scope="session")
def trainer():
    data = nb.digits(train=90, validation=60)
    return nb.Trainer(data, epochs=1, channels=2, batch_size=20, device="cpu")


@pytest.fixture(scope="session")
def supernet(trainer):
    return nb.Supernet(SPACE, trainer)
