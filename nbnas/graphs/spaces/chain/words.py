"""Sequences of kinds of layers that make a valid chain: counted, listed and edited.

Notation
    KINDS                     the five kinds of layers, in the order of iteration
    state (l, s, flat)        l layers are left, the image has a side of s pixels, or is flat
    n(l, s, flat)             number of valid ways to add l layers:
                              n(0, s, flat) = 1,   n(l, s, true) = 2 n(l - 1, s, true) = 2^l,
                              n(l, s, false) = 3 n(l - 1, s, false)          conv3x3, conv5x5, relu
                                             + n(l - 1, ceil(s / 2), false)  pool, if s > 1
                                             + n(l - 1, s, true)             dense
"""

import functools
from collections.abc import Iterator

from nbnas.graphs.spaces.shapes import halve

KINDS = ("conv3x3", "conv5x5", "pool", "relu", "dense")
FLAT = 0
"""The side of what a dense layer gives: there is no image any more."""

Word = tuple[str, ...]


def count(left: int, side: int) -> int:
    """Number of valid ways to add so many layers, n(left, side, flat).

    Args:
        left: Number of layers to add.
        side: Side of the image in pixels, or `FLAT`.

    Returns:
        The exact number.

    Example:
        >>> count(2, 2), count(2, 1), count(2, FLAT)
        (21, 14, 4)
    """
    return _column(left, side)[left]


@functools.lru_cache(maxsize=10_000)
def _column(most: int, side: int) -> tuple[int, ...]:
    """The numbers n(0), ..., n(most) for one side: the dynamic programme, column by column."""
    others = [_column(most, after) for _, after in _choices(side) if after != side]
    staying = sum(after == side for _, after in _choices(side))
    column = [1]
    for left in range(1, most + 1):
        column.append(staying * column[-1] + sum(other[left - 1] for other in others))
    return tuple(column)


@functools.lru_cache(maxsize=1_000)
def _choices(side: int) -> tuple[tuple[str, int], ...]:
    """The kinds that may come next, each with the side that it leaves."""
    if side == FLAT:
        return (("relu", FLAT), ("dense", FLAT))
    after = dict.fromkeys(KINDS, side) | {"pool": halve(side), "dense": FLAT}
    return tuple((kind, s) for kind, s in after.items() if kind != "pool" or side > 1)


def word_at(index: int, depth: int, side: int) -> Word:
    """The sequence at a place of the lexicographic order of those of one depth."""
    word: list[str] = []
    for left in reversed(range(depth)):
        for kind, after in _choices(side):
            number = count(left, after)
            if index < number:
                word.append(kind)
                side = after
                break
            index -= number
    return tuple(word)


def fault(word: Word, side: int) -> str | None:
    """What is wrong with a sequence of kinds for images of a side, and where; or `None`."""
    for place, kind in enumerate(word, 1):
        after = dict(_choices(side))
        if kind not in after:
            return f"layer {place}: expected one of {', '.join(after)}, got {kind!r:.40}"
        side = after[kind]
    return None


def edits(word: Word) -> Iterator[Word]:
    """All sequences one edit away, valid or not, some of them more than once."""
    for place in range(len(word) + 1):
        before, at, after = word[:place], word[place : place + 1], word[place + 1 :]
        yield from ((*before, kind, *at, *after) for kind in KINDS)
        if at:
            yield from ((*before, kind, *after) for kind in KINDS if kind != at[0])
            yield (*before, *after)
