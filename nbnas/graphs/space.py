"""What a search space offers: the protocol that every space of nbnas follows."""

from abc import abstractmethod
from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Protocol, runtime_checkable

import numpy as np

from nbnas.checks import TEXT, Rule, either, instance, offering, whole
from nbnas.errors import ArchitectureError, SettingError, shown
from nbnas.graphs.architecture import Architecture

Randomness = np.random.Generator | int
COUNT = whole(0)
NOTATION = TEXT.raising(ArchitectureError, "an architecture is written by str(architecture)")
_OFFERING = offering("a search space", "CellSpace()", "sample", "__iter__", base="SearchSpace")
SPACE: Rule["SearchSpace"] = replace(
    _OFFERING, accepts=lambda space: _OFFERING.accepts(space) and hasattr(space, "size")
)
_RANDOMNESS: Rule[Randomness] = either(
    whole(0, 2**128), instance(np.random.Generator, "numpy.random.default_rng(0)")
)


def generator(rng: Randomness) -> np.random.Generator:
    """The generator of a seed, or the generator itself.

    Raises:
        SettingError: If it is neither.
    """
    return np.random.default_rng(_RANDOMNESS("rng", rng))


@runtime_checkable
class SearchSpace(Hashable, Protocol):
    """A set of architectures to search. Implementations are frozen values with a telling repr.

    One of your own inherits from this class and defines `sample`, `neighbors` and `parse`; it
    draws itself then. The rest has a default here: a space that cannot be counted or listed.
    """

    @property
    def size(self) -> int | None:
        """Number of architectures, or `None` where they cannot be counted."""
        return None

    @abstractmethod
    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw `n` architectures independently; the space documents the distribution."""

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """A random architecture one edit away; by default any of the neighbours, evenly."""
        near, rng = self.neighbors(architecture), generator(rng)
        return near[rng.integers(len(near))] if near else architecture

    @abstractmethod
    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """All architectures one edit away."""

    @abstractmethod
    def parse(self, text: str) -> Architecture:
        """Read the space's own notation, so that `parse(str(a)) == a`.

        Raises:
            ArchitectureError: If the text is none of the space; the message says where and why.
        """

    def __contains__(self, architecture: object) -> bool:
        """Whether it is an architecture of this space; by default if its text is read as it."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """All architectures in a fixed order, where the space is finite.

        Raises:
            SettingError: By default: the space cannot be listed.
        """
        raise SettingError(f"expected a space that can be listed, got {self}: sample it")


def check_member(space: SearchSpace, architecture: object, kind: str) -> None:
    """Check that something is an architecture of a space.

    Args:
        space: The space.
        architecture: Anything.
        kind: What the space calls an architecture, such as "a cell".

    Raises:
        ArchitectureError: If it is none.
    """
    if architecture in space:
        return
    if isinstance(architecture, Architecture):
        raise ArchitectureError(f"expected {kind} of {space}, got {architecture.text!r:.200}")
    raise ArchitectureError(
        f"expected {kind} of {space}, got {shown(architecture)}; read a text by parse(text)"
    )


def is_member(space: SearchSpace, architecture: object) -> bool:
    """Whether an architecture is what its space reads from its text."""
    if not isinstance(architecture, Architecture):
        return False
    try:
        return space.parse(architecture.text) == architecture
    except ArchitectureError:
        return False
