"""Maximisation by evolution.

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, section 4.
"""

from dataclasses import dataclass

import numpy as np

from nbnas.checks import settle, whole
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations
from nbnas.search.candidates import best_evaluated
from nbnas.search.maximizers.maximizer import Found, Score, Scored, check_known


@dataclass(frozen=True, slots=True)
class Evolutionary:
    """NASBOT's: evolves a population for the acquisition function itself.

    Starts from the best evaluated architectures and random ones. In each generation parents are
    drawn with probabilities exp(rank of the score), mutated, and their children scored.

    Args:
        generations: Number of generations.
        children: Number of children in each.
        start: Number of architectures to start from.

    Raises:
        SettingError: If one of them is below 1.
    """

    generations: int = 10
    children: int = 100
    start: int = 200

    def __post_init__(self) -> None:
        settle(self, generations=whole(1), children=whole(1), start=whole(1))

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score the start and all generations."""
        rng = check_known(score, space, observations, rng)
        best = best_evaluated(observations, self.start // 2)
        found = Found(score)
        found.add((*best, *space.sample(rng, self.start - len(best))))
        for _ in range(self.generations):
            parents = found.fittest(self.children)
            chances = np.exp(-np.arange(len(parents)) / (0.1 * self.children))
            picked = rng.choice(len(parents), self.children, p=chances / chances.sum())
            found.add([space.mutate(parents[i], rng) for i in picked])
        return found.scored()
