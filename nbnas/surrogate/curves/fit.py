"""The parameters of learning curves, by the maximum likelihood of all that have ended.

Notation
    N, T       number of curves that have ended, and of their epochs
    z          their values on the scale of the model `(N, T)`
    m          their mean by epoch `(T,)`: its own maximum-likelihood estimate
    D          z - m; S = Dᵀ D / N `(T, T)`
    c, d       variances of how high a curve ends, and of what decays
    a, b       power and offset of the kernel that decays
    s          variance of the noise of an epoch
    K          c + d k(t, t') + s I `(T, T)`

    log p(z) = -N/2 (log|K| + tr(K⁻¹ S)) + constant

Curves are independent given the parameters, so that S is all that the likelihood asks of them.
Each parameter has a wide log-normal prior, in the units of the values' own variance.

References:
    Swersky, Snoek and Adams, Freeze-thaw Bayesian optimization, 2014, section 3.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from nbnas.surrogate.curves.decay import decay

Array = NDArray[np.float64]
STEPS = 60  # of L-BFGS, at most
REACH = 12.0  # of a logarithm, from the median of its prior
HOPELESS = 1e10  # the loss where there is no covariance
SPREADS = torch.tensor((2.0, 2.0, 1.0, 1.5, 2.0), dtype=torch.float64)  # of logarithms, a priori
LEAST = 1e-8  # of the variance of all values, so that curves that are all alike have a model
JITTER = 1e-7  # of the largest variance


@dataclass(frozen=True, slots=True)
class CurveParameters:
    """c, d, a, b and s, fitted.

    Attributes:
        end: c, variance of how high a curve ends.
        start: d, variance of what decays.
        power: a.
        offset: b in epochs.
        noise: s.
    """

    end: float
    start: float
    power: float
    offset: float
    noise: float

    def covariance(self, epochs: int) -> Array:
        """K `(T, T)` of the first epochs, the noise included."""
        logs = torch.tensor(
            [self.end, self.start, self.power, self.offset, self.noise], dtype=torch.float64
        ).log()
        return np.asarray(_covariance(logs, epochs).numpy())


def fit_curves(z: Array) -> CurveParameters:
    """Maximise the likelihood times the priors, from their medians on, by L-BFGS.

    Args:
        z: Curves that have ended `(N, T)`.
    """
    rest = torch.from_numpy(z - z.mean(axis=0))
    n, epochs = rest.shape
    second = rest.T @ rest / n
    variance = max(float(second.diagonal().mean()), LEAST)
    usual = (0.5 * variance, 0.5 * variance, 1.0, max(epochs / 4, 1.0), 0.01 * variance)
    centre = np.log(usual)
    found = minimize(
        _Objective(second, n, torch.from_numpy(centre)),
        centre,
        jac=True,
        method="L-BFGS-B",
        bounds=[(each - REACH, each + REACH) for each in centre],
        options={"maxiter": STEPS},
    )
    return CurveParameters(*np.exp(found.x).tolist())


@dataclass(frozen=True, slots=True, eq=False)
class _Objective:
    """The negative log posterior of the logarithms and its gradient, for scipy.

    Attributes:
        second: S.
        n: N.
        centre: Medians of the priors, as logarithms `(5,)`.
    """

    second: Tensor
    n: int
    centre: Tensor

    def __call__(self, theta: Array) -> tuple[float, Array]:
        logs = torch.tensor(theta, requires_grad=True)
        with torch.enable_grad():
            factor, failed = torch.linalg.cholesky_ex(_covariance(logs, len(self.second)))
            if failed:
                return HOPELESS, np.zeros_like(theta)
            trace = torch.cholesky_solve(self.second, factor).trace()
            likelihood = -self.n / 2 * (2 * factor.diagonal().log().sum() + trace)
            prior = -0.5 * (((logs - self.centre) / SPREADS) ** 2).sum()
            loss = -(likelihood + prior)
            (gradient,) = torch.autograd.grad(loss, logs)
        return loss.item(), np.asarray(gradient.numpy())


def _covariance(logs: Tensor, epochs: int) -> Tensor:
    end, start, power, offset, noise = logs.exp()
    t = torch.arange(1, epochs + 1, dtype=torch.float64)
    signal = end + start * decay(t[:, None] + t, power, offset)
    jitter = JITTER * (end + start)
    found: Tensor = signal + (noise + jitter) * torch.eye(epochs, dtype=torch.float64)
    return found
