"""What random search would have found in a table, exactly: nothing is drawn.

Notation
    N          number of values in the table
    v_(i)      the i-th smallest of them, i = 1 … N
    best_k     the highest of k of them, drawn at random without repetition; where lower is better
               the same of the negative values
    F_k(i)     P(best_k ≤ v_(i)) = C(i, k) / C(N, k)

References:
    David and Nagaraja, Order Statistics, 3rd edition, 2003, section 3.7 (finite populations).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from nbnas.records import ACCURACY, Measure

Floats = NDArray[np.float64]
QUANTILES = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class RandomBand:
    """The best value after 1 … K random trials; each `(K,)`.

    Attributes:
        mean: Expected best.
        lower: 10 % quantile of the best.
        upper: 90 % quantile of the best.
    """

    mean: Floats
    lower: Floats
    upper: Floats


def random_band(values: Iterable[float], trials: int, measure: Measure = ACCURACY) -> RandomBand:
    """The distribution of the best of k values of a table, for every k up to a number.

    Args:
        values: The values of all architectures; those that are no numbers are left out.
        trials: The largest k, K; beyond N all values are drawn.
        measure: What the values are, and which way is better.

    Returns:
        Mean and quantiles `(K,)`.

    Example:
        >>> random_band([0.1, 0.5, 0.9], 3).mean.round(3).tolist()
        [0.5, 0.767, 0.9]
    """
    finite = np.array([v for v in values if np.isfinite(v)], dtype=np.float64)
    ordered = np.sort(measure.gain(finite))
    rows = [_best_of(ordered, min(k, len(ordered))) for k in range(1, trials + 1)]
    mean, *ends = measure.gain(np.array(rows, dtype=np.float64).reshape(-1, 3)).T
    return RandomBand(mean, np.minimum(*ends), np.maximum(*ends))


def _best_of(ordered: Floats, k: int) -> tuple[float, float, float]:
    """Mean and quantiles of best_k."""
    below = _below(len(ordered), k)
    mean = float(ordered @ np.diff(below, prepend=0.0))
    lower, upper = (
        float(ordered[min(int(np.searchsorted(below, q)), len(ordered) - 1)]) for q in QUANTILES
    )
    return mean, lower, upper


def _below(size: int, k: int) -> Floats:
    """F_k(i) `(N,)`."""
    i = np.arange(1, size + 1, dtype=np.float64)
    below = np.zeros(size)
    enough = i >= k
    log = _log_binomial(i[enough], k) - _log_binomial(np.array([float(size)]), k)
    below[enough] = np.exp(np.minimum(log, 0.0))
    below[-1] = 1.0
    return below


def _log_binomial(n: Floats, k: int) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
