"""How much the objective differs between architectures at a distance: the variogram.

Notation
    d, |Δf|    distance and difference of the objective of a pair of evaluated architectures
    variogram  mean |Δf| of the pairs whose distance lies in a bin

References:
    Cressie, Statistics for spatial data, 1993, section 2.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BINS = 10
RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a variogram.

    Attributes:
        shortest: Shortest distance of its pairs.
        longest: Longest distance of its pairs.
        pairs: Number of pairs.
        mean: Mean |Δf|.
        lower: 2.5 % quantile of the mean over resampled architectures.
        upper: 97.5 % quantile of it.
    """

    shortest: float
    longest: float
    pairs: int
    mean: float
    lower: float
    upper: float


def variogram(d: Array, values: Array, rng: np.random.Generator) -> tuple[Bin, ...]:
    """Mean |Δf| by distance, with a band from resampling the architectures.

    Args:
        d: Distances `(n, n)`.
        values: Objective `(n,)`.
        rng: Draws the resamples.

    Returns:
        A bin for each distance where there are up to 10 different ones, else 10 bins of about as
        many pairs each.
    """
    i, j = np.triu_indices(len(d), k=1)
    distances, gaps = d[i, j], np.abs(values[i] - values[j])
    edges = np.unique(distances)
    if len(edges) > BINS:
        edges = np.unique(np.quantile(distances, np.arange(BINS) / BINS, method="lower"))
    member = np.searchsorted(edges, distances, side="right") - 1
    means = np.stack([_means(member, gaps, weight) for weight in _weights(len(d), rng, i, j)])
    lower, upper = np.nanquantile(means[1:], [0.025, 0.975], axis=0)
    return tuple(
        Bin(
            float(distances[member == b].min()),
            float(distances[member == b].max()),
            int((member == b).sum()),
            *map(float, (means[0, b], lower[b], upper[b])),
        )
        for b in range(len(edges))
    )


def _weights(
    n: int, rng: np.random.Generator, i: NDArray[np.intp], j: NDArray[np.intp]
) -> Iterable[Array]:
    """Weights of the pairs: all ones at first, then those of resampled architectures."""
    yield np.ones(len(i))
    for _ in range(RESAMPLES):
        times = np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)
        yield times[i] * times[j]


def _means(member: NDArray[np.intp], gaps: Array, weight: Array) -> Array:
    """Weighted mean of the gaps in each bin; NaN for a bin without weight."""
    total = np.bincount(member, weight)
    sums = np.bincount(member, weight * gaps)
    means = np.full(len(total), np.nan)
    np.divide(sums, total, out=means, where=total > 0)
    return means
