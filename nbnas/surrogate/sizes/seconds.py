"""A model of the seconds of a full training: log-normal around a line in what can be counted.

Notation
    t          seconds of a full training
    μ, σ       mean and standard deviation of log t `(m,)`, the noise of a training included

The line is in the sizes of an architecture, see `sizes`, which are known of a candidate before it
is trained; the parameters and multiply-adds of an evaluation are not. Judged by log scores of
architectures that were not seen, after 10 to 40 trials: on NAS-Bench-201's seconds and
NAS-Bench-Graph's latencies it is better than a Gaussian process with the default kernel, on those
of digits and of HW-NAS-Bench that one is better; around the line it adds little, and its fit takes
a hundred times as long.

References:
    Snoek, Larochelle and Adams, Practical Bayesian optimization of machine learning algorithms,
    NeurIPS 2012, section 3.2 (the logarithm of the duration is modelled beside the objective).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from nbnas.brief import brief
from nbnas.checks import real, settle
from nbnas.errors import ObservationError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.records import Evaluation, Measure
from nbnas.records.observations import OBSERVATIONS, Observations
from nbnas.surrogate.leave_one_out import LeaveOneOut
from nbnas.surrogate.sizes.line import Line, fit_line
from nbnas.surrogate.sizes.sizes import sizes

Array = NDArray[np.float64]
SECONDS = Measure("seconds of a training", "s", maximize=False, lower=0)
LEAST = 3  # trials whose seconds are known, without which there is no model
NOISE = 0.14  # expected: two trainings of the same sizes differ by about 14 %
_COVERAGE = real(above=0, below=1)


@dataclass(frozen=True, slots=True, eq=False)
class SecondsModel:
    """How long a full training of any architecture takes, by the trials so far.

    Looks at a low fidelity tell, too: those of one length take as many times less, about, for
    every architecture, and how many is estimated. Failed trials and those without seconds, such as
    of a table without costs, tell nothing.

    Args:
        observations: Trials, at least three with seconds and one of these a full training.
        noise: Standard deviation of log seconds between trainings of the same sizes that is
            expected before there are data.

    Attributes:
        known: The trials that tell, the full ones first.
        names: What the `p` sizes are called.
        line: The line in them.

    Raises:
        ObservationError: If too few trials tell.
        SettingError: If the noise is not above 0.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> cells = CellSpace().sample(0, 8)
        >>> trials = tuple(Evaluation(a, 0.9, seconds=60.0) for a in cells[:7])
        >>> mean, stddev = SecondsModel(Observations(trials)).predict(cells[7:])
        >>> bool(55 < mean[0] < 65)
        True
    """

    observations: Observations
    noise: float = NOISE
    known: tuple[Evaluation, ...] = field(init=False)
    names: tuple[str, ...] = field(init=False)
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        settle(self, observations=OBSERVATIONS, noise=real(above=0))
        known = telling(self.observations)
        full = sum(e.epochs is None for e in known)
        if len(known) < LEAST or not full:
            raise ObservationError(
                f"expected at least {LEAST} completed trials that tell their seconds, one of them "
                f"a full training, got {len(known)} with {full} full; train some more first"
            )
        seen = sizes([e.architecture for e in known])
        lengths = sorted({e.epochs or 0 for e in known})  # 0: a full training
        groups = [lengths.index(e.epochs or 0) for e in known]
        y = np.log([e.seconds for e in known])
        object.__setattr__(self, "known", known)
        object.__setattr__(self, "names", seen.names)
        object.__setattr__(self, "line", fit_line(seen.values, y, groups, self.noise**2))

    @brief
    def __repr__(self) -> str:
        spread = math.expm1(math.sqrt(self.line.variance))
        return f"{len(self.known)} trials, {self.line.size} full, noise={spread:.0%}"

    def latent(self, architectures: Sequence[Architecture]) -> tuple[Array, Array]:
        """μ and σ `(m,)` of log seconds, the noise of a training included."""
        check_architectures(architectures=architectures)
        found = sizes(architectures)
        return self.line.predict(found.of(self.names), found.beyond(self.names))

    def predict(self, architectures: Sequence[Architecture]) -> tuple[Array, Array]:
        """Mean and standard deviation of the seconds of a full training, `(m,)` each."""
        return log_normal(*self.latent(architectures))

    def band(
        self, architectures: Sequence[Architecture], coverage: float = 0.95
    ) -> tuple[Array, Array]:
        """The central interval that holds the seconds with the given probability.

        Args:
            architectures: `m` candidates.
            coverage: Probability, in (0, 1).

        Returns:
            Lower and upper ends `(m,)`, in seconds.

        Raises:
            SettingError: If the coverage is not in (0, 1).
        """
        return _band(*self.latent(architectures), _COVERAGE("coverage", coverage))

    def leave_one_out(self) -> LeaveOneOut:
        """Predict the seconds of each full training from all other trials, in closed form.

        What a size weighs beside the noise, λ, and the noise are those of all trials.

        Raises:
            ObservationError: If there is one full training only.
        """
        n = self.line.size
        if n < 2:
            raise ObservationError(
                "expected at least two full trainings, so that each can be predicted from the "
                "others, got 1; train some more first"
            )
        mean, variance = (each[:n] for each in self.line.left)
        stddev = np.sqrt(variance)
        truth = np.array([e.seconds for e in self.known[:n]])
        residuals = (np.log(truth) - mean) / stddev
        log_densities = -0.5 * residuals**2 - np.log(stddev) - 0.5 * math.log(2 * math.pi)
        in_seconds = (*log_normal(mean, stddev), *_band(mean, stddev, 0.95))
        return LeaveOneOut(truth, *in_seconds, residuals, log_densities, SECONDS)

    def factors(self) -> dict[str, tuple[float, float, float]]:
        """By how many times one more of each size makes a training longer.

        Returns:
            The median and the ends of its central 95 % interval, by the name of the size; those
            that moved the predictions of the trials most first. One more of a logarithm is e times
            as much.
        """
        line = self.line
        stddev = np.sqrt(np.maximum(line.covariance.diagonal(), 0.0) * line.variance)
        varied = np.ptp(sizes([e.architecture for e in self.known]).values, axis=0) > 0
        order = np.argsort(-np.abs(line.weights), kind="stable")
        ends = [(line.weights + z * stddev) / line.spread for z in (0.0, -1.96, 1.96)]
        return {
            self.names[i]: (*(math.exp(each[i]) for each in ends),)  # type: ignore[misc]
            for i in order
            if varied[i]
        }


def telling(observations: Observations) -> tuple[Evaluation, ...]:
    """The completed trials whose seconds are known, full trainings first."""
    known = [e for e in observations.completed if e.seconds > 0]
    return tuple(sorted(known, key=lambda e: e.epochs is not None))


def log_normal(mean: Array, stddev: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of exp(N(μ, σ²)), `(m,)` each."""
    expected = np.exp(mean + stddev**2 / 2)
    return expected, expected * np.sqrt(np.expm1(stddev**2))


def _band(mean: Array, stddev: Array, coverage: float) -> tuple[Array, Array]:
    width = float(ndtri((1 + coverage) / 2)) * stddev
    return np.exp(mean - width), np.exp(mean + width)
