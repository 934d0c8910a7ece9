import copy
import dataclasses

import gpytorch
import numpy as np
import pytest
import torch

from nbnas.errors import ObservationError
from nbnas.graphs.distances.edit.distance import EditDistance
from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.features import weisfeiler_lehman, weisfeiler_lehman_labels
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Observations
from nbnas.surrogate.kernels.architecture import bind, weighted
from nbnas.surrogate.kernels.distance import DistanceKernel, SquaredDistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.table import ArchitectureTable

CELLS = CellSpace().sample(0, 30)
EDIT, HAMMING = EditDistance(), HammingDistance()


def evaluate(kernel, a=CELLS, b=CELLS):
    table = ArchitectureTable()
    bind(kernel, table)
    with torch.no_grad():
        return kernel(table.indices(a), table.indices(b)).to_dense().numpy()


def cosines(depth):
    features = weisfeiler_lehman(CELLS, depth, {}).toarray()
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    return features @ features.T


def test_distance_kernel_is_its_formula():
    kernel = DistanceKernel(HAMMING, lengthscale=3.0)
    assert np.allclose(evaluate(kernel), np.exp(-HAMMING.matrix(CELLS, CELLS) / 3.0), atol=1e-12)


def test_lengthscale_stays_where_the_kernel_is_positive_definite():
    kernel = DistanceKernel(EDIT, lengthscale=50.0)
    assert kernel.lengthscale.item() < EDIT.max_lengthscale
    assert np.linalg.eigvalsh(evaluate(kernel)).min() > -1e-10


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_weisfeiler_lehman_kernel_is_the_cosine_of_features(depth):
    assert np.allclose(evaluate(WeisfeilerLehmanKernel(depth)), cosines(depth), atol=1e-12)


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e6])
def test_the_unit_of_a_distance_does_not_matter(unit, table):
    """Distances in other units give the same fit, with a length-scale in those units."""

    @dataclasses.dataclass(frozen=True)
    class Scaled(HammingDistance):
        def matrix(self, a, b):
            return unit * HammingDistance().matrix(a, b)

    observations = Observations(tuple(table(a) for a in CELLS))
    prior = GaussianProcess(DistanceKernel(Scaled(), 2.0 * unit)).fit(observations)
    plain = GaussianProcess(DistanceKernel(HAMMING)).fit(observations)
    lengthscale = prior.kernel.base_kernel.lengthscale.item() / unit
    assert lengthscale == pytest.approx(plain.kernel.base_kernel.lengthscale.item(), rel=1e-2)


def test_squared_distance_kernel_is_its_formula():
    kernel = SquaredDistanceKernel(HAMMING, lengthscale=3.0)
    squares = HAMMING.matrix(CELLS, CELLS) ** 2
    assert np.allclose(evaluate(kernel), np.exp(-squares / 18.0), atol=1e-12)


def test_assignment_kernel_is_the_cosine_of_smaller_counts():
    counts = [weisfeiler_lehman_labels(a, 2) for a in CELLS]
    k = np.array([[sum((a & b).values()) for b in counts] for a in counts], dtype=float)
    k /= np.sqrt(np.outer(np.diag(k), np.diag(k)))
    assert np.allclose(evaluate(WeisfeilerLehmanKernel(2, assignment=True)), k, atol=1e-12)


def test_features_stay_right_while_the_table_grows():
    for assignment in (False, True):
        kernel, table = WeisfeilerLehmanKernel(2, assignment), ArchitectureTable()
        bind(kernel, table)
        for n in (3, 20, 30):
            index = table.indices(list(CELLS[:n]))
            with torch.no_grad():
                grown = kernel(index, index).to_dense().numpy()
            fresh = evaluate(WeisfeilerLehmanKernel(2, assignment), CELLS[:n], CELLS[:n])
            assert np.allclose(grown, fresh, atol=1e-12)


def test_kernels_add_multiply_and_scale():
    wl, distance = WeisfeilerLehmanKernel(2), DistanceKernel(HAMMING, 2.0)
    one, two = cosines(2), np.exp(-HAMMING.matrix(CELLS, CELLS) / 2.0)
    scaled = gpytorch.kernels.ScaleKernel(copy.deepcopy(wl)).double()
    scaled.outputscale = 3.0
    assert np.allclose(evaluate(wl + distance), one + two)
    assert np.allclose(evaluate(wl * distance), one * two)
    assert np.allclose(evaluate(scaled), 3 * one)
    assert np.allclose(evaluate(wl * distance + wl), one * two + one)


def test_every_summand_gets_one_weight():
    wl, distance = WeisfeilerLehmanKernel(), DistanceKernel(HAMMING)
    kernel = weighted(wl + distance)
    assert [part.outputscale.item() for part in kernel.kernels] == pytest.approx([0.5, 0.5])
    again = weighted(kernel)
    assert len(list(again.named_parameters())) == len(list(kernel.named_parameters()))
    assert weighted(wl).outputscale.item() == pytest.approx(1.0)


def test_diagonal_and_rectangular_blocks():
    kernel = weighted(WeisfeilerLehmanKernel() + DistanceKernel(HAMMING))
    full = evaluate(kernel)
    table = ArchitectureTable()
    bind(kernel, table)
    with torch.no_grad():
        diagonal = kernel(table.indices(CELLS), diag=True).numpy()
        wide = kernel(table.indices(CELLS[:3]), table.indices(CELLS)).to_dense().numpy()
        tall = kernel(table.indices(CELLS), table.indices(CELLS[5:7])).to_dense().numpy()
    assert np.allclose(diagonal, np.diag(full))
    assert np.allclose(wide, full[:3])
    assert np.allclose(tall, full[:, 5:7])


def test_a_kernel_without_a_table_says_what_to_do():
    kernel = WeisfeilerLehmanKernel()
    index = torch.zeros(2, 1, dtype=torch.float64)
    with pytest.raises(ObservationError, match="GaussianProcess"):
        kernel(index, index).to_dense()


def test_a_covariance_has_the_same_digits_both_ways_round():
    """Whose row is there decides which way a table is asked, and a replay may have another."""
    cells = CellSpace().sample(0, 60)
    one, other = GaussianProcess(), GaussianProcess()
    for prior in (one, other):
        prior.table.indices(cells)
    for at in range(len(cells)):
        one.covariance((cells[at],), cells)
        other.covariance((cells[-1 - at],), cells)
    rows = np.stack([one.covariance((a,), cells)[0] for a in cells])
    assert np.array_equal(rows, rows.T)
    assert np.array_equal(rows, np.stack([other.covariance((a,), cells)[0] for a in cells]))
