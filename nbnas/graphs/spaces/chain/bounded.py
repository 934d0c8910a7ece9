"""Chains whose networks may have a size only: which there are, and how they are drawn.

Notation
    fits     a valid sequence whose network keeps the bounds
    share    of all valid sequences those that fit, as far as some draws tell
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nbnas.errors import SettingError
from nbnas.graphs.spaces.chain.sizes import Widths, size_of, smallest
from nbnas.graphs.spaces.chain.words import KINDS, Word, count, fault, word_at
from nbnas.graphs.spaces.counts import Counts, excess

LISTED = 100_000  # sequences that are gone through one by one
TRIED, SELDOM = 1_000, 0.02  # draws that tell the share, and the share below which it is small
CHANGE, INSERT, DELETE = range(3)
STEPS = 400  # edits that a walk tries


@dataclass(frozen=True, slots=True)
class Limits:
    """What a chain has to keep.

    Attributes:
        depths: Least and greatest number of layers.
        widths: How wide they are.
        max_parameters: Greatest number of trainable weights; `None` for any.
        max_multiply_adds: Greatest number of multiply-adds for one image; `None` for any.
    """

    depths: tuple[int, int]
    widths: Widths
    max_parameters: int | None
    max_multiply_adds: int | None

    @property
    def number(self) -> int:
        """Number of valid sequences, whatever their size."""
        return sum(self.counts)

    @property
    def counts(self) -> list[int]:
        """Number of valid sequences of each depth, whatever their size."""
        least, greatest = self.depths
        return [count(left, self.widths.side) for left in range(least, greatest + 1)]

    def at(self, index: int) -> Word:
        """The sequence at a place of the order of iteration, whatever its size."""
        for depth, number in enumerate(self.counts, self.depths[0]):
            if index < number:
                return word_at(index, depth, self.widths.side)
            index -= number
        raise IndexError(index)

    def excess(self, word: Word) -> str:
        """Which bound the network of a valid sequence breaks, in words; empty if none."""
        if self.max_parameters is None and self.max_multiply_adds is None:
            return ""
        return excess(size_of(word, self.widths), self)

    def fault(self, word: Word) -> str | None:
        """What is wrong with a sequence of kinds and where, or `None`."""
        least, greatest = self.depths
        if not least <= len(word) <= greatest:
            return f"expected {least} to {greatest} layers joined by '-', got {len(word)}"
        wrong = fault(word, self.widths.side)
        too_much = "" if wrong else self.excess(word)
        return wrong or (f"expected {too_much}" if too_much else None)


@functools.lru_cache(maxsize=100)
def some_word(limits: Limits) -> Word:
    """A small sequence that fits: the one of the fewest weights, multiply-adds, or of both.

    Raises:
        SettingError: If none of these fits; the message says how small they get.
    """
    weights, work = limits.max_parameters, limits.max_multiply_adds
    prices: list[Callable[[Counts], float]] = [
        lambda size: size.parameters / (weights or 10**15) + size.multiply_adds / (work or 10**15),
        lambda size: size.parameters,
        lambda size: size.multiply_adds,
    ]
    least, greatest = limits.depths
    depths = sorted({least, greatest, *range(least, min(greatest, least + 20))})
    words = [smallest(depth, limits.widths, price) for price in prices for depth in depths]
    for word in words:
        if limits.fault(word) is None:
            return word
    sizes = [size_of(word, limits.widths) for word in words]
    raise SettingError(
        f"expected bounds that some chain keeps, got max_parameters={weights}, "
        f"max_multiply_adds={work}: the smallest ones have "
        f"{min(size.parameters for size in sizes):,} parameters or "
        f"{min(size.multiply_adds for size in sizes):,} multiply-adds; raise the bounds, or let "
        "there be fewer layers, channels, units or pixels"
    )


@functools.lru_cache(maxsize=16)
def fitting(limits: Limits) -> tuple[int, ...] | None:
    """The places of all sequences that fit; `None` where there are too many to look at each."""
    if limits.number > LISTED:
        return None
    return tuple(i for i in range(limits.number) if not limits.excess(limits.at(i)))


def draw(limits: Limits, rng: np.random.Generator) -> Word:
    """Draw a sequence that fits.

    Uniformly where all can be listed, or at least one in 50 fits: then until one does. Elsewhere
    by a random walk of edits that fit, which begins at a small one.
    """
    places = fitting(limits)
    if places is not None:
        return limits.at(places[rng.integers(len(places))])
    if not _is_seldom(limits):
        while True:
            word = limits.at(integer(rng, limits.number))
            if not limits.excess(word):
                return word
    return _stroll(limits, rng)


@functools.lru_cache(maxsize=100)
def _is_seldom(limits: Limits) -> bool:
    """Whether the share of what fits is small."""
    rng = np.random.default_rng(0)
    drawn = (limits.at(integer(rng, limits.number)) for _ in range(TRIED))
    return sum(not limits.excess(word) for word in drawn) < SELDOM * TRIED


def _stroll(limits: Limits, rng: np.random.Generator) -> Word:
    word, (least, greatest) = some_word(limits), limits.depths
    kinds, places = rng.integers(len(KINDS), size=STEPS), rng.random(STEPS)
    edits = rng.integers(3, size=STEPS) if least < greatest else np.full(STEPS, CHANGE)
    for kind, share, edit in zip(kinds.tolist(), places.tolist(), edits.tolist(), strict=True):
        place = int(share * (len(word) + (edit == INSERT)))
        added = () if edit == DELETE else (KINDS[kind],)
        changed = (*word[:place], *added, *word[place + (edit != INSERT) :])
        word = word if limits.fault(changed) else changed
    return word


def integer(rng: np.random.Generator, below: int) -> int:
    """A uniform integer of any size: bits are drawn until they are below the bound."""
    bits = (below - 1).bit_length()
    while True:
        drawn = int.from_bytes(rng.bytes(bits // 8 + 1), "little") % (1 << bits)
        if drawn < below:
            return drawn
