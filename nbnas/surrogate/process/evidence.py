"""How well a prior foretells observations: the log marginal likelihood, also called evidence.

Notation
    z          warped values `(n,)`
    θ          weights and length-scales of the kernel, and the noise variance
    log p(z | X, θ)   the log marginal likelihood, in nats

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 5.4.1.
"""

import copy
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from gpytorch.kernels import AdditiveKernel, Kernel, ScaleKernel
from numpy.typing import NDArray

from nbnas.brief import brief, cut
from nbnas.checks import each, instance, real, settle
from nbnas.errors import NotPositiveDefiniteError, ObservationError, SettingError
from nbnas.records.observations import OBSERVATIONS, Observations
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.undisturbed import undisturbed


@dataclass(frozen=True, slots=True)
class Evidence:
    """A prior and the observations that speak for or against it.

    Args:
        prior: The prior.
        observations: At least one trial.

    Raises:
        ObservationError: If there are no observations.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.records import Evaluation
        >>> cells = CellSpace().sample(0, 3)
        >>> seen = Observations(tuple(Evaluation(c, 0.9 + i / 100) for i, c in enumerate(cells)))
        >>> evidence = Evidence(GaussianProcess(), seen)
        >>> evidence.fitted.log_marginal_likelihood > evidence.log_marginal_likelihood
        True
    """

    prior: GaussianProcess
    observations: Observations

    def __post_init__(self) -> None:
        prior = instance(GaussianProcess, "GaussianProcess()")
        settle(self, prior=prior, observations=OBSERVATIONS)
        if not len(self.observations):
            raise ObservationError(
                "expected at least one observation, got none; a prior alone draws itself"
            )

    @brief
    def __repr__(self) -> str:
        return f"{cut(self.prior, 130)}, {self.observations!r}"

    @property
    def log_marginal_likelihood(self) -> float:
        """log p(z | X, θ), in nats; NaN where the kernel is no covariance."""
        try:
            return self.prior.log_marginal_likelihood(self.observations)
        except NotPositiveDefiniteError:
            return float("nan")

    @property
    def fitted(self) -> "Evidence":
        """The same observations with the prior fitted to them."""
        return Evidence(self.prior.fit(self.observations), self.observations)

    def by_lengthscale(self, factors: Sequence[float]) -> NDArray[np.float64]:
        """The log marginal likelihood with all length-scales multiplied by each factor `(k,)`.

        Args:
            factors: The factors, above 0.

        Returns:
            Nats `(k,)`; NaN where the kernel is no covariance, or a length-scale not allowed.
        """
        factors = each(real(above=0))("factors", factors)
        known = lengthscales(self.prior.kernel)
        return np.array([self._scaled([scale * factor for scale in known]) for factor in factors])

    def _scaled(self, values: Sequence[float]) -> float:
        try:
            prior = with_parameters(self.prior, lengthscales=values)
        except SettingError:
            return float("nan")
        return Evidence(prior, self.observations).log_marginal_likelihood


def summands(kernel: Kernel) -> tuple[Kernel, ...]:
    """The summands of a kernel, weights included."""
    return tuple(kernel.kernels) if isinstance(kernel, AdditiveKernel) else (kernel,)


def weights(kernel: Kernel) -> tuple[float, ...]:
    """The weight of each summand; of one without a weight, 1."""
    return tuple(
        s.outputscale.item() if isinstance(s, ScaleKernel) else 1.0 for s in summands(kernel)
    )


def lengthscales(kernel: Kernel) -> tuple[float, ...]:
    """All length-scales inside a kernel, in its own order."""
    return tuple(part.lengthscale.item() for part in scaled_parts(kernel))


def scaled_parts(kernel: Kernel) -> tuple[Kernel, ...]:
    """The kernels inside a kernel that have one length-scale."""
    return tuple(
        part
        for part in kernel.modules()
        if isinstance(part, Kernel) and part.has_lengthscale and part.lengthscale.numel() == 1
    )


@undisturbed()
def with_parameters(
    prior: GaussianProcess,
    *,
    weights: Sequence[float] | None = None,
    lengthscales: Sequence[float] | None = None,
    noise: float | None = None,
) -> GaussianProcess:
    """A prior with other parameters; this one stays as it is.

    Args:
        prior: The prior.
        weights: A weight for each summand of the kernel; by default those that it has.
        lengthscales: All of its length-scales; by default those that it has.
        noise: Its noise variance; by default the one that it has.

    Returns:
        The prior.

    Raises:
        SettingError: If there is another number of weights or length-scales than the kernel has,
            or one is out of its bounds.
    """
    kernel = copy.deepcopy(prior.kernel)
    if weights is not None:
        weighed = [s for s in summands(kernel) if isinstance(s, ScaleKernel)]
        _check_number("weight", len(weights), len(weighed))
        for summand, weight in zip(weighed, weights, strict=True):
            summand.outputscale = weight
    if lengthscales is not None:
        parts = scaled_parts(kernel)
        _check_number("length-scale", len(lengthscales), len(parts))
        for part, value in zip(parts, lengthscales, strict=True):
            _check_bounds(part, value)
            part.lengthscale = value
    return dataclasses.replace(prior, kernel=kernel, noise=prior.noise if noise is None else noise)


def _check_number(noun: str, got: int, expected: int) -> None:
    if got != expected:
        raise SettingError(f"expected {expected} {noun}s, one for each that there is, got {got}")


def _check_bounds(part: Kernel, value: float) -> None:
    bounds = part.raw_lengthscale_constraint
    if not float(bounds.lower_bound) < value < float(bounds.upper_bound):
        raise SettingError(
            f"expected a length-scale between {float(bounds.lower_bound):g} and "
            f"{float(bounds.upper_bound):g} for {part!r:.80}, got {value:g}"
        )
