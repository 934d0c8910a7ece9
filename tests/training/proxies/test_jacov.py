import copy
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd.functional import jacobian

from nbnas.graphs.spaces.cell import cell
from nbnas.training.proxies.scores import (
    correlation_eigenvalues,
    jacov,
)

IGNORED = torch.tensor([0])
MIXED = ["nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3", "skip_connect", "none", "nor_conv_3x3"]


def published_jacov(rows):
    """The published sum, by numpy."""
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(rows)) + 1e-5
    return -np.sum(np.log(eigenvalues) + 1 / eigenvalues)


def jacobian_rows(network, images):
    total = jacobian(lambda x: network(x).sum(), images.double())
    return total.flatten(1).numpy()


@pytest.mark.parametrize("word", ["mixed", "dense"])
def test_jacov_against_the_jacobian(word, noise, build):
    torch.manual_seed(0)
    dense = nn.Sequential(nn.Flatten(), nn.Linear(64, 30), nn.ReLU(), nn.Linear(30, 5))
    network = build(cell(MIXED)) if word == "mixed" else dense
    images = noise(12, 1, 8, 8)
    rows = jacobian_rows(copy.deepcopy(network).train().double(), images)
    found = jacov(network, images, IGNORED)
    assert found == pytest.approx(-math.log(-published_jacov(rows)), rel=1e-4)
    assert found < -math.log(12)


def test_jacov_reads_half_as_many_rows_as_an_image_has_numbers(noise):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(8, 30), nn.ReLU(), nn.Linear(30, 5))
    images = noise(10, 2, 2, 2)
    rows = jacobian_rows(copy.deepcopy(network).double(), images)
    found = jacov(network, images, IGNORED)
    assert found == pytest.approx(-math.log(-published_jacov(rows[:4])), rel=1e-4)


def test_images_without_a_gradient_count_as_an_eigenvalue_of_zero(noise, build, batch):
    rows = noise(5, 20).double()
    whole = np.linalg.eigvalsh(np.corrcoef(rows[[0, 2]].numpy()))
    rows[1], rows[3, 7], rows[4, 7] = 0.1, math.nan, math.inf
    np.testing.assert_allclose(sorted(correlation_eigenvalues(rows)), [0, 0, 0, *whole])
    assert correlation_eigenvalues(rows[:2]).tolist() == [1, 0]
    lowest = -math.log(12 * (math.log(1e-5) + 1e5))
    assert jacov(build(cell(["none"] * 6)), *batch()) == pytest.approx(lowest)
