import numpy as np
import pytest
import torch
from gpytorch.kernels import ScaleKernel

from nbnas.graphs.distances.hamming import HammingDistance
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.surrogate.kernels.architecture import covariance
from nbnas.surrogate.kernels.distance import DistanceKernel, SquaredDistanceKernel
from nbnas.surrogate.kernels.weisfeiler_lehman import WeisfeilerLehmanKernel
from nbnas.surrogate.process.fit import likelihood_slope, log_likelihood
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.process.summands import summands

CELLS = CellSpace().sample(0, 12)
HAMMING = HammingDistance()


class Twice(DistanceKernel):
    def transform(self, distances):
        return torch.exp(-2 * distances / self.lengthscale)


@pytest.mark.parametrize(
    "kernel",
    [
        WeisfeilerLehmanKernel(1) + DistanceKernel(HAMMING, 1.5),
        SquaredDistanceKernel(HAMMING, 0.8) + WeisfeilerLehmanKernel(0) + DistanceKernel(HAMMING),
        DistanceKernel(HAMMING),
    ],
    ids=["sum", "two distances", "one"],
)
def test_it_is_what_autograd_gives(kernel):
    prior = GaussianProcess(kernel)
    index, noise = prior.table.indices(CELLS), torch.tensor(0.1, dtype=torch.float64)
    z = torch.from_numpy(np.random.default_rng(0).standard_normal(len(CELLS)))
    free = list(prior.kernel.parameters())
    expected = log_likelihood(covariance(prior.kernel, index, index), z, noise)
    gradients = torch.autograd.grad(expected, free)
    parts = summands(prior.kernel, index)
    values = parts.values()
    k, slopes = parts.covariance(values.tolist())
    likelihood, slope = likelihood_slope(k, z, 0.1)
    found = torch.autograd.grad(
        (values * parts.by_values(values.tolist(), slopes, slope)).sum(), free
    )
    assert likelihood == pytest.approx(expected.item(), rel=1e-12)
    for one, other in zip(found, gradients, strict=True):
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-12)


def test_what_it_cannot_tell_of_is_left_to_autograd():
    index = torch.zeros(1, 1)
    product = ScaleKernel(WeisfeilerLehmanKernel(0) * WeisfeilerLehmanKernel(1))
    assert summands(product, index) is None
    assert summands(ScaleKernel(Twice(HAMMING)), index) is None  # its own transform
    assert summands(WeisfeilerLehmanKernel(0), index) is None  # without a weight
    fixed = ScaleKernel(WeisfeilerLehmanKernel(0))
    fixed.raw_outputscale.requires_grad_(False)
    assert summands(fixed, index) is None


def test_a_covariance_that_is_none_has_no_likelihood():
    assert (
        likelihood_slope(-torch.eye(2, dtype=torch.float64), torch.zeros(2).double(), 0.1) is None
    )
