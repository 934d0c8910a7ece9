"""Architectures that a strategy tries before all others.

Notation
    left    those that are to be tried first and are neither evaluated nor pending, in their order
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

from nbnas.brief import ADDED
from nbnas.checks import Rule, each
from nbnas.errors import SettingError
from nbnas.graphs.architecture import ARCHITECTURE, Architecture
from nbnas.graphs.space import SearchSpace, check_member
from nbnas.records import Observations, Proposal
from nbnas.search.strategies.strategy import check_question

_SOME = each(ARCHITECTURE, of="an Architecture, such as space.parse(text)").raising(
    SettingError, "put a single one in a tuple"
)
FIRST: Rule[tuple[Architecture, ...]] = dataclasses.replace(
    _SOME,
    expected=f"{_SOME.expected}, and none twice",
    accepts=lambda some: _SOME.accepts(some) and len(set(some)) == len(some),
)


def none_first() -> Any:  # noqa: ANN401
    """The field of a strategy that holds what it tries first: nothing by default."""
    return dataclasses.field(default=(), metadata=ADDED)


class Beginning(Protocol):
    """A strategy that tries some architectures first."""

    @property
    def first(self) -> tuple[Architecture, ...]:
        """What it tries first, in this order; each is one of the space and comes once."""


S = TypeVar("S", bound=Beginning)
Propose = Callable[
    [S, SearchSpace, Observations, Sequence[Architecture], int, np.random.Generator], Proposal
]


def beginning(propose: Propose[S]) -> Propose[S]:
    """Make a strategy propose what it is to try first before it proposes by itself.

    Those that are evaluated or pending are passed over, so that a search that was killed goes on
    with the next. They count as the strategy's first observations, like random ones.

    Args:
        propose: The method of a strategy with a field `first`.

    Returns:
        The method. Nothing is drawn for what comes first, and nothing changes where that is empty.
    """

    @functools.wraps(propose)
    def proposing(
        self: S,
        space: SearchSpace,
        observations: Observations,
        pending: Sequence[Architecture],
        n: int,
        rng: np.random.Generator,
    ) -> Proposal:
        if not self.first:
            return propose(self, space, observations, pending, n, rng)
        n, rng = check_question(space, observations, pending, n, rng)
        check_first(self, space)
        taken = {*observations.architectures, *pending}
        left = tuple(a for a in self.first if a not in taken)
        if not left:
            return propose(self, space, observations, pending, n, rng)
        number = self.first.index(left[0]) + 1
        reason = f"Number {number} of the {len(self.first)} architectures to be tried first."
        rest: tuple[Architecture, ...] = ()
        if len(left) < n:
            known = (*pending, *left)
            rest = propose(self, space, observations, known, n - len(left), rng).architectures
        return Proposal((*left[:n], *rest), reason)

    return proposing


def check_first(strategy: object, space: SearchSpace) -> None:
    """Check that a strategy can search a space, and that what it tries first is in it.

    Raises:
        ArchitectureError: If something to try first is not; the message says what.
        SettingError: If the strategy cannot search the space, where it says so beforehand.
    """
    for part in (strategy, getattr(strategy, "maximizer", None)):
        check = getattr(part, "check_space", None)
        if check is not None:
            check(space)
    for architecture in getattr(strategy, "first", ()):
        check_member(space, architecture, "an architecture to try first")
