import gpytorch
import numpy as np
import pytest
import torch
from botorch.models.kernels.exponential_decay import ExponentialDecayKernel as Theirs
from scipy import integrate, stats

from nbnas.errors import SettingError
from nbnas.surrogate.curves.decay import ExponentialDecayKernel

EPOCHS = torch.arange(1, 13, dtype=torch.float64)[:, None]


def test_equals_botorchs():
    """Theirs adds a constant and measures epochs in length-scales: our offset."""
    ours, theirs = ExponentialDecayKernel(1.7, 3.0), Theirs().double()
    theirs.power, theirs.offset, theirs.lengthscale = 1.7, 1e-10, 3.0
    expected = theirs(EPOCHS, EPOCHS[:5]).to_dense()
    np.testing.assert_allclose(
        ours(EPOCHS, EPOCHS[:5]).to_dense().detach(), expected.detach(), atol=1e-6
    )


def test_is_a_mixture_of_decays_with_gamma_rates():
    """Swersky et al. 2014: the integral of e^{-λ(t + t')} over gamma distributed rates."""
    found = ExponentialDecayKernel(2.0, 4.0)(EPOCHS, EPOCHS).to_dense()[2, 6]
    rates = stats.gamma(2.0, scale=1 / 4.0)
    expected = integrate.quad(lambda r: np.exp(-r * (3 + 7)) * rates.pdf(r), 0, np.inf)[0]
    assert float(found.detach()) == pytest.approx(expected, rel=1e-6)


def test_composes_as_kernels_do():
    kernel = gpytorch.kernels.ScaleKernel(ExponentialDecayKernel(1.0, 2.0)).double()
    whole = kernel(EPOCHS).to_dense()
    np.testing.assert_allclose(
        kernel(EPOCHS, diag=True).detach(), whole.diagonal().detach(), rtol=1e-12
    )
    assert np.linalg.eigvalsh(whole.detach().numpy()).min() > -1e-9
    batch = kernel(EPOCHS.expand(3, -1, 1)).to_dense()
    assert batch.shape == (3, 12, 12)
    whole.sum().backward()
    assert all(each.grad is not None for each in kernel.parameters())


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), "1", None])
def test_what_is_wrong_is_refused(wrong):
    with pytest.raises(SettingError, match="power to be a finite number above 0"):
        ExponentialDecayKernel(wrong)
    with pytest.raises(SettingError, match="offset to be a finite number above 0"):
        ExponentialDecayKernel(1.0, wrong)
