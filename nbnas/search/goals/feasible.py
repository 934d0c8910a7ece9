"""The part of a space that is not known to break a limit; nothing else is ever proposed."""

import functools
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from nbnas.brief import brief
from nbnas.errors import ArchitectureError, SearchError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import COUNT, Randomness, SearchSpace, check_member, generator
from nbnas.graphs.spaces.subspace import Subspace
from nbnas.records import Goals
from nbnas.search.candidates import can_be_listed, listed

ATTEMPTS = 64  # moves of the space that are tried before all of them are listed
DRAWS = 10_000  # random architectures of which not one meets the limits: then none may
TOLD = 1_000  # of them that tell which limit is the tightest


def feasible(space: SearchSpace, goals: Goals | None) -> SearchSpace:
    """The architectures of a space that are not known to break a limit.

    Args:
        space: The space.
        goals: What is wanted of them.

    Returns:
        The space itself where nothing is known to be limited.

    Raises:
        SearchError: If there is none; it says which limit is the tightest.
    """
    if goals is None or not (goals.known or goals.beforehand):
        return space
    return _feasible(cast(Hashable, space), goals)


@functools.lru_cache(maxsize=4)
def _feasible(space: Hashable, goals: Goals) -> SearchSpace:
    whole = cast(SearchSpace, space)
    if not can_be_listed(whole):
        return FeasibleSpace(whole, goals)
    everything = listed(whole)
    allowed = goals.allowed(everything)
    if allowed.all():
        return whole
    if not allowed.any():
        raise nothing_feasible(whole, goals, everything)
    return Subspace(whole, tuple(everything[i] for i in np.flatnonzero(allowed)))


@dataclass(frozen=True, slots=True, repr=False)
class FeasibleSpace:
    """What meets the known limits, of a space that is too large to be listed.

    Draws and moves are those of the space, drawn again until one is inside.

    Attributes:
        space: The space around.
        goals: What is wanted.
    """

    space: SearchSpace
    goals: Goals

    @brief
    def __repr__(self) -> str:
        return f"{self.space!r}, {', '.join(limit.words for limit, _ in self.goals.beforehand)}"

    @property
    def size(self) -> None:
        """Nobody knows how many there are."""
        return None

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw members as the space draws, until `n` are inside.

        Raises:
            SearchError: If 10,000 draws gave none; it says which limit is the tightest.
        """
        rng, n = generator(rng), COUNT("n", n)
        found: list[Architecture] = []
        drawn: list[Architecture] = []
        while len(found) < n:
            some = self.space.sample(rng, max(n - len(found), 8))
            drawn += some
            found += [a for a in some if self._allows(a)]
            if not found and len(drawn) >= DRAWS:
                raise nothing_feasible(self.space, self.goals, tuple(drawn[:TOLD]))
        return tuple(found[:n])

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """A random move of the space that stays inside; another member where none does.

        Raises:
            ArchitectureError: If the architecture is none of the space.
        """
        check_member(self.space, architecture, "a member")
        rng = generator(rng)
        moves = (self.space.mutate(architecture, rng) for _ in range(ATTEMPTS))
        for found in moves:
            if found != architecture and self._allows(found):
                return found
        near = self.neighbors(architecture)
        return near[rng.integers(len(near))] if near else self.sample(rng, 1)[0]

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """All members one edit away; there may be none.

        Raises:
            ArchitectureError: If the architecture is none of the space.
        """
        return tuple(a for a in self.space.neighbors(architecture) if self._allows(a))

    def parse(self, text: str) -> Architecture:
        """Read a member from the notation of the space.

        Raises:
            ArchitectureError: If the text is none, or breaks a limit; the message says why.
        """
        found = self.space.parse(text)
        if not self._allows(found):
            raise ArchitectureError(f"expected one of {self}, got {text!r:.200}")
        return found

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a member."""
        return architecture in self.space and self._allows(cast(Architecture, architecture))

    def __iter__(self) -> Iterator[Architecture]:
        """The members in the order of the space."""
        return (architecture for architecture in self.space if self._allows(architecture))

    def _allows(self, architecture: Architecture) -> bool:
        return bool(self.goals.allowed((architecture,))[0])


def nothing_feasible(
    space: SearchSpace, goals: Goals, architectures: tuple[Architecture, ...]
) -> SearchError:
    """The error of an empty set: how many meet each limit alone, and how far off the tightest is.

    Args:
        space: The space.
        goals: What is wanted.
        architectures: All of the space, or some that were drawn.
    """
    met = {}
    for limit, known in goals.beforehand:
        values = known.values(architectures)
        met[limit] = int(limit.met(values).sum()), values
    if not met:
        return SearchError(f"expected architectures of which {goals!r} is known, got none")
    tightest = min(met, key=lambda limit: met[limit][0])
    count, values = met[tightest]
    some = "architectures" if space.size == len(architectures) else "that were drawn"
    best = float(np.nanmin(values) if tightest.most else np.nanmax(values))
    return SearchError(
        f"no architecture of {space} meets all limits; the tightest is {tightest.words}, which "
        f"{count:,} of {len(architectures):,} {some} meet, the "
        f"{'least' if tightest.most else 'greatest'} being {tightest.measure.text(best)}; "
        "give another limit"
    )
