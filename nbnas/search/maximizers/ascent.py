"""Maximisation by climbing from neighbour to neighbour.

References:
    White, Nolen and Savani, Local search is state of the art for neural architecture search,
    UAI 2021.
"""

from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from nbnas.checks import instance, settle, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations
from nbnas.search.maximizers.maximizer import Found, Score, Scored, check_known
from nbnas.search.maximizers.pool import RandomPool


@dataclass(frozen=True, slots=True)
class LocalAscent:
    """Climbs from the best of a pool: to the best neighbour, until no neighbour is better.

    Args:
        starts: Number of climbs, from the best architectures of the pool.
        pool: What the climbs start from.
        steps: Most steps of a climb.
        neighbours: Most neighbours that are scored in a step; the first ones of the space's own
            order.

    Raises:
        SettingError: If a number is below 1.
    """

    starts: int = 5
    pool: RandomPool = field(default_factory=lambda: RandomPool(500))
    steps: int = 20
    neighbours: int = 200

    def __post_init__(self) -> None:
        pool = instance(RandomPool, "RandomPool(500)")
        settle(self, starts=whole(1), pool=pool, steps=whole(1), neighbours=whole(1))

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score the pool and all neighbours on the way."""
        rng = check_known(score, space, observations, rng)
        found = Found(score)
        pool = self.pool.maximize(score, space, observations, rng)
        found.take(pool)
        for start in found.fittest(self.starts):
            self._climb(start, space, found)
        return found.scored()

    def _climb(self, place: Architecture, space: SearchSpace, found: Found) -> None:
        for _ in range(self.steps):
            near = tuple(islice(space.neighbors(place), self.neighbours))
            found.add(near)
            best = max(near, key=found.scores.__getitem__, default=place)
            if found.scores[best] <= found.scores[place]:
                return
            place = best
