"""How good a distance is: quick to evaluate, and strongly correlated with the objective.

Notation
    d, |Δf|    distance and difference of the objective of a pair of evaluated architectures
    variogram  mean |Δf| of the pairs whose distance lies in a bin

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal
    transport, NeurIPS 2018, figure 2 and appendix C (distance against difference in accuracy).
    Cressie, Statistics for spatial data, 1993, section 2.4 (the variogram).
"""

import dataclasses
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, spearmanr

from nbnas.brief import brief, cut
from nbnas.checks import each, instance, settle
from nbnas.errors import NotPositiveDefiniteError, ObservationError
from nbnas.graphs.distances.distance import DISTANCE, Distance
from nbnas.graphs.framed import Framed
from nbnas.graphs.space import SPACE, Randomness, SearchSpace, generator
from nbnas.records import ACCURACY, Evaluation, Measure, Observations
from nbnas.records.evaluation import EVALUATION
from nbnas.surrogate.kernels.distance import DistanceKernel
from nbnas.surrogate.process.prior import GaussianProcess
from nbnas.surrogate.process.variogram import Bin, variogram
from nbnas.undisturbed import undisturbed
from nbnas.waiting import WaitingBar

Array = NDArray[np.float64]
_EVALUATIONS = each(EVALUATION).raising(ObservationError)
_DISTANCES = each(DISTANCE).raising(ObservationError)
TIMED = 40  # architectures whose pairs are timed


@dataclass(frozen=True, slots=True)
class Diagnosis(Framed):
    """What `diagnose` finds out about a distance.

    Attributes:
        distance: The distance's name and parameters.
        architectures: Number of evaluated architectures.
        spearman: Rank correlation of d and |Δf| over all pairs.
        kendall: Kendall's τ of them.
        variogram: Mean |Δf| by distance, in objective units.
        microseconds: Time for one pair, architectures being new to the distance.
        lengthscale: Fitted length-scale of exp(-d / l), in units of the distance.
        smallest_eigenvalue: Smallest eigenvalue of exp(-d / l) on the architectures; clearly below
            0 means that it is no covariance.
        leave_one_out_spearman: Rank correlation of a Gaussian process' leave-one-out means with
            the truth; NaN where the kernel is no covariance.
        leave_one_out_kendall: Kendall's τ of them.
        problem: What went wrong with the Gaussian process; empty if nothing did.
        measure: What the objective's values are.
    """

    distance: str
    architectures: int
    spearman: float
    kendall: float
    variogram: tuple[Bin, ...]
    microseconds: float
    lengthscale: float
    smallest_eigenvalue: float
    leave_one_out_spearman: float
    leave_one_out_kendall: float
    problem: str = ""
    measure: Measure = ACCURACY

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each bin of the variogram."""
        yield from (dataclasses.asdict(each) for each in self.variogram)

    @brief
    def __repr__(self) -> str:
        ranks = f"spearman={self.spearman:.3g}, kendall={self.kendall:.3g}"
        return f"{cut(self.distance, 90)}, {self.architectures} architectures, {ranks}"


@dataclass(frozen=True, slots=True)
class Diagnoses(Framed):
    """Several distances diagnosed on the same evaluations, to be compared.

    Args:
        diagnoses: At least one.

    Raises:
        ObservationError: If there is none.
    """

    diagnoses: tuple[Diagnosis, ...]

    def __post_init__(self) -> None:
        one = instance(Diagnosis, "what diagnose() gives")
        settle(self, diagnoses=each(one).raising(ObservationError))
        if not self.diagnoses:
            raise ObservationError("expected at least one diagnosis, got none")

    @classmethod
    def of(
        cls,
        distances: Iterable[Distance],
        space: SearchSpace,
        evaluations: Iterable[Evaluation],
        rng: Randomness = 0,
    ) -> "Diagnoses":
        """Diagnose several distances; a bar tells how far it is.

        Args:
            distances: The distances, at least one.
            space: As `diagnose` takes it.
            evaluations: As `diagnose` takes them.
            rng: A generator, or a seed that counts for each of them.

        Returns:
            What `diagnose` tells of each.

        Raises:
            ObservationError: If there is no distance, or as `diagnose` raises it.
        """
        compared = _DISTANCES("distances", distances)
        seen = _EVALUATIONS("evaluations", evaluations)
        shown = WaitingBar(compared, desc="diagnoses", unit="distance")
        return cls(tuple(diagnose(each, space, seen, rng) for each in shown))

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each distance."""
        yield from self.rows

    @brief
    def __repr__(self) -> str:
        return "; ".join(f"{cut(d.distance, 30)}: {d.spearman:.2f}" for d in self.diagnoses)

    @property
    def rows(self) -> list[dict[str, str | float]]:
        """A row for each distance, as `pandas.DataFrame` takes them."""
        return [
            {
                "distance": d.distance,
                "Spearman of d and |Δf|": d.spearman,
                "Kendall of d and |Δf|": d.kendall,
                "leave-one-out Spearman": d.leave_one_out_spearman,
                "leave-one-out Kendall": d.leave_one_out_kendall,
                "length-scale": d.lengthscale,
                "smallest eigenvalue": d.smallest_eigenvalue,
                "microseconds a pair": d.microseconds,
            }
            for d in self.diagnoses
        ]


@undisturbed()
def diagnose(
    distance: Distance,
    space: SearchSpace,
    evaluations: Iterable[Evaluation],
    rng: Randomness = 0,
) -> Diagnosis:
    """Find out how well a distance suits an objective.

    Args:
        distance: The distance.
        space: Where the architectures come from; new ones of it are drawn to measure the time.
        evaluations: Evaluated architectures of one measure, such as the observations of a search;
            failed ones are left out. A few hundred are plenty: all pairs are compared.
        rng: A generator, or a seed.

    Returns:
        The diagnosis.

    Raises:
        ObservationError: If there are fewer than 10 completed evaluations, or all have one value.
    """
    rng = generator(rng)
    DISTANCE("distance", distance)
    SPACE("space", space)
    if isinstance(evaluations, Iterator):
        evaluations = tuple(evaluations)
    evaluated = _EVALUATIONS("evaluations", evaluations)
    completed = tuple(e for e in evaluated if e.value is not None)
    measure = next((e.measure for e in completed if e.measure is not None), ACCURACY)
    observations = Observations(completed, measure)
    _check(observations)
    d = distance.matrix(observations.architectures, observations.architectures)
    i, j = np.triu_indices(len(d), k=1)
    gaps = np.abs(observations.values[i] - observations.values[j])
    return Diagnosis(
        repr(distance),
        len(observations),
        float(spearmanr(d[i, j], gaps).statistic),
        float(kendalltau(d[i, j], gaps).statistic),
        variogram(d, observations.values, rng),
        microseconds_per_pair(distance, space, rng),
        *_model(distance, d, observations),
        measure,
    )


def microseconds_per_pair(
    distance: Distance, space: SearchSpace, rng: np.random.Generator
) -> float:
    """Mean time for one pair of architectures that the distance has not seen."""
    first, second = space.sample(rng, TIMED), space.sample(rng, TIMED)
    start = time.perf_counter()
    distance.matrix(first, second)
    return 1e6 * (time.perf_counter() - start) / TIMED**2


def _model(
    distance: Distance, d: Array, observations: Observations
) -> tuple[float, float, float, float, str]:
    """Length-scale, smallest eigenvalue, leave-one-out correlations, and what went wrong."""
    median = float(np.median(d[d > 0])) if (d > 0).any() else 1.0
    prior = GaussianProcess(DistanceKernel(distance, median)).fit(observations)
    lengthscale = float(prior.kernel.base_kernel.lengthscale.item())
    smallest = float(np.linalg.eigvalsh(np.exp(-d / lengthscale))[0])
    try:
        loo = prior.condition(observations).leave_one_out()
    except NotPositiveDefiniteError as error:
        return lengthscale, smallest, np.nan, np.nan, str(error)
    spearman, kendall = (f(loo.mean, loo.truth).statistic for f in (spearmanr, kendalltau))
    return lengthscale, smallest, float(spearman), float(kendall), ""


def _check(observations: Observations) -> None:
    if len(observations) < 10:
        raise ObservationError(
            f"expected at least 10 completed evaluations, got {len(observations)}"
        )
    if np.ptp(observations.values) == 0:
        raise ObservationError("expected evaluations that differ, but all have one value")
