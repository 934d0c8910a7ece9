"""Chains: all networks of so many layers from {conv3x3, conv5x5, pool, relu, dense}.

The notation is the kinds of the layers joined by "-", such as "conv3x3-pool-relu-dense"; see
`nbnas.graphs.spaces.chain.words` for how they are counted.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nbnas.brief import brief, settings
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
from nbnas.graphs.spaces.chain.bounded import LISTED, Limits, draw, fitting, integer, some_word
from nbnas.graphs.spaces.chain.sizes import Widths
from nbnas.graphs.spaces.chain.words import KINDS, Word, edits
from nbnas.graphs.spaces.choices import Choices, chosen
from nbnas.graphs.spaces.counts import BOUND, is_bounded, later
from nbnas.graphs.spaces.layers import Layer
from nbnas.graphs.spaces.shapes import CONVOLUTIONS, DENSE, RELU

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
        max_parameters: Greatest number of trainable weights of a network; `None` for any.
        max_multiply_adds: Greatest number of multiply-adds for one image; `None` for any.
        colors: Channels of the images; of a meaning only for these two bounds.
        classes: Number of classes; of a meaning only for these two bounds.

    Raises:
        SettingError: If a number is no whole number from 1, is too large, the range is empty, or
            no network is small enough.

    Example:
        >>> space = ChainSpace(depth=(1, 3))
        >>> space.size, str(space.sample(0, 1)[0])
        (119, 'relu-conv3x3-pool')
    """

    depth: int | tuple[int, int] = 20
    channels: int = 16
    units: int = 64
    image_size: int = 8
    max_parameters: int | None = later(None)
    max_multiply_adds: int | None = later(None)
    colors: int = later(1)
    classes: int = later(10)

    def __post_init__(self) -> None:
        width = whole(1, WIDEST)
        depth = either(whole(1, DEEPEST), span(1, DEEPEST))
        settle(self, depth=depth, channels=width, units=width, image_size=whole(1))
        settle(self, max_parameters=BOUND, max_multiply_adds=BOUND)
        settle(self, colors=whole(1), classes=whole(1))
        if is_bounded(self):
            some_word(self._limits)

    @brief
    def __repr__(self) -> str:
        return settings(self)

    @property
    def depths(self) -> tuple[int, int]:
        """The least and the greatest number of layers."""
        return (self.depth, self.depth) if isinstance(self.depth, int) else self.depth

    @property
    def size(self) -> int | None:
        """Number of sequences: the sum of n(l, image_size, false) over all depths l.

        With bounds for the size of a network it is counted where there are up to 100,000 without
        them, and `None` elsewhere.
        """
        if not is_bounded(self):
            return self._limits.number
        places = fitting(self._limits)
        return None if places is None else len(places)

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw sequences uniformly and independently: each valid one is equally likely.

        So longer ones are more frequent where the depth is a range. Where bounds leave fewer than
        one in 50, and there are too many to be counted, each draw is a random walk instead.

        Args:
            rng: A generator, or a seed.
            n: Number of sequences.

        Returns:
            `n` chains; the same for the same seed.
        """
        rng, n = generator(rng), COUNT("n", n)
        return tuple(self._draw(rng) for _ in range(n))

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """Draw one of the neighbours; all are equally likely.

        Where bounds leave none, any other chain.

        Raises:
            ArchitectureError: If the architecture is no chain of this space.
        """
        rng = generator(rng)
        edited = self._edited(architecture)
        drawn = (edited[place] for place in rng.permutation(len(edited)))
        fits = (self._chain(word) for word in drawn if self._limits.fault(word) is None)
        return next(fits, None) or self._draw(rng)

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """All chains with one layer changed, inserted or deleted; a symmetric relation.

        Raises:
            ArchitectureError: If the architecture is no chain of this space.
        """
        words = self._edited(architecture)
        return tuple(self._chain(word) for word in words if self._limits.fault(word) is None)

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
        fault = self._limits.fault(word)
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
        limits = self._limits
        if limits.number > LISTED:
            raise SettingError(
                f"expected up to {LISTED:,} chains to list, got {limits.number:,}: "
                "sample it, or give a smaller depth"
            )
        places = fitting(limits) if is_bounded(self) else range(limits.number)
        return (self._chain(limits.at(index)) for index in places or ())

    @property
    def _limits(self) -> Limits:
        widths = Widths(self.channels, self.units, self.image_size, self.colors, self.classes)
        return Limits(self.depths, widths, self.max_parameters, self.max_multiply_adds)

    def _draw(self, rng: np.random.Generator) -> Architecture:
        limits = self._limits
        if is_bounded(self):
            return self._chain(draw(limits, rng))
        return self._chain(limits.at(integer(rng, limits.number)))

    def _chain(self, word: Word) -> Architecture:
        return _chain(word, self.channels, self.units)

    def _edited(self, architecture: Architecture) -> list[Word]:
        """All different sequences one edit away, in a fixed order, valid or not."""
        check_member(self, architecture, "a chain")
        return list(dict.fromkeys(edits(tuple(architecture.text.split("-")))))


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
