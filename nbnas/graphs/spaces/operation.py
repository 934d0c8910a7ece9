"""An operation of one's own: a word for the edges of a cell, and what makes its module.

Notation
    C   number of channels of every vertex of a cell
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nbnas.checks import TEXT, Rule, each, instance, settle
from nbnas.errors import SettingError
from nbnas.graphs.graph import IDENTITY, LINK, ZERO
from nbnas.source import source_of

BUILT_IN = (ZERO, IDENTITY, "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
"""The operations of edges that nbnas builds itself, in the order of NAS-Bench-201."""
OF_DARTS = (
    *(ZERO, "max_pool_3x3", "avg_pool_3x3", IDENTITY),
    *("sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5"),
)
"""Those of genotypes, in the order of DARTS."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
"""What an operation of one's own can be called."""
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
        strided: Of a `DartsSpace` only: gives the module for where a reduction cell reads what it
            is given, from images `(n, C, H, W)` to `(n, C, H / 2, W / 2)`, odd sides rounded up.
            By default that of `build` after DARTS' skip connection in steps of two pixels.

    Raises:
        SettingError: If the name is none, or one of nbnas' own; or if `build` or `strided` cannot
            be called.

    Example:
        >>> from torch import nn
        >>> Operation("dw_conv_5x5", lambda c: nn.Conv2d(c, c, 5, padding=2, groups=c))
        Operation('dw_conv_5x5')
    """

    name: str
    build: Callable[[int], Any]
    strided: Callable[[int], Any] | None = None

    def __post_init__(self) -> None:
        settle(self, name=TEXT, build=_BUILD, strided=_BUILD.optional)
        if not NAME.fullmatch(self.name):
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
        return {f"operation {what}": source_of(build) for what, build in self.functions.items()}

    @property
    def functions(self) -> dict[str, Callable[[int], Any]]:
        """What builds it, by its name, and what builds it in steps of two pixels, if given."""
        strided = {} if self.strided is None else {f"{self.name} strided": self.strided}
        return {self.name: self.build, **strided}


def own_operations(operations: Iterable[str | Operation]) -> tuple[Operation, ...]:
    """Those of some operations that are not nbnas'."""
    return tuple(one for one in operations if isinstance(one, Operation))


def operations_out_of(words: Sequence[str]) -> Rule[tuple[str | Operation, ...]]:
    """The rule of operations that a space may have: some by name, and one's own."""
    one: Rule[str | Operation] = Rule(
        f"a name out of {', '.join(words)}, or an Operation",
        lambda one: isinstance(one, Operation) or (isinstance(one, str) and one in words),
        lambda one: one,
    )
    return each(one)


OF_CELLS = operations_out_of(BUILT_IN)
"""The rule of operations that a `CellSpace` may have."""
OPERATIONS = operations_out_of(tuple(dict.fromkeys((*BUILT_IN, *OF_DARTS))))
"""The rule of `space.operations` of any space."""

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
