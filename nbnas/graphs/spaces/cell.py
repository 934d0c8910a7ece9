"""NAS-Bench-201's cell space: four vertices, six edges, five operations.

Notation
    EDGES[e] = (source, target)   the six edges in the order of the official strings
    OPERATIONS                    the five operations, in the benchmark's order
    "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|"   the official string: one group for each vertex 1, 2, 3

References:
    Dong and Yang, NAS-Bench-201: Extending the Scope of Reproducible Neural Architecture Search,
    ICLR 2020.
"""

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbnas.errors import ArchitectureError
from nbnas.graphs.architecture import IDENTITY, ZERO, Architecture
from nbnas.graphs.space import (
    COUNT,
    NOTATION,
    Randomness,
    check_member,
    generator,
    is_member,
)
from nbnas.graphs.spaces.choices import Choices, chosen

OPERATIONS = (ZERO, IDENTITY, "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
NODES = ("input", "sum", "sum", "output")
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
_SORTED = sorted(range(len(EDGES)), key=lambda e: EDGES[e])


@dataclass(frozen=True, slots=True)
class CellSpace:
    """All cells of NAS-Bench-201: 15,625 strings, 6,466 classes (see `canonical_form`).

    Vertex 0 is the cell's input; every later vertex adds what the edges from all earlier vertices
    bring; the last is the output. Each edge carries one of five operations. Architectures one edit
    apart differ in one edge's operation, so that every cell has 24 neighbours.

    Example:
        >>> space = CellSpace()
        >>> space.size, len(space.neighbors(space.sample(0, 1)[0]))
        (15625, 24)
    """

    @property
    def size(self) -> int:
        """Number of cells, 5 operations on 6 edges: 15,625."""
        return int(len(OPERATIONS) ** len(EDGES))

    def sample(self, rng: Randomness, n: int) -> tuple[Architecture, ...]:
        """Draw cells uniformly and independently: every string is equally likely.

        Args:
            rng: A generator, or a seed.
            n: Number of cells.

        Returns:
            `n` cells; the same for the same seed.
        """
        size = (COUNT("n", n), len(EDGES))
        draws = generator(rng).integers(len(OPERATIONS), size=size)
        return tuple(cell(OPERATIONS[o] for o in draw) for draw in draws)

    def mutate(self, architecture: Architecture, rng: Randomness) -> Architecture:
        """Change the operation of one edge; all 24 neighbours are equally likely.

        Args:
            architecture: A cell of this space.
            rng: A generator, or a seed.

        Returns:
            The mutated cell.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        operations = operations_of(architecture)
        drawn = int(generator(rng).integers(len(EDGES) * (len(OPERATIONS) - 1)))
        edge, other = divmod(drawn, len(OPERATIONS) - 1)
        return cell(
            (*operations[:edge], _others(operations[edge])[other], *operations[edge + 1 :])
        )

    def neighbors(self, architecture: Architecture) -> tuple[Architecture, ...]:
        """The 24 cells that differ in the operation of one edge.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        operations = operations_of(architecture)
        return tuple(
            cell((*operations[:e], other, *operations[e + 1 :]))
            for e in range(len(EDGES))
            for other in _others(operations[e])
        )

    @property
    def choices(self) -> Choices:
        """The five operations, once for each edge in the order of `EDGES`."""
        return (OPERATIONS,) * len(EDGES)

    def encode(self, architecture: Architecture) -> tuple[int, ...]:
        """The places of the six operations in `OPERATIONS`; every row of places is one cell.

        Raises:
            ArchitectureError: If the architecture is no cell of this space.
        """
        return tuple(OPERATIONS.index(name) for name in operations_of(architecture))

    def decode(self, indices: Sequence[int]) -> Architecture:
        """The cell of six places in `OPERATIONS`.

        Raises:
            ArchitectureError: If they are not six places.
        """
        return cell(chosen(self.choices, indices))

    def parse(self, text: str) -> Architecture:
        """Read a cell from its official string.

        Args:
            text: Such as "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|none~2|".

        Returns:
            The cell, with `str(cell) == text`.

        Raises:
            ArchitectureError: If the text is no such string; the message says where and why.
        """
        return cell(_read_operations(NOTATION("text", text)))

    def __contains__(self, architecture: object) -> bool:
        """Whether it is a cell of this space."""
        return is_member(self, architecture)

    def __iter__(self) -> Iterator[Architecture]:
        """All 15,625 cells, in lexicographic order of their operations."""
        return (cell(ops) for ops in itertools.product(OPERATIONS, repeat=len(EDGES)))


def cell(operations: Iterator[str] | Sequence[str]) -> Architecture:
    """The cell with the given six operations.

    Args:
        operations: Six names from `OPERATIONS`, in the order of `EDGES`.

    Returns:
        The cell.

    Raises:
        ArchitectureError: If they are not six known operations.
    """
    return _cell(tuple(operations))


@functools.lru_cache(maxsize=20_000)
def _cell(operations: tuple[str, ...]) -> Architecture:
    unknown = [name for name in operations if name not in OPERATIONS]
    if unknown or len(operations) != len(EDGES):
        raise ArchitectureError(
            f"expected {len(EDGES)} operations out of {', '.join(OPERATIONS)}; got {operations}"
        )
    edges = tuple((*EDGES[e], operations[e]) for e in _SORTED)
    return Architecture(NODES, edges, _write_operations(operations))


def texts() -> Iterator[str]:
    """The official strings of all cells, in the order of `CellSpace`; quicker than the cells.

    Example:
        >>> next(texts())
        '|none~0|+|none~0|none~1|+|none~0|none~1|none~2|'
    """
    form = _write_operations(["{}"] * len(EDGES))
    return (form.format(*ops) for ops in itertools.product(OPERATIONS, repeat=len(EDGES)))


def operations_of(architecture: Architecture) -> tuple[str, ...]:
    """The six operations of a cell, in the order of `EDGES`.

    Raises:
        ArchitectureError: If the architecture is no cell of `CellSpace`.
    """
    check_member(CellSpace(), architecture, "a cell")
    return _read_operations(architecture.text)


def _others(operation: str) -> tuple[str, ...]:
    return tuple(other for other in OPERATIONS if other != operation)


def _write_operations(operations: Sequence[str]) -> str:
    groups = itertools.groupby(range(len(EDGES)), key=lambda e: EDGES[e][1])
    return "+".join(
        "|" + "".join(f"{operations[e]}~{EDGES[e][0]}|" for e in group) for _, group in groups
    )


def _read_operations(text: str) -> tuple[str, ...]:
    groups = text.split("+")
    if len(groups) != len(NODES) - 1:
        raise ArchitectureError(
            f"expected {len(NODES) - 1} groups joined by '+', got {len(groups)} in {text!r:.200}"
        )
    return tuple(op for target, group in enumerate(groups, 1) for op in _read_group(group, target))


def _read_group(group: str, target: int) -> tuple[str, ...]:
    where = f"group {target} ({group!r:.100})"
    parts = group.split("|")
    if len(parts) != target + 2 or parts[0] or parts[-1]:
        raise ArchitectureError(
            f"{where}: expected {target} edges 'operation~source', each closed by '|'"
        )
    return tuple(_read_part(part, source, where) for source, part in enumerate(parts[1:-1]))


def _read_part(part: str, source: int, where: str) -> str:
    operation, _, number = part.rpartition("~")
    if number != str(source):
        raise ArchitectureError(f"{where}: expected 'operation~{source}', got {part!r:.100}")
    if operation not in OPERATIONS:
        raise ArchitectureError(
            f"{where}: unknown operation {operation!r:.100}; allowed: {', '.join(OPERATIONS)}"
        )
    return operation
