"""A search space without what was seen, so that no strategy has to be told of it.

A scheduler gives its strategy the observations of one rung only. What was evaluated on others, or
is under way, must not be proposed again. Called pending, it would be believed by a model, or be
held for bad by an estimator of densities: hundreds of architectures would outweigh the few that
are known. So it is taken out of the space.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import COUNT, Randomness, SearchSpace, generator
from nbnas.search.candidates import can_be_listed, key, listed

ATTEMPTS = 64  # draws of the space before what is left is listed


@dataclass(frozen=True, slots=True)
class Unseen:
    """What is left of a space.

    Moves from what was seen are those of the space that end in what is left.

    Attributes:
        base: The whole space.
        seen: What was seen: architectures, or their functional forms.
        allow_isomorphic: Whether only these very architectures are left out, and not those that
            compute the same.
    """

    base: SearchSpace
    seen: frozenset[Hashable]
    allow_isomorphic: bool

    def __repr__(self) -> str:
        return f"{self.base!r} without {len(self.seen)} that were seen"

    @property
    def space(self) -> SearchSpace:
        """The space of choices, where this is a part of one."""
        around: SearchSpace = getattr(self.base, "space", self.base)
        return around

    @property
    def size(self) -> int | None:
        """Number of architectures of the whole space, which are at least as many."""
        return self.base.size

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw from the space until what comes is left; from a list of it where that takes long.

        Returns:
            `n` architectures; seen ones only where nothing else can be found.
        """
        rng = generator(rng)
        return tuple(self._draw(rng) for _ in range(COUNT("n", n)))

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """A random move of the space; of several draws the first that is left.

        Where there is none, all neighbours that are left are equally likely; where there are none,
        it is a random one.
        """
        rng = generator(rng)
        for _ in range(ATTEMPTS):
            found = self.base.mutate(architecture, rng)
            if self._is_left(found):
                return found
        near = self.neighbors(architecture)
        return near[rng.integers(len(near))] if near else self._draw(rng)

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """The neighbours that are left."""
        return tuple(a for a in self.base.neighbors(architecture) if self._is_left(a))

    def parse(self, text: str) -> Architecture:
        """Read the space's own notation."""
        return self.base.parse(text)

    def __contains__(self, architecture: object) -> bool:
        """Whether it is an architecture of the space, and left."""
        if not isinstance(architecture, Architecture):
            return False
        return architecture in self.base and self._is_left(architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """What is left, in the order of the space."""
        # The list of the whole space stays at hand this way, where there are few others.
        everything = listed(self.base) if can_be_listed(self.base) else self.base
        return (a for a in everything if self._is_left(a))

    def _is_left(self, architecture: Architecture) -> bool:
        return key(architecture, allow_isomorphic=self.allow_isomorphic) not in self.seen

    def _draw(self, rng: np.random.Generator) -> Architecture:
        drawn = self.base.sample(rng, 1)[0]
        for _ in range(ATTEMPTS):
            if self._is_left(drawn):
                return drawn
            drawn = self.base.sample(rng, 1)[0]
        left = listed(self) if can_be_listed(self.base) else ()
        return left[rng.integers(len(left))] if left else drawn


def without(
    space: SearchSpace, seen: Iterable[Architecture], *, allow_isomorphic: bool
) -> SearchSpace:
    """A space without some architectures; itself where there are none."""
    keys = frozenset(key(a, allow_isomorphic=allow_isomorphic) for a in seen)
    return Unseen(space, keys, allow_isomorphic) if keys else space
