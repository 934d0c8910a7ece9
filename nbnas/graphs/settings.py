"""Settings that are chosen together with an architecture: how they are written, and read back.

Notation
    setting    (name, value): a name of letters, digits and _, and a number, a text, True, False
               or None
    settings   a tuple of them, sorted by name; empty for an architecture alone
    text       "graph @ name=value, name=value"; values as `nbnas.graphs.values` writes them
"""

import math
import re
from collections.abc import Iterator, Mapping
from numbers import Integral, Real

from nbnas.errors import ArchitectureError, shown
from nbnas.graphs.values import Value, read, write

Settings = tuple[tuple[str, Value], ...]
AT, COMMA = " @ ", ", "
_SETTING = re.compile(r'([^\W\d]\w*)=("(?:[^"\\]|\\.)*"|[\w./+*-]+)')


def plain(value: object) -> Value:
    """A value as Python's own, where it is one of numpy.

    Raises:
        ArchitectureError: If it is no finite number, text, True, False or None.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if type(value).__name__ in ("bool", "bool_"):  # of numpy
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real) and math.isfinite(value):
        return float(value)
    raise ArchitectureError(
        "expected the value of a setting to be a finite number, a text, True, False or None, got "
        f"{shown(value)}"
    )


def settled(settings: object) -> Settings:
    """Settings as an architecture holds them.

    Args:
        settings: A dictionary, or pairs of name and value in any order.

    Raises:
        ArchitectureError: If something else is among them, or a name stands twice.
    """
    pairs = tuple(settings.items()) if isinstance(settings, Mapping) else settings
    if not isinstance(pairs, tuple) or not all(map(_is_setting, pairs)):
        raise ArchitectureError(
            f"expected settings as pairs of a name and a value, got {shown(settings)}"
        )
    found = tuple(sorted((name, plain(value)) for name, value in dict(pairs).items()))
    if len(found) < len(pairs):
        raise ArchitectureError(f"expected no setting twice, got {shown(settings)}")
    return found


def write_settings(settings: Settings) -> str:
    """The settings as they stand in a text; empty where there are none.

    Example:
        >>> write_settings((("batch_size", 64), ("learning_rate", 0.01)))
        'batch_size=64, learning_rate=0.01'
    """
    return COMMA.join(f"{name}={write(value)}" for name, value in settings)


def joined(text: str, settings: Settings) -> str:
    """The notation of a graph with its settings; its own where it has none."""
    return f"{text}{AT}{write_settings(settings)}" if settings else text


def read_settings(text: str) -> Settings:
    """The settings in a text, with `write_settings(read_settings(text)) == text`.

    Raises:
        ArchitectureError: If there are none, or they are not sorted by name; the message says
            where.
    """
    found, end = list[tuple[str, Value]](), 0
    while end <= len(text):
        pair = _SETTING.match(text, end)
        if pair is None or text[pair.end() : pair.end() + len(COMMA)] not in ("", COMMA):
            raise ArchitectureError(
                "expected settings name=value, one after the other with ', ' between, got "
                f"{text[end : end + 40]!r} at {end} of {text!r:.200}"
            )
        found.append((pair[1], read(pair[2])))
        end = pair.end() + len(COMMA)
    if tuple(found) != settled(dict(found)):
        raise ArchitectureError(f"expected settings sorted by name and none twice, got {text!r}")
    return tuple(found)


def splits(text: str) -> Iterator[tuple[str, str]]:
    """The ways to take a text for that of a graph and that of settings."""
    place = text.find(AT)
    while place >= 0:
        yield text[:place], text[place + len(AT) :]
        place = text.find(AT, place + 1)


def _is_setting(pair: object) -> bool:
    match pair:
        case (str(name), _):
            return isinstance(pair, tuple) and name.isidentifier()
    return False


def contrasted(own: Settings, other: Settings) -> str:
    """What is set otherwise in one architecture than in another, in words; empty if nothing is.

    Example:
        >>> contrasted((("depth", 2), ("rate", 0.1)), (("depth", 2), ("rate", 0.5)))
        'rate 0.1 instead of 0.5'
    """
    there = dict(other)
    pairs = ((name, value, there[name]) for name, value in own if name in there)
    return COMMA.join(
        f"{name} {write(value)} instead of {write(before)}"
        for name, value, before in pairs
        if value != before
    )
