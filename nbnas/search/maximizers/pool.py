"""Maximisation over one pool of candidates.

Notation
    parents    architectures that candidates are mutated from
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.checks import settle, whole
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations
from nbnas.search.candidates import best_evaluated
from nbnas.search.maximizers.maximizer import Score, Scored, check_known, different


@dataclass(frozen=True, slots=True)
class RandomPool:
    """Scores mutations of the best evaluated architectures, and random ones.

    Args:
        size: Number of candidates; half of them are mutations, half random.
        parents: Number of the best evaluated architectures that are mutated.

    Raises:
        SettingError: If one of them is below 1.
    """

    size: int = 2_000
    parents: int = 10

    def __post_init__(self) -> None:
        settle(self, size=whole(1), parents=whole(1))

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score one pool."""
        rng = check_known(score, space, observations, rng)
        best = best_evaluated(observations, self.parents)
        mutants = _mutants(space, best, self.size // 2, rng)
        pool = different((*mutants, *space.sample(rng, self.size - len(mutants))))
        return Scored(pool, score(pool))


def _mutants(
    space: SearchSpace, parents: Sequence[Architecture], n: int, rng: np.random.Generator
) -> list[Architecture]:
    """`n` mutations of random parents; none if there is no parent."""
    if not parents:
        return []
    picked = rng.integers(len(parents), size=n).tolist()
    return [space.mutate(parents[i], rng) for i in picked]
