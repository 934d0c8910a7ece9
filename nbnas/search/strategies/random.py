"""Random search: the baseline that every strategy has to beat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from nbnas.brief import brief, settings
from nbnas.checks import FLAG, settle
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations, Proposal
from nbnas.search.candidates import random_new
from nbnas.search.strategies.first import FIRST, beginning, none_first
from nbnas.search.strategies.strategy import check_question


@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Draws architectures from the space's own distribution, none twice.

    Args:
        allow_isomorphic: Whether two architectures that compute the same function may both be
            evaluated; only sensible for tables whose members were trained separately.
        first: Architectures to try before all others, in this order.

    References:
        Li and Talwalkar, Random search and reproducibility for neural architecture search,
        UAI 2019.
    """

    several: ClassVar[bool] = True  # goals, of which it takes no notice
    allow_isomorphic: bool = False
    first: tuple[Architecture, ...] = none_first()

    def __post_init__(self) -> None:
        settle(self, allow_isomorphic=FLAG, first=FIRST)

    @brief
    def __repr__(self) -> str:
        return settings(self)

    @beginning
    def propose(
        self,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        """Draw `n` new architectures."""
        n, rng = check_question(space, observations, pending, n, rng)
        taken = (*observations.architectures, *pending)
        chosen = random_new(space, taken, rng, n, allow_isomorphic=self.allow_isomorphic)
        return Proposal(chosen, "Drawn at random from the search space.")
