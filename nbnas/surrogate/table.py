"""A table of architectures, so that gpytorch's kernels can work on indices.

Notation
    table      the architectures seen so far, numbered 0, 1, …
    measure    something that compares one architecture with all of the table: a distance, or the
               similarity of features
    row i      measure of architecture i against the whole table, `(len(table),)`
"""

import threading
from collections.abc import Hashable, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture

Array = NDArray[np.float64]


class Measure(Hashable, Protocol):
    """Compares architectures by the rows of a table."""

    def row(self, table: "ArchitectureTable", i: int, start: int) -> Array:
        """Measure of architecture `i` against the architectures from number `start` on."""


class ArchitectureTable:
    """An append-only numbering of architectures with a cache of what was measured on them.

    Copies share one table: kernels that are copied for a fit keep what is already computed. A
    view may ask from a thread of its own while a search runs; one of them waits for the other.
    """

    def __init__(self) -> None:
        self.architectures: list[Architecture] = []
        self.memo: dict[Hashable, object] = {}  # what a measure keeps for itself
        self._numbers: dict[Architecture, int] = {}
        self._rows: dict[Measure, _Rows] = {}
        self._lock = threading.Lock()
        self._asked: dict[int, tuple[tuple[Architecture, ...], torch.Tensor]] = {}

    def __deepcopy__(self, memo: object) -> "ArchitectureTable":
        return self

    def __len__(self) -> int:
        return len(self.architectures)

    def indices(self, architectures: Sequence[Architecture]) -> torch.Tensor:
        """Numbers of architectures, new ones are added.

        Args:
            architectures: `n` architectures.

        Returns:
            Indices `(n, 1)` in float64, the input of the kernels of `nbnas.surrogate.kernels`.
        """
        with self._lock:
            known = self._asked.get(id(architectures))
            if known is not None:
                return known[1]
            numbers = [self._number(a) for a in architectures]
            result = torch.tensor(numbers, dtype=torch.float64).reshape(-1, 1)
            if isinstance(architectures, tuple):  # immutable, so that the answer stays right
                self._remember(architectures, result)
            return result

    def _number(self, architecture: Architecture) -> int:
        number = self._numbers.setdefault(architecture, len(self.architectures))
        if number == len(self.architectures):
            self.architectures.append(architecture)
        return number

    def _remember(self, architectures: tuple[Architecture, ...], result: torch.Tensor) -> None:
        """Keep the answers for the last few tuples; holding a tuple keeps its id from reuse."""
        while len(self._asked) >= 4:
            del self._asked[next(iter(self._asked))]
        self._asked[id(architectures)] = (architectures, result)

    def block(self, measure: Measure, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """A measure between two lists of indices.

        Args:
            measure: What to measure.
            first: Indices `(n, 1)` or `(n,)`.
            second: Indices `(m, 1)` or `(m,)`.

        Returns:
            Matrix `(n, m)` in float64.
        """
        i, j = (x.detach().reshape(-1).long().numpy() for x in (first, second))
        with self._lock:
            rows = self._rows.setdefault(measure, _Rows(measure, self))
            # A row costs a measurement against the whole table, so take those that are there.
            if (rows.missing(i), len(i)) > (rows.missing(j), len(j)):
                return torch.from_numpy(rows.take(j, i)).T
            return torch.from_numpy(rows.take(i, j))


class _Rows:
    """The rows of one measure that were asked for so far."""

    def __init__(self, measure: Measure, table: ArchitectureTable) -> None:
        self.measure, self.table = measure, table
        self.slots: dict[int, int] = {}
        self.values: Array = np.empty((0, 0))
        self.width = 0

    def missing(self, i: NDArray[np.int64]) -> int:
        """How many of the rows were not measured yet."""
        return sum(int(number) not in self.slots for number in i)

    def take(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> Array:
        self._widen()
        slots = np.array([self._slot(int(number)) for number in i], dtype=np.int64)
        if len(j) == self.width and np.array_equal(j, np.arange(self.width)):
            return self.values[slots, : self.width]
        return self.values[slots[:, None], j[None, :]]

    def _slot(self, number: int) -> int:
        if number not in self.slots:
            self._reserve(len(self.slots) + 1, self.width)
            self.values[len(self.slots), : self.width] = self.measure.row(self.table, number, 0)
            self.slots[number] = len(self.slots)
        return self.slots[number]

    def _widen(self) -> None:
        """Extend the rows by what was added to the table since."""
        start, width = self.width, len(self.table)
        if width == start:
            return
        self._reserve(len(self.slots), width)
        for number, slot in self.slots.items():
            self.values[slot, start:width] = self.measure.row(self.table, number, start)
        self.width = width

    def _reserve(self, height: int, width: int) -> None:
        """Make room for so many rows and columns, doubling so that growth costs little."""
        old = self.values
        if height <= old.shape[0] and width <= old.shape[1]:
            return
        shape = tuple(
            have if want <= have else max(want, want + want // 2 if have else want)
            for want, have in zip((height, width), old.shape, strict=True)
        )
        self.values = np.empty((max(shape[0], 16), shape[1]))
        self.values[: old.shape[0], : old.shape[1]] = old
