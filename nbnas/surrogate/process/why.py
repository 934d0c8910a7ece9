"""Why a candidate is predicted as it is: the evaluations behind it, and what sets it apart.

Notation
    a, x_i     the candidate and the n evaluated architectures
    α_i        the weight of evaluation i in the posterior mean, see `posterior`
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief
from nbnas.checks import whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.distance import DISTANCE, Distance
from nbnas.graphs.distances.edit.contrast import contrast
from nbnas.graphs.framed import Framed
from nbnas.graphs.settings import contrasted
from nbnas.records import ACCURACY, Candidate, Evaluation, Measure
from nbnas.records.proposal import CANDIDATE
from nbnas.surrogate.model import POSTERIOR, ModelPosterior
from nbnas.surrogate.process.posterior import Posterior
from nbnas.undisturbed import undisturbed

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Neighbor:
    """An evaluation behind a prediction.

    Attributes:
        evaluation: The evaluation.
        contribution: k(a, x_i) α_i, by which it moves the prediction away from the prior mean, in
            warped units: to the better where it is positive. NaN where the model is no Gaussian
            process, which has no such parts.
        share: Its part of the sum of all absolute contributions, in [0, 1]; NaN where there are
            none.
        distance: Its distance to the candidate.
    """

    evaluation: Evaluation
    contribution: float
    share: float
    distance: float

    @brief
    def __repr__(self) -> str:
        return f"{self.contribution:+.3g} from {self.evaluation!r}"


@dataclass(frozen=True, slots=True)
class Why(Framed):
    """Why a candidate is predicted as it is; made by `why`.

    Attributes:
        candidate: The candidate.
        neighbors: The evaluations that weigh most in its prediction, the heaviest first; of a
            model without contributions the closest ones, the closest first.
        differences: What the candidate has that each of these lacks, in words, in their order.
        measure: What is predicted.
    """

    candidate: Candidate
    neighbors: tuple[Neighbor, ...]
    differences: tuple[str, ...]
    measure: Measure = ACCURACY

    def _rows(self) -> Iterator[dict[str, Any]]:
        """A row for each neighbour."""
        for near in self.neighbors:
            yield {
                "architecture": str(near.evaluation.architecture),
                "value": near.evaluation.value,
                "distance": near.distance,
                "contribution": near.contribution,
                "share": near.share,
            }

    @brief
    def __repr__(self) -> str:
        return f"{self.candidate!r}, {len(self.neighbors)} neighbors"


@undisturbed()
def why(posterior: ModelPosterior, candidate: Candidate, distance: Distance, k: int = 3) -> Why:
    """Explain the prediction of a candidate by evaluations.

    Args:
        posterior: The model that predicted it.
        candidate: The candidate, such as the first one of a proposal.
        distance: What tells how far apart architectures are, for people; the model may use another
            one.
        k: Number of evaluations to name; all of them where there are fewer.

    Returns:
        The explanation.

    Raises:
        SettingError: If k is below 1.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> from nbnas.graphs.distances.hamming import HammingDistance
        >>> from nbnas.records import Candidate, Observations
        >>> from nbnas.surrogate.process.prior import GaussianProcess
        >>> *seen, a = CellSpace().sample(0, 6)
        >>> trials = Observations(tuple(Evaluation(x, 0.1 * i) for i, x in enumerate(seen)))
        >>> found = why(GaussianProcess().condition(trials), Candidate(a, *[0.0] * 8),
        ...             HammingDistance())
        >>> len(found.neighbors), len(found.differences)
        (3, 3)
    """
    POSTERIOR("posterior", posterior)
    CANDIDATE("candidate", candidate)
    DISTANCE("distance", distance)
    k = whole(1)("k", k)
    a, evaluations = candidate.architecture, posterior.observations.evaluations
    distances = distance.matrix((a,), posterior.observations.architectures)[0]
    contributions, shares = _weights(posterior, candidate)
    by_distance = np.isnan(shares).all()
    order = np.lexsort((distances,) if by_distance else (distances, -shares))[:k]
    neighbors = _neighbors(order, evaluations, contributions, shares, distances)
    differences = tuple(_difference(a, n.evaluation.architecture) for n in neighbors)
    return Why(candidate, neighbors, differences, posterior.observations.measure)


def _difference(a: Architecture, b: Architecture) -> str:
    """What sets an architecture apart from another: its settings, and its graph."""
    settings = contrasted(a.settings, b.settings)
    if settings and a.bare == b.bare:
        return settings
    return "; ".join(filter(None, (settings, contrast(a, b))))


def _weights(posterior: ModelPosterior, candidate: Candidate) -> tuple[Array, Array]:
    """Contributions `(n,)` and their shares `(n,)`; NaN where the model has none."""
    if not isinstance(posterior, Posterior):
        unknown = np.full(len(posterior.observations), np.nan)
        return unknown, unknown
    contributions = posterior.contributions(candidate.architecture)
    total = np.abs(contributions).sum()
    return contributions, np.abs(contributions) / (total if total > 0 else 1.0)


def _neighbors(
    order: NDArray[np.int64],
    evaluations: Sequence[Evaluation],
    contributions: Array,
    shares: Array,
    distances: Array,
) -> tuple[Neighbor, ...]:
    return tuple(
        Neighbor(evaluations[i], float(contributions[i]), float(shares[i]), float(distances[i]))
        for i in order.tolist()
    )
