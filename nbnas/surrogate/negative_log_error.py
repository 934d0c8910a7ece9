"""The warp in which halving the error counts the same everywhere; notation as in `warp`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from nbnas.checks import REAL, real, settle
from nbnas.errors import SettingError
from nbnas.surrogate.warp import check_values

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NegativeLogError:
    """z = -log(1 - y), standardised: halving the error counts the same everywhere.

    For fractions, accuracies or error rates; `NormalScores` serves every measure.

    Args:
        floor: Smallest error that is told apart.

    Raises:
        SettingError: If the floor is no number above 0 and up to 1.
    """

    floor: float = 1e-4

    def __post_init__(self) -> None:
        settle(self, floor=real(above=0, most=1))

    def fit(self, y: Array, lower: float = 0.0, upper: float = 1.0) -> "FittedNegativeLogError":
        """Standardise by the mean and the standard deviation of the warped values.

        Raises:
            SettingError: If the measure is no fraction.
        """
        self.check(lower, upper)
        check_values(y)
        raw = -np.log(np.maximum(1.0 - y, self.floor))
        return FittedNegativeLogError(self.floor, float(raw.mean()), max(float(raw.std()), 1e-6))

    def check(self, lower: float, upper: float) -> None:
        """Check that a measure's bounds are those of a fraction.

        Raises:
            SettingError: If they are not.
        """
        if (REAL("lower", lower), REAL("upper", upper)) != (0.0, 1.0):
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
