"""How a training that has begun will end, by how others went on.

Notation
    N, T       number of curves that have ended, and of their epochs
    t          number of epochs that are known of the one that is predicted
    z          values on the scale of the model, see `scale`; m and K as in `fit`
    μ, σ       mean and standard deviation of its other epochs `(T - t,)`
    κ          what σ is multiplied by, from where curves were left out one by one

    μ = m₂ + K₂₁ K₁₁⁻¹ (z₁ - m₁),  σ² = κ² (1 + 1/N) diag(K₂₂ - K₂₁ K₁₁⁻¹ K₁₂)

The Gaussian process takes all curves for alike. Some are not: they learn nothing for long, or
diverge. So κ² is the mean square of the standardised errors with which each curve that has ended
is predicted from its first t epochs by the mean of the others.

References:
    Swersky, Snoek and Adams, Freeze-thaw Bayesian optimization, 2014. The mean by epoch is learnt
    here, where freeze-thaw takes what decays for centred at 0: accuracies rise, and all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import whole
from nbnas.errors import ObservationError, shown
from nbnas.records import ACCURACY, EpochReport, Evaluation, Measure, Observations
from nbnas.records.observations import OBSERVATIONS
from nbnas.surrogate.curves.fit import CurveParameters, fit_curves
from nbnas.surrogate.curves.prediction import CurvePrediction
from nbnas.surrogate.curves.scale import Scale
from nbnas.surrogate.warp import band, moments
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]
LEAST = 4  # curves that have ended, without which nothing is predicted
WEIGHT = 4.0  # of κ = 1, in curves
COVERAGE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class CurveModel:
    """How the trainings of a search go on, by those that have ended.

    Args:
        observations: Trials; those count that were trained fully and told of every epoch.

    Attributes:
        curves: What they told `(N, T)`, in the unit of the measure, in the order of the trials.
        parameters: Of the Gaussian process.

    Raises:
        ObservationError: If there are fewer than four such trials.

    Example:
        >>> from nbnas.benchmarks.shipped import digits
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> trials = [digits()(cell) for cell in CellSpace().sample(0, 9)]
        >>> model = CurveModel(Observations(tuple(trials[:8])))
        >>> model.predict(trials[8].reports[:6]).epochs
        12
    """

    observations: Observations
    curves: Array = field(init=False)
    parameters: CurveParameters = field(init=False)

    @undisturbed()
    def __post_init__(self) -> None:
        seen = OBSERVATIONS("observations", self.observations)
        found = [curve_of(e.reports, seen.measure) for e in seen.full.completed]
        longest = max((len(each) for each in found), default=0)
        ended = [each for each in found if len(each) == longest and longest > 1]
        if len(ended) < LEAST:
            raise ObservationError(
                f"expected at least {LEAST} full trainings that told the measure after every "
                f"epoch, got {len(ended)}; train some more first"
            )
        object.__setattr__(self, "curves", np.array(ended))
        object.__setattr__(self, "parameters", fit_curves(self.scale.forward(self.curves)))

    @brief
    def __repr__(self) -> str:
        n, epochs = self.curves.shape
        return f"{n} curves of {epochs} epochs, {self.measure.name}"

    @property
    def measure(self) -> Measure:
        """What the curves are of."""
        return self.observations.measure

    @property
    def scale(self) -> Scale:
        """The scale on which they are modelled."""
        return Scale(self.measure)

    @undisturbed()
    def predict(
        self, curve: Evaluation | Sequence[EpochReport] | Sequence[float]
    ) -> CurvePrediction:
        """How a training goes on.

        Args:
            curve: What it told so far: reports, or values after its epochs 1 to t in the unit of
                the measure; t may be 0.

        Raises:
            ObservationError: If it is something else, or told of more epochs than the others.
        """
        z = self.scale.forward(self.curves)
        return self._from(_values(curve, self.measure, z.shape[1]), z.mean(axis=0), len(z))

    @undisturbed()
    def left_out(self, place: int, epochs: int) -> CurvePrediction:
        """A curve that has ended, predicted from its first epochs by the mean of the others.

        The parameters are those of all.

        Args:
            place: Which one, from 0.
            epochs: How many of its epochs are known, t.

        Raises:
            SettingError: If there is no such curve, or it has no such epoch.
        """
        z = self.scale.forward(self.curves)
        place = whole(0, len(z) - 1)("place", place)
        epochs = whole(0, z.shape[1])("epochs", epochs)
        others = np.delete(z, place, axis=0)
        return self._from(self.curves[place, :epochs], others.mean(axis=0), len(others))

    def _latent(self, values: Array, mean: Array, n: int) -> tuple[Array, Array]:
        """μ and σ of the epochs that are left `(T - t,)`, with κ = 1.

        Args:
            values: z of the first epochs `(t,)`.
            mean: m `(T,)`.
            n: N.
        """
        weights, variance = self._conditional(len(values))
        t = len(values)
        return mean[t:] + (values - mean[:t]) @ weights, np.sqrt((1 + 1 / n) * variance)

    def _factors(self, epochs: int) -> Array:
        """κ of the epochs that are left after t of them `(T - t,)`."""
        z = self.scale.forward(self.curves)
        n, others = len(z), (z.sum(axis=0) - z) / (len(z) - 1)
        weights, variance = self._conditional(epochs)
        mean = others[:, epochs:] + (z - others)[:, :epochs] @ weights
        square = (z[:, epochs:] - mean) ** 2 / ((1 + 1 / (n - 1)) * variance)
        return np.asarray(np.sqrt((square.sum(axis=0) + WEIGHT) / (n + WEIGHT)))

    def _from(self, curve: Array, mean: Array, n: int) -> CurvePrediction:
        found, stddev = self._latent(self.scale.forward(curve), mean, n)
        stddev = stddev * self._factors(len(curve))
        ends = band(self.scale, found, stddev, COVERAGE)
        told = (curve, *moments(self.scale, found, stddev), *ends)
        values, mean_, stddev_, lower, upper = (tuple(each.tolist()) for each in told)
        return CurvePrediction(values, mean_, stddev_, lower, upper, self.measure)

    def _conditional(self, t: int) -> tuple[Array, Array]:
        """K₁₁⁻¹ K₁₂ `(t, T - t)`, and the diagonal of K₂₂ - K₂₁ K₁₁⁻¹ K₁₂ `(T - t,)`."""
        k = self.parameters.covariance(self.curves.shape[1])
        weights = np.linalg.solve(k[:t, :t], k[:t, t:])
        variance = k.diagonal()[t:] - (k[:t, t:] * weights).sum(axis=0)
        return np.asarray(weights), np.asarray(np.maximum(variance, 1e-12))


def curve_of(reports: Sequence[EpochReport], measure: Measure) -> tuple[float, ...]:
    """The measure after each of the epochs 1 to t, as far as they were told without a gap.

    Args:
        reports: The reports of a training.
        measure: The measure; reports that tell another one, such as accuracies, tell nothing.
    """
    found: list[float] = []
    for report in reports:
        own = report.value is not None or measure == ACCURACY
        if not own or report.epoch != len(found) + 1 or not np.isfinite(report.measured):
            break
        found.append(report.measured)
    return tuple(found)


def _values(curve: Any, measure: Measure, most: int) -> Array:  # noqa: ANN401
    """The values so far `(t,)`, checked."""
    given = curve.reports if isinstance(curve, Evaluation) else curve
    if isinstance(given, Sequence) and all(isinstance(each, EpochReport) for each in given):
        given = curve_of(given, measure)
    try:
        values = np.array([*given], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ObservationError(
            f"expected reports, or values after the epochs 1 to t, got {shown(curve)}"
        ) from error
    if values.ndim != 1 or not np.isfinite(values).all() or len(values) > most:
        raise ObservationError(
            f"expected up to {most} finite values, one after each epoch, got {shown(curve)}"
        )
    return values
