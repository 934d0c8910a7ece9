"""The search spaces that tables are about, and the order of their architectures.

Notation
    text    the architecture as its space writes it: `str(architecture)`

References:
    Dong and Yang, NAS-Bench-201, ICLR 2020.
"""

import functools
import random
from collections.abc import Collection, Mapping, Sequence

from nbnas.errors import ArchitectureError, DataError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.settings import AT
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.cell import CellSpace, texts
from nbnas.graphs.spaces.chain.space import ChainSpace
from nbnas.graphs.spaces.cnn.space import CnnSpace
from nbnas.graphs.spaces.dag.space import DagSpace
from nbnas.graphs.spaces.darts.space import DartsSpace
from nbnas.graphs.spaces.joint.parts import joint_space
from nbnas.graphs.spaces.recurrent.space import RecurrentSpace
from nbnas.graphs.spaces.subspace import Subspace

SPACES: tuple[SearchSpace, ...] = (
    *(CellSpace(), DagSpace(), ChainSpace(depth=(1, 20)), CnnSpace(), RecurrentSpace()),
    DartsSpace(),
)
TRIED = 20  # rows that decide which space a table is about


def official_order() -> Mapping[str, int]:
    """The index of every cell of NAS-Bench-201, by its text.

    Its authors shuffled the list of all cells, from a fixed seed; the published tables agree.

    Example:
        >>> order = official_order()
        >>> order["|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|"
        ...       "skip_connect~1|skip_connect~2|"]
        0
    """
    return {text: index for index, text in enumerate(official())}


@functools.cache
def official() -> tuple[str, ...]:
    """The texts of all cells in that order."""
    shuffled = list(texts())
    random.Random(88).shuffle(shuffled)  # a fixed order, no secret
    return tuple(shuffled)


def in_order(space: SearchSpace, members: Collection[Architecture]) -> tuple[Architecture, ...]:
    """Architectures in an order of their own, whatever the order in which they came.

    Args:
        space: The space around.
        members: Some of its architectures.

    Returns:
        Cells of NAS-Bench-201 by their index, all others by their texts.
    """
    if space == CellSpace():
        order = official_order()
        return tuple(sorted(members, key=lambda a: order[a.text]))
    return tuple(sorted(members, key=str))


def space_of(space: SearchSpace, members: Collection[Architecture]) -> SearchSpace:
    """The space that holds exactly the members: the space itself where they are all of it."""
    return space if space.size == len(members) else Subspace(space, in_order(space, members))


def find_space(texts: Sequence[str], where: str) -> SearchSpace:
    """The space of `SPACES` that understands most of the first texts.

    Raises:
        DataError: If none understands any of them.
    """
    tried = texts[:TRIED]
    understood = {space: sum(_understands(space, text) for text in tried) for space in SPACES}
    best = max(SPACES, key=lambda space: understood[space])
    if understood[best]:
        return best
    said = "; ".join(f"{type(space).__name__}: {_why(space, tried[0])}" for space in SPACES)
    raise DataError(
        f"{where}: no search space understands its first rows, such as {tried[0]!r:.100} ({said})"
    )


def base_of(space: SearchSpace) -> SearchSpace:
    """The space around a subspace, or the space itself."""
    return space.space if isinstance(space, Subspace) else space


def check_settings(name: str, column: Mapping[str, object], space: SearchSpace) -> None:
    """Check that a table has architectures of a space with their settings, where it has some.

    Args:
        name: What the table is called.
        column: What it holds of each architecture.
        space: The space that is searched.

    Raises:
        SettingError: If the space has settings, and none of the table's architectures does.
    """
    joint = joint_space(space)
    if joint is None or any(text.partition(AT)[1] for text in column):
        return
    raise SettingError(
        f"expected a space of architectures alone, as table {name!r} knows no settings, got "
        f"{', '.join(joint.names)} beside them; search {joint.graphs!r}, or take an objective "
        "that follows settings, such as a Trainer"
    )


def _understands(space: SearchSpace, text: str) -> bool:
    return not _why(space, text)


def _why(space: SearchSpace, text: str) -> str:
    """Why a space does not understand a text; empty if it does."""
    try:
        space.parse(text)
    except ArchitectureError as error:
        return f"{error!s:.150}"
    return ""
