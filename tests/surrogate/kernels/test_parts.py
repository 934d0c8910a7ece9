import numpy as np
import pytest
from gpytorch.kernels import AdditiveKernel, RBFKernel, ScaleKernel

from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.kernels.parts import covariances, over_architectures, parts_of
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.prior import GaussianProcess

CELLS = CellSpace().sample(0, 6)


@pytest.fixture
def first():
    return WeisfeilerLehmanKernel(1)


@pytest.fixture
def second():
    return DistanceKernel(HammingDistance())


def test_what_is_made_of_ours_is_ours(first, second):
    ours = (first, first + second, first * second, ScaleKernel(first + second) * second)
    assert all(map(over_architectures, ours))


def test_what_has_a_foreign_part_is_not(first):
    batch = ScaleKernel(first, batch_shape=(2,))
    foreign = (RBFKernel(), first + RBFKernel(), ScaleKernel(RBFKernel()), batch, AdditiveKernel())
    assert not any(map(over_architectures, foreign))
    assert not over_architectures(None)


def test_parts_of_a_sum_add_up(first, second):
    prior = GaussianProcess(first + second)
    assert parts_of(prior.kernel).how == "sum"
    whole = prior.covariance(CELLS, CELLS)
    np.testing.assert_allclose(sum(covariances(prior.kernel, prior.table, CELLS)), whole)


def test_a_weight_over_a_sum_is_in_its_parts(first, second):
    scaled = ScaleKernel(first + second)
    scaled.outputscale = 3.0
    prior = GaussianProcess(scaled)
    assert parts_of(prior.kernel).weight == pytest.approx(3.0)
    whole = prior.covariance(CELLS, CELLS)
    np.testing.assert_allclose(
        sum(covariances(prior.kernel, prior.table, CELLS)), whole, rtol=1e-6
    )


def test_factors_of_a_product_multiply(first, second):
    prior = GaussianProcess(first * second)
    parts = parts_of(prior.kernel)
    assert parts.how == "product"
    product = parts.weight * np.prod(covariances(prior.kernel, prior.table, CELLS), axis=0)
    np.testing.assert_allclose(product, prior.covariance(CELLS, CELLS))


def test_one_kernel_is_one_part(first):
    parts = parts_of(GaussianProcess(first).kernel)
    assert parts.how == "one"
    assert len(parts.kernels) == 1
