"""What there is to choose from, under one name."""

import math
from collections.abc import Iterable, Sized
from dataclasses import dataclass, field
from itertools import pairwise
from numbers import Integral, Real

from nbnas.brief import brief
from nbnas.checks import FLAG, Rule, settle
from nbnas.errors import SettingError, shown
from nbnas.graphs.values import Value, write

MOST_OPTIONS = 1_000
_EXPECTED = (
    f"a sequence of 1 to {MOST_OPTIONS:,} different options, each of it a finite number, "
    "a text, True, False or None"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The options of a choice.

    Attributes:
        options: What there is to choose from.
        ordered: Whether the order of the options means something, so that the first and the last
            are farthest apart; by default it does if they are numbers that rise or fall.
        words: The options as they are written. These are compared, so that 1 is not 1.0.

    Raises:
        SettingError: If the options are no sequence, one stands twice, or is something else.

    Example:
        >>> Choice((16, 32, 64)).ordered, Choice(("relu", "gelu")).ordered
        (True, False)
        >>> Choice(("small", "medium", "large"), ordered=True)
        Choice(('small', 'medium', 'large'), ordered=True)
    """

    options: tuple[Value, ...] = field(compare=False)
    ordered: bool = None  # type: ignore[assignment]
    words: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        settle(self, options=_OPTIONS, ordered=FLAG.optional)
        given: object = self.ordered
        if given is None:
            object.__setattr__(self, "ordered", _rise_or_fall(self.options))
        object.__setattr__(self, "words", tuple(map(write, self.options)))
        if len(set(self.options)) < len(self.options):
            raise SettingError(f"expected no option twice, got {shown(self.options)}")

    @brief
    def __repr__(self) -> str:
        said = "" if self.ordered == _rise_or_fall(self.options) else f", ordered={self.ordered}"
        return f"{self.options!r}{said}"


def near(choice: Choice, place: int) -> tuple[int, ...]:
    """The places one edit away: the next ones of ordered options, of others all."""
    places = range(len(choice.options))
    return tuple(p for p in places if p != place and (not choice.ordered or abs(p - place) == 1))


def position(choice: Choice, place: int) -> float:
    """Where an ordered option stands, from 0, the first one, to 1, the last."""
    return place / max(len(choice.options) - 1, 1)


def _is_value(value: object) -> bool:
    if value is None or isinstance(value, bool | str):
        return True
    if isinstance(value, Integral):
        return abs(int(value)) < 2**63
    return isinstance(value, Real) and math.isfinite(value)


def _plain(value: object) -> Value:
    """A value as Python's own, where it is one of numpy."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    return int(value) if isinstance(value, Integral) else float(value)  # type: ignore[arg-type]


def _are_options(values: object) -> bool:
    if isinstance(values, str | bytes | dict | set | frozenset | type):
        return False
    if not isinstance(values, Iterable) or not isinstance(values, Sized):
        return False
    if getattr(values, "ndim", 1) != 1 or not 1 <= len(values) <= MOST_OPTIONS:
        return False
    return all(map(_is_value, values))


def _rise_or_fall(options: tuple[Value, ...]) -> bool:
    numbers = [o for o in options if isinstance(o, int | float) and not isinstance(o, bool)]
    pairs = list(pairwise(numbers))
    rising, falling = all(a < b for a, b in pairs), all(a > b for a, b in pairs)
    return len(numbers) == len(options) and (rising or falling)


_OPTIONS: Rule[tuple[Value, ...]] = Rule(
    _EXPECTED, _are_options, lambda values: tuple(map(_plain, values))
)
