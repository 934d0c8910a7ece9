"""Thompson sampling: evaluate what is best in a function drawn from the posterior.

Notation
    m         number of candidates
    f̃         a draw from the posterior

References:
    Thompson, On the likelihood that one unknown probability exceeds another, Biometrika 25, 1933.
    White, Neiswanger and Savani, BANANAS, AAAI 2021 (independent Thompson sampling, ITS).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nbnas.checks import settle, whole
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.surrogate.model import ModelPosterior, check_scored


@dataclass(frozen=True, slots=True)
class IndependentThompsonSampling:
    """Draws each candidate's value by itself, μ + σ ε.

    Costs no more than mean and standard deviation, but with many candidates the largest draw is
    one of the most uncertain ones: it explores more than `ThompsonSampling`.
    """

    def score(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """Draws `(m,)`, in warped units."""
        rng = check_scored(posterior, rng)
        mean, stddev = posterior.latent(candidates)
        return mean + stddev * torch.from_numpy(rng.standard_normal(len(candidates)))


@dataclass(frozen=True, slots=True)
class ThompsonSampling:
    """Draws one function f̃ from the joint posterior.

    A joint draw of m values takes time in m³, so that of many candidates only some are drawn: the
    half of `drawn` that have the highest upper confidence bounds μ + 2σ, and as many at random.
    The others score -inf.

    Args:
        drawn: Number of candidates in a joint draw.

    Raises:
        SettingError: If it is below 2.
    """

    drawn: int = 1_000

    def __post_init__(self) -> None:
        settle(self, drawn=whole(2))

    def score(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> Tensor:
        """The gain in one draw `(m,)`; -inf where nothing was drawn."""
        rng = check_scored(posterior, rng)
        check_architectures(candidates=candidates)
        chosen = self._chosen(posterior, candidates, rng)
        draw = posterior.sample([candidates[i] for i in chosen], rng, 1)[0]
        scores = torch.full((len(candidates),), -torch.inf, dtype=torch.float64)
        scores[chosen] = torch.from_numpy(posterior.observations.measure.gain(draw))
        return scores

    def _chosen(
        self,
        posterior: ModelPosterior,
        candidates: Sequence[Architecture],
        rng: np.random.Generator,
    ) -> list[int]:
        """The numbers of the candidates that are drawn."""
        if len(candidates) <= self.drawn:
            return list(range(len(candidates)))
        mean, stddev = posterior.latent(candidates)
        promising = torch.argsort(mean + 2 * stddev, descending=True)[: self.drawn // 2].tolist()
        others = np.setdiff1d(np.arange(len(candidates)), promising)
        random = rng.choice(others, self.drawn - len(promising), replace=False)
        return [*promising, *random.tolist()]
