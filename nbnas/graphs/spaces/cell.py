"""Cell spaces: operations on the edges between all vertices; by default those of NAS-Bench-201.

Notation
    V                             number of vertices, 4 by default
    EDGES[e] = (source, target)   the six edges for V = 4, in the order of the official strings
    OPERATIONS                    the five operations of NAS-Bench-201, in its order
    "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|"   the official string: one group for each vertex 1, 2, 3

References:
    Dong and Yang, NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture Search,
    ICLR 2020.
"""

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from nbnas.brief import cut
from nbnas.checks import settle, whole
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
from nbnas.graphs.spaces.cell_text import Words, edges_of, nodes_of, read, write
from nbnas.graphs.spaces.choices import Choices, chosen
from nbnas.graphs.spaces.operation import BUILT_IN, Operation, check_distinct, own_operations
from nbnas.graphs.spaces.operation import OF_CELLS as ALLOWED

OPERATIONS = BUILT_IN
VERTICES, MOST_VERTICES = 4, 12
NODES = nodes_of(VERTICES)
EDGES = edges_of(VERTICES)


@dataclass(frozen=True, slots=True, repr=False)
class CellSpace:
    """All cells over some operations and vertices; by default NAS-Bench-201's 15,625 strings.

    Vertex 0 is the cell's input; every later vertex adds what the edges from all earlier vertices
    bring; the last is the output. Each edge carries one of the operations. Architectures one edit
    apart differ in one edge's operation, so that every cell of NAS-Bench-201 has 24 neighbours.
    Its strings fall into 6,466 classes (see `canonical_form`).

    Attributes:
        operations: What edges can carry, at least two: "none", "skip_connect", "nor_conv_1x1",
            "nor_conv_3x3" and "avg_pool_3x3" by name, and an `Operation` for one of your own. A
            search tells a `Trainer` of these.
        vertices: Number of vertices with input and output, 2 to 12.

    Raises:
        SettingError: If there are fewer than two operations, one of them is unknown or two have
            the same name; or the number of vertices is none of these.

    Example:
        >>> space = CellSpace()
        >>> space.size, len(space.neighbors(space.sample(0, 1)[0]))
        (15625, 24)
        >>> from torch import nn
        >>> gelu = Operation("gelu", lambda channels: nn.GELU())
        >>> small = CellSpace(("none", "nor_conv_3x3", gelu), vertices=3)
        >>> small.size, small.sample(0, 1)[0].text
        (27, '|gelu~0|+|nor_conv_3x3~0|nor_conv_3x3~1|')
    """

    operations: tuple[str | Operation, ...] = OPERATIONS
    vertices: int = VERTICES
    words: Words = field(init=False, compare=False)

    def __post_init__(self) -> None:
        settle(self, operations=ALLOWED, vertices=whole(2, MOST_VERTICES))
        check_distinct(self.operations)
        object.__setattr__(self, "words", tuple(map(str, self.operations)))
        if len(self.words) < 2:
            raise SettingError(
                f"expected at least two operations to choose from, got {self.operations}"
            )

    def __repr__(self) -> str:
        said = [f"operations={self.operations!r}"] * (self.operations != OPERATIONS)
        said += [f"vertices={self.vertices}"] * (self.vertices != VERTICES)
        return f"CellSpace({cut(', '.join(said), 180)})"

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """`(source, target)` of each edge, in the order of the strings."""
        return edges_of(self.vertices)

    @property
    def size(self) -> int:
        """Number of cells; 5 operations on 6 edges are 15,625."""
        return int(len(self.words) ** len(self.edges))

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw cells uniformly and independently: every string is equally likely.

        Args:
            rng: A generator, or a seed.
            n: Number of cells.

        Returns:
            `n` cells; the same for the same seed.
        """
        size = (COUNT("n", n), len(self.edges))
        draws = generator(rng).integers(len(self.words), size=size)
        return tuple(self._cell(tuple(self.words[o] for o in draw)) for draw in draws)

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """A cell with another operation on one edge; all neighbours are equally likely.

        Args:
            architecture: A cell of this space.
            rng: A generator, or a seed.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        operations = self.operations_of(architecture)
        drawn = int(generator(rng).integers(len(self.edges) * (len(self.words) - 1)))
        edge, other = divmod(drawn, len(self.words) - 1)
        return self._changed(operations, edge, self._others(operations[edge])[other])

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """The cells that differ in the operation of one edge.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        operations = self.operations_of(architecture)
        return tuple(
            self._changed(operations, edge, other)
            for edge in range(len(self.edges))
            for other in self._others(operations[edge])
        )

    @property
    def choices(self) -> Choices:
        """The names of the operations, once for each edge in the order of `edges`."""
        return (self.words,) * len(self.edges)

    def encode(self, architecture: Architecture) -> tuple[int, ...]:
        """The places of the cell's operations in `operations`; every row of places is one cell.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        return tuple(self.words.index(name) for name in self.operations_of(architecture))

    def decode(self, indices: Sequence[int]) -> Architecture:
        """The cell of a place in `operations` for each edge.

        Raises:
            ArchitectureError: If they are not as many places.
        """
        return self._cell(chosen(self.choices, indices))

    def parse(self, text: str) -> Architecture:
        """Read a cell from its string.

        Args:
            text: Such as "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|none~2|".

        Returns:
            The cell, with `str(cell) == text`.

        Raises:
            ArchitectureError: If the text is no such string; the message says where and why.
        """
        return self._cell(read(NOTATION("text", text), self.words, self.vertices))

    def operations_of(self, architecture: Architecture) -> Words:
        """The names of a cell's operations, in the order of `edges`.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        check_member(self, architecture, "a cell")
        return read(architecture.text, self.words, self.vertices)

    def fingerprint(self) -> dict[str, str]:
        """What a study remembers of it, by name; nothing of the space as it is by default."""
        told: dict[str, str] = {}
        if self.words != OPERATIONS:
            told["operations"] = ", ".join(self.words)
        if self.vertices != VERTICES:
            told["vertices"] = str(self.vertices)
        for operation in own_operations(self.operations):
            told |= operation.fingerprint()
        return told

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a cell of this space."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """All cells, in lexicographic order of their operations' places."""
        return (self._cell(ops) for ops in itertools.product(self.words, repeat=len(self.edges)))

    def _cell(self, operations: Words) -> Architecture:
        return _cell(operations, self.words, self.vertices)

    def _changed(self, operations: Words, edge: int, other: str) -> Architecture:
        return self._cell((*operations[:edge], other, *operations[edge + 1 :]))

    def _others(self, operation: str) -> Words:
        return tuple(other for other in self.words if other != operation)


def cell(operations: Iterator[str] | Sequence[str]) -> Architecture:
    """The cell of NAS-Bench-201 with the given six operations.

    Args:
        operations: Six names from `OPERATIONS`, in the order of `EDGES`.

    Returns:
        The cell.

    Raises:
        ArchitectureError: If they are not six known operations.
    """
    return _cell(tuple(operations), OPERATIONS, VERTICES)


@functools.lru_cache(maxsize=20_000)
def _cell(operations: Words, words: Words, vertices: int) -> Architecture:
    edges = edges_of(vertices)
    if len(operations) != len(edges) or not set(operations) <= set(words):
        raise ArchitectureError(
            f"expected {len(edges)} operations out of {', '.join(words)}; got {operations}"
        )
    labelled = sorted((*edge, name) for edge, name in zip(edges, operations, strict=True))
    return Architecture(nodes_of(vertices), tuple(labelled), write(operations, vertices))


def texts() -> Iterator[str]:
    """The official strings of NAS-Bench-201, in the order of `CellSpace`; quicker than the cells.

    Example:
        >>> next(texts())
        '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|'
    """
    form = write(["{}"] * len(EDGES), VERTICES)
    return (form.format(*ops) for ops in itertools.product(OPERATIONS, repeat=len(EDGES)))


def operations_of(architecture: Architecture) -> Words:
    """The six operations of a cell of NAS-Bench-201, in the order of `EDGES`.

    Raises:
        ArchitectureError: If the architecture is no cell of `CellSpace()`.
    """
    return CellSpace().operations_of(architecture)
