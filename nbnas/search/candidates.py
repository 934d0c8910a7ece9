"""What strategies need of a space: its list, what is new in it, and random new members."""

import functools
from collections.abc import Collection, Hashable, Iterator
from itertools import islice
from typing import cast

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.canonical import functional_form
from nbnas.graphs.space import SearchSpace
from nbnas.records import Observations

LARGEST_LISTED = 50_000


def can_be_listed(space: SearchSpace) -> bool:
    """Whether the space is finite and has up to 50,000 architectures."""
    return space.size is not None and space.size <= LARGEST_LISTED


def listed(space: SearchSpace) -> tuple[Architecture, ...]:
    """All architectures of a finite space, in its own order; the same tuple every time."""
    return _listed(space)


@functools.lru_cache(maxsize=4)
def _listed(space: Hashable) -> tuple[Architecture, ...]:
    return tuple(cast(SearchSpace, space))


def best_evaluated(observations: Observations, n: int) -> tuple[Architecture, ...]:
    """The up to `n` best evaluated architectures, best first, the earlier of equals first."""
    gain = observations.measure.gain
    best = sorted(observations.completed, key=lambda e: -gain(e.value or 0.0))[:n]
    return tuple(evaluation.architecture for evaluation in best)


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
    n = left(space, taken, n, allow_isomorphic=allow_isomorphic)
    novelty = Novelty(taken, allow_isomorphic=allow_isomorphic)
    drawn: list[Architecture] = []
    for architecture in _draws(space, rng):
        if len(drawn) == n:
            break
        if novelty.claim(architecture):
            drawn.append(architecture)
    return tuple(drawn)


def left(
    space: SearchSpace, taken: Collection[Architecture], n: int, *, allow_isomorphic: bool
) -> int:
    """How many of `n` new architectures a space still has, so that none is looked for in vain.

    A search that ends takes the longest otherwise: thousands of draws that all are taken.

    Args:
        space: The search space.
        taken: What is evaluated or pending.
        n: How many are wanted.
        allow_isomorphic: Whether another architecture that computes the same function counts as
            new.

    Returns:
        At most `n`; `n` itself where the space is too large to be listed.
    """
    if not can_be_listed(space):
        return n
    novelty = Novelty(taken, allow_isomorphic=allow_isomorphic)
    found = sum(1 for _ in islice(filter(novelty.claim, space), n))
    if found == n or not allow_isomorphic:
        return found
    # A space may list one numbering of each graph, and draw others, too.
    return found if set(listed(space)).issuperset(taken) else n


class Novelty:
    """Remembers what is taken, and says whether an architecture is new."""

    def __init__(self, taken: Collection[Architecture], *, allow_isomorphic: bool) -> None:
        self.allow_isomorphic = allow_isomorphic
        self.taken = {self._key(a) for a in taken}

    def is_new(self, architecture: Architecture) -> bool:
        """Whether it is not taken yet."""
        return self._key(architecture) not in self.taken

    def claim(self, architecture: Architecture) -> bool:
        """Whether it is new; from now on it is taken."""
        new = self.is_new(architecture)
        self.taken.add(self._key(architecture))
        return new

    def _key(self, architecture: Architecture) -> object:
        return key(architecture, allow_isomorphic=self.allow_isomorphic)


def key(architecture: Architecture, *, allow_isomorphic: bool) -> Hashable:
    """What two architectures share exactly if one of them is not new beside the other.

    Two that compute the same function with different settings are both new.
    """
    if allow_isomorphic:
        return architecture
    form = functional_form(architecture.bare)
    return (form, architecture.settings) if architecture.settings else form


def _draws(space: SearchSpace, rng: np.random.Generator) -> Iterator[Architecture]:
    """Random draws, then, in case they find nothing new, all of a small space in random order."""
    for _ in range(10_000):
        yield from space.sample(rng, 1)
    if can_be_listed(space):
        everything = listed(space)
        yield from (everything[i] for i in rng.permutation(len(everything)))
