"""The fits of a model to a growing list of observations, each begun where an earlier one ended."""

import numpy as np

from nbnas.kept import Kept
from nbnas.records import Observations
from nbnas.surrogate.model import Model

FIRST_FIT = 8  # observations of the first fit in the chain of warm starts
FIT_GROWTH = 1.25
FITS = 256  # that a strategy keeps: a search is replayed with one model, then with another
FITTED_EACH = 200  # observations up to which there is a fit after each one; it takes time in n³

MOST_LATE = 4  # the share of the observations that a fit may not know is one in so many


def fitted_to(observations: int, pending: int) -> int:
    """How many of the observations the parameters are fitted to when others are pending.

    To all where nothing is pending. Else to a multiple of the largest power of two that is at
    most a quarter of the observations: then one fit, and what follows from it for all candidates,
    serves several proposals, each of which is quicker than a fit. All observations count in the
    posterior; only its length-scales and weights are those of before.

    Args:
        observations: Number of finished trials.
        pending: Number of trials that are under way.

    Returns:
        At most their number; all of up to 7.

    Example:
        >>> [fitted_to(n, 3) for n in (7, 15, 31, 149, 159, 160)], fitted_to(159, 0)
        ([7, 14, 28, 128, 128, 160], 159)
    """
    step = 1 << (max(observations // MOST_LATE, 1).bit_length() - 1)
    return observations - observations % step if pending else observations


def fitted(prior: Model, observations: Observations, kept: Kept) -> Model:
    """The prior fitted to observations, by a chain of warm starts that only they decide.

    The fit to n observations starts from the fit to the first n' of them, n' the largest of
    8, 10, 13, 17, … below n. So a resumed search repeats a handful of fits and finds the very
    parameters of the uninterrupted one. Beyond 200 observations, where the parameters hardly move,
    only those in the chain are fitted.

    Args:
        prior: The prior.
        observations: At least two trials.
        kept: Where the fits are kept.

    Returns:
        The fitted prior; the same one as long as it is kept.
    """
    return kept.get((prior, observations), lambda: _fitted(prior, observations, kept))


def _fitted(prior: Model, observations: Observations, kept: Kept) -> Model:
    n = len(observations)
    before = _checkpoint_below(n)
    if not before:
        return prior.fit(observations)
    start = fitted(prior, observations.first(before), kept)
    if n > FITTED_EACH and n != _checkpoint_below(n + 1):
        return start
    return start.fit(observations)


def _checkpoint_below(n: int) -> int:
    checkpoint, below = FIRST_FIT, 0
    while checkpoint < n:
        below, checkpoint = checkpoint, int(np.ceil(FIT_GROWTH * checkpoint))
    return below
