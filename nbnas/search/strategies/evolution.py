"""Regularised evolution: the best of a tournament has a child; the oldest die.

Notation
    P    the population: the last `population` observations, so that the oldest one leaves it
    S    size of a tournament
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief, settings
from nbnas.checks import FLAG, settle, whole
from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations, Proposal
from nbnas.search.ideas import Idea, propose_new, propose_start, trial
from nbnas.search.strategies.first import FIRST, beginning, none_first
from nbnas.search.strategies.strategy import check_question

TRIES = 1_000  # tournaments for one proposal, most of them only where little is left that is new
CHILDLESS = "Drawn at random, since no new mutation of the youngest trials was found."


@dataclass(frozen=True, slots=True)
class RegularizedEvolution:
    """Mutates the best of a few random members of a population that ages.

    The tournament and the mutation are drawn again until the child is new. A member dies of age,
    however good it is: what was lucky once has to prove itself in its children.

    Args:
        population: Number of latest observations that may have children.
        tournament: Number of members drawn for a tournament, with replacement; the more, the
            greedier.
        initial: Number of random architectures before the first child.
        allow_isomorphic: Whether two architectures that compute the same function may both be
            evaluated; only sensible for tables whose members were trained separately.
        first: Architectures to try before all others, in this order; they count as the first of
            the initial ones.

    Raises:
        SettingError: If a number is below 1.

    References:
        Real, Aggarwal, Huang and Le, Regularized evolution for image classifier architecture
        search, AAAI 2019, algorithm 1. There the random ones fill the whole population; here it
        grows from `initial` on, which pays where evaluations are few.
    """

    population: int = 30
    tournament: int = 10
    initial: int = 10
    allow_isomorphic: bool = False
    first: tuple[Architecture, ...] = none_first()

    def __post_init__(self) -> None:
        count = whole(1)
        settle(self, population=count, tournament=count, initial=count)
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
        """Propose random architectures at first, then children of tournaments' winners."""
        n, rng = check_question(space, observations, pending, n, rng)
        allow = self.allow_isomorphic
        start = propose_start(
            space, observations, pending, n, rng, initial=self.initial, allow_isomorphic=allow
        )
        if start is not None:
            return start
        taken = (*observations.architectures, *pending)
        children = self._children(space, observations, rng)
        return propose_new(
            children, space, taken, n, rng, allow_isomorphic=allow, otherwise=CHILDLESS
        )

    def _children(
        self, space: SearchSpace, observations: Observations, rng: np.random.Generator
    ) -> Iterator[Idea]:
        values = observations.gains
        living = min(self.population, len(values))
        for _ in range(TRIES):
            parent = winner(values, living, self.tournament, rng)
            try:
                child = space.mutate(observations[parent].architecture, rng)
            except ArchitectureError:  # no edit of this one stays in the space
                continue
            yield (
                child,
                f"A mutation of {trial(observations, parent)}, the best of {self.tournament} "
                f"draws from the {living} youngest trials.",
            )


def winner(
    values: NDArray[np.float64], living: int, tournament: int, rng: np.random.Generator
) -> int:
    """The number of the best trial of a tournament.

    Args:
        values: Values `(n,)` of all trials, the oldest first.
        living: Number of trials that take part in the draw, the last ones.
        tournament: Number of draws, with replacement.
        rng: Draws them.

    Returns:
        A place in `values`; of equals, the first one drawn.
    """
    drawn = rng.integers(len(values) - living, len(values), size=tournament)
    return int(drawn[np.argmax(values[drawn])])
