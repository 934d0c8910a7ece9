r"""Architectures of named choices: how they are written as labels and text, and read back.

Notation
    value   what is chosen: a number, a text, True, False or None
    label   "name=value", the value as Python writes it; a text that is a plain word stands bare:
            "width=16", "rate=0.1", "bias=True", "activation=relu", "title=\"two words\""
    text    the labels joined by " ": "depth=3 width=16 activation=relu"
    graph   a star: the vertex "choices", one vertex a label that reads it, and "output", which
            reads them all. So kernels and distances over graphs see what two of them share
"""

import functools
import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from nbnas.errors import ArchitectureError
from nbnas.graphs.graph import LINK, Edge

Value = int | float | bool | str | None
CHOICES, OUTPUT = "choices", "output"

_WORDS: Mapping[str, Value] = {"True": True, "False": False, "None": None}
_BARE = re.compile(r"[\w./+*-]+")
_LABEL = re.compile(r'([^\s="]+)=("(?:[^"\\]|\\.)*"|[^\s"]+)')


def write(value: Value) -> str:
    """A value as it stands in a label.

    Example:
        >>> write(0.1), write("relu"), write("two words"), write("3"), write(None)
        ('0.1', 'relu', '"two words"', '"3"', 'None')
    """
    if not isinstance(value, str):
        return repr(value)
    return value if _BARE.fullmatch(value) and read_word(value) == value else json.dumps(value)


def read(written: str) -> Value:
    """The value that is written so, with `write(read(written)) == written`.

    Raises:
        ArchitectureError: If it is none.
    """
    try:
        value = json.loads(written) if written.startswith('"') else read_word(written)
    except ValueError as error:
        raise ArchitectureError(f"expected a value, got {written!r:.80}: {error}") from error
    if write(value) != written:
        raise ArchitectureError(f"expected {write(value)}, got {written!r:.80}")
    return value


def labels_of(text: str) -> tuple[str, ...]:
    """The labels in the text of an architecture.

    Raises:
        ArchitectureError: If it is no such text; the message says where.
    """
    labels, end = [], 0
    while end <= len(text):
        found = _LABEL.match(text, end)
        if found is None or text[found.end() : found.end() + 1] not in ("", " "):
            raise ArchitectureError(
                f"expected name=value, one after the other with a space between, "
                f"got {text[end : end + 40]!r} at {end} of {text!r:.200}"
            )
        labels.append(found.group())
        end = found.end() + 1
    return tuple(labels)


@functools.lru_cache(maxsize=10_000)
def values_of(nodes: tuple[str, ...]) -> Mapping[str, Value]:
    """What is chosen by the vertices of an architecture of choices; empty for any other.

    Raises:
        ArchitectureError: If a label is no choice.
    """
    if not is_of_choices(nodes):
        return MappingProxyType({})
    return MappingProxyType(dict(map(read_label, nodes[1:-1])))


def read_label(label: str) -> tuple[str, Value]:
    """The name and the value of a label.

    Raises:
        ArchitectureError: If it is none.

    Example:
        >>> read_label("width=16")
        ('width', 16)
    """
    found = _LABEL.fullmatch(label)
    if found is None:
        raise ArchitectureError(f"expected a choice name=value, got {label!r:.80}")
    return found.group(1), read(found.group(2))


def is_of_choices(nodes: Sequence[str]) -> bool:
    """Whether the labels of a graph are those of an architecture of choices."""
    return nodes[0] == CHOICES


@functools.lru_cache(maxsize=100)
def star(choices: int) -> tuple[Edge, ...]:
    """The edges of an architecture of so many choices."""
    return (
        *((0, v, LINK) for v in range(1, choices + 1)),
        *((v, choices + 1, LINK) for v in range(1, choices + 1)),
    )


def read_word(word: str) -> Value:
    """The value that a word means: a number, True, False or None, or the text itself.

    Example:
        >>> read_word("1e-3"), read_word("None"), read_word("relu")
        (0.001, None, 'relu')
    """
    if word in _WORDS:
        return _WORDS[word]
    for number in (int, float):
        try:
            return number(word)
        except ValueError:
            continue
    return word
