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
from scipy.stats import rankdata

from nbnas.errors import ObservationError, SettingError
from nbnas.records import Observations

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
    measure, values = observations.measure, observations.values
    if measure.maximize:
        fitted = warp.fit(values, measure.lower, measure.upper)
    else:
        centre = measure.lower + measure.upper  # a fraction stays one
        centre = centre if np.isfinite(centre) else 0.0
        low, high = centre - measure.upper, centre - measure.lower
        fitted = Reflected(warp.fit(centre - values, low, high), centre)
    return fitted, fitted.forward(values)


@dataclass(frozen=True, slots=True)
class Reflected:
    """The warp of a measure that is minimised: it sees y = centre - value."""

    warp: FittedWarp
    centre: float

    def forward(self, y: Array) -> Array:
        """Warped values; the lowest has the highest z."""
        return self.warp.forward(self.centre - y)

    def inverse(self, z: Array) -> Array:
        """Values of the measure."""
        return np.asarray(self.centre - self.warp.inverse(z))

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
    if not 0 < coverage < 1:
        raise SettingError(f"expected a coverage in (0, 1), got {coverage}")
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


@dataclass(frozen=True, slots=True)
class NormalScores:
    """z is the normal quantile of y's rank: only the order of the values counts.

    Robust against a few very bad architectures, and what found the best cells on published
    tables. Between the observed values g is linear; above the best one it goes on with the slope
    of the top fifth, flattened so that one more unit of z never uses up more than half of what is
    missing to the upper bound, for accuracy 1.

    References:
        Blom, Statistical estimates and transformed beta-variables, 1958 (the plotting position).
    """

    def fit(self, y: Array, lower: float = 0.0, upper: float = 1.0) -> "FittedNormalScores":
        """Rank the values; equal ones share their mean rank."""
        _check(y)
        z = ndtri((rankdata(y) - 0.375) / (len(y) + 0.25))
        knots_y, first = np.unique(y, return_index=True)
        knots_z = z[first]
        slopes = _slopes(knots_z, knots_y, lower, upper)
        return FittedNormalScores(knots_z, knots_y, *slopes, lower, upper)


@dataclass(frozen=True, slots=True, eq=False)
class FittedNormalScores:
    """Normal scores of observed values: knots `(k,)`, g's slopes outside of them, y's bounds."""

    z: Array
    y: Array
    lower_slope: float
    upper_slope: float
    lower: float = 0.0
    upper: float = 1.0

    def forward(self, y: Array) -> Array:
        """The scores; between the observed values by linear interpolation."""
        return _piecewise(y, self.y, self.z, *(1 / max(s, 1e-6) for s in self._tails))

    def inverse(self, z: Array) -> Array:
        """Values within the bounds."""
        return np.clip(_piecewise(z, self.z, self.y, *self._tails), self.lower, self.upper)

    def expected_improvement(self, mean: Array, stddev: Array, best: float) -> Array:
        """Closed form, as g is linear above the incumbent."""
        return self.upper_slope * expected_excess(mean, stddev, best)

    @property
    def _tails(self) -> tuple[float, float]:
        return self.lower_slope, self.upper_slope


@dataclass(frozen=True, slots=True)
class NegativeLogError:
    """z = -log(1 - y), standardised: halving the error counts the same everywhere.

    For fractions, accuracies or error rates; `NormalScores` serves every measure.

    Args:
        floor: Smallest error that is told apart.
    """

    floor: float = 1e-4

    def fit(self, y: Array, lower: float = 0.0, upper: float = 1.0) -> "FittedNegativeLogError":
        """Standardise by the mean and the standard deviation of the warped values.

        Raises:
            SettingError: If the measure is no fraction.
        """
        self.check(lower, upper)
        _check(y)
        raw = -np.log(np.maximum(1.0 - y, self.floor))
        return FittedNegativeLogError(self.floor, float(raw.mean()), max(float(raw.std()), 1e-6))

    def check(self, lower: float, upper: float) -> None:
        """Check that a measure's bounds are those of a fraction.

        Raises:
            SettingError: If they are not.
        """
        if (lower, upper) != (0.0, 1.0):
            raise SettingError(
                "expected a fraction between 0 and 1 for NegativeLogError, got a measure from "
                f"{lower:g} to {upper:g}; use nbnas.NormalScores(), which serves every measure"
            )


@dataclass(frozen=True, slots=True)
class FittedNegativeLogError:
    """z = (-log(1 - y) - shift) / scale."""

    floor: float
    shift: float
    scale: float

    def forward(self, y: Array) -> Array:
        """Warped values."""
        return np.asarray((-np.log(np.maximum(1.0 - y, self.floor)) - self.shift) / self.scale)

    def inverse(self, z: Array) -> Array:
        """Accuracy, within [0, 1]."""
        return np.asarray(np.clip(1.0 - np.exp(-(self.shift + self.scale * z)), 0.0, 1.0))

    def expected_improvement(self, mean: Array, stddev: Array, best: float) -> Array:
        """Closed form: the error exp(-shift - scale z) is log-normal."""
        s = self.scale * stddev
        u = (mean - best) / np.maximum(stddev, 1e-100)
        error = np.exp(-self.shift - self.scale * mean + s**2 / 2)
        now = np.exp(-self.shift - self.scale * best)
        return np.asarray(np.maximum(now * ndtr(u) - error * ndtr(u - s), 0.0))


def expected_excess(mean: Array, stddev: Array, level: float) -> Array:
    """E[(z - level)⁺] = σ h(u) for normal z, u = (μ - level) / σ, `(m,)`."""
    u = (mean - level) / np.maximum(stddev, 1e-100)
    density = np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi)
    excess = stddev * (density + u * ndtr(u))
    return np.asarray(np.maximum(excess, np.maximum(mean - level, 0.0)))


def _slopes(z: Array, y: Array, least: float, most: float) -> tuple[float, float]:
    """Slopes of g below the worst and above the best knot."""
    if len(z) == 1:
        room = [room for room in (y[0] - least, most - y[0]) if np.isfinite(room)]
        alone = min(room, default=0.0) / 2 or max(abs(float(y[0])), 1.0) / 2
        below, above = ((y[0] - least) / 2, (most - y[0]) / 2)
        return (
            below if np.isfinite(below) else alone,
            above if np.isfinite(above) else alone,
        )
    top = max(2, len(z) // 5)
    upper = (y[-1] - y[-top]) / (z[-1] - z[-top])
    lower = (y[top - 1] - y[0]) / (z[top - 1] - z[0])
    return min(lower, (y[0] - least) / 2), min(upper, (most - y[-1]) / 2)


def _piecewise(x: Array, knots: Array, values: Array, lower: float, upper: float) -> Array:
    """Linear interpolation that goes on outside with the given slopes."""
    inside = np.interp(x, knots, values)
    below, above = np.minimum(x - knots[0], 0.0), np.maximum(x - knots[-1], 0.0)
    return np.asarray(inside + lower * below + upper * above)


def _check(y: Array) -> None:
    if y.ndim != 1 or not len(y):
        raise ObservationError(f"expected at least one value (n,), got shape {y.shape}")
    if not np.isfinite(y).all():
        raise ObservationError("expected finite values; report trials without one as failed")
