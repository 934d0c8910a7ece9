"""Maximisation by scoring all of a space, where that is possible."""

from dataclasses import dataclass, field

import numpy as np

from nbnas.checks import settle
from nbnas.errors import SettingError
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations
from nbnas.search.candidates import can_be_listed, listed
from nbnas.search.maximizers.maximizer import MAXIMIZER, Maximizer, Score, Scored, check_known
from nbnas.search.maximizers.pool import RandomPool


@dataclass(frozen=True, slots=True)
class Exhaustive:
    """Scores every architecture of a finite space."""

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score all of the space.

        Raises:
            SettingError: If the space is infinite or its size unknown.
        """
        check_known(score, space, observations, rng)
        if space.size is None:
            raise SettingError(
                f"expected a space that can be listed, got {space}; take RandomPool, Evolutionary "
                "or LocalAscent as maximizer"
            )
        everything = listed(space)
        return Scored(everything, score(everything))


@dataclass(frozen=True, slots=True)
class Automatic:
    """Scores all of a space of up to 50,000 architectures; else what `large` finds.

    Args:
        large: The maximiser for spaces that are larger or infinite.

    Raises:
        SettingError: If it is none.
    """

    large: Maximizer = field(default_factory=RandomPool)

    def __post_init__(self) -> None:
        settle(self, large=MAXIMIZER)

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score by `Exhaustive`, or by `large`."""
        rng = check_known(score, space, observations, rng)
        chosen: Maximizer = Exhaustive() if can_be_listed(space) else self.large
        return chosen.maximize(score, space, observations, rng)
