"""Knowledge gradient: by how much the best predicted full result is expected to rise.

Notation
    m, n       number of candidates, and of alternatives that may turn out to be the best
    μ          posterior means of full results
    x, j       a candidate, and the length of its training; see `process.joint` for the levels
    σ̃          by how much means rise with what that training gives `(n,)`, for each of its
               standard deviations: cov(f_j(x), f_K) / √(var f_j(x) + noise)

    KG(x, j) = E[max(μ + σ̃ Z)] - max μ

Expected improvement asks whether the candidate itself beats the best that was seen. This asks
what is learnt by it about all of them, so that noise is no luck, and a training of few epochs has
a value of its own.

References:
    Frazier, Powell and Dayanik, The knowledge-gradient policy for correlated normal beliefs,
    INFORMS J. Comput. 21, 2009. Poloczek, Wang and Frazier, Multi-information source optimization,
    NeurIPS 2017 (with cheaper sources, by their costs). Scott, Frazier and Powell, The correlated
    knowledge gradient, SIAM J. Optim. 21, 2011 (a candidate and the best of what was seen).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nbnas.checks import settle, whole
from nbnas.graphs.architecture import Architecture
from nbnas.surrogate.acquisition.envelope import log_gain_of_best
from nbnas.surrogate.acquisition.improvement import log_expected_improvement
from nbnas.surrogate.acquisition.information import ByLevel
from nbnas.surrogate.process.joint import Joint, Level, apart, covariance


@dataclass(frozen=True, slots=True)
class KnowledgeGradient(ByLevel):
    """log of the expected rise of the best predicted full result by one training.

    With `BayesianOptimization(fidelities=…)` it chooses how far to train, too: what promises most
    for its cost.

    Exactly so for some candidates, those that promise most. The others have a lower bound, which
    knows but two alternatives: the candidate and what is best by now.

    Args:
        alternatives: For how many candidates it is exact; they, and what was trained fully, are
            the alternatives of each.

    Raises:
        SettingError: If there are fewer than two.
    """

    alternatives: int = 256

    def __post_init__(self) -> None:
        settle(self, alternatives=whole(2))

    def _values(
        self, levels: Sequence[Level], candidates: Sequence[Architecture], rng: np.random.Generator
    ) -> Tensor:
        return _Question(levels, candidates, self.alternatives).answer()  # nothing is drawn


class _Question:
    """What each of some candidates is worth.

    Attributes:
        levels: Lengths of trainings, the full one last.
        candidates: The `m` candidates.
        others: What was trained fully and is no candidate.
        mean: μ of candidates and others.
        most: How many candidates are alternatives.
    """

    def __init__(
        self, levels: Sequence[Level], candidates: Sequence[Architecture], most: int
    ) -> None:
        self.levels, self.candidates, self.most = levels, candidates, most
        self.full: Joint = levels[-1].posterior
        among = set(candidates)
        seen = dict.fromkeys(self.full.observations.architectures)
        self.others = tuple(each for each in seen if each not in among)
        asked = [each for each in (candidates, self.others) if len(each)]
        self.mean = torch.cat([self.full.latent(each)[0] for each in asked])
        self.best = int(self.mean.argmax()) if len(self.mean) else 0

    def answer(self) -> Tensor:
        """log KG `(levels, m)`."""
        m = len(self.candidates)
        scores = torch.empty(len(self.levels), m, dtype=torch.float64)
        if not m:
            return scores
        for score, level in zip(scores, self.levels, strict=True):
            score[:] = self._bound(level)
        chosen = self._promising(scores)
        trained = torch.arange(m, m + len(self.others))
        places = torch.cat([chosen, trained])
        names = [self._name(int(i)) for i in places]
        for score, level in zip(scores, self.levels, strict=True):
            exact = self._exact(level, places, names)[: len(chosen)]
            score[chosen] = torch.maximum(exact, score[chosen])
        return scores

    def _bound(self, level: Level) -> Tensor:
        """log KG `(m,)` with two alternatives: each candidate, and the best by now."""
        best = self._name(self.best)
        variance = level.posterior.latent(self.candidates)[1] ** 2
        together = covariance(level.posterior, (best,), self.candidates)[0]
        apart_ = level.slopes(variance - together, variance).abs()
        mean = self.mean[: len(self.candidates)]
        bound = log_expected_improvement(mean, apart_, float(self.mean[self.best]))
        if self.best < len(self.candidates):
            bound[self.best] = -torch.inf  # nothing is learnt of it beside itself
        return bound

    def _promising(self, bounds: Tensor) -> Tensor:
        """The numbers of the candidates that are alternatives, the best by now among them."""
        m = len(self.candidates)
        ranks = [self.mean[:m], *bounds]
        each = -(-min(self.most, m) // len(ranks))
        top = [rank.topk(each).indices for rank in ranks]
        numbers: Tensor = torch.unique(torch.cat(top), sorted=True)
        return numbers

    def _exact(self, level: Level, places: Tensor, names: Sequence[Architecture]) -> Tensor:
        """log KG of alternatives, beside all of them."""
        known = covariance(apart(level.posterior), names, names)
        slopes = level.slopes(known, known.diagonal().clamp_min(0.0)[:, None])
        return log_gain_of_best(self.mean[places], slopes)

    def _name(self, i: int) -> Architecture:
        m = len(self.candidates)
        return self.candidates[i] if i < m else self.others[i - m]
