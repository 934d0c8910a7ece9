"""Who is on the Pareto front, and how much it dominates: exact, for any number of goals.

Everything is maximised: a loss or a latency comes as its negative.

Notation
    n, k    number of points and of goals
    r       the reference point `(k,)`, which is worse than every point that counts

One point dominates another if it is at least as good in every goal and better in one. So equal
points do not dominate one another. The hypervolume is the volume of what lies above r and is
dominated by a point, or equal to one.

References:
    Zitzler and Thiele, Multiobjective evolutionary algorithms: a comparative case study and the
    strength Pareto approach, IEEE Trans. Evol. Comput. 3, 1999 (the hypervolume).
    Knowles, Local-search and hybrid evolutionary algorithms for Pareto optimization, thesis,
    University of Reading, 2002 (by slices of the last goal).
    Ishibuchi et al., How to specify a reference point in hypervolume calculation for fair
    performance comparison, Evol. Comput. 26, 2018 (a tenth below the worst).
"""

import math

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import ObservationError, shown

_BEYOND = 0.1  # how far the reference point lies below the worst, as a fraction of the range
_SMALLEST_RANGE = 1e-7  # that of BoTorch, where all points agree in a goal


def pareto(gains: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points no other one dominates; one with a NaN neither dominates nor is on the front.

    Takes O(n log n) for two goals, else O(n f) with f points on the front.

    Args:
        gains: Points `(n, k)`; the larger, the better.

    Returns:
        For each of them `(n,)` whether it is on the front. Of equal points all are or none is.

    Raises:
        ObservationError: If they are no numbers `(n, k)`.
    """
    gains = as_points(gains)
    on_front = np.zeros(len(gains), dtype=bool)
    known = np.flatnonzero(~np.isnan(gains).any(axis=1))
    distinct, copies = np.unique(gains[known], axis=0, return_inverse=True)
    on_front[known] = _undominated(distinct)[copies.reshape(-1)]
    return on_front


def hypervolume(gains: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """The volume that the points dominate above the reference point.

    Args:
        gains: Points `(n, k)`; one that is not better than the reference point in every goal
            counts nothing, nor does one with a NaN.
        reference: The reference point `(k,)`.

    Returns:
        The volume, in the product of the goals' units; 0 without points, infinite with a point
        that is infinite.

    Raises:
        ObservationError: If the points are no numbers `(n, k)`, or the reference point is not `k`
            finite ones.
    """
    above = _front(above_reference(gains, reference)) - np.asarray(reference, dtype=np.float64)
    if np.isinf(above).any():
        return math.inf
    with np.errstate(over="ignore"):  # a volume beyond all numbers is infinite
        return _volume(above)


def hypervolume_trace(
    gains: NDArray[np.float64], reference: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The hypervolume after each point `(n,)`; arguments and errors as those of `hypervolume`."""
    gains = as_points(gains)
    trace, front = np.zeros(len(gains)), gains[:0]
    volume = hypervolume(front, reference)
    for place, point in enumerate(gains):
        if not np.isnan(point).any() and not (front >= point).all(axis=1).any():
            front = np.vstack([front[~(point >= front).all(axis=1)], point])
            volume = max(volume, hypervolume(front, reference))  # in spite of rounding
        trace[place] = volume
    return trace


def contributions(
    gains: NDArray[np.float64], reference: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much hypervolume each point alone dominates `(n,)`: what would be lost without it.

    Points that are equal contribute nothing, each of them. Arguments and errors are those of
    `hypervolume`; the points have to be finite or NaN.
    """
    gains = as_points(gains)
    if np.isinf(gains).any():
        raise ObservationError(f"expected gains to be finite or NaN, got {shown(gains)}")
    found = np.zeros(len(gains))
    for place in np.flatnonzero(pareto(gains)):
        own = gains[place]
        shared = np.minimum(np.delete(gains, place, axis=0), own)
        alone = hypervolume(gains[place][None], reference) - hypervolume(shared, reference)
        found[place] = max(alone, 0.0)
    return found


def reference_point(gains: NDArray[np.float64]) -> NDArray[np.float64]:
    """A reference point by BoTorch's rule: a tenth of the front's range below its worst values.

    Where the front is one point, it lies below that by a tenth of the size of its values.

    Args:
        gains: Points `(n, k)`; those with a value that is not finite are left out.

    Returns:
        The reference point `(k,)`.

    Raises:
        ObservationError: If they are no numbers `(n, k)`, or none is finite.
    """
    gains = as_points(gains)
    finite = gains[np.isfinite(gains).all(axis=1)]
    if not len(finite):
        raise ObservationError(
            "expected at least one point with a finite value in every goal, "
            f"got {shown(gains)}; give the reference point yourself"
        )
    front = np.unique(finite[pareto(finite)], axis=0)
    worst = front.min(axis=0)
    extent = np.abs(worst) if len(front) == 1 else front.max(axis=0) - worst
    lower: NDArray[np.float64] = worst - _BEYOND * np.maximum(extent, _SMALLEST_RANGE)
    return lower


def above_reference(
    gains: NDArray[np.float64], reference: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The points that are better than the reference point in every goal; errors as above."""
    gains = as_points(gains)
    try:
        lowest = np.asarray(reference, dtype=np.float64)
    except (TypeError, ValueError):
        lowest = np.array(math.nan)
    if lowest.shape != gains.shape[1:] or not np.isfinite(lowest).all():
        raise ObservationError(
            f"expected reference to be {gains.shape[1]} finite numbers, one for each goal, "
            f"got {shown(reference)}"
        )
    counted: NDArray[np.float64] = gains[(gains > lowest).all(axis=1)]
    return counted


def as_points(gains: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points `(n, k)` in float64; errors as above."""
    try:
        points = np.asarray(gains, dtype=np.float64)
    except (TypeError, ValueError):
        points = np.array(math.nan)
    if points.ndim != 2 or points.shape[1] == 0:
        raise ObservationError(
            "expected gains to be numbers (n, k), a row for each point and a column for each "
            f"goal, got {shown(gains)}"
        )
    return points


def _undominated(ascending: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of distinct points, in lexicographic order, no other one dominates."""
    if ascending.shape[1] <= 2:  # only a point that comes later can dominate
        last = ascending[::-1, -1]
        before = np.concatenate([[-math.inf], np.maximum.accumulate(last)[:-1]])
        best = (last > before) if ascending.shape[1] == 2 else np.zeros(len(last), dtype=bool)
        best[:1] = True  # the best in the first goal, even where its last one is -inf
        return best[::-1]
    left = np.arange(len(ascending))[::-1]
    place = 0
    while place < len(left):
        beaten = (ascending[left[place]] >= ascending[left]).all(axis=1)
        beaten[: place + 1] = False
        left = left[~beaten]
        place += 1
    return np.isin(np.arange(len(ascending)), left)


def _volume(above: NDArray[np.float64]) -> float:
    """The volume that positive points `(n, k)` dominate above the origin."""
    goals = above.shape[1]
    if not len(above):
        return 0.0
    if goals == 1:
        return float(above.max())
    above = above[np.argsort(-above[:, -1], kind="stable")]
    heights = above[:, -1] - np.append(above[1:, -1], 0.0)
    if goals == 2:
        return float(np.maximum.accumulate(above[:, 0]) @ heights)
    slices = np.flatnonzero(heights > 0)
    return math.fsum(heights[i] * _volume(_front(above[: i + 1, :-1])) for i in slices)


def _front(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The distinct points on the front; two goals do well without looking."""
    if points.shape[1] <= 2:
        return points
    distinct = np.unique(points, axis=0)
    return distinct[_undominated(distinct)]
