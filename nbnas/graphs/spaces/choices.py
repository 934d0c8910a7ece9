"""Spaces whose architectures are a fixed row of choices among named options.

Notation
    c            number of choices, such as the six edges of a cell
    choices[i]   the options of choice i, such as the five operations of an edge
    indices[i]   the place of what is chosen in choices[i]
"""

import functools
from collections.abc import Hashable, Sequence
from typing import Protocol, cast, runtime_checkable

from nbnas.checks import each, whole
from nbnas.errors import ArchitectureError, SettingError, shown
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.choices import JointChoices
from nbnas.graphs.spaces.joint.space import JointSpace

Choices = tuple[tuple[str, ...], ...]
_PLACES = each(whole(0))


@runtime_checkable
class CategoricalSpace(SearchSpace, Protocol):
    """A space that can be searched choice by choice.

    `decode(encode(a)) == a` for every architecture. Where several rows of choices decode to one
    architecture, or to none, the space says so.
    """

    @property
    def choices(self) -> Choices:
        """The options of each choice, the same number and order for all architectures."""

    def encode(self, architecture: Architecture) -> tuple[int, ...]:
        """What an architecture chooses, as places in `choices`.

        Raises:
            ArchitectureError: If the architecture is none of this space.
        """

    def decode(self, indices: Sequence[int]) -> Architecture:
        """The architecture of a row of choices.

        Raises:
            ArchitectureError: If the row gives no architecture of this space.
        """


def categorical(space: SearchSpace) -> CategoricalSpace:
    """The space whose choices make up the architectures of a space.

    Args:
        space: A space of choices, or one that holds some members of its `space`, which is one;
            then not every row of choices gives a member.

    Raises:
        SettingError: If there are no choices, or a setting of a `JointSpace` cannot be listed; the
            message says which spaces have them.
    """
    for one in (space, getattr(space, "space", None)):
        if isinstance(one, JointSpace):
            return JointChoices(categorical(one.graphs), one)
        if isinstance(one, CategoricalSpace):
            return one
    raise SettingError(
        "expected a space of categorical choices, with choices, encode and decode, such as "
        f"CellSpace, ChainSpace or DagSpace, got {shown(space)}; use another strategy for it"
    )


def chosen(choices: Choices, indices: Sequence[int]) -> tuple[str, ...]:
    """The names of what is chosen.

    Args:
        choices: The options of each choice.
        indices: A place for each of them.

    Returns:
        The chosen option of each choice.

    Raises:
        ArchitectureError: If there is not one place within the options for each choice.

    Example:
        >>> chosen((("no", "yes"), ("relu", "tanh", "sigm")), (1, 2))
        ('yes', 'sigm')
    """
    sizes = tuple(len(options) for options in choices)
    if (
        not _PLACES.accepts(indices)
        or len(indices) != len(sizes)
        or not all(i < k for i, k in zip(indices, sizes, strict=True))
    ):
        raise ArchitectureError(
            f"expected {len(sizes)} whole numbers from 0, each below its number of options "
            f"{sizes!r:.200}, got {shown(indices, 200)}"
        )
    return tuple(options[i] for options, i in zip(choices, indices, strict=True))


def decisive(space: CategoricalSpace, architecture: Architecture) -> tuple[int | None, ...]:
    """What an architecture chooses, `None` for a choice that makes no difference to it.

    That is one whose options all give the same architecture, such as the operation of a vertex
    that a cell lacks.

    Args:
        space: The space of choices.
        architecture: One of its architectures.

    Returns:
        The places that `encode` gives, or `None`.

    Raises:
        ArchitectureError: If the architecture is none of the space.
    """
    return _decisive(space, architecture)


@functools.lru_cache(maxsize=10_000)
def _decisive(space: Hashable, architecture: Architecture) -> tuple[int | None, ...]:
    space = cast(CategoricalSpace, space)
    row = space.encode(architecture)

    def same(place: int, option: int) -> bool:
        try:
            changed = space.decode((*row[:place], option, *row[place + 1 :]))
        except ArchitectureError:
            return False
        return changed == architecture

    return tuple(
        None if all(same(place, option) for option in range(len(options))) else row[place]
        for place, options in enumerate(space.choices)
    )
