"""Regularised evolution: the best of a tournament has a child; the oldest die.

With several goals it is NSGA-II: the least dominated survive, of whatever age.

Notation
    P    the population: the last `population` observations, so that the oldest one leaves it; with
         several goals the `population` preferred ones of all
    S    size of a tournament
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from nbnas.brief import brief, settings
from nbnas.checks import FLAG, settle, whole
from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations, Proposal
from nbnas.records.goals.ranking import domination_ranks, survivors
from nbnas.records.observations import with_worst
from nbnas.search.ideas import Idea, propose_new, propose_start, trial
from nbnas.search.strategies.first import FIRST, beginning, none_first
from nbnas.search.strategies.strategy import check_question

TRIES = 1_000  # tournaments for one proposal, most of them only where little is left that is new
BINARY = 2  # draws of a tournament of NSGA-II
Tournament = Callable[[np.random.Generator], tuple[int, str]]
CHILDLESS = "Drawn at random, since no new mutation of the youngest trials was found."


@dataclass(frozen=True, slots=True)
class RegularizedEvolution:
    """Mutates the best of a few random members of a population that ages.

    The tournament and the mutation are drawn again until the child is new. A member dies of age,
    however good it is: what was lucky once has to prove itself in its children.

    With several goals the selection is that of NSGA-II: the population are the trials on the first
    fronts (rank 0 is the Pareto front, rank 1 what is the front without it, and so on), the last
    front by crowding; of two drawn from it the one on the earlier front wins, or the less crowded
    one. There, nobody dies of age, and each trial may have children as soon as it is evaluated
    (steady state). What failed or breaks a limit comes last. Children are mutations of one parent.

    Args:
        population: Number of latest observations that may have children; with several goals, of
            the preferred ones.
        tournament: Number of members drawn for a tournament, with replacement; the more, the
            greedier. With several goals two are drawn, as in NSGA-II.
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
        Deb, Pratap, Agarwal and Meyarivan, A fast and elitist multiobjective genetic algorithm:
        NSGA-II, IEEE Trans. Evol. Comput. 6, 2002.
        Durillo, Nebro, Luna and Alba, On the effect of the steady-state selection scheme in
        multi-objective genetic algorithms, EMO 2009.
    """

    several: ClassVar[bool] = True  # goals, and limits that only trainings tell
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
        tournaments = self._tournaments(observations)
        for _ in range(TRIES):
            parent, why = tournaments(rng)
            try:
                child = space.mutate(observations[parent].architecture, rng)
            except ArchitectureError:  # no edit of this one stays in the space
                continue
            yield child, f"A mutation of {trial(observations, parent)}, {why}"

    def _tournaments(self, observations: Observations) -> Tournament:
        """What gives the place of a winner each time, and why it won."""
        goals = observations.goals
        if goals is not None and len(goals.measures) > 1:
            return by_fronts(observations.goal_gains, self.population)
        values = observations.gains if goals is None else with_worst(observations.goal_gains[:, 0])
        living = min(self.population, len(values))
        why = f"the best of {self.tournament} draws from the {living} youngest trials."
        return lambda rng: (winner(values, living, self.tournament, rng), why)


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


def by_fronts(gains: NDArray[np.float64], population: int) -> Tournament:
    """Binary tournaments among the trials that survive, as those of NSGA-II.

    Args:
        gains: Gains `(n, k)` of all trials; NaN for what failed.
        population: How many survive.

    Returns:
        What gives the place of a winner and why it won, by the draws of a generator.
    """
    ranks = domination_ranks(gains)
    living = survivors(gains, population)

    def tournament(rng: np.random.Generator) -> tuple[int, str]:
        parent = int(living[rng.integers(len(living), size=BINARY).min()])
        front = f"front {ranks[parent] + 1} of {ranks.max() + 1}"
        return parent, f"on {front}, preferred of two draws from {len(living)} survivors."

    return tournament
