"""Ranks as normal scores: what keeps the order of numbers and nothing else.

References:
    Blom, Statistical estimates and transformed beta-variables, 1958 (the plotting position).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]


def normal_scores(numbers: Array) -> tuple[Array, Array]:
    """The different ones of some numbers, and the normal quantile of the rank of each.

    Args:
        numbers: Numbers `(n,)`, none of them NaN.

    Returns:
        The `k` different numbers, ascending, and their scores, `(k,)` each; equal ones share their
        mean rank.
    """
    values, counts = np.unique(numbers, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2
    scores: Array = ndtri((rank - 0.375) / (len(numbers) + 0.25))
    return values, scores
