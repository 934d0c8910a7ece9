"""Some members of a search space, as a search space: what a table of results covers.

Notation
    members    the architectures of the subspace, all of them members of the space around it
    a -> b     a move: `b` is one edit of the space away from `a`; it stays inside if `b` is a
               member
"""

import functools
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.graphs.canonical import has_vertex_operations
from nbnas.graphs.space import (
    COUNT,
    NOTATION,
    SPACE,
    Randomness,
    SearchSpace,
    check_member,
    generator,
)

ATTEMPTS = 64  # moves of the space that are tried before all of them are listed


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Subspace:
    """Exactly these members of a space, in the order given.

    Moves are those of the space that stay inside. Where the operations are at the vertices, a move
    to a member under another numbering of its vertices counts as a move to that member.

    Attributes:
        space: The space around.
        members: At least one architecture of it, none twice.

    Raises:
        SettingError: If there is no member, or one stands twice.
        ArchitectureError: If one is no member of the space.

    Example:
        >>> from nbnas.graphs.spaces.cell import CellSpace
        >>> Subspace(CellSpace(), CellSpace().sample(0, 3))
        Subspace(CellSpace(), 3 members)
    """

    space: SearchSpace
    members: tuple[Architecture, ...]
    _known: frozenset[Architecture] = field(init=False)
    _digest: str = field(init=False)

    def __post_init__(self) -> None:
        SPACE("space", self.space)
        check_architectures(members=self.members)
        object.__setattr__(self, "members", tuple(self.members))
        texts = "\n".join(map(str, self.members))
        object.__setattr__(self, "_known", frozenset(self.members))
        object.__setattr__(self, "_digest", hashlib.sha256(texts.encode()).hexdigest())
        if not self.members or len(self._known) < len(self.members):
            raise SettingError(
                f"expected at least one member and none twice, got {len(self.members)} of which "
                f"{len(self._known)} differ"
            )
        for member in self.members:
            if member not in self.space:
                raise ArchitectureError(f"expected members of {self.space}, got {member!s:.200}")

    def __repr__(self) -> str:
        return f"Subspace({self.space!r}, {len(self.members):,} members)"

    def __eq__(self, other: object) -> bool:
        """Whether it has the same members of the same space, told by their digest.

        Spaces are keys of caches that are asked at every step; thousands of members are too many
        to be compared each time.
        """
        if not isinstance(other, Subspace):
            return NotImplemented
        return (self._digest, self.space) == (other._digest, other.space)

    def __hash__(self) -> int:
        return hash((self._digest, self.space))

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self.members)

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw members uniformly and independently.

        Args:
            rng: A generator, or a seed.
            n: Number of draws.

        Returns:
            `n` members; the same for the same seed.
        """
        draws = generator(rng).integers(len(self.members), size=COUNT("n", n))
        return tuple(self.members[i] for i in draws)

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """A random move of the space that stays inside, by drawing until one does.

        So moves that stay inside keep the odds that the space gives them. Where 64 draws in a row
        lead outside, all neighbours inside are equally likely; where there are none, all other
        members are, so that nobody is trapped in a lonely member.

        Args:
            architecture: A member.
            rng: A generator, or a seed.

        Returns:
            Another member; the same one only where it is the only one.

        Raises:
            ArchitectureError: If the architecture is no member.
        """
        check_member(self, architecture, "a member")
        rng = generator(rng)
        for _ in range(ATTEMPTS):
            found = self._inside(self.space.mutate(architecture, rng))
            if found is not None and found != architecture:
                return found
        near = self.neighbors(architecture) or self._others(architecture)
        return near[rng.integers(len(near))] if near else architecture

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """The members one move away, in the order of the space; there may be none.

        Raises:
            ArchitectureError: If the architecture is no member.
        """
        check_member(self, architecture, "a member")
        near = (self._inside(neighbor) for neighbor in self.space.neighbors(architecture))
        return tuple(dict.fromkeys(a for a in near if a is not None and a != architecture))

    def parse(self, text: str) -> Architecture:
        """Read a member from the notation of the space.

        Raises:
            ArchitectureError: If the text is no member; the message says why.
        """
        found = self._inside(self.space.parse(NOTATION("text", text)))
        if found is None:
            raise ArchitectureError(f"expected one of the members of {self}, got {text!r:.200}")
        return found

    def fingerprint(self) -> dict[str, str]:
        """The space and a hash of the members: what a study remembers of them."""
        own: dict[str, str] = getattr(self.space, "fingerprint", dict)()
        return {"space": repr(self.space), "members": self._digest[:16], **own}

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a member."""
        return isinstance(architecture, Architecture) and architecture in self._known

    def __iter__(self) -> Iterator[Architecture]:
        """The members in the order given."""
        return iter(self.members)

    def _inside(self, architecture: Architecture) -> Architecture | None:
        """The member that an architecture of the space is, if it is one."""
        if architecture in self._known:
            return architecture
        if not has_vertex_operations(architecture):
            return None
        return _by_form(self).get(architecture.canonical)

    def _others(self, architecture: Architecture) -> tuple[Architecture, ...]:
        return tuple(member for member in self.members if member != architecture)


@functools.lru_cache(maxsize=4)
def _by_form(subspace: Subspace) -> Mapping[str, Architecture]:
    """The members by their canonical forms, the first one of each; made when first needed."""
    return {member.canonical: member for member in reversed(subspace.members)}
