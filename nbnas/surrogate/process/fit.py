"""The marginal likelihood and its maximisation.

Notation
    z, c, s²   warped values `(n,)`, constant mean, noise variance
    K          k(X, X) `(n, n)`;  L  the Cholesky factor of K + s² I
    θ          the kernel's raw parameters and log s², in one vector; c is not fitted

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1 and
    section 5.4.1.
"""

import copy
import math

import numpy as np
import torch
from gpytorch.kernels import Kernel
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from nbnas.surrogate.kernels.architecture import covariance

LOG_2PI = math.log(2 * math.pi)
NOISE_BOUNDS = (1e-5, 1.0)
# A hyper-prior that keeps early fits sane: noise explains a few per cent of the variance of the
# values unless the data say otherwise. The mean stays where it is: fitted, it sinks below what was
# searched, and the search no longer expects enough of what it has not seen.
NOISE, LOG_NOISE_STDDEV = 0.02, 1.0
_NOT_POSITIVE_DEFINITE = 1e10


def log_likelihood(covariance: Tensor, z: Tensor, noise: Tensor) -> Tensor | None:
    """log p(z) of a normal vector with covariance K + s² I, in nats.

    Args:
        covariance: K `(n, n)`.
        z: Values `(n,)` minus their mean c.
        noise: s², a scalar.

    Returns:
        A scalar, or `None` where K + s² I is not positive definite.
    """
    noisy = covariance + noise * torch.eye(len(z), dtype=covariance.dtype)
    factor, failed = torch.linalg.cholesky_ex(noisy)
    if failed:
        return None
    white: Tensor = torch.linalg.solve_triangular(factor, z[:, None], upper=False)
    half_determinant: Tensor = factor.diagonal().log().sum()
    return -0.5 * (white**2).sum() - half_determinant - 0.5 * len(z) * LOG_2PI


def fit_parameters(
    kernel: Kernel,
    mean: float,
    noise: float,
    indices: Tensor,
    z: NDArray[np.float64],
    *,
    expected: float = NOISE,
    known: Tensor | None = None,
) -> tuple[Kernel, float]:
    """Maximise log p(z | θ) + log p(θ) by L-BFGS, from the given parameters on.

    Args:
        kernel: The kernel; it is copied, not changed.
        mean: c.
        noise: s² to start from.
        indices: Indices `(n, 1)` of the evaluated architectures.
        z: Warped values `(n,)`.
        expected: The noise variance around which its hyper-prior lies.
        known: Covariance `(n, n)` of a part that is not fitted, which is added to the kernel's.

    Returns:
        The fitted kernel and noise variance. A start where the kernel is no covariance
        comes back unchanged.
    """
    kernel = copy.deepcopy(kernel)
    objective = _Objective(kernel, indices, torch.from_numpy(z - mean), math.log(expected), known)
    start = np.array([*_raw(kernel), math.log(noise)])
    kernel_bounds = [(-30.0, 30.0)] * (len(start) - 1)
    noise_bounds = (math.log(NOISE_BOUNDS[0]), math.log(NOISE_BOUNDS[1]))
    found = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[*kernel_bounds, noise_bounds],
        options={"maxiter": 60, "ftol": 1e-7},
    )
    _set_raw(kernel, found.x[:-1])
    return kernel, math.exp(found.x[-1])


class _Objective:
    """The negative log posterior of θ and its gradient, for scipy."""

    def __init__(
        self,
        kernel: Kernel,
        indices: Tensor,
        z: Tensor,
        log_expected: float,
        known: Tensor | None,
    ) -> None:
        self.kernel, self.indices, self.z = kernel, indices, z
        self.log_expected, self.known = log_expected, known
        # Each once, as a kernel over graphs and settings holds its parts twice.
        self.priors = {
            id(prior): (prior, closure, module)
            for _, module, prior, closure, _ in kernel.named_priors()
        }.values()
        self.free = _free(kernel)

    def __call__(self, theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        _set_raw(self.kernel, theta[:-1])
        log_noise = torch.tensor(theta[-1], requires_grad=True)
        k = covariance(self.kernel, self.indices, self.indices)
        k = k if self.known is None else k + self.known
        likelihood = log_likelihood(k, self.z, log_noise.exp())
        if likelihood is None:
            return _NOT_POSITIVE_DEFINITE, np.zeros_like(theta)
        loss = -(likelihood + self._log_hyper_prior(log_noise))
        gradients = torch.autograd.grad(loss, [*self.free, log_noise])
        return loss.item(), np.concatenate([g.reshape(-1).numpy() for g in gradients])

    def _log_hyper_prior(self, log_noise: Tensor) -> Tensor:
        """log p(θ), up to a constant."""
        total = -0.5 * ((log_noise - self.log_expected) / LOG_NOISE_STDDEV) ** 2
        for prior, closure, module in self.priors:
            total = total + prior.log_prob(closure(module)).sum()
        return total


def _free(kernel: Kernel) -> list[Tensor]:
    return [p for p in kernel.parameters() if p.requires_grad]


def _raw(kernel: Kernel) -> NDArray[np.float64]:
    parts = [p.detach().reshape(-1).numpy() for p in _free(kernel)]
    return np.concatenate([np.empty(0), *parts])


def _set_raw(kernel: Kernel, values: NDArray[np.float64]) -> None:
    position = 0
    with torch.no_grad():
        for parameter in _free(kernel):
            part = values[position : position + parameter.numel()]
            parameter.copy_(torch.from_numpy(part).reshape(parameter.shape))
            position += parameter.numel()
