"""Joint spaces and their parts: what is one, and the part that has some graphs only."""

from collections.abc import Sequence
from typing import Any

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import SearchSpace
from nbnas.graphs.spaces.joint.space import JointSpace
from nbnas.graphs.spaces.subspace import Subspace


def joint_space(space: SearchSpace) -> JointSpace | None:
    """The joint space that a space is, or is a part of; `None` for architectures alone."""
    for one in (space, getattr(space, "space", None)):
        if isinstance(one, JointSpace):
            return one
    return None


def part_of(space: SearchSpace, graphs: Sequence[Architecture]) -> SearchSpace:
    """The part of a space that has some graphs, with whatever settings.

    Raises:
        NbnasError: As `Subspace` does.
    """
    if isinstance(space, JointSpace):
        return JointSpace(Subspace(space.graphs, tuple(graphs)), **dict(space.box.items()))
    return Subspace(space, tuple(graphs))


def graphs_around(space: Any) -> Any:  # noqa: ANN401
    """The space of the graphs alone, whatever settings and restrictions are around it."""
    joint = joint_space(space)
    inner = space if joint is None else joint.graphs
    return getattr(inner, "space", inner)
