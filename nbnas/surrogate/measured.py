"""What was measured of the architectures of a table, a row each; notation as in `table`."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Row = Callable[[int, int], Array]  # of a number i, against the architectures from another one on
RECENT = 4  # blocks of other rows, some proposals; rows of none of them make room for new ones


class MeasuredRows:
    """The rows of one measure that were asked for, but for those of searches long over.

    A row reaches over a whole space, and one model may serve a hundred searches. The table is not
    held, which holds the rows.
    """

    def __init__(self) -> None:
        self.slots: NDArray[np.int64] = np.empty(0, dtype=np.int64)  # of each number; -1 = none
        self.measured: list[int] = []  # the numbers, by slot
        self.blocks = 0  # taken so far
        self.taken: dict[int, int] = {}  # the last block that each measured number was in
        self.values: Array = np.empty((0, 0))
        self._last: NDArray[np.int64] = np.empty(0, dtype=np.int64)  # rows of the last block

    @property
    def width(self) -> int:
        """How many architectures of the table the rows reach."""
        return len(self.slots)

    def copy(self) -> "MeasuredRows":
        """The same rows, for another table that begins alike."""
        new = MeasuredRows()
        new.blocks, new.taken = self.blocks, dict(self.taken)
        new.slots, new.measured = self.slots.copy(), list(self.measured)
        new.values = self.values[: len(self.measured), : self.width].copy()
        return new

    def missing(self, i: NDArray[np.int64]) -> int:
        """How many of the rows were not measured yet."""
        return int((i >= self.width).sum() + (self.slots[i[i < self.width]] < 0).sum())

    def find(
        self, i: NDArray[np.int64], j: NDArray[np.int64], width: int, row: Row
    ) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
        """Where a block is: an array, its rows and its columns.

        It is found there for good: rows are added below and columns beside it, or elsewhere.

        Args:
            i: Numbers whose rows are asked for.
            j: The columns.
            width: How many architectures the table has now.
            row: Measures what is missing.
        """
        self._widen(width, row)
        if not np.array_equal(i, self._last):  # else another part of the same block
            self.blocks, self._last = self.blocks + 1, i
            self.taken.update(dict.fromkeys(i.tolist(), self.blocks))
        for number in i[self.slots[i] < 0].tolist():
            self._measure(number, row)
        return self.values, self.slots[i], j

    def _measure(self, number: int, row: Row) -> None:
        if self.slots[number] >= 0:
            return
        if len(self.measured) == len(self.values):
            self._let_go()
        slot = len(self.measured)
        self._reserve(slot + 1, self.width)
        self.values[slot, : self.width] = row(number, 0)
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

    def _widen(self, width: int, row: Row) -> None:
        """Extend the rows by what was added to the table since."""
        start = self.width
        if width == start:
            return
        self._reserve(len(self.measured), width)
        for slot, number in enumerate(self.measured):
            self.values[slot, start:width] = row(number, start)
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


def taken(values: Array, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Array:
    """A block; it may be a view, so it is not to be changed."""
    at, beside = _place(rows), _place(columns)
    if isinstance(at, slice) or isinstance(beside, slice):
        return values[at, beside]
    return values[np.ix_(at, beside)]


def _place(numbers: NDArray[np.int64]) -> slice | NDArray[np.int64]:
    """Numbers as an index; as a slice, which copies nothing, where they are consecutive."""
    if len(numbers) and np.array_equal(numbers, np.arange(numbers[0], numbers[0] + len(numbers))):
        return slice(int(numbers[0]), int(numbers[0]) + len(numbers))
    return numbers
