"""Maximisation by scoring all of a space, where that is possible."""

from dataclasses import dataclass, field
from itertools import islice

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

AT_ONCE = 10_000  # architectures of a large space that are listed at a time
KEPT = 1_000  # of them all, the best, besides as many as are evaluated


@dataclass(frozen=True, slots=True)
class Exhaustive:
    """Scores every architecture of a finite space.

    A space of more than 50,000 is listed in parts, of which only the best are kept: its size costs
    time in each proposal, some minutes for a million, but no memory.
    """

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
        if not can_be_listed(space):
            return best_of(score, space, KEPT + len(observations))
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


def best_of(score: Score, space: SearchSpace, n: int) -> Scored:
    """The `n` best of a finite space in its own order, the first of equals, listed in parts."""
    every, best, count = iter(space), Scored((), np.empty(0)), 0
    while part := tuple(islice(every, AT_ONCE)):
        count += len(part)
        known = (*best.architectures, *part)
        scores = np.concatenate([best.scores, np.asarray(score(part))])
        kept = np.sort(np.argsort(-scores, kind="stable")[:n])
        best = Scored(tuple(known[i] for i in kept), scores[kept], count)
    return best


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
