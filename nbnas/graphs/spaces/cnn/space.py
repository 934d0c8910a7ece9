"""Free CNNs: labelled graphs of layers, as NASBOT searches them.

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nbnas.errors import ArchitectureError, SettingError
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.space import (
    COUNT,
    NOTATION,
    Randomness,
    check_member,
    generator,
    is_member,
)
from nbnas.graphs.spaces.cnn.graph import read
from nbnas.graphs.spaces.cnn.moves import ELEMENTARY
from nbnas.graphs.spaces.cnn.mutations import MODIFIERS
from nbnas.graphs.spaces.cnn.rules import CnnRules
from nbnas.graphs.spaces.cnn.starts import starts
from nbnas.graphs.spaces.counts import is_bounded

MOST_MUTATIONS = 12
"""Greatest number of mutations between an initial network and a sampled one."""


@dataclass(frozen=True, slots=True, repr=False)
class CnnSpace(CnnRules):
    """All directed acyclic graphs of layers that `CnnRules.check` accepts.

    Layers are "conv3x3:64" (or 5x5, 7x7; ":s2" for a stride of 2), "max-pool::s2", "avg-pool::s2",
    "fc:128" and "softmax". What meets at a vertex is concatenated along the channels; several
    softmaxes are averaged by the output. A stride of 2 gives half the side, rounded up.

    Attributes:
        layers: Least and greatest number of layers, softmaxes among them; "image" and "output"
            are none.
        units: Least and greatest number of channels or features of a layer.
        image_size: Side of the square images, in pixels.
        degree: Greatest number of links into, and out of, any vertex.
        links: Greatest number of links.
        max_parameters: Greatest number of trainable weights of a network; `None` for any.
        max_multiply_adds: Greatest number of multiply-adds for one image; `None` for any.
        colors: Channels of the images; of a meaning only for these two bounds.
        classes: Number of classes; of a meaning only for these two bounds.

    Raises:
        SettingError: If a bound is no whole number from 1, a range is empty, the links are too
            few, or no network is small enough.

    Example:
        >>> space = CnnSpace()
        >>> a = space.parse("conv3x3:64 max-pool::s2 conv5x5:64:s2@1 fc:128@2,3 softmax")
        >>> a.edges[:5]
        ((0, 1, 'link'), (1, 2, 'link'), (1, 3, 'link'), (2, 4, 'link'), (3, 4, 'link'))
    """

    def __post_init__(self) -> None:
        CnnRules.__post_init__(self)
        if is_bounded(self):
            starts(self)

    @property
    def size(self) -> None:
        """The space is finite, but nobody has counted it."""
        return None

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw networks independently.

        Each is one of the initial networks (`cnn_starts.starts`, equally likely) after 0 to 12
        mutations (each number equally likely; fewer where none applies). This is not uniform:
        smaller networks, and those like the initial ones, are more frequent.

        Args:
            rng: A generator, or a seed.
            n: Number of networks.

        Returns:
            `n` networks; the same for the same seed.
        """
        rng, n = generator(rng), COUNT("n", n)
        return tuple(self._draw(rng) for _ in range(n))

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """Apply one of NASBOT's modifiers (`cnn_mutations.MODIFIERS`), each equally likely.

        A modifier that finds no valid change is passed over for another.

        Raises:
            ArchitectureError: If the architecture is no network of this space, or no modifier
                gives one.
        """
        check_member(self, architecture, "a network")
        changed = self._changed(architecture, generator(rng))
        if changed is None:
            raise ArchitectureError(
                f"expected a modifier to apply within {self}: widen its bounds"
            )
        return changed

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """All networks that one elementary modification (`cnn_moves.ELEMENTARY`) gives.

        These are the modifiers of `mutate` but for those en masse and copies of paths of several
        layers. Not symmetric: 1/8 less does not undo 1/8 more, and a removal can be no wedge.

        Raises:
            ArchitectureError: If the architecture is no network of this space.
        """
        check_member(self, architecture, "a network")
        changed = (
            change(architecture, self, *move)
            for moves, change in ELEMENTARY.values()
            for move in moves(architecture)
        )
        return tuple(dict.fromkeys(a for a in changed if a is not None))

    def parse(self, text: str) -> Architecture:
        """Read a network from its notation (see `cnn_graph`).

        Args:
            text: The layers in topological order, with the numbers of those that they read after
                "@" where that is not just the one before.

        Returns:
            The network, with `str(network) == text`.

        Raises:
            ArchitectureError: If the text is no network of this space; the message says where.
        """
        architecture = read(NOTATION("text", text))
        self.check(architecture)
        return architecture

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a network of this space."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """The space cannot be listed.

        Raises:
            SettingError: Always; sample instead.
        """
        raise SettingError(f"expected a space that can be listed, got {self}: sample it")

    def _draw(self, rng: np.random.Generator) -> Architecture:
        initial = starts(self)
        architecture = initial[rng.integers(len(initial))]
        for _ in range(rng.integers(MOST_MUTATIONS + 1)):
            architecture = self._changed(architecture, rng) or architecture
        return architecture

    def _changed(
        self, architecture: Architecture, rng: np.random.Generator
    ) -> Architecture | None:
        for name in rng.permutation(list(MODIFIERS)):
            changed = MODIFIERS[name](architecture, rng, self)
            if changed is not None:
                return changed
        return None
