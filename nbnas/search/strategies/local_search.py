"""Local search: climb from neighbour to neighbour, and begin elsewhere at a local optimum.

Notation
    center    the number of the trial whose neighbours are evaluated: the best one since the last
              random start
    climb     the trials from a random start to a local optimum, a center without new neighbours
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from nbnas.brief import brief, settings
from nbnas.checks import FLAG, settle, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.kept import Kept
from nbnas.records import Observations, Proposal
from nbnas.search.candidates import Novelty
from nbnas.search.ideas import Idea, propose_new, propose_start, trial
from nbnas.search.strategies.first import FIRST, beginning, none_first
from nbnas.search.strategies.strategy import check_known, check_question

CENTERS = 512  # whose neighbours are remembered
LOCAL_OPTIMUM = (
    "All neighbours of the best architecture of the climb are evaluated or pending; a random one "
    "begins another climb."
)


@dataclass(frozen=True, slots=True)
class LocalSearch:
    """Evaluates neighbours of the best architecture of a climb, in random order.

    It moves to the first neighbour that is better, without a look at the others: on NAS-Bench-201
    that finds the optimum in half the evaluations that a look at all of them takes. Once all
    neighbours are evaluated it starts again at one random architecture. Neighbours that an earlier
    climb evaluated are passed over, so that no climb repeats another.

    Args:
        initial: Number of random architectures at the beginning; the best one is the first center.
        allow_isomorphic: Whether two architectures that compute the same function may both be
            evaluated; only sensible for tables whose members were trained separately.
        first: Architectures to try before all others, in this order; they count as the first of
            the initial ones.

    Raises:
        SettingError: If `initial` is below 1.

    References:
        White, Nolen and Savani, Exploring the loss landscape in neural architecture search, UAI
        2021, algorithm 1 and its variant that moves at the first improvement.
    """

    initial: int = 10
    allow_isomorphic: bool = False
    kept: Kept = field(default_factory=lambda: Kept(CENTERS), repr=False, compare=False)
    first: tuple[Architecture, ...] = none_first()

    def __post_init__(self) -> None:
        settle(self, initial=whole(1), allow_isomorphic=FLAG, first=FIRST)

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
        """Propose random architectures at first, then new neighbours of the center."""
        n, rng = check_question(space, observations, pending, n, rng)
        allow = self.allow_isomorphic
        start = propose_start(
            space, observations, pending, n, rng, initial=self.initial, allow_isomorphic=allow
        )
        if start is not None:
            return start
        taken = (*observations.architectures, *pending)
        center = self.center(space, observations)
        near = () if center is None else self._near(space, observations, center, rng)
        return propose_new(
            near, space, taken, n, rng, allow_isomorphic=allow, otherwise=LOCAL_OPTIMUM
        )

    def center(self, space: SearchSpace, observations: Observations) -> int | None:
        """The number of the trial that is the center now, found by replay.

        A trial that is better than the center becomes the center, whatever it was proposed for.
        A failed trial is worse than every other.

        Args:
            space: The search space.
            observations: The evaluations so far.

        Returns:
            The number; `None` if a climb begins: at first, and after a local optimum.
        """
        check_known(space, observations)
        novelty = Novelty((), allow_isomorphic=self.allow_isomorphic)
        gain = observations.measure.gain
        values = [-np.inf if e.value is None else gain(e.value) for e in observations]
        center: int | None = None
        for number, architecture in enumerate(observations.architectures):
            novelty.claim(architecture)
            if center is None or values[number] > values[center]:
                center = number
            if number + 1 >= self.initial:
                near = self._neighbors(space, observations[center].architecture)
                center = center if any(map(novelty.is_new, near)) else None
        return center

    def _neighbors(
        self, space: SearchSpace, architecture: Architecture
    ) -> tuple[Architecture, ...]:
        return self.kept.get((space, architecture), lambda: space.neighbors(architecture))

    def _near(
        self,
        space: SearchSpace,
        observations: Observations,
        center: int,
        rng: np.random.Generator,
    ) -> Iterator[Idea]:
        """All neighbours of the center in random order."""
        near = self._neighbors(space, observations[center].architecture)
        reason = (
            f"One of the {len(near)} neighbours of {trial(observations, center)}, the best of "
            "this climb."
        )
        return ((near[i], reason) for i in rng.permutation(len(near)))
