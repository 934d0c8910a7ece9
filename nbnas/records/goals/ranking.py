"""Who survives where there are several goals: by fronts, and by crowding within a front.

Everything is maximised.

Notation
    n, k    number of points and of goals
    rank    0 on the Pareto front, 1 on the front without those, and so on

References:
    Deb, Pratap, Agarwal and Meyarivan, A fast and elitist multiobjective genetic algorithm:
    NSGA-II, IEEE Trans. Evol. Comput. 6, 2002, sections III.A and III.B.
"""

import math

import numpy as np
from numpy.typing import NDArray

from nbnas.checks import whole
from nbnas.errors import ObservationError, shown
from nbnas.records.goals.pareto import as_points, pareto

_SIZE = whole(0)


def domination_ranks(gains: NDArray[np.float64]) -> NDArray[np.int64]:
    """The front to which each point belongs `(n,)`, 0 for the best; equal points share one.

    Args:
        gains: Points `(n, k)`; those with a NaN come after all others, in a front of their own.

    Raises:
        ObservationError: If they are no numbers `(n, k)`.
    """
    gains = as_points(gains)
    ranks = np.zeros(len(gains), dtype=np.int64)
    left = np.flatnonzero(~np.isnan(gains).any(axis=1))
    rank = 0
    while len(left):
        best = pareto(gains[left])
        ranks[left[best]] = rank
        left = left[~best]
        rank += 1
    ranks[np.isnan(gains).any(axis=1)] = rank
    return ranks


def crowding_distances(
    gains: NDArray[np.float64], ranks: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How far the neighbours within its front are from each point `(n,)`: the larger, the rarer.

    In each goal it is the distance between the next worse and the next better point of the front,
    divided by the front's range; these are added. The ends of a front have infinity. A goal in
    which the whole front is equal tells nothing.

    Args:
        gains: Points `(n, k)`, finite; those with a NaN have the distance 0.
        ranks: The front of each point `(n,)`.

    Raises:
        ObservationError: If the points are no numbers `(n, k)`, one is infinite, or there is not
            a rank for each.
    """
    gains = as_points(gains)
    try:
        given = np.asarray(ranks)
    except ValueError:  # of several lengths
        given = np.empty(0, dtype=np.int64)
    if np.isinf(gains).any():
        raise ObservationError(f"expected gains to be finite or NaN, got {shown(gains)}")
    if given.shape != gains.shape[:1] or not np.issubdtype(given.dtype, np.integer):
        raise ObservationError(
            f"expected a rank for each of the {len(gains)} points, as "
            f"domination_ranks(gains) gives them, got {shown(ranks)}"
        )
    distances = np.zeros(len(gains))
    known = ~np.isnan(gains).any(axis=1)
    for rank in np.unique(given[known]):
        front = np.flatnonzero(known & (given == rank))
        with np.errstate(over="ignore"):  # a range beyond all numbers tells nothing
            distances[front] = _crowding(gains[front])
    return distances


def preferred(gains: NDArray[np.float64]) -> NDArray[np.int64]:
    """The places of all points `(n,)`, the first of them preferred: by rank, then by crowding.

    This is the order of NSGA-II, of which the first ones survive, and the better one wins a
    tournament. Of equals the first one comes first. Arguments and errors are those of
    `crowding_distances`.
    """
    gains = as_points(gains)
    ranks = domination_ranks(gains)
    return np.lexsort((-crowding_distances(gains, ranks), ranks))


def survivors(gains: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    """The places of the points that survive `(s,)`, s = min(n, size), the preferred ones first.

    Args:
        gains: Points `(n, k)`, finite or NaN.
        size: How many survive at most, at least 0.

    Raises:
        ObservationError: If the points are no numbers `(n, k)` or one is infinite.
        SettingError: If `size` is no whole number from 0.
    """
    return preferred(gains)[: _SIZE("size", size)]


def _crowding(front: NDArray[np.float64]) -> NDArray[np.float64]:
    """The crowding distances `(f,)` of the points of one front."""
    distances = np.zeros(len(front))
    for values in front.T:
        order = np.argsort(values, kind="stable")
        extent = values[order[-1]] - values[order[0]]
        if 0 < extent < math.inf:
            distances[order[[0, -1]]] = math.inf
            distances[order[1:-1]] += (values[order[2:]] - values[order[:-2]]) / extent
    return distances
