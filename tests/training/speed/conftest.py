import numpy as np
import pytest

from nbnas.graphs.spaces.cell import cell
from nbnas.training.data.images import from_arrays


@pytest.fixture(scope="session")
def photographs():
    rng = np.random.default_rng(0)
    labels = np.arange(150) % 3
    images = rng.integers(0, 200, size=(150, 3, 8, 8)) + 25 * labels[:, None, None, None]
    return from_arrays("noise", images.astype(np.uint8), labels, train=110, validation=30)


@pytest.fixture(scope="session")
def light():
    return cell(["nor_conv_1x1", "none", "avg_pool_3x3", "skip_connect", "nor_conv_3x3", "none"])
