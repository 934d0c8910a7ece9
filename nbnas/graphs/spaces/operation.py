"""An operation of one's own: a word for the edges of a cell, and what makes its module.

Notation
    C   number of channels of every vertex of a cell
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nbnas.checks import TEXT, Rule, each, instance, settle
from nbnas.errors import SettingError
from nbnas.graphs.graph import IDENTITY, LINK, ZERO
from nbnas.source import source_of

BUILT_IN = (ZERO, IDENTITY, "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
"""The operations of edges that nbnas builds itself, in the order of NAS-Bench-201."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
_TAKEN = (*BUILT_IN, LINK, "input", "output", "sum")
_BUILD: Rule[Callable[[int], Any]] = Rule(
    "a function from the number of channels to a module, such as lambda channels: torch.nn.ReLU()",
    callable,
    lambda build: build,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """What an edge of a cell does with the images that pass it.

    Attributes:
        name: Its word: letters, digits, "_", "-" and ".", a letter first. It stands in the
            notation of every cell that has it.
        build: Gives the module for a number of channels: from images `(n, C, H, W)` to images of
            the same shape. Its weights begin as it makes them, drawn from the seed of the
            training.

    Raises:
        SettingError: If the name is none, or one of nbnas' own; or if `build` cannot be called.

    Example:
        >>> from torch import nn
        >>> Operation("dw_conv_5x5", lambda c: nn.Conv2d(c, c, 5, padding=2, groups=c))
        Operation('dw_conv_5x5')
    """

    name: str
    build: Callable[[int], Any]

    def __post_init__(self) -> None:
        settle(self, name=TEXT, build=_BUILD)
        if not _NAME.fullmatch(self.name):
            raise SettingError(
                "expected the name of an operation of up to 60 letters, digits, '_', '-' and '.', "
                f"a letter first, got {self.name!r:.100}"
            )
        if self.name in _TAKEN:
            raise SettingError(
                f"expected another name than nbnas' own {', '.join(_TAKEN)}, got {self.name!r}; "
                "an operation of nbnas is given by its name alone"
            )

    def __repr__(self) -> str:
        return f"Operation({self.name!r})"

    def __str__(self) -> str:
        """Its word."""
        return self.name

    def fingerprint(self) -> dict[str, str]:
        """The name and source of what builds it: what a study remembers of it."""
        return {f"operation {self.name}": source_of(self.build)}


def own_operations(operations: Iterable[str | Operation]) -> tuple[Operation, ...]:
    """Those of some operations that are not nbnas'."""
    return tuple(one for one in operations if isinstance(one, Operation))


_WORDS = f"a name out of {', '.join(BUILT_IN)}, or an Operation"
_OPERATION: Rule[str | Operation] = Rule(
    _WORDS,
    lambda one: isinstance(one, Operation) or (isinstance(one, str) and one in BUILT_IN),
    lambda one: one,
)
OPERATIONS: Rule[tuple[str | Operation, ...]] = each(_OPERATION)
"""The rule of operations that a cell may have: built-in ones by name, and one's own."""

OPERATION: Rule[Operation] = instance(Operation, "Operation('relu', lambda c: torch.nn.ReLU())")


def check_distinct(operations: Iterable[str | Operation]) -> None:
    """Check that no two operations have one name.

    Raises:
        SettingError: If they do.
    """
    names = [str(one) for one in operations]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingError(f"expected operations of different names, got {', '.join(twice)} twice")
