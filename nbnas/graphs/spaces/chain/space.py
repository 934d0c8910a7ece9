"""Chains: all networks of so many layers from {conv3x3, conv5x5, pool, relu, dense}.

The notation is the kinds of the layers joined by "-", such as "conv3x3-pool-relu-dense"; see
`nbnas.graphs.spaces.chain.words` for how they are counted.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.checks import either, settle, span, whole
from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import LINK, Architecture
from nbnas.graphs.space import (
    COUNT,
    NOTATION,
    Randomness,
    check_member,
    generator,
    is_member,
)
from nbnas.graphs.spaces.chain.words import KINDS, Word, count, edits, fault, word_at
from nbnas.graphs.spaces.choices import Choices, chosen
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import CONVOLUTIONS, DENSE, RELU

LARGEST_ITERATED = 100_000
DEEPEST = 1_000  # layers; the number of sequences has as many bits, and three times as many
WIDEST = 999_999  # units that a layer's label can have
ABSENT = "none"
"""The choice of no layer at a place, where the depth is a range."""


@dataclass(frozen=True, slots=True)
class ChainSpace:
    """All sequences of layers of a given depth, each reading the one before.

    A dense layer flattens what comes; only relu and dense layers may follow it. A pool halves the
    side of the image (rounded up) and needs a side of at least 2. All else is allowed. Sequences
    one edit apart differ in one layer that is changed or, where the depth is a range, inserted or
    deleted.

    Attributes:
        depth: Number of layers, or the least and the greatest number.
        channels: Number of channels of every convolution.
        units: Number of units of every dense layer.
        image_size: Side of the square images, in pixels.

    Raises:
        SettingError: If a number is no whole number from 1, is too large, or the range is empty.

    Example:
        >>> space = ChainSpace(depth=(1, 3))
        >>> space.size, str(space.sample(0, 1)[0])
        (119, 'relu-conv3x3-pool')
    """

    depth: int | tuple[int, int] = 20
    channels: int = 16
    units: int = 64
    image_size: int = 8

    def __post_init__(self) -> None:
        width = whole(1, WIDEST)
        depth = either(whole(1, DEEPEST), span(1, DEEPEST))
        settle(self, depth=depth, channels=width, units=width, image_size=whole(1))

    @property
    def depths(self) -> tuple[int, int]:
        """The least and the greatest number of layers."""
        return (self.depth, self.depth) if isinstance(self.depth, int) else self.depth

    @property
    def size(self) -> int:
        """Number of sequences: the sum of n(l, image_size, false) over all depths l."""
        return sum(self._counts())

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw sequences uniformly and independently: each valid one is equally likely.

        So longer ones are more frequent where the depth is a range.

        Args:
            rng: A generator, or a seed.
            n: Number of sequences.

        Returns:
            `n` chains; the same for the same seed.
        """
        rng, n = generator(rng), COUNT("n", n)
        return tuple(self._at(_integer(rng, self.size)) for _ in range(n))

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """Draw one of the neighbours; all are equally likely.

        Raises:
            ArchitectureError: If the architecture is no chain of this space.
        """
        rng = generator(rng)
        edited = self._edited(architecture)
        drawn = (edited[place] for place in rng.permutation(len(edited)))
        return self._chain(next(word for word in drawn if self._fault(word) is None))

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """All chains with one layer changed, inserted or deleted; a symmetric relation.

        Raises:
            ArchitectureError: If the architecture is no chain of this space.
        """
        words = self._edited(architecture)
        return tuple(self._chain(word) for word in words if self._fault(word) is None)

    @property
    def choices(self) -> Choices:
        """A kind for every layer; beyond the least depth there may also be "none"."""
        least, greatest = self.depths
        return (KINDS,) * least + ((*KINDS, ABSENT),) * (greatest - least)

    def encode(self, architecture: Architecture) -> tuple[int, ...]:
        """The places of its kinds in `KINDS`, then those of "none" up to the greatest depth.

        Raises:
            ArchitectureError: If the architecture is no chain of this space.
        """
        check_member(self, architecture, "a chain")
        word = architecture.text.split("-")
        missing = self.depths[1] - len(word)
        return (*(KINDS.index(kind) for kind in word), *(len(KINDS),) * missing)

    def decode(self, indices: Sequence[int]) -> Architecture:
        """The chain of the kinds that are not "none", wherever these stand.

        Raises:
            ArchitectureError: If the row does not fit `choices`, or is no valid sequence, such as
                one with a convolution after a dense layer.
        """
        kinds = chosen(self.choices, indices)
        return self.parse("-".join(kind for kind in kinds if kind != ABSENT))

    def parse(self, text: str) -> Architecture:
        """Read a chain from its notation.

        Args:
            text: The kinds of its layers joined by "-", such as "conv3x3-pool-relu-dense".

        Returns:
            The architecture, with `str(architecture) == text`.

        Raises:
            ArchitectureError: If the text is no chain of this space; the message says where.
        """
        word = tuple(NOTATION("text", text).split("-"))
        fault = self._fault(word)
        if fault is not None:
            raise ArchitectureError(f"{fault}, in {text!r:.200}")
        return self._chain(word)

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a chain of this space."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """All chains by depth, each depth in lexicographic order of `KINDS`.

        Raises:
            SettingError: If there are more than 100,000; sample instead.
        """
        if self.size > LARGEST_ITERATED:
            raise SettingError(
                f"expected up to {LARGEST_ITERATED:,} chains to list, got {self.size:,}: "
                "sample it, or give a smaller depth"
            )
        return (self._at(index) for index in range(self.size))

    def _counts(self) -> list[int]:
        least, greatest = self.depths
        return [count(left, self.image_size) for left in range(least, greatest + 1)]

    def _at(self, index: int) -> Architecture:
        """The chain at a place of the order of iteration."""
        for depth, number in enumerate(self._counts(), self.depths[0]):
            if index < number:
                return self._chain(word_at(index, depth, self.image_size))
            index -= number
        raise IndexError(index)

    def _chain(self, word: Word) -> Architecture:
        return _chain(word, self.channels, self.units)

    def _fault(self, word: Word) -> str | None:
        """What is wrong with a sequence of kinds and where, or `None`."""
        least, greatest = self.depths
        if not least <= len(word) <= greatest:
            return f"expected {least} to {greatest} layers joined by '-', got {len(word)}"
        return fault(word, self.image_size)

    def _edited(self, architecture: Architecture) -> list[Word]:
        """All different sequences one edit away, in a fixed order, valid or not."""
        check_member(self, architecture, "a chain")
        return list(dict.fromkeys(edits(tuple(architecture.text.split("-")))))


def _integer(rng: np.random.Generator, below: int) -> int:
    """A uniform integer of any size: bits are drawn until they are below the bound."""
    bits = (below - 1).bit_length()
    while True:
        drawn = int.from_bytes(rng.bytes(bits // 8 + 1), "little") % (1 << bits)
        if drawn < below:
            return drawn


@functools.lru_cache(maxsize=20_000)
def _chain(word: Word, channels: int, units: int) -> Architecture:
    labels = (str(_layer(kind, channels, units)) for kind in word)
    edges = tuple((v, v + 1, LINK) for v in range(len(word) + 1))
    return Architecture(("image", *labels, "output"), edges, "-".join(word))


def _layer(kind: str, channels: int, units: int) -> Layer:
    if kind == RELU:
        return Layer(kind)
    if kind in DENSE:
        return Layer(kind, units)
    return Layer(kind, channels) if kind in CONVOLUTIONS else Layer(kind, stride=2)
