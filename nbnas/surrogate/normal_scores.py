"""The warp that sees the order of the values only; notation as in `warp`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import REAL
from nbnas.records.ranks import normal_scores
from nbnas.surrogate.warp import check_values, expected_excess

Array = NDArray[np.float64]


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
        """Rank the values; equal ones share their mean rank.

        Raises:
            ObservationError: If there is no value, or one that is no finite number.
            SettingError: If a bound is no number.
        """
        check_values(y)
        lower, upper = REAL("lower", lower), REAL("upper", upper)
        knots_y, knots_z = normal_scores(y)
        slopes = tails(knots_z, knots_y, lower, upper)
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


def tails(z: Array, y: Array, least: float, most: float) -> tuple[float, float]:
    """Slopes of g below the worst and above the best knot of those in order `(k,)`."""
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
