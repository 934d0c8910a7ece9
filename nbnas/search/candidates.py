"""Which architectures a strategy scores: all of a small space, or a pool around the best ones."""

import functools
from collections.abc import Collection, Hashable, Iterator
from typing import cast

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import functional_form
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations

LARGEST_LISTED = 50_000
POOL = 2_000
PARENTS = 10


def listed(space: SearchSpace) -> tuple[Architecture, ...]:
    """All architectures of a finite space, in its own order; the same tuple every time."""
    return _listed(space)


@functools.lru_cache(maxsize=4)
def _listed(space: Hashable) -> tuple[Architecture, ...]:
    return tuple(cast(SearchSpace, space))


def candidates(
    space: SearchSpace, observations: Observations, rng: np.random.Generator
) -> tuple[Architecture, ...]:
    """The architectures to score.

    Args:
        space: The search space.
        observations: What was evaluated.
        rng: Draws the pool, where the space is too large to be listed.

    Returns:
        All architectures of a space of up to 50,000; else 2,000 different ones, half of them
        mutations of the ten best evaluated ones, half of them random.
    """
    if space.size is not None and space.size <= LARGEST_LISTED:
        return listed(space)
    best = sorted(observations.completed, key=lambda e: -(e.value or 0.0))[:PARENTS]
    mutants = [
        space.mutate(best[rng.integers(len(best))].architecture, rng)
        for _ in range(POOL // 2 if best else 0)
    ]
    pool = (*mutants, *space.sample(rng, POOL - len(mutants)))
    return tuple(dict.fromkeys(pool))


def random_new(
    space: SearchSpace,
    taken: Collection[Architecture],
    rng: np.random.Generator,
    n: int,
    *,
    allow_isomorphic: bool,
) -> tuple[Architecture, ...]:
    """Draw architectures that were not taken yet.

    Args:
        space: The search space.
        taken: What is evaluated or pending.
        rng: Draws the architectures.
        n: How many.
        allow_isomorphic: Whether another architecture that computes the same function counts as
            new.

    Returns:
        Up to `n` different architectures; fewer only where the space holds no more new ones, or
        10,000 draws in a row found none.
    """
    novelty = Novelty(taken, allow_isomorphic=allow_isomorphic)
    drawn: list[Architecture] = []
    for architecture in _draws(space, rng):
        if len(drawn) == n:
            break
        if novelty.claim(architecture):
            drawn.append(architecture)
    return tuple(drawn)


class Novelty:
    """Remembers what is taken, and says whether an architecture is new."""

    def __init__(self, taken: Collection[Architecture], *, allow_isomorphic: bool) -> None:
        self.allow_isomorphic = allow_isomorphic
        self.taken = {self._key(a) for a in taken}

    def claim(self, architecture: Architecture) -> bool:
        """Whether it is new; from now on it is taken."""
        key = self._key(architecture)
        if key in self.taken:
            return False
        self.taken.add(key)
        return True

    def _key(self, architecture: Architecture) -> object:
        return architecture if self.allow_isomorphic else functional_form(architecture)


def _draws(space: SearchSpace, rng: np.random.Generator) -> Iterator[Architecture]:
    """Random draws, then, in case they find nothing new, all of a small space in random order."""
    for _ in range(10_000):
        yield from space.sample(rng, 1)
    if space.size is not None and space.size <= LARGEST_LISTED:
        everything = listed(space)
        yield from (everything[i] for i in rng.permutation(len(everything)))
