"""Maximisation by scoring all of a space, where that is possible."""

from dataclasses import dataclass, field

import numpy as np

from nbnas.brief import ADDED
from nbnas.checks import settle
from nbnas.errors import SettingError
from nbnas.graphs.space import SPACE, SearchSpace
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.records import Observations
from nbnas.search.candidates import can_be_listed, listed
from nbnas.search.maximizers.joint import Alternating
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
        self.check_space(space)
        everything = listed(space)
        return Scored(everything, score(everything))

    def check_space(self, space: SearchSpace) -> None:
        """Check that the space can be listed.

        Raises:
            SettingError: If it is infinite or its size unknown.
        """
        if SPACE("space", space).size is None:
            raise SettingError(
                f"expected a space that can be listed, got {space}; take RandomPool, Evolutionary "
                "or LocalAscent as maximizer"
            )


@dataclass(frozen=True, slots=True)
class Automatic:
    """Scores all of a space of up to 50,000 architectures; else what `large` or `joint` finds.

    Args:
        large: The maximiser for spaces that are larger or infinite.
        joint: The one for those among them that have settings, too.

    Raises:
        SettingError: If one of them is none.
    """

    large: Maximizer = field(default_factory=RandomPool)
    joint: Maximizer = field(default_factory=Alternating, metadata=ADDED)

    def __post_init__(self) -> None:
        settle(self, large=MAXIMIZER, joint=MAXIMIZER)

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score by `Exhaustive`, or by `large` or `joint`."""
        rng = check_known(score, space, observations, rng)
        return self._for(space).maximize(score, space, observations, rng)

    def check_space(self, space: SearchSpace) -> None:
        """Check that the maximiser that is taken for a space can look through it.

        Raises:
            SettingError: If not.
        """
        check = getattr(self._for(SPACE("space", space)), "check_space", None)
        if check is not None:
            check(space)

    def _for(self, space: SearchSpace) -> Maximizer:
        if can_be_listed(space):
            return Exhaustive()
        return self.joint if isinstance(space, JointSpace) else self.large
