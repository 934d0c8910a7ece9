"""All pairs of two lists of architectures, each solved once, for distances that go pair by pair.

Notation
    first, second   the different architectures of the two lists
    twin            for each architecture of the second, its number in the first, or -1; so the
                    pair of i and j is that of j and i where both are twins
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.parallel import solve_rows
from nbnas.waiting import WaitingBar

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MANY = 1_000  # pairs for which somebody may wait
PairSolver = Callable[[int, Integers], Floats]  # a row's number and its columns: their distances


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """What is to be solved of two lists of n and m architectures.

    Attributes:
        first: The n' different ones of the first list.
        second: The m' different ones of the second.
        twin: For each of the second its number in the first, or -1 `(m',)`.
        rows: For each of the first list its number in `first` `(n,)`.
        columns: For each of the second list its number in `second` `(m,)`.
    """

    first: tuple[Architecture, ...]
    second: tuple[Architecture, ...]
    twin: Integers
    rows: Integers
    columns: Integers

    @classmethod
    def of(cls, a: Sequence[Architecture], b: Sequence[Architecture]) -> "Pairs":
        """The pairs of two lists, neither of them empty."""
        rows, columns = _numbers(a), _numbers(b)
        twin = np.array([rows.get(x, -1) for x in columns])
        places = np.array([rows[x] for x in a]), np.array([columns[x] for x in b])
        return cls(tuple(rows), tuple(columns), twin, *places)

    def solve(self, solver: PairSolver, workers: int | None) -> Floats:
        """The distances `(n', m')` of the different ones; what equals itself has 0.

        Args:
            solver: Gives the distances of one of the first to some of the second; symmetric.
            workers: As `nbnas.graphs.parallel.solve_rows` takes them.
        """
        task = _Rows(solver, self.twin)
        distances = np.zeros((len(self.first), len(self.second)))
        counts = task.counts(len(self.first))
        total = int(counts.sum())
        few = total < MANY
        with WaitingBar(total=total, desc="distances", unit="pair", disable=few) as shown:
            for row, values in solve_rows(task, counts, workers):
                distances[row, task.columns(row)] = values
                shown.update(int(counts[row]))
        for column, row in enumerate(self.twin):
            if row >= 0:  # what stands right of the diagonal also stands below it
                later = np.flatnonzero(self.twin > row)
                distances[self.twin[later], column] = distances[row, later]
        return distances

    def spread(self, distances: Floats) -> Floats:
        """The distances `(n, m)` of the lists from those of the different ones."""
        return distances[np.ix_(self.rows, self.columns)]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """One row after the other; it is what the processes get."""

    solver: PairSolver
    twin: Integers

    def columns(self, row: int) -> Integers:
        """The architectures of the second list to solve for one of the first."""
        if row not in self.twin:
            return np.arange(len(self.twin))
        return np.flatnonzero((self.twin < 0) | (self.twin > row))

    def counts(self, rows: int) -> Integers:
        """How many pairs each row has `(rows,)`."""
        counts = np.full(rows, len(self.twin))
        twins = np.sort(self.twin[self.twin >= 0])
        counts[twins] -= np.arange(1, len(twins) + 1)
        return counts

    def __call__(self, row: int) -> Floats:
        return self.solver(row, self.columns(row))


def _numbers(architectures: Sequence[Architecture]) -> dict[Architecture, int]:
    return {x: number for number, x in enumerate(dict.fromkeys(architectures))}
