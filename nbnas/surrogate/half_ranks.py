"""The warp that keeps distances among good values, and sees the order of poor ones only.

Notation
    m, s       median of the values y, and √(mean (y - m)²) over those at or above it
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import REAL
from nbnas.records.ranks import normal_scores
from nbnas.surrogate.normal_scores import FittedNormalScores, NormalScores, tails
from nbnas.surrogate.warp import check_values

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HalfRanks:
    """z is (y - m) / s at and above the median, and the normal quantile of y's rank below it.

    `NormalScores` pulls values apart that are nearly the same, as they are along a setting near
    its best: the function looks rough there. This one does not, and a few very bad values still
    do no harm. Above the best value g goes on with slope s, flattened as that of `NormalScores`.

    References:
        Song et al., The Vizier Gaussian process bandit algorithm, 2024, section 3.3 (half-rank
        warping).
    """

    def fit(self, y: Array, lower: float = 0.0, upper: float = 1.0) -> FittedNormalScores:
        """Rank the values below the median; where those above are all alike, all of them.

        Raises:
            ObservationError: If there is no value, or one that is no finite number.
            SettingError: If a bound is no number.
        """
        check_values(y)
        lower, upper = REAL("lower", lower), REAL("upper", upper)
        median = float(np.median(y))
        spread = float(np.sqrt(np.mean((y[y >= median] - median) ** 2)))
        knots, scores = normal_scores(y)
        if len(knots) < 3 or not spread > 1e-12 * max(abs(median), 1.0):
            return NormalScores().fit(y, lower, upper)
        z = np.where(knots >= median, (knots - median) / spread, scores)
        below, _ = tails(z, knots, lower, upper)
        above = min(spread, (upper - float(knots[-1])) / 2)
        return FittedNormalScores(z, knots, below, above, lower, upper)
