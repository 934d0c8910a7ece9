"""A table of architectures, so that gpytorch's kernels can work on indices.

Notation
    table      the architectures seen so far, numbered 0, 1, …
    measure    something that compares one architecture with all of the table: a distance, or the
               similarity of features
    row i      measure of architecture i against the whole table, `(len(table),)`
"""

import copy
import dataclasses
import threading
from collections.abc import Hashable, Sequence
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from nbnas.checks import Rule, instance
from nbnas.graphs.architecture import Architecture, check_architectures
from nbnas.kept import Kept

Array = NDArray[np.float64]
M = TypeVar("M")  # the type of a model
REMEMBERED = 1_000  # shorter tuples are numbered anew each time they are asked for
SOLVED = 4  # answers of two bases of believed posteriors, each with all candidates
RECENT = 24  # blocks, some proposals; rows of none of them make room for new ones


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
        self.solved = Kept(SOLVED)  # what was solved for many candidates
        self._numbers: dict[Architecture, int] = {}
        self._rows: dict[Measure, _Rows] = {}
        self._last: dict[Measure, tuple[torch.Tensor, torch.Tensor]] = {}
        self._lock = threading.Lock()
        self._asked: dict[int, tuple[tuple[Architecture, ...], torch.Tensor]] = {}

    def __deepcopy__(self, memo: object) -> "ArchitectureTable":
        return self

    def copy(self) -> "ArchitectureTable":
        """A table of its own with all that this one knows; what either one adds stays there."""
        with self._lock:
            new = ArchitectureTable()
            new.architectures = list(self.architectures)
            new.memo = {key: copy.deepcopy(kept) for key, kept in self.memo.items()}
            new._numbers = dict(self._numbers)
            new._rows = {measure: rows.copy() for measure, rows in self._rows.items()}
            return new

    def __len__(self) -> int:
        return len(self.architectures)

    def indices(self, architectures: Sequence[Architecture]) -> torch.Tensor:
        """Numbers of architectures, new ones are added.

        Args:
            architectures: `n` architectures.

        Returns:
            Indices `(n, 1)` in float64, the input of the kernels over architectures.

        Raises:
            ArchitectureError: If something else is among them.
        """
        with self._lock:
            known = self._asked.get(id(architectures))
            if known is not None:
                return known[1]
            check_architectures(architectures=architectures)
            numbers = [self._number(a) for a in architectures]
            result = torch.tensor(numbers, dtype=torch.float64).reshape(-1, 1)
            if isinstance(architectures, tuple) and len(architectures) >= REMEMBERED:
                self._remember(architectures, result)
            return result

    def _number(self, architecture: Architecture) -> int:
        number = self._numbers.setdefault(architecture, len(self.architectures))
        if number == len(self.architectures):
            self.architectures.append(architecture)
        return number

    def _remember(self, architectures: tuple[Architecture, ...], result: torch.Tensor) -> None:
        """Keep the answers for the last few long tuples, which never change.

        Holding a tuple keeps its id from reuse.
        """
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
        with self._lock:
            if first is not second:
                return self._block(measure, first, second)
            known = self._last.get(measure)  # a fit asks for the same block again and again
            if known is None or known[0] is not first:
                known = self._last[measure] = (first, self._block(measure, first, second))
            return known[1]

    def _block(self, measure: Measure, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        i, j = (x.detach().reshape(-1).long().numpy() for x in (first, second))
        rows = self._rows.setdefault(measure, _Rows(measure))
        # A row costs a measurement against the whole table, so take those that are there.
        missing = rows.missing(i)
        if (missing or len(i) > len(j)) and (missing, len(i)) > (rows.missing(j), len(j)):
            return torch.from_numpy(rows.take(self, j, i)).T
        return torch.from_numpy(rows.take(self, i, j))


def with_own_table(model: M) -> M:
    """A model that knows what it knew, but from now on adds to a table of its own.

    So that candidates which are scored once and never again do not pile up in memory.

    Args:
        model: A frozen model with a `table`; one without is returned as it is.
    """
    table = getattr(model, "table", None)
    if not isinstance(table, ArchitectureTable):
        return model
    own: M = dataclasses.replace(model, table=table.copy())  # type: ignore[type-var]
    return own


TABLE: Rule[ArchitectureTable] = instance(ArchitectureTable, "ArchitectureTable()")


class _Rows:
    """The rows of one measure that were asked for, but for those of searches long over.

    A row reaches over a whole space, and one model may serve a hundred searches. The table is not
    held, which holds the rows.
    """

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self.slots: NDArray[np.int64] = np.empty(0, dtype=np.int64)  # of each number; -1 = none
        self.measured: list[int] = []  # the numbers, by slot
        self.blocks = 0  # taken so far
        self.taken: dict[int, int] = {}  # the last block that each measured number was in
        self.values: Array = np.empty((0, 0))

    @property
    def width(self) -> int:
        """How many architectures of the table the rows reach."""
        return len(self.slots)

    def copy(self) -> "_Rows":
        """The same rows, for another table that begins alike."""
        new = _Rows(self.measure)
        new.blocks, new.taken = self.blocks, dict(self.taken)
        new.slots, new.measured = self.slots.copy(), list(self.measured)
        new.values = self.values[: len(self.measured), : self.width].copy()
        return new

    def missing(self, i: NDArray[np.int64]) -> int:
        """How many of the rows were not measured yet."""
        return int((i >= self.width).sum() + (self.slots[i[i < self.width]] < 0).sum())

    def take(self, table: ArchitectureTable, i: NDArray[np.int64], j: NDArray[np.int64]) -> Array:
        """A block; it may be a view, so it is not to be changed."""
        self._widen(table)
        self.blocks += 1
        self.taken.update(dict.fromkeys(i.tolist(), self.blocks))
        for number in i[self.slots[i] < 0].tolist():
            self._measure(table, number)
        rows, columns = _place(self.slots[i]), _place(j)
        if isinstance(rows, slice) or isinstance(columns, slice):
            return self.values[rows, columns]
        return self.values[np.ix_(rows, columns)]

    def _measure(self, table: ArchitectureTable, number: int) -> None:
        if self.slots[number] >= 0:
            return
        if len(self.measured) == len(self.values):
            self._let_go()
        slot = len(self.measured)
        self._reserve(slot + 1, self.width)
        self.values[slot, : self.width] = self.measure.row(table, number, 0)
        self.measured.append(number)
        self.slots[number] = slot

    def _let_go(self) -> None:
        """Leave out the rows that no recent block was made of, if they are many."""
        old = self.blocks - RECENT
        recent = [slot for slot, n in enumerate(self.measured) if self.taken[n] > old]
        if 4 * len(recent) > 3 * len(self.measured):
            return
        self.values = self.values[recent]
        self.slots[self.measured] = -1
        self.measured = [self.measured[slot] for slot in recent]
        self.slots[self.measured] = np.arange(len(recent))
        self.taken = {n: block for n, block in self.taken.items() if block > old}

    def _widen(self, table: ArchitectureTable) -> None:
        """Extend the rows by what was added to the table since."""
        start, width = self.width, len(table)
        if width == start:
            return
        self._reserve(len(self.measured), width)
        for slot, number in enumerate(self.measured):
            self.values[slot, start:width] = self.measure.row(table, number, start)
        self.slots = np.concatenate([self.slots, np.full(width - start, -1)])

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


def _place(numbers: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """Numbers as an index; as a slice, which copies nothing, where they are consecutive."""
    if len(numbers) and np.array_equal(numbers, np.arange(numbers[0], numbers[0] + len(numbers))):
        return slice(int(numbers[0]), int(numbers[0]) + len(numbers))
    return numbers
