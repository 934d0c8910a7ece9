"""Bayesian optimisation for several goals and limits: the next architecture.

References:
    Emmerich, Deutz and Klinkenberg, Hypervolume-based expected improvement, IEEE CEC 2011.
    Gardner, Kusner, Xu, Weinberger and Cunningham, Bayesian optimization with inequality
    constraints, ICML 2014.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from nbnas.graphs.architecture import Architecture
from nbnas.records import Evaluation, Measure, Observations, Proposal
from nbnas.records.goals.scalarization import augmented_chebyshev, random_weights
from nbnas.search.pending import Situation
from nbnas.search.strategies.goals.beliefs import Beliefs
from nbnas.search.strategies.goals.words import reason_of_goals
from nbnas.surrogate.acquisition.improvement import (
    Acquisition,
    PosteriorAcquisition,
    in_logs,
    log_expected_improvement,
)
from nbnas.surrogate.acquisition.scalarized import ParEgo
from nbnas.surrogate.model import Model, ModelPosterior

SCALARIZED = Measure("scalarization of all goals")
VOLUME = "ExpectedHypervolumeImprovement"
VALUE_EACH = 3  # one of so many trials is for the value alone
LOWEST = -1e6  # the score of what is sure to add nothing
DISTANCES_EACH, DISTANCES_AT = 6, 2  # one of so many trials sees distances; not one for the value


class Fitted(Protocol):
    """Gives a model that is fitted to observations of one measure."""

    def __call__(self, observations: Observations, *, distances: bool = False) -> Model:
        """The model; one that sees distances between values, or their ranks."""


def has_several(observations: Observations) -> bool:
    """Whether there are several goals: what computes the same may still be quicker or smaller."""
    return observations.goals is not None and len(observations.goals.measures) > 1


def models_several(observations: Observations) -> bool:
    """Whether more than the value has to be believed: other goals, or limits."""
    goals = observations.goals
    return goals is not None and (len(goals.measures) > 1 or bool(goals.believed))


def goal_score(
    situation: Situation,
    fitted: Fitted,
    acquisition: Acquisition | PosteriorAcquisition,
    rng: np.random.Generator,
    *,
    same: bool,
) -> GoalScore:
    """What candidates are scored by.

    In each sixth trial the further measures are believed by distances, not by ranks. Ranks find
    what is a little cheaper; but the cheapest architectures, where none of their kind was seen,
    are believed to be hardly cheaper than the cheapest that was, and are never tried.

    Args:
        situation: What there is to know of the value.
        fitted: Gives a model that is fitted to observations of one measure.
        acquisition: What makes a candidate worth it, where there is one goal.
        rng: The only source of randomness.
        same: Whether architectures that compute the same function have the same value.
    """
    observations, pending = situation.observations, situation.pending
    goals = observations.goals
    assert goals is not None
    distances = (len(observations) + len(pending)) % DISTANCES_EACH == DISTANCES_AT
    posteriors = {goals.value.name: situation.believed}
    for measure in goals.unknown[1:]:
        seen = observations.of(measure)
        model = fitted(seen.first(situation.size or len(seen)), distances=distances)
        further = Situation(model, seen, pending, situation.size, situation.candidates)
        posteriors[measure.name] = further.believed
    beliefs = Beliefs(goals, observations, pending, posteriors, same)
    scalar = None
    if isinstance(acquisition, ParEgo) and len(goals.measures) > 1:
        scalar = scalarized(beliefs, situation, acquisition.rho, rng)
    return GoalScore(beliefs, acquisition, rng, scalar)


def scalarized(
    beliefs: Beliefs, situation: Situation, rho: float, rng: np.random.Generator
) -> ModelPosterior:
    """The posterior of a scalarization of all goals, with weights that are drawn now.

    What is under way counts as it is believed to end.
    """
    gains = beliefs.gains
    gains[~beliefs.feasible] = np.nan
    weights = random_weights(gains.shape[1], rng)
    scalars = augmented_chebyshev(gains, weights, rho=rho)
    architectures = (*beliefs.observations.architectures, *beliefs.pending)
    pairs = zip(architectures, scalars.tolist(), strict=True)
    trials = tuple(
        Evaluation(a, None, "failed") if math.isnan(scalar) else Evaluation(a, scalar)
        for a, scalar in pairs
    )
    seen = Observations(trials, SCALARIZED)
    return situation.model.fit(seen).condition(seen)


@dataclass(frozen=True, slots=True, eq=False)
class GoalScore:
    """Scores candidates, in logarithms, by what they are expected to add.

    Of several goals that is hypervolume, and in each third trial the value alone; of a single goal
    it is the acquisition function over the best feasible value. Either is multiplied by the
    probability that the limits are met, which alone counts while nothing has met them.

    Hypervolume grows fastest where many cheap architectures are a little cheaper than others, so
    that the end of the front at which the value is best is reached late, if at all.
    """

    beliefs: Beliefs
    acquisition: Acquisition | PosteriorAcquisition
    rng: np.random.Generator
    scalar: ModelPosterior | None = None

    def __call__(self, candidates: Sequence[Architecture]) -> Tensor:
        """Scores `(m,)`, all finite."""
        return self._score(candidates).clamp_min(LOWEST)

    @property
    def name(self) -> str:
        """What candidates are scored by, for a person."""
        return VOLUME if self.for_volume else type(self.acquisition).__name__

    @property
    def for_volume(self) -> bool:
        """Whether candidates are scored by the hypervolume that they add."""
        beliefs = self.beliefs
        if self.scalar is not None:
            return False
        number = len(beliefs.observations) + len(beliefs.pending)
        return len(beliefs.goals.measures) > 1 and number % VALUE_EACH != 0

    def explained(self, proposal: Proposal) -> Proposal:
        """A proposal that tells of all goals and limits."""
        beliefs, candidates = self.beliefs, [c.architecture for c in proposal.candidates]
        if not candidates:
            return proposal
        further = beliefs.predictions(candidates)
        feasible = beliefs.log_feasible(candidates).exp().tolist()
        ranked = tuple(
            replace(candidate, further=told, feasible=min(met, 1.0))
            for candidate, told, met in zip(proposal.candidates, further, feasible, strict=True)
        )
        aim = "hypervolume" if self.for_volume else "" if self.scalar is None else SCALARIZED.name
        said = reason_of_goals(ranked[0], beliefs.goals, aim)
        return replace(proposal, candidates=ranked, acquisition=self.name, reason=said)

    def _score(self, candidates: Sequence[Architecture]) -> Tensor:
        met = self.beliefs.log_feasible(candidates)
        if self.for_volume:
            return self.beliefs.log_volume(candidates) + met
        if self.scalar is not None:
            mean, stddev = self.scalar.latent(candidates)
            return log_expected_improvement(mean, stddev, float(self.scalar.z.max())) + met
        best = self._best()
        return met if best is None else self._improvement(candidates, best) + met

    def _best(self) -> float | None:
        """The best feasible value in warped units; `None` while there is none."""
        posterior = self.beliefs.value
        counts = self.beliefs.feasible & ~np.isnan(posterior.observations.known_gains)
        return float(posterior.z[counts].max()) if counts.any() else None

    def _improvement(self, candidates: Sequence[Architecture], best: float) -> Tensor:
        posterior, acquisition = self.beliefs.value, self.acquisition
        if isinstance(acquisition, PosteriorAcquisition):
            scores = acquisition.score(posterior, candidates, self.rng)
        else:
            measure = self.beliefs.goals.value
            scores = acquisition(*self.beliefs.latent(measure, candidates), best)
        return scores if in_logs(acquisition) else torch.nn.functional.softplus(scores).log()
