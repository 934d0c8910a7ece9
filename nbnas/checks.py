"""Rules for what is passed to nbnas: a wrong type or value is refused where it comes in.

A rule takes the name and the value of an argument or a field. It gives the value back, numbers of
numpy as Python's own, or raises an error that says what was expected, what came and what to do.
A bool is no number here.

Example:
    >>> whole(1)("draws", 8)
    8
    >>> whole(1).optional("draws", 1.5)
    Traceback (most recent call last):
    nbnas.errors.SettingError: expected draws to be None or a whole number from 1 to 10,000,000, \
got draws=1.5
"""

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import Any, Generic, TypeVar

from nbnas.errors import NbnasError, SettingError, shown

T = TypeVar("T")
LONGEST_NAME = 255  # bytes of the name of a file
MANY = 10_000_000  # the most of anything that is made, counted or gone through one by one


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """What a value has to be.

    Attributes:
        expected: The same in words, to follow "expected … to be".
        accepts: Whether a value, of any type, is allowed.
        settled: What an allowed value becomes.
        error: What is raised for others.
        hint: What to do for others, to follow a semicolon.
        objects: Whether a class is none for want of being called.
    """

    expected: str
    accepts: Callable[[Any], bool]
    settled: Callable[[Any], T]
    error: type[NbnasError] = SettingError
    hint: str = ""
    objects: bool = False

    def __call__(self, name: str, value: object) -> T:
        """The value of an argument or field, if it is allowed.

        Raises:
            NbnasError: If it is not, of the rule's own kind.
        """
        if self.accepts(value):
            return self.settled(value)
        raise self.refusal(name, value)

    def refusal(self, name: str, value: object) -> NbnasError:
        """The error that says why a value is not allowed."""
        uncalled = isinstance(value, type) and self.objects
        hints = ["call the class"] * uncalled + [self.hint] * bool(self.hint)
        said = f"expected {name} to be {self.expected}, got {name}={shown(value)}"
        return self.error("; ".join([said, *hints]))

    @property
    def optional(self) -> "Rule[T | None]":
        """The rule that allows `None`, too."""
        rule: Rule[Any] = self
        return replace(
            rule,
            expected=f"None or {self.expected}",
            accepts=lambda value: value is None or self.accepts(value),
            settled=lambda value: None if value is None else self.settled(value),
        )

    def raising(self, error: type[NbnasError], hint: str = "") -> "Rule[T]":
        """The rule that raises another error, with another hint."""
        return replace(self, error=error, hint=hint)


def settle(made: object, **rules: Rule[Any]) -> None:
    """Check fields of a frozen object that is being made, and set them to what they become.

    Args:
        made: The object.
        rules: The rule of each field, by its name.

    Raises:
        NbnasError: If a field breaks its rule.
    """
    for name, rule in rules.items():
        object.__setattr__(made, name, rule(name, getattr(made, name)))


def whole(least: int, most: int = MANY) -> Rule[int]:
    """A whole number of a range, both ends included."""
    return Rule(
        f"a whole number from {least} to {most:,}",
        lambda value: _is_whole(value) and least <= value <= most,
        int,
    )


def real(
    least: float = -math.inf,
    most: float = math.inf,
    *,
    above: float = -math.inf,
    below: float = math.inf,
    infinite: bool = False,
) -> Rule[float]:
    """A finite number of a range.

    Args:
        least: The least one.
        most: The greatest one.
        above: What it has to be greater than.
        below: What it has to be less than.
        infinite: Whether it may be infinite.
    """
    under = (
        "and below" if math.isfinite(above) else "to below" if math.isfinite(least) else "below"
    )
    ends = {"from": least, "above": above, "to": most, under: below}
    words = [f"{word} {end:g}" for word, end in ends.items() if math.isfinite(end)]
    return Rule(
        " ".join(["a number" if infinite else "a finite number", *words]),
        lambda value: (
            _is_number(value, infinite)
            and least <= value <= most
            and (above < value or above == -math.inf)
            and (value < below or below == math.inf)
        ),
        _plain,
    )


def span(least: int, most: int = MANY) -> Rule[tuple[int, int]]:
    """Two whole numbers of a range, the second at least the first."""
    one = whole(least, most)
    return Rule(
        f"a pair (least, greatest) of whole numbers from {least} to {most:,}",
        lambda pair: (
            (_is_sequence(pair) and len(pair) == 2 and all(map(one.accepts, pair)))
            and pair[0] <= pair[1]
        ),
        lambda pair: (int(pair[0]), int(pair[1])),
    )


def instance(kind: type[T], such_as: str) -> Rule[T]:
    """An object of a class, such as the one named; not the class itself."""
    article = "an" if kind.__name__[0] in "AEIOU" else "a"
    expected = f"{article} {kind.__name__} such as {such_as}"
    return Rule(expected, lambda value: isinstance(value, kind), lambda value: value, objects=True)


def offering(what: str, such_as: str, *methods: str, base: str = "") -> Rule[Any]:
    """An object with some methods, as a protocol asks for them; not its class.

    Args:
        what: What has them, such as "a distance".
        such_as: One of them, as it is written.
        methods: The names of the methods.
        base: The public class that one of somebody's own inherits from.
    """
    asked = f", with {', '.join(methods)}" if methods != ("__call__",) else ""
    return Rule(
        f"{what} such as {such_as}{asked}",
        lambda x: not isinstance(x, type) and all(callable(getattr(x, m, None)) for m in methods),
        lambda value: value,
        hint=f"one of your own inherits from nbnas.{base}" if base else "",
        objects=True,
    )


def either(first: Rule[Any], second: Rule[Any]) -> Rule[Any]:
    """What one of two rules allows."""
    return replace(
        first,
        expected=f"{first.expected} or {second.expected}",
        accepts=lambda value: first.accepts(value) or second.accepts(value),
        settled=lambda value: (first if first.accepts(value) else second).settled(value),
    )


def each(rule: Rule[T], *, least: int = 0, of: str = "") -> "Rule[tuple[T, ...]]":
    """Several values, each of which a rule allows; a text, bytes and a dictionary are no such.

    Args:
        rule: The rule of each.
        least: The least number of them.
        of: What they are in words; by default what the rule says.
    """
    some = f"at least {least} of them" if least else "one after the other"
    one: Rule[Any] = rule
    return replace(
        one,
        expected=f"a sequence ({some}), each of it {of or rule.expected}",
        accepts=lambda values: (
            _is_sequence(values) and len(values) >= least and all(map(rule.accepts, values))
        ),
        settled=lambda values: tuple(map(rule.settled, values)),
    )


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: Any, infinite: bool) -> bool:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return math.isfinite(value) or (infinite and not math.isnan(value))
    except OverflowError:  # a whole number beyond all floats
        return False


def _is_flag(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")  # of numpy


def _plain(value: Any) -> float:  # noqa: ANN401
    """A number as Python's own; beyond a machine's whole numbers a float."""
    return int(value) if isinstance(value, Integral) and abs(int(value)) < 2**63 else float(value)


def _is_sequence(values: object) -> bool:
    if isinstance(values, str | bytes | dict | type) or not isinstance(values, Iterable):
        return False
    return hasattr(values, "__len__") and getattr(values, "ndim", 1) == 1


FLAG: Rule[bool] = Rule("True or False", _is_flag, bool)
TEXT: Rule[str] = Rule("a text", lambda value: isinstance(value, str), str)
REAL: Rule[float] = Rule(
    "a number", lambda value: isinstance(value, Real) and not isinstance(value, bool), _plain
)
MAPPING: Rule[Any] = Rule("a dictionary", lambda it: isinstance(it, Mapping), lambda it: it)
SEED = whole(0, 2**63 - 1)
PATH: Rule[Path] = Rule(
    "the path of a file, as a text or a pathlib.Path",
    lambda value: isinstance(value, str | PathLike) and _is_path(value),
    lambda value: Path(value).expanduser(),  # "~" is the home folder
)


def _is_path(value: "str | PathLike[Any]") -> bool:
    try:
        parts = [os.fsencode(part) for part in Path(value).expanduser().parts]
    except (TypeError, ValueError, RuntimeError):  # bytes, odd letters, no such person's home
        return False
    return value != "" and all(b"\0" not in part and len(part) <= LONGEST_NAME for part in parts)
