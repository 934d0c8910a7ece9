"""Looks of two lengths and full trainings, and the same beliefs in BoTorch's own words."""

import gpytorch
import pytest
import torch
from botorch.models.gpytorch import GPyTorchModel
from botorch.models.model import FantasizeMixin

import nbnas as nb
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.process.fidelity import condition_fidelities
from nbnas.surrogate.process.joint import covariance, joined

CELLS = nb.CellSpace().sample(3, 60)
PRIOR = nb.GaussianProcess(noise=0.05)


def truth(cell):
    text = str(cell)
    return 0.3 + 0.06 * text.count("conv_3x3") + 0.04 * text.count("1x1") - 0.02 * ("none" in text)


def seen(cells, share, epochs=None):
    return Observations(tuple(Evaluation(c, share * truth(c), epochs=epochs) for c in cells))


@pytest.fixture(scope="session")
def chain():
    """The posterior of full results."""
    below = PRIOR.condition(seen(CELLS[:30], 0.5, 1))
    middle = condition_fidelities(PRIOR, below, seen(CELLS[:15], 0.8, 3))
    return condition_fidelities(PRIOR, middle, seen(CELLS[:8], 1.0))


@pytest.fixture(scope="session")
def in_botorch():
    """Builds a BoTorch model of levels and architectures: place `level * m + i` is one of them."""
    return build


def build(posterior, architectures):
    m, levels = len(architectures), joined(posterior)
    full = [covariance(each.posterior, architectures, architectures) for each in levels]
    ratio = [[_between(a, b, levels) for b in range(len(levels))] for a in range(len(levels))]
    blocks = [
        [ratio[a][b] * full[min(a, b)] for b in range(len(levels))] for a in range(len(levels))
    ]
    joint = torch.cat([torch.cat(row, dim=1) for row in blocks])
    known = torch.zeros(len(joint) + 1, len(joint) + 1, dtype=torch.float64)
    known[:-1, :-1], known[-1, -1] = joint, 1.0  # the last is what the model needs to have seen
    means = torch.cat([each.posterior.latent(architectures)[0] for each in levels])
    last = torch.tensor([[float(m * len(levels))]], dtype=torch.float64)
    return _Known(last, torch.cat([means, means.new_zeros(1)]), known, levels[0].noise)


def _between(a, b, levels):
    """What the higher of two levels gains with one more of the lower one."""
    low, high = sorted((a, b))
    return levels[low].gain / levels[high].gain


class _Known(gpytorch.models.ExactGP, GPyTorchModel, FantasizeMixin):
    """Normal variables with a mean and a covariance that are known, numbered."""

    _num_outputs = 1

    def __init__(self, last, mean, covariance, noise):
        likelihood = gpytorch.likelihoods.GaussianLikelihood()
        super().__init__(last, torch.zeros(1, dtype=torch.float64), likelihood.double())
        self.likelihood.noise = noise
        self.mean, self.covariance = mean, covariance
        self.double().eval()

    def forward(self, x):
        i = x[..., 0].round().long()
        found = self.covariance[i[..., :, None], i[..., None, :]]
        jitter = 1e-9 * torch.eye(found.shape[-1], dtype=torch.float64)
        return gpytorch.distributions.MultivariateNormal(self.mean[i], found + jitter)
