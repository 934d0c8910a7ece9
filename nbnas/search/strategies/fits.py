"""The fits of a model to a growing list of observations, each begun where an earlier one ended."""

import numpy as np

from nbnas.kept import Kept
from nbnas.records import Observations
from nbnas.surrogate.model import Model

FIRST_FIT = 8  # observations of the first fit in the chain of warm starts
FIT_GROWTH = 1.25
FITS = 256  # that a strategy keeps: a search is replayed with one model, then with another
FITTED_EACH = 200  # observations up to which there is a fit after each one; it takes time in n³


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
