"""The part of the space of goals that a front leaves, cut into boxes.

Notation
    n, k    number of points and of goals
    b       number of boxes

Every expectation of an improvement of the hypervolume is a sum over these boxes.

References:
    Lacour, Klamroth and Fonseca, A box decomposition algorithm to compute the hypervolume
    indicator, Comput. Oper. Res. 79, 2017. The cuts here are simpler: slices of the last goal,
    each cut likewise, which are n + 1 boxes for two goals and at most (n + 1)² for three.
"""

import math

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import ObservationError, shown
from nbnas.records.goals.pareto import above_reference, pareto

Array = NDArray[np.float64]


def nondominated_boxes(front: Array, reference: Array) -> tuple[Array, Array]:
    """Disjoint boxes that fill what lies above the reference point and no point dominates.

    Args:
        front: Points `(n, k)` that are maximised, dominated ones allowed; those that are not
            better than the reference point in every goal count nothing, nor do those with a NaN.
        reference: The reference point `(k,)`.

    Returns:
        The lower and the upper corners of the boxes, `(b, k)` each, in one order; an upper corner
        may be infinite.

    Raises:
        ObservationError: If the points are no numbers `(n, k)`, the reference point is not `k`
            finite ones, or a point that counts is infinite.
    """
    counted = above_reference(front, reference)
    if np.isinf(counted).any():
        raise ObservationError(f"expected the front to be finite, got {shown(front)}")
    boxes = np.array(_cut(counted, np.asarray(reference, dtype=np.float64)))
    return boxes[:, 0], boxes[:, 1]


def _cut(points: Array, reference: Array) -> list[tuple[Array, Array]]:
    """The corners of each box, from points that all lie above the reference point."""
    if len(reference) == 1:
        return [(points.max(axis=0, initial=float(reference[0])), np.array([math.inf]))]
    ends = np.append(np.unique(points[:, -1]), math.inf)
    boxes = []
    for below, above in zip([reference[-1], *ends[:-1]], ends, strict=True):
        reaching = points[points[:, -1] >= above, :-1]
        for lower, upper in _cut(reaching[pareto(reaching)], reference[:-1]):
            boxes.append((np.append(lower, below), np.append(upper, above)))
    return boxes
