"""Improvement per second: of two candidates that promise as much, the quicker one.

Notation
    t          seconds of a full training of a candidate; E[t] by a `SecondsModel`
    a          the power, 1 by default
    b, B       seconds that were spent, and the budget

    score = log EI - a log E[t],   with a budget a is multiplied by 1 - b / B

Where money is time, that is the improvement bought by each second. Its weakness is that it likes
what is cheap: where good architectures are the dear ones, it spends long on others. Cooling
forgets the costs as the budget is used up.

References:
    Snoek, Larochelle and Adams, Practical Bayesian optimization of machine learning algorithms,
    NeurIPS 2012, section 3.2 (expected improvement per second). Lee, Perrone, Archambeau and
    Seeger, Cost-aware Bayesian optimization, 2020 (its weakness, and cost cooling).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from nbnas.checks import Rule, real, settle
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.records import Evaluation, Observations
from nbnas.surrogate.acquisition.improvement import (
    ACQUISITION,
    Acquisition,
    ExpectedImprovement,
    LogExpectedImprovement,
    PosteriorAcquisition,
    ProbabilityOfImprovement,
    acquisition_scores,
    in_logs,
)
from nbnas.surrogate.model import ModelPosterior, check_scored
from nbnas.surrogate.sizes.seconds import LEAST, SecondsModel, telling

_NEVER_NEGATIVE = (ExpectedImprovement, ProbabilityOfImprovement)
BASE: Rule[Acquisition | PosteriorAcquisition] = Rule(
    "an acquisition function whose scores are logarithms or never negative, such as "
    "LogExpectedImprovement() or NoisyExpectedImprovement()",
    lambda it: ACQUISITION.accepts(it) and (in_logs(it) or isinstance(it, _NEVER_NEGATIVE)),
    lambda it: it,
    objects=True,
)


@dataclass(frozen=True, slots=True)
class ImprovementPerSecond:
    """log of the improvement that a second of training buys.

    The seconds are modelled by what the trials so far took. Before three of them tell, or where
    none does, as for a table without costs, it is the improvement alone.

    A search that is begun again gives other times, so that it may choose differently; one that is
    resumed, and a table that has costs, do not.

    Args:
        base: What the improvement is: an acquisition function whose scores are logarithms, as
            those of log EI are, or never negative.
        power: How much the seconds count, at least 0: with 0 not at all.
        budget: Seconds of training that the search is to take in all: the power falls to 0 as
            they are spent (cost cooling). `None` keeps it.

    Raises:
        SettingError: If one of them is something else.
    """

    base: Acquisition | PosteriorAcquisition = field(default_factory=LogExpectedImprovement)
    power: float = 1.0
    budget: float | None = None
    in_logs: ClassVar[bool] = True

    def __post_init__(self) -> None:
        settle(self, base=BASE, power=real(0), budget=real(above=0).optional)

    def score(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """Scores `(m,)`, logarithms."""
        rng = check_scored(posterior, rng)
        check_architectures(candidates=candidates)
        scores = acquisition_scores(self.base, posterior, candidates, rng)
        scores = scores if in_logs(self.base) else scores.log()
        power, model = self.power_after(posterior), seconds_model(posterior)
        if model is None or not power:
            return scores
        mean, stddev = model.latent(candidates)
        return scores - power * torch.from_numpy(mean + stddev**2 / 2)

    def power_after(self, posterior: ModelPosterior) -> float:
        """The power that is left of a budget after the trials that a posterior knows."""
        if self.budget is None:
            return self.power
        spent = math.fsum(e.seconds for e in seen(posterior))
        return self.power * max(0.0, 1.0 - spent / self.budget)


def seconds_model(posterior: ModelPosterior) -> SecondsModel | None:
    """The model of the seconds of all trials that a posterior knows; `None` if they are few."""
    observations = Observations(tuple(seen(posterior)), posterior.observations.measure)
    known = telling(observations)
    if len(known) < LEAST or known[0].epochs is not None:
        return None
    return SecondsModel(observations)


def seen(posterior: Any) -> Iterable[Evaluation]:  # noqa: ANN401
    """All trials that a posterior knows; one of full results knows the looks by another."""
    below = getattr(posterior, "looks", ())
    for each in below if isinstance(below, tuple | list) else (below,):
        yield from seen(each)
    yield from posterior.observations
