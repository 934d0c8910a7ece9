"""How the acquisition function is maximised over a space: one class per way.

Notation
    m          number of candidates that are scored
    parents    architectures that candidates are mutated from

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, section 4 (evolution). White, Nolen and Savani, Local search is state of the art
    for neural architecture search, UAI 2021.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations
from nbnas.search.candidates import best_evaluated, can_be_listed, listed

Score = Callable[[Sequence[Architecture]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Candidates `(m,)`, all different, and their scores `(m,)`."""

    architectures: tuple[Architecture, ...]
    scores: NDArray[np.float64]

    def ranked(self) -> tuple[int, ...]:
        """The numbers of the candidates, best first; the first of equals first."""
        return tuple(np.argsort(-self.scores, kind="stable").tolist())


class Maximizer(Protocol):
    """Looks for the candidates of the highest scores. Implementations are frozen values."""

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score candidates.

        Args:
            score: Gives the scores of any architectures of the space, larger is better.
            space: The search space.
            observations: What was evaluated.
            rng: The only source of randomness.

        Returns:
            All that was scored, so that the best *new* one can be taken from it.
        """


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
        if space.size is None:
            raise SettingError(
                f"expected a space that can be listed, got {space}; take RandomPool, Evolutionary "
                "or LocalAscent as maximizer"
            )
        everything = listed(space)
        return Scored(everything, score(everything))


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
        _check_positive(size=self.size, parents=self.parents)

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score one pool."""
        best = best_evaluated(observations, self.parents)
        mutants = _mutants(space, best, self.size // 2, rng)
        pool = _different((*mutants, *space.sample(rng, self.size - len(mutants))))
        return Scored(pool, score(pool))


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
        _check_positive(generations=self.generations, children=self.children, start=self.start)

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score the start and all generations."""
        best = best_evaluated(observations, self.start // 2)
        found = _Found(score)
        found.add((*best, *space.sample(rng, self.start - len(best))))
        for _ in range(self.generations):
            parents = found.fittest(self.children)
            chances = np.exp(-np.arange(len(parents)) / (0.1 * self.children))
            picked = rng.choice(len(parents), self.children, p=chances / chances.sum())
            found.add([space.mutate(parents[i], rng) for i in picked])
        return found.scored()


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
        _check_positive(starts=self.starts, steps=self.steps, neighbours=self.neighbours)

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score the pool and all neighbours on the way."""
        found = _Found(score)
        pool = self.pool.maximize(score, space, observations, rng)
        found.take(pool)
        for start in found.fittest(self.starts):
            self._climb(start, space, found)
        return found.scored()

    def _climb(self, place: Architecture, space: SearchSpace, found: "_Found") -> None:
        for _ in range(self.steps):
            near = tuple(islice(space.neighbors(place), self.neighbours))
            found.add(near)
            best = max(near, key=found.scores.__getitem__, default=place)
            if found.scores[best] <= found.scores[place]:
                return
            place = best


@dataclass(frozen=True, slots=True)
class Automatic:
    """Scores all of a space of up to 50,000 architectures; else what `large` finds.

    Args:
        large: The maximiser for spaces that are larger or infinite.
    """

    large: Maximizer = field(default_factory=RandomPool)

    def maximize(
        self,
        score: Score,
        space: SearchSpace,
        observations: Observations,
        rng: np.random.Generator,
    ) -> Scored:
        """Score by `Exhaustive`, or by `large`."""
        chosen: Maximizer = Exhaustive() if can_be_listed(space) else self.large
        return chosen.maximize(score, space, observations, rng)


class _Found:
    """What was scored so far; nothing is scored twice."""

    def __init__(self, score: Score) -> None:
        self.score = score
        self.scores: dict[Architecture, float] = {}

    def add(self, architectures: Iterable[Architecture]) -> None:
        new = _different(a for a in architectures if a not in self.scores)
        if new:
            self.take(Scored(new, self.score(new)))

    def take(self, scored: Scored) -> None:
        self.scores.update(zip(scored.architectures, scored.scores.tolist(), strict=True))

    def fittest(self, n: int) -> list[Architecture]:
        return sorted(self.scores, key=lambda a: -self.scores[a])[:n]

    def scored(self) -> Scored:
        return Scored(tuple(self.scores), np.array(list(self.scores.values())))


def _mutants(
    space: SearchSpace, parents: Sequence[Architecture], n: int, rng: np.random.Generator
) -> list[Architecture]:
    """`n` mutations of random parents; none if there is no parent."""
    if not parents:
        return []
    picked = rng.integers(len(parents), size=n).tolist()
    return [space.mutate(parents[i], rng) for i in picked]


def _different(architectures: Iterable[Architecture]) -> tuple[Architecture, ...]:
    return tuple(dict.fromkeys(architectures))


def _check_positive(**numbers: int) -> None:
    if min(numbers.values()) < 1:
        raise SettingError(f"expected whole numbers of at least 1, got {numbers}")
