"""The fits of a model to a growing list of observations, each begun where an earlier one ended."""

from dataclasses import dataclass

import numpy as np

from nbnas.graphs.space import SearchSpace
from nbnas.kept import Kept
from nbnas.records import Goals, Observations
from nbnas.search.candidates import can_be_listed, listed
from nbnas.search.strategies.goals.prior import goal_prior
from nbnas.surrogate.model import Model
from nbnas.surrogate.table import ArchitectureTable, with_own_table
from nbnas.training.device import cpu_threads

FIRST_FIT = 8  # observations of the first fit in the chain of warm starts
FIT_GROWTH = 1.25
FITS = 256  # that a strategy keeps: a search is replayed with one model, then with another
FITTED_EACH = 200  # observations up to which there is a fit after each one; it takes time in n³

LATE = 16  # a fit is first used when one in so many observations came after it


def fitted_to(observations: int, pending: int) -> int:
    """How many of the observations the parameters are fitted to when others are pending.

    To all where nothing is pending. Else to one of the numbers in the chain of `fitted`, and not
    before a sixteenth of the observations came after it: so one fit, and what follows from it for
    all candidates, serves many proposals, each of which is quicker than a fit, and is made ahead
    while others are proposed by the one before. All observations count in the posterior; only its
    length-scales and weights are those of before.

    Args:
        observations: Number of finished trials.
        pending: Number of trials that are under way.

    Returns:
        At most their number, and at least three quarters of it; all of up to 8.

    Example:
        >>> [fitted_to(n, 3) for n in (7, 8, 18, 19, 149, 182, 183)], fitted_to(149, 0)
        ([7, 8, 17, 17, 137, 137, 172], 149)
    """
    return fitted_next(observations - observations // LATE) if pending else observations


def solved_to(observations: int) -> int:
    """How many of the observations what is solved for all candidates is kept of.

    All where there is a fit after each observation, and nothing is kept. Beyond, as many as the
    last fit was to: each proposal until the next one adds a row to what was solved for these.

    Example:
        >>> [solved_to(n) for n in (200, 201, 215, 216, 1000)]
        [200, 172, 215, 215, 825]
    """
    return observations if observations <= FITTED_EACH else fitted_next(observations)


def fitted_next(observations: int) -> int:
    """How many observations the next fit is to, or the one there is, when others are pending."""
    return _checkpoint_below(observations + 1) or observations


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
        return _fit(prior, observations)
    start = fitted(prior, observations.first(before), kept)
    if n > FITTED_EACH and n != _checkpoint_below(n + 1):
        return start
    return _fit(start, observations)


def _fit(start: Model, observations: Observations) -> Model:
    """A fit, in one thread while it is small: quicker, and the same whoever waits for it."""
    with cpu_threads(1 if len(observations) <= FITTED_EACH else None):
        return start.fit(observations)


def _checkpoint_below(n: int) -> int:
    checkpoint, below = FIRST_FIT, 0
    while checkpoint < n:
        below, checkpoint = checkpoint, int(np.ceil(FIT_GROWTH * checkpoint))
    return below


@dataclass(frozen=True, slots=True)
class Fits:
    """The fits of a prior to what is observed of the measures of a search.

    Attributes:
        prior: The prior of the objective's value.
        kept: Where the fits are kept.
    """

    prior: Model
    kept: Kept

    def to(
        self, observations: Observations, goals: Goals | None = None, *, distances: bool = False
    ) -> Model:
        """The prior fitted to observations of one measure, see `goal_prior` and `fitted`."""
        wanted = goals or observations.goals
        prior = goal_prior(self.prior, wanted, self.kept, distances=distances)
        return fitted(prior, observations, self.kept)

    def over(
        self,
        space: SearchSpace,
        observations: Observations,
        goals: Goals | None = None,
        *,
        distances: bool = False,
    ) -> Model:
        """The same, with what is worth keeping of the candidates of a space."""
        table = getattr(self.prior, "table", None)
        if (listable := can_be_listed(space)) and isinstance(table, ArchitectureTable):
            table.indices(listed(space))  # in the order in which they will be scored
        model = self.to(observations, goals, distances=distances)
        return model if listable else with_own_table(model)  # candidates change: let go of them
