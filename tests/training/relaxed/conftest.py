"""A small space, and the network of all of its architectures."""

import pytest
from relaxed_methods import METHODS

import nbnas as nb

SPACE = nb.CellSpace(("none", "skip_connect", "nor_conv_1x1"), vertices=3)


@pytest.fixture(scope="session")
def trainer():
    data = nb.digits(train=90, validation=60)
    return nb.Trainer(data, epochs=1, channels=2, batch_size=20, device="cpu")


@pytest.fixture(scope="session")
def supernet(trainer):
    return nb.Supernet(SPACE, trainer)


@pytest.fixture(scope="module")
def finished(supernet):
    """A relaxation by each method, after its end."""
    made = {name: supernet.start(method, seed=3) for name, method in METHODS.items()}
    for each in made.values():
        each.run()
    return made
