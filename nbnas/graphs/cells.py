"""Canonical forms of graphs that hold several cells, as DARTS' genotypes do.

Notation
    atom       what a vertex adds up: an input of the cell, or what an operation gives
    value      the atoms of a vertex, sorted; an identity brings those of its source, so that a
               result that is read twice stays apart from two operations that are written alike
    inputs     of each vertex of a cell `(operation, source)`; the sources 0, 1, … are what the
               cell reads, then its vertices are counted on
"""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbnas.graphs.graph import IDENTITY, POOLS, ZERO, Graph

Value = tuple[int, ...]
Inputs = tuple[tuple[str, int], ...]
Row = tuple[tuple[tuple[str, Value], ...], Value]


def cells_form(architecture: Graph) -> str:
    """Write what each cell of an architecture computes, so that equal texts mean equal functions.

    Zero operations and what they cut off are left out, identities are contracted, and pooling
    twice of the same is pooling once; the vertices of a cell may change places. So two
    architectures of one form make the same network up to the order of the channels that a cell's
    output joins, which whatever reads them learns as well.

    Args:
        architecture: A graph from `nbnas.graphs.graph.CELLS` to the output.
    """
    last = len(architecture.nodes) - 1
    given = [v for u, v, _ in architecture.edges if u == 0]
    names = dict.fromkeys(architecture.nodes[u] for u, v, _ in architecture.edges if v == last)
    return "\n".join(
        f"{name}: {_rows(len(given), _inputs(architecture, given, name))}" for name in names
    )


def _inputs(architecture: Graph, given: Sequence[int], name: str) -> tuple[Inputs, ...]:
    """What the vertices of a cell read, in their order."""
    own = [v for v, label in enumerate(architecture.nodes) if label == name]
    numbers = {v: number for number, v in enumerate((*given, *own))}
    read: dict[int, list[tuple[str, int]]] = {v: [] for v in own}
    for source, target, word in architecture.edges:
        if target in read:
            read[target].append((word, numbers[source]))
    return tuple(map(tuple, read.values()))


@dataclass(slots=True)
class _Atoms:
    """The atoms of a cell, counted from its inputs on.

    Attributes:
        given: How many inputs the cell has.
        made: `(operation, value)` of each atom that is no input.
    """

    given: int
    made: list[tuple[str, Value]] = field(default_factory=list)

    def of(self, word: str, value: Value) -> Value:
        """The atoms that an operation on a value brings."""
        if word == ZERO or not value:
            return ()
        if word == IDENTITY:
            return value
        one = (word, value)
        if word.partition(":")[0] not in POOLS or one not in self.made:
            self.made.append(one)
            return (self.given + len(self.made) - 1,)
        return (self.given + self.made.index(one),)


@functools.lru_cache(maxsize=65_536)
def _rows(given: int, cell: tuple[Inputs, ...]) -> tuple[Row, ...]:
    """The smallest rows of a cell over the orders of its vertices: what is new, then the value.

    A vertex may come next if what is new to it reads known atoms only, and none that is left adds
    up a part of it. So new atoms of one operation and one value are always read together, and it
    does not matter which of them is counted first.
    """
    atoms = _Atoms(given)
    values: list[Value] = [(i,) for i in range(given)]
    for inputs in cell:
        brought = [atoms.of(word, values[source]) for word, source in inputs]
        values.append(tuple(sorted(atom for some in brought for atom in some)))
    return min(_ordered(atoms, tuple(values[given:]), {i: i for i in range(given)}))


def _ordered(
    atoms: _Atoms, left: tuple[Value, ...], numbers: Mapping[int, int]
) -> list[tuple[Row, ...]]:
    """The rows of the vertices that are left, in each order whose first row is smallest."""
    if not left:
        return [()]
    ready = [v for v, value in enumerate(left) if _is_ready(atoms, value, left, numbers)]
    rows = {v: _row(atoms, left[v], numbers) for v in ready}
    smallest = min(row for row, _ in rows.values())
    return [
        (smallest, *others)
        for v, (row, known) in rows.items()
        if row == smallest
        for others in _ordered(atoms, (*left[:v], *left[v + 1 :]), known)
    ]


def _is_ready(
    atoms: _Atoms, value: Value, left: tuple[Value, ...], numbers: Mapping[int, int]
) -> bool:
    new = (atoms.made[atom - atoms.given][1] for atom in value if atom not in numbers)
    known = all(source in numbers for read in new for source in read)
    whole = Counter(value)
    return known and not any(len(other) < len(value) and Counter(other) <= whole for other in left)


def _row(atoms: _Atoms, value: Value, numbers: Mapping[int, int]) -> tuple[Row, dict[int, int]]:
    """The row of a vertex, and the numbers of the atoms with those that are new."""
    said: dict[int, tuple[str, Value]] = {}
    for atom in value:
        if atom not in numbers:
            word, read = atoms.made[atom - atoms.given]
            said[atom] = (word, tuple(sorted(numbers[source] for source in read)))
    new = sorted(said, key=said.__getitem__)
    known = {**numbers, **{atom: len(numbers) + i for i, atom in enumerate(new)}}
    row = (tuple(said[atom] for atom in new), tuple(sorted(known[atom] for atom in value)))
    return row, known
