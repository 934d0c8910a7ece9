"""What a strategy believes of all goals after some observations, whatever it proposes next."""

from nbnas.records import Observations
from nbnas.search.strategies.bayesian import BayesianOptimization
from nbnas.search.strategies.fits import Fits
from nbnas.search.strategies.goals.beliefs import Beliefs
from nbnas.undisturbed import undisturbed


@undisturbed()
def beliefs(strategy: object, observations: Observations) -> Beliefs | None:
    """The posteriors of all measures that a search asks for, by the fits of its proposals.

    Args:
        strategy: A strategy that has met the search's space, as `Search.strategy` has.
        observations: What was evaluated.

    Returns:
        The beliefs, with nothing under way; `None` where there are neither further goals nor
        limits, no Bayesian optimisation, or no model yet.
    """
    goals = observations.goals
    if goals is None or not isinstance(strategy, BayesianOptimization) or not strategy.several:
        return None
    value = strategy.posterior(observations)
    if value is None:
        return None
    fits = Fits(strategy.prior, strategy.kept)
    posteriors = {goals.value.name: value}
    for measure in goals.unknown[1:]:
        seen = observations.of(measure)
        posteriors[measure.name] = fits.to(seen, goals).condition(seen)
    return Beliefs(goals, observations, (), posteriors, not strategy.allow_isomorphic)
