"""What a model makes of evaluations that are under way: one class per rule.

With them `ask(4)` gives four sensibly different architectures: each one chosen is pending when the
next is scored.

Notation
    n, m, p    number of observations, candidates and pending architectures
    μ, σ       posterior mean and standard deviation, in warped units
    d(a, b)    √(k(a, a) + k(b, b) - 2 k(a, b)), the distance that the kernel itself induces
    L          Lipschitz constant of the posterior mean in d

References:
    Ginsbourger, Le Riche and Carraro, Kriging is well-suited to parallelize optimization, 2010.
    Snoek, Larochelle and Adams, Practical Bayesian optimization of machine learning algorithms,
    NeurIPS 2012, section 3.2 (fantasies). González, Dai, Hennig and Lawrence, Batch Bayesian
    optimization via local penalization, AISTATS 2016.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from nbnas.checks import Rule, instance, offering, settle, whole
from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.space import Randomness, generator
from nbnas.records import Evaluation
from nbnas.records.observations import OBSERVATIONS, Observations
from nbnas.surrogate.acquisition.improvement import (
    ACQUISITION,
    Acquisition,
    PosteriorAcquisition,
    acquisition_scores,
    in_logs,
)
from nbnas.surrogate.acquisition.penalty import log_penalties
from nbnas.surrogate.model import MODEL, Model, ModelPosterior
from nbnas.surrogate.process.posterior import Posterior
from nbnas.surrogate.process.prior import GaussianProcess


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What there is to score candidates by.

    Attributes:
        model: The prior, fitted to the first `size` of the observations; to all by default.
        observations: What was evaluated.
        pending: What is being evaluated, or was already chosen for this batch.
        candidates: All that will be scored, the very tuple, if they are known beforehand.
        believed: The posterior if every pending evaluation came out at its mean.
    """

    model: Model
    observations: Observations
    pending: tuple[Architecture, ...]
    size: int | None = None
    candidates: tuple[Architecture, ...] | None = None
    believed: ModelPosterior = field(init=False)

    def __post_init__(self) -> None:
        settle(self, model=MODEL, observations=OBSERVATIONS, size=whole(0).optional)
        check_architectures(pending=self.pending)
        object.__setattr__(self, "believed", believe(self))


Scorer = Callable[[Sequence[Architecture]], Tensor]  # m candidates to scores (m,)


class PendingRule(Protocol):
    """Scores candidates while some architectures are pending. A frozen value."""

    def scorer(
        self,
        acquisition: Acquisition | PosteriorAcquisition,
        situation: Situation,
        rng: np.random.Generator,
    ) -> Scorer:
        """Prepare what scores candidates in this situation.

        Args:
            acquisition: The acquisition function, which alone decides if nothing is pending.
            situation: The model, what was evaluated and what is pending.
            rng: The only source of randomness.

        Returns:
            A function of the candidates.
        """


PENDING: Rule[PendingRule] = offering("a pending rule", "KrigingBeliever()", "scorer")


@dataclass(frozen=True, slots=True)
class KrigingBeliever:
    """Believes that every pending evaluation comes out at its mean. The cheapest rule."""

    def scorer(
        self,
        acquisition: Acquisition | PosteriorAcquisition,
        situation: Situation,
        rng: np.random.Generator,
    ) -> Scorer:
        """Score by the posterior that believes so."""
        rng = _check(acquisition, situation, rng)
        believed = situation.believed
        return lambda candidates: acquisition_scores(acquisition, believed, candidates, rng)


@dataclass(frozen=True, slots=True)
class Fantasies:
    """Averages the acquisition function over what the pending evaluations may give.

    Args:
        draws: Number of joint draws from the posterior at the pending ones.

    Raises:
        SettingError: If there is no draw.
    """

    draws: int = 8

    def __post_init__(self) -> None:
        settle(self, draws=whole(1))

    def scorer(
        self,
        acquisition: Acquisition | PosteriorAcquisition,
        situation: Situation,
        rng: np.random.Generator,
    ) -> Scorer:
        """Score by the mean over the draws; for scores in logs by the log of the mean."""
        rng = _check(acquisition, situation, rng)
        posteriors, logs = self._posteriors(situation, rng), in_logs(acquisition)

        def score(candidates: Sequence[Architecture]) -> Tensor:
            scores = torch.stack(
                [acquisition_scores(acquisition, p, candidates, rng) for p in posteriors]
            )
            if logs:
                return torch.logsumexp(scores, dim=0) - math.log(len(posteriors))
            return scores.mean(dim=0)

        return score

    def _posteriors(
        self, situation: Situation, rng: np.random.Generator
    ) -> tuple[ModelPosterior, ...]:
        """The posterior after each draw; the one there is where nothing is pending."""
        model, observations = situation.model, situation.observations
        posterior = model.condition(observations)
        if not situation.pending:
            return (posterior,)
        pending = situation.pending
        draws = posterior.sample(pending, rng, self.draws)
        return tuple(model.condition(_with_values(observations, pending, d)) for d in draws)


@dataclass(frozen=True, slots=True)
class LocalPenalization:
    """Lowers the scores around each pending architecture, without another fit.

    A candidate is multiplied by Φ((L d(a, b) - best + μ_b) / σ_b) for each pending b: the
    probability that it lies outside the ball around b that cannot hold the maximum. L is the norm
    of the posterior mean in the kernel's own Hilbert space, which bounds |μ_a - μ_b| / d(a, b) by
    the Cauchy-Schwarz inequality. Scores that may be negative are made positive by softplus.
    """

    def scorer(
        self,
        acquisition: Acquisition | PosteriorAcquisition,
        situation: Situation,
        rng: np.random.Generator,
    ) -> Scorer:
        """Score by the acquisition function, penalised.

        Raises:
            SettingError: If the model has no kernel.
        """
        rng = _check(acquisition, situation, rng)
        posterior = situation.model.condition(situation.observations)
        if not isinstance(posterior, Posterior):
            raise SettingError(
                "expected the posterior of a Gaussian process, whose kernel tells how far apart "
                f"architectures are, got {type(posterior).__name__}; take KrigingBeliever with it"
            )
        gaussian, pending, logs = posterior, situation.pending, in_logs(acquisition)

        def score(candidates: Sequence[Architecture]) -> Tensor:
            scores = acquisition_scores(acquisition, gaussian, candidates, rng)
            if not pending:
                return scores
            positive = scores if logs else torch.nn.functional.softplus(scores).log()
            return positive + log_penalties(gaussian, pending, candidates).sum(dim=0)

        return score


def _check(acquisition: object, situation: object, rng: Randomness) -> np.random.Generator:
    ACQUISITION("acquisition", acquisition)
    instance(Situation, "Situation(model, observations, ())")("situation", situation)
    return generator(rng)


def believe(situation: Situation) -> ModelPosterior:
    """The posterior if every pending evaluation came out at its mean, one after the other."""
    observations = situation.observations
    if isinstance(situation.model, GaussianProcess):
        return situation.model.believe(
            observations, situation.pending, situation.size, situation.candidates
        )
    posterior = situation.model.condition(observations)
    for architecture in situation.pending:
        mean, _ = posterior.predict((architecture,))
        observations = _with_values(observations, (architecture,), mean)
        posterior = situation.model.condition(observations)
    return posterior


def _with_values(
    observations: Observations, architectures: Sequence[Architecture], values: Iterable[float]
) -> Observations:
    """The observations and imagined ones."""
    imagined = (Evaluation(a, float(v)) for a, v in zip(architectures, values, strict=True))
    return Observations((*observations.evaluations, *imagined), observations.measure)
