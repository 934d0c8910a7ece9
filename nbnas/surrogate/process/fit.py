"""The marginal likelihood and its maximisation.

Notation
    z, c, s²   warped values `(n,)`, constant mean, noise variance
    K          k(X, X) `(n, n)`;  L  the Cholesky factor of K + s² I
    α          (K + s² I)⁻¹ (z - c) `(n,)`
    θ          the kernel's raw parameters and log s², in one vector; c is not fitted

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1 and
    section 5.4.1.
"""

import copy
import math
from collections.abc import Callable

import numpy as np
import torch
from gpytorch.kernels import Kernel
from gpytorch.priors import LogNormalPrior
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from nbnas.surrogate.kernels.architecture import covariance, has_products
from nbnas.surrogate.process.summands import summands

LOG_2PI = math.log(2 * math.pi)
NOISE_BOUNDS = (1e-5, 1.0)
# A hyper-prior that keeps early fits sane: noise explains a few per cent of the variance of the
# values unless the data say otherwise. The mean stays where it is: fitted, it sinks below what was
# searched, and the search no longer expects enough of what it has not seen.
NOISE, LOG_NOISE_STDDEV = 0.02, 1.0
_NOT_POSITIVE_DEFINITE = 1e10
Floats = NDArray[np.float64]


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


def likelihood_slope(covariance: Tensor, z: Tensor, noise: float) -> tuple[float, Tensor] | None:
    """The log p(z) of `log_likelihood`, and its derivative by K, in closed form.

    Args:
        covariance: K `(n, n)`.
        z: Values `(n,)` minus their mean c.
        noise: s².

    Returns:
        log p(z) in nats and (α αᵀ - (K + s² I)⁻¹) / 2 `(n, n)`, equation 5.9; `None` where
        K + s² I is not positive definite.
    """
    noisy = covariance.clone()
    noisy.diagonal().add_(noise)
    factor, failed = torch.linalg.cholesky_ex(noisy)
    if failed:
        return None
    white = torch.linalg.solve_triangular(factor, z[:, None], upper=False)
    half_determinant = factor.diagonal().log().sum()
    value = -0.5 * (white**2).sum() - half_determinant - 0.5 * len(z) * LOG_2PI
    alpha = torch.linalg.solve_triangular(factor.T, white, upper=True)[:, 0]
    slope = torch.outer(alpha, alpha).sub_(torch.cholesky_inverse(factor)).mul_(0.5)
    return value.item(), slope


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
    return kernel, fit_own(kernel, mean, noise, indices, z, expected=expected, known=known)


def fit_own(
    kernel: Kernel,
    mean: float,
    noise: float,
    indices: Tensor,
    z: NDArray[np.float64],
    *,
    expected: float = NOISE,
    known: Tensor | None = None,
) -> float:
    """What `fit_parameters` does, with a kernel that nobody else has: it is changed.

    Returns:
        The noise variance.
    """
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
    _set(_free(kernel), found.x[:-1])
    return math.exp(found.x[-1])


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
        self.hyper = _HyperPriors(kernel)
        self.free, self.products = _free(kernel), has_products(kernel)
        self.summands = summands(kernel, indices)

    def __call__(self, theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        _set(self.free, theta[:-1])
        # Only the way from θ to K is left to autograd, or less: hundreds of steps take long.
        k, by_parameters = self._covariance()
        k = k if self.known is None else k + self.known
        noise = math.exp(theta[-1])
        found = likelihood_slope(k, self.z, noise)
        if found is None:
            return _NOT_POSITIVE_DEFINITE, np.zeros_like(theta)
        likelihood, slope = found
        away = (theta[-1] - self.log_expected) / LOG_NOISE_STDDEV
        by_noise = noise * slope.diagonal().sum().item() - away / LOG_NOISE_STDDEV
        expected, by_kernel = by_parameters(slope)
        value = likelihood + expected - 0.5 * away**2
        return -value, -np.array([*by_kernel, by_noise])

    def _covariance(self) -> tuple[Tensor, Callable[[Tensor], tuple[float, Floats]]]:
        """K, and what gives log p(θ) and the derivatives by the kernel's parameters, from G."""
        if self.summands is None:
            k = covariance(self.kernel, self.indices, self.indices, products=self.products)
            return k.detach(), lambda slope: self._by_free(k, slope)
        at, parts = self.summands.values(), self.summands
        values = at.tolist()
        total, slopes = parts.covariance(values)
        return total, lambda slope: self._by_free(at, parts.by_values(values, slopes, slope))

    def _by_free(self, through: Tensor, slope: Tensor) -> tuple[float, Floats]:
        """log p(θ) of the kernel, and its derivatives and those through something else."""
        if not self.free:
            return 0.0, np.empty(0)
        expected = self.hyper.log_density()
        total = (through * slope).sum() + expected
        gradients = torch.autograd.grad(total, self.free)
        return expected.item(), np.concatenate([g.reshape(-1).numpy() for g in gradients])


class _HyperPriors:
    """log p(θ) of a kernel; the log-normal priors, of which most are, all in one."""

    def __init__(self, kernel: Kernel) -> None:
        # Each once, as a kernel over graphs and settings holds its parts twice.
        found = {
            id(prior): (prior, closure, module)
            for _, module, prior, closure, _ in kernel.named_priors()
        }.values()
        self.normal = [each for each in found if type(each[0]) is LogNormalPrior]
        self.others = [each for each in found if type(each[0]) is not LogNormalPrior]
        self.loc, self.scale = self._spread("loc"), self._spread("scale")
        self.constant = -(self.scale.log() + 0.5 * LOG_2PI).sum()

    def _spread(self, name: str) -> Tensor:
        """A number of each log-normal prior, as often as there are values that it is for."""
        none = torch.empty(0, dtype=torch.float64)
        of = [(getattr(p, name), closure(module)) for p, closure, module in self.normal]
        each = [(torch.ones_like(values) * number).reshape(-1) for number, values in of]
        return torch.cat([none, *each]).detach()

    def log_density(self) -> Tensor:
        """log p(θ), a scalar."""
        total = self.constant
        if self.normal:
            logs = torch.cat([closure(m).reshape(-1) for _, closure, m in self.normal]).log()
            total = total - (0.5 * ((logs - self.loc) / self.scale) ** 2 + logs).sum()
        for prior, closure, module in self.others:
            total = total + prior.log_prob(closure(module)).sum()
        return total


def _free(kernel: Kernel) -> list[Tensor]:
    return [p for p in kernel.parameters() if p.requires_grad]


def _raw(kernel: Kernel) -> NDArray[np.float64]:
    parts = [p.detach().reshape(-1).numpy() for p in _free(kernel)]
    return np.concatenate([np.empty(0), *parts])


def _set(free: list[Tensor], values: NDArray[np.float64]) -> None:
    position = 0
    with torch.no_grad():
        for parameter in free:
            part = values[position : position + parameter.numel()]
            parameter.copy_(torch.from_numpy(part).reshape(parameter.shape))
            position += parameter.numel()
