"""The believed front: the best value of one goal that is attained at each level of another.

Notation
    m, k, p    number of architectures, of draws, and of levels
    level      a value of the goal across; at it count architectures that are at least as good

What of a set of architectures lies on the front is not known before they are trained. Each joint
draw from the posteriors has a front of its own, and the draws together tell how sure it is: at
each level the quantiles of what they attain.

References:
    Grunert da Fonseca, Fonseca and Hall, Inferential performance assessment of stochastic
    optimisers and the attainment function, EMO 2001.
    Binois, Ginsbourger and Roustant, Quantifying uncertainty on Pareto fronts with Gaussian
    process conditional simulations, Eur. J. Oper. Res. 243, 2015.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.records import Measure
from nbnas.records.goals.pareto import pareto
from nbnas.search.strategies.goals.beliefs import Beliefs

Array = NDArray[np.float64]
DRAWS = 100
MOST = 100  # architectures that are drawn jointly: the most promising ones
LEVELS = 40
ENDS = (0.05, 0.5, 0.95)  # quantiles: 9 of 10 draws lie in the band


@dataclass(frozen=True, slots=True)
class BelievedFront:
    """What is believed to be attained of two goals.

    Attributes:
        across: The goal whose levels are told.
        up: The goal that is attained.
        levels: Values of the goal across `(p,)`, increasing.
        lower: The poorer end of 9 of 10 draws `(p,)`; infinite where it takes luck to meet the
            limits there.
        middle: Their median `(p,)`.
        upper: The better end `(p,)`.
        trials: How many trials are known.
    """

    across: Measure
    up: Measure
    levels: tuple[float, ...]
    lower: tuple[float, ...]
    middle: tuple[float, ...]
    upper: tuple[float, ...]
    trials: int


def attained(
    beliefs: Beliefs, pairs: Sequence[tuple[Measure, Measure]], among: Sequence[Architecture]
) -> tuple[BelievedFront, ...]:
    """The believed front of each pair of goals, by the same draws.

    Args:
        beliefs: What is believed of all goals.
        pairs: The goal across and the goal up.
        among: The architectures that count.
    """
    chosen = promising(beliefs, among)
    rng = np.random.default_rng(0)
    limits = beliefs.goals.constraints
    wanted = dict.fromkeys((*beliefs.goals.measures, *(limit.measure for limit in limits)))
    drawn = {m.name: beliefs.draws(m, chosen, rng, DRAWS) for m in wanted}
    allowed = np.ones((DRAWS, len(chosen)), dtype=bool)
    for limit in limits:
        values = drawn[limit.measure.name]
        allowed &= limit.met(values.reshape(-1)).reshape(values.shape)
    trials = len(beliefs.observations)
    return tuple(
        _front(across, up, drawn[across.name], drawn[up.name], allowed, trials)
        for across, up in pairs
    )


def promising(beliefs: Beliefs, among: Sequence[Architecture]) -> tuple[Architecture, ...]:
    """The first layers of the front of means and a standard deviation, `MOST` at most."""
    among = tuple(dict.fromkeys((*beliefs.observations.architectures, *among)))
    among = tuple(a for a, fine in zip(among, beliefs.goals.allowed(among), strict=True) if fine)
    hopes = np.stack([_hope(beliefs, m, among) for m in beliefs.goals.measures], axis=1)
    left, chosen = np.arange(len(among)), np.empty(0, dtype=np.int64)
    while len(chosen) < MOST and len(left):
        members = pareto(hopes[left])
        if not members.any():
            break
        chosen, left = np.concatenate([chosen, left[members]]), left[~members]
    return tuple(among[i] for i in np.sort(chosen[:MOST]))


def _hope(beliefs: Beliefs, measure: Measure, among: Sequence[Architecture]) -> Array:
    """What is gained `(m,)` if a measure is a standard deviation better than its mean."""
    posterior = beliefs.posteriors.get(measure.name)
    if posterior is None:
        return np.asarray(measure.gain(beliefs.known(measure, among)))
    mean, stddev = posterior.predict(among)
    return np.asarray(measure.gain(mean) + stddev)


def _front(
    across: Measure, up: Measure, x: Array, y: Array, allowed: NDArray[np.bool_], trials: int
) -> BelievedFront:
    """The quantiles of what is attained, from draws `(k, m)`."""
    counts = allowed & ~np.isnan(x) & ~np.isnan(y)
    levels = _levels(x[counts])
    gains = np.where(counts, up.gain(y), -np.inf)
    good = across.gain(x)[:, None, :] >= across.gain(levels)[None, :, None]  # (k, p, m)
    best = np.where(good, gains[:, None, :], -np.inf).max(axis=2, initial=-np.inf)  # (k, p)
    ends = np.quantile(best, ENDS, axis=0, method="inverted_cdf")  # (3, p)
    known = np.isfinite(ends[1])
    low, middle, high = (tuple(up.gain(row[known]).tolist()) for row in ends)
    return BelievedFront(across, up, tuple(levels[known].tolist()), low, middle, high, trials)


def _levels(x: Array) -> Array:
    """Levels `(p,)`: all there are where they are few, as known ones may be."""
    levels = np.unique(x)
    if len(levels) <= LEVELS:
        return levels
    low, high = np.quantile(x, [0.01, 0.99])
    return np.linspace(low, high, LEVELS)
