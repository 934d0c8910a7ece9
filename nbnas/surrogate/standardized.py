"""The warp that keeps all distances: values less their mean, over their standard deviation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import REAL
from nbnas.surrogate.normal_scores import FittedNormalScores, NormalScores
from nbnas.surrogate.warp import check_values

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standardized:
    """z is (y - m) / s, with the mean m and the standard deviation s of the values.

    For what adds up of the parts of an architecture, such as seconds, bytes and joules: without
    one more convolution a cell may be as much quicker as it was without the last, which ranks do
    not tell. One value far from all others pushes these together; `NormalScores` does not mind it.
    """

    def fit(self, y: Array, lower: float = 0.0, upper: float = 1.0) -> FittedNormalScores:
        """Take mean and standard deviation; of values that are all alike, as `NormalScores`.

        Raises:
            ObservationError: If there is no value, or one that is no finite number.
            SettingError: If a bound is no number.
        """
        check_values(y)
        lower, upper = REAL("lower", lower), REAL("upper", upper)
        mean, spread = float(np.mean(y)), float(np.std(y))
        if not spread > 1e-12 * max(abs(mean), 1.0):
            return NormalScores().fit(y, lower, upper)
        at, middle = np.zeros(1), np.array([mean])  # one knot, and the same slope on both sides
        return FittedNormalScores(at, middle, spread, spread, lower, upper)
