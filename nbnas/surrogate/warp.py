"""Monotone warps of the objective: the Gaussian process models z = w(y), people see y.

Notation
    y         the gain that is maximised: a value of the measure, or its reflection where lower
              is better
    l, u      the least and the greatest y that the measure allows; accuracy: 0 and 1
    z         warped objective, what the Gaussian process models
    g         the inverse warp, y = g(z), increasing
    μ, σ      mean and standard deviation of z
    h(u)      φ(u) + u Φ(u), so that E[(z - c)⁺] = σ h((μ - c) / σ)
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from nbnas.checks import Rule, offering, real
from nbnas.errors import ObservationError, shown
from nbnas.records import Measure, Observations
from nbnas.records.observations import with_worst

Array = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class FittedWarp(Protocol):
    """A warp whose constants are fixed by the values it was fitted to."""

    def forward(self, y: Array) -> Array:
        """Warp values `(n,)`."""

    def inverse(self, z: Array) -> Array:
        """Map warped values of any shape back to the measure, within its bounds."""

    def expected_improvement(self, mean: Array, stddev: Array, best: float) -> Array:
        """E[max(y - y*, 0)] `(m,)` in the unit of y, for normal z; z* = best."""


class Warp(Protocol):
    """A recipe for a warp. Implementations are frozen values."""

    def fit(self, y: Array, lower: float = 0.0, upper: float = 1.0) -> FittedWarp:
        """Fix the warp's constants by the values `(n,)` seen so far, and their bounds."""


WARP: Rule[Warp] = offering("a warp", "NormalScores()", "fit")
_COVERAGE = real(above=0, below=1)


def fit_warp(warp: Warp, observations: Observations) -> tuple[FittedWarp, Array]:
    """Fit a warp to observations, whichever way is better.

    Args:
        warp: The recipe.
        observations: At least one trial; failed ones count as the worst seen value.

    Returns:
        The fitted warp, which takes and gives values of the measure, and z `(n,)`.

    Raises:
        ObservationError: If there are no observations.
    """
    if not len(observations):
        raise ObservationError("expected at least one observation, got none; evaluate some first")
    return _fit(warp, observations.values, observations.measure)


def warp_gains(warp: Warp, gains: Array, measure: Measure) -> tuple[FittedWarp, Array]:
    """Fit a warp as `fit_warp` does, to what is maximised, NaN for a failed trial.

    Args:
        warp: The recipe.
        gains: Values of the measure, or their negatives where lower is better `(n,)`.
        measure: The measure.

    Returns:
        The fitted warp and z `(n,)`.
    """
    return _fit(warp, measure.gain(with_worst(gains)), measure)


def _fit(warp: Warp, values: Array, measure: Measure) -> tuple[FittedWarp, Array]:
    if measure.maximize:
        fitted = warp.fit(values, *measure.reflected)
    else:
        reflected = warp.fit(measure.centre - values, *measure.reflected)
        fitted = Reflected(reflected, measure)
    return fitted, fitted.forward(values)


@dataclass(frozen=True, slots=True)
class Reflected:
    """The warp of a measure that is minimised: it sees y = centre - value."""

    warp: FittedWarp
    measure: Measure

    def forward(self, y: Array) -> Array:
        """Warped values; the lowest has the highest z."""
        return self.warp.forward(self.measure.centre - y)

    def inverse(self, z: Array) -> Array:
        """Values within the bounds, which rounding alone might pass."""
        values = self.measure.centre - self.warp.inverse(z)
        return np.asarray(np.clip(values, self.measure.lower, self.measure.upper))

    def expected_improvement(self, mean: Array, stddev: Array, best: float) -> Array:
        """By how much lower, at least 0."""
        return self.warp.expected_improvement(mean, stddev, best)


def moments(warp: FittedWarp, mean: Array, stddev: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of y = g(z) for normal z, by Gauss-Hermite quadrature.

    Args:
        warp: The fitted warp.
        mean: μ `(m,)`.
        stddev: σ `(m,)`.

    Returns:
        Mean and standard deviation in the unit of the measure, `(m,)` each.
    """
    y = warp.inverse(mean[:, None] + stddev[:, None] * _NODES)  # (m, 64)
    mean_y = y @ _WEIGHTS
    return mean_y, np.sqrt(np.maximum((y - mean_y[:, None]) ** 2 @ _WEIGHTS, 0.0))


def band(warp: FittedWarp, mean: Array, stddev: Array, coverage: float) -> tuple[Array, Array]:
    """The central interval that holds y = g(z) with a given probability, for normal z.

    Args:
        warp: The fitted warp.
        mean: μ `(m,)`.
        stddev: σ `(m,)`.
        coverage: Probability, in (0, 1).

    Returns:
        Lower and upper ends in the unit of the measure, `(m,)` each.

    Raises:
        SettingError: If the coverage is not in (0, 1).
    """
    coverage = _COVERAGE("coverage", coverage)
    width = float(ndtri((1 + coverage) / 2)) * stddev
    ends = warp.inverse(mean - width), warp.inverse(mean + width)
    return np.minimum(*ends), np.maximum(*ends)


def improvement(
    warp: FittedWarp, mean: Array, stddev: Array, best: float
) -> tuple[Array, Array, Array]:
    """Expected improvement of y over the incumbent, and its two parts, for normal z.

    Args:
        warp: The fitted warp.
        mean: μ `(m,)`.
        stddev: σ `(m,)`.
        best: The incumbent's z.

    Returns:
        Expected improvement, exploitation (what the mean alone would give) and exploration (the
        rest), in the unit of the measure, `(m,)` each.
    """
    total = warp.expected_improvement(mean, stddev, best)
    exploitation = warp.expected_improvement(mean, np.zeros_like(stddev), best)
    exploitation = np.minimum(exploitation, total)
    return total, exploitation, total - exploitation


def expected_excess(mean: Array, stddev: Array, level: float) -> Array:
    """E[(z - level)⁺] = σ h(u) for normal z, u = (μ - level) / σ, `(m,)`."""
    u = (mean - level) / np.maximum(stddev, 1e-100)
    density = np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    excess = stddev * (density + u * ndtr(u))
    return np.asarray(np.maximum(excess, np.maximum(mean - level, 0.0)))


def check_values(y: Array) -> None:
    """Check that there are finite values `(n,)`.

    Raises:
        ObservationError: If there are not.
    """
    if not isinstance(y, np.ndarray) or y.dtype.kind not in "iuf":
        raise ObservationError(f"expected an array of values (n,), got {shown(y)}")
    if y.ndim != 1 or not len(y):
        raise ObservationError(f"expected at least one value (n,), got shape {y.shape}")
    if not np.isfinite(y).all():
        raise ObservationError("expected finite values; report trials without one as failed")
