"""How good a model is: each evaluation predicted from all the others.

Notation
    n          number of evaluations
    z          warped values `(n,)`
    μ, σ       mean and standard deviation `(n,)` of each z, given all others; noise included
    r          (z - μ) / σ, standard normal where the model is right

References:
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 5.4.2 (the
    leave-one-out log predictive probability). Gneiting, Balabdaoui and Raftery, Probabilistic
    forecasts, calibration and sharpness, J. R. Statist. Soc. B 69, 2007 (coverage).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from nbnas.brief import brief
from nbnas.checks import real
from nbnas.graphs.framed import Framed
from nbnas.records import ACCURACY, Measure
from nbnas.surrogate.warp import FittedWarp, band, moments

Array = NDArray[np.float64]
SHARES = (0.5, 0.8, 0.95)  # of the bands whose coverage is told


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut(Framed):
    """Each evaluation predicted from all the others, in the unit of the measure.

    Attributes:
        truth: What was measured `(n,)`; a failed trial counts as the worst measured value.
        mean: Predicted mean `(n,)`.
        stddev: Predicted standard deviation `(n,)`, the noise of an evaluation included.
        lower: 2.5 % quantile of the prediction `(n,)`.
        upper: 97.5 % quantile of the prediction `(n,)`.
        residuals: r `(n,)`, on the warped scale.
        log_densities: log N(z; μ, σ²) `(n,)`, in nats, on the warped scale. So compare models
            that share a warp.
        measure: What was measured.
    """

    truth: Array
    mean: Array
    stddev: Array
    lower: Array
    upper: Array
    residuals: Array
    log_densities: Array
    measure: Measure = ACCURACY

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each trial, predicted from all others."""
        names = ("truth", "mean", "stddev", "lower", "upper", "residuals", "log_densities")
        columns = [getattr(self, name).tolist() for name in names]
        yield from (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))

    @brief
    def __repr__(self) -> str:
        error = float(np.sqrt(np.mean((self.truth - self.mean) ** 2)))
        density = float(np.mean(self.log_densities))
        return f"{len(self.truth)} trials, error {error:.3g}, mean log density {density:.3g}"

    @property
    def log_predictive_density(self) -> float:
        """The mean of `log_densities`, in nats per evaluation; larger is better."""
        return float(self.log_densities.mean())

    @property
    def kendall(self) -> float:
        """Kendall's τ of predicted means and truth; NaN where one of them is constant."""
        from scipy.stats import kendalltau  # takes a second to import

        return float(kendalltau(self.mean, self.truth)[0])

    def coverage(self, share: float) -> float:
        """Which share of the truths lies in the central band that should hold `share` of them.

        Args:
            share: Probability of the band, in (0, 1).

        Returns:
            A share in [0, 1]; above `share` the model is too cautious, below too sure.

        Raises:
            SettingError: If the share is not in (0, 1).
        """
        share = real(above=0, below=1)("share", share)
        return float(np.mean(np.abs(self.residuals) <= ndtri((1 + share) / 2)))


def leave_one_out(
    warp: FittedWarp,
    truth: Array,
    z: Array,
    mean: Array,
    stddev: Array,
    measure: Measure = ACCURACY,
) -> LeaveOneOut:
    """Tell predictions on the warped scale in the unit of the measure.

    Args:
        warp: The fitted warp.
        truth: What was measured `(n,)`, in its unit.
        z: The same, warped.
        mean: μ `(n,)`.
        stddev: σ `(n,)`.
        measure: What was measured.

    Returns:
        The predictions.
    """
    residuals = (z - mean) / stddev
    log_densities = -0.5 * residuals**2 - np.log(stddev) - 0.5 * math.log(2 * math.pi)
    lower, upper = band(warp, mean, stddev, 0.95)
    in_its_unit = moments(warp, mean, stddev)
    return LeaveOneOut(truth, *in_its_unit, lower, upper, residuals, log_densities, measure)
