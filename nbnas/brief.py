"""One line that says what a person would want to know of an object, and all of it where needed."""

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TypeVar

LIMIT = 200  # characters of a repr
T = TypeVar("T")
_NONE: Mapping[str, Any] = MappingProxyType({})
ADDED: Mapping[str, bool] = MappingProxyType({"added": True})
"""Metadata of a field that came later: it is told only where it is used, so that what studies
remember of the other fields stays as it was."""
ABSENT = "absent"  # in the metadata of a field: what it was before it could be said
_PART, _WORD = re.compile("[|/→,;] "), re.compile(" ")
_FULL: ContextVar[bool] = ContextVar("full", default=False)


def cut(text: object, most: int = LIMIT) -> str:
    """A text in one line of at most so many characters.

    Example:
        >>> cut("a recipe that is long", 10)
        'a recipe …'
    """
    line = " ".join(str(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def told_apart(texts: Sequence[str], most: int) -> list[str]:
    """Texts cut to at most so many characters, so that one can tell which is which.

    One that would look like an earlier one begins where the two part, such as at the vertex. Some
    may be alike for all that, as where they differ in several places far from each other.

    Example:
        >>> told_apart(["conv 3×3 | conv 3×3 | pool", "conv 3×3 | conv 3×3 | skip"], 16)
        ['conv 3×3 | conv…', '… skip']
    """
    lines = [" ".join(text.split()) for text in texts]
    starts, shown = [0] * len(lines), list[str]()
    for _ in lines:  # each may part from all others
        pairs = zip(lines, starts, strict=True)
        shown = [cut("… " * bool(start) + line[start:], most) for line, start in pairs]
        first: dict[str, int] = {}
        for place, words in enumerate(shown):
            earlier = first.setdefault(words, place)
            if lines[place] != lines[earlier]:
                starts[place] = _parting(lines[place], lines[earlier], most // 2)
        if len(first) == len(set(lines)):
            break
    return shown


def _parting(line: str, other: str, most: int) -> int:
    """Where a line is no longer as another one, or its part or word begins, if not far before."""
    pairs = enumerate(zip(line, other, strict=False))
    same = next((i for i, (a, b) in pairs if a != b), min(len(line), len(other)))
    for begin in (_PART, _WORD):
        found = [each.end() for each in begin.finditer(line, 0, same)]
        if found and same - found[-1] <= most:
            return found[-1]
    return same


def of_planned(number: int, planned: int) -> str:
    """How far something is: `"3 of 12"`, or `"3"` where no end is planned (0)."""
    return f"{number} of {planned}" if planned else f"{number}"


def seconds(number: float) -> str:
    """A duration for a person.

    Example:
        >>> seconds(0.26), seconds(42.3), seconds(150), seconds(9000)
        ('0.3 s', '42 s', '2 min 30 s', '2 h 30 min')
    """
    whole = round(number)
    if 0 < number < 1:
        return f"{number:.1f} s" if number >= 0.05 else "under 0.1 s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def brief(said: Callable[[T], str]) -> Callable[[T], str]:
    """Make a `__repr__` of a method that says what stands between the parentheses.

    Args:
        said: Gives it; of whatever length.

    Returns:
        The method, which puts the name of the class before it and keeps to one line.
    """

    @functools.wraps(said)
    def __repr__(self: T) -> str:
        if _FULL.get():
            return _full(self)
        name = type(self).__qualname__
        return f"{name}({cut(said(self), LIMIT - len(name) - 2)})"

    __repr__.brief = True  # type: ignore[attr-defined]
    return __repr__


def changed(thing: Any, usual: Mapping[str, Any] = _NONE) -> str:  # noqa: ANN401
    """The settings of a frozen object that are not those by default, in their order.

    Args:
        thing: The object.
        usual: Defaults by name, where they are not those of the class.
    """
    return ", ".join(
        f"{field.name}={_short(value)}"
        for field in dataclasses.fields(thing)
        if field.repr and _differs(field, value := getattr(thing, field.name))
        if field.name not in usual or not _same(value, usual[field.name])
    )


def added(absent: object) -> Mapping[str, Any]:
    """Metadata of a field that came later, whose default is not what there was before it.

    Args:
        absent: What there was: what does not remember the field had this value.
    """
    return MappingProxyType({**ADDED, ABSENT: absent})


def told(thing: Any) -> "tuple[dataclasses.Field[Any], ...]":  # noqa: ANN401
    """The fields of a frozen object but for those that came later and are as they are by default.

    See `ADDED`; where something else was so before the field came, `added` says what.
    """
    return tuple(
        field
        for field in dataclasses.fields(thing)
        if "added" not in field.metadata or _says(field, getattr(thing, field.name))
    )


def settings(thing: Any) -> str:  # noqa: ANN401
    """What is `told` of a frozen object, as its constructor takes it."""
    return ", ".join(f"{f.name}={getattr(thing, f.name)!r}" for f in told(thing) if f.repr)


def full(value: object) -> str:
    """What `repr` would give if no object were brief.

    A study remembers settings by this, so that it never changes.

    Args:
        value: Anything; what it holds is told in full, too.

    Returns:
        All fields of frozen objects, and all that torch tells of its modules.
    """
    with in_full():
        return repr(value)


@contextmanager
def in_full() -> Iterator[None]:
    """Inside, no object is brief."""
    token = _FULL.set(True)
    try:
        yield
    finally:
        _FULL.reset(token)


def _full(thing: Any) -> str:  # noqa: ANN401
    """The repr that an object has by itself."""
    if dataclasses.is_dataclass(thing):
        return f"{type(thing).__qualname__}({settings(thing)})"
    own = (cls.__dict__.get("__repr__") for cls in type(thing).__mro__)
    told: str = next(each for each in own if each and not hasattr(each, "brief"))(thing)
    return told


def _short(value: object) -> str:
    """A function's name, without its address; else the repr."""
    named = str(getattr(value, "__qualname__", ""))
    return named.replace("<locals>.", "") if inspect.isroutine(value) and named else repr(value)


def _says(field: "dataclasses.Field[Any]", value: object) -> bool:
    """Whether a field that came later has to be told."""
    if ABSENT in field.metadata:
        return not _same(value, field.metadata[ABSENT])
    return _differs(field, value)


def _differs(field: "dataclasses.Field[Any]", value: object) -> bool:
    if field.default is not dataclasses.MISSING:
        return not _same(value, field.default)
    if field.default_factory is not dataclasses.MISSING:
        return not _same(value, field.default_factory())
    return True


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)
