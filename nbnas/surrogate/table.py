"""A table of architectures, so that gpytorch's kernels can work on indices.

Notation
    table      the architectures seen so far, numbered 0, 1, …
    measure    something that compares one architecture with all of the table: a distance, or the
               similarity of features
    row i      measure of architecture i against the whole table, `(len(table),)`
    graphs     the table of the architectures without settings, where some have any: what is
               measured is measured once for all that share a graph
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
from nbnas.surrogate.measured import MeasuredRows, taken

Array = NDArray[np.float64]
M = TypeVar("M")  # the type of a model
TURNED = 8  # lists of indices whose graphs are remembered
REMEMBERED = 1_000  # shorter tuples are numbered anew each time they are asked for
SOLVED = 4  # answers of two bases of believed posteriors, each with all candidates


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
        self.graphs: ArchitectureTable | None = None  # where some have settings
        self._graph_numbers: list[int] = []  # of each architecture, in `graphs`
        self._turned: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self._numbers: dict[Architecture, int] = {}
        self._rows: dict[Measure, MeasuredRows] = {}
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
            new.graphs = None if self.graphs is None else self.graphs.copy()
            new._graph_numbers = list(self._graph_numbers)
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
        known = self._asked.get(id(architectures))
        if known is not None:
            return known[1]
        check_architectures(architectures=architectures)
        try:  # mostly all are there, and another thread may hold the table for long
            numbers = [self._numbers[a] for a in architectures]
        except KeyError:
            with self._lock:
                numbers = [self._number(a) for a in architectures]
        result = torch.tensor(numbers, dtype=torch.float64).reshape(-1, 1)
        if isinstance(architectures, tuple) and len(architectures) >= REMEMBERED:
            with self._lock:
                self._remember(architectures, result)
        return result

    def _number(self, architecture: Architecture) -> int:
        number = self._numbers.get(architecture)
        if number is None:
            number = len(self.architectures)
            self.architectures.append(architecture)  # before others can see its number
            if architecture.settings or self.graphs is not None:
                self._number_graphs()
            self._numbers[architecture] = number
        return number

    def _number_graphs(self) -> None:
        """Number the graphs of all that were added since."""
        self.graphs = self.graphs or ArchitectureTable()
        new = self.architectures[len(self._graph_numbers) :]
        numbers = self.graphs.indices([architecture.bare for architecture in new])
        self._graph_numbers += numbers.reshape(-1).long().tolist()

    def _remember(self, architectures: tuple[Architecture, ...], result: torch.Tensor) -> None:
        """Keep the answers for the last few long tuples, which never change.

        Holding a tuple keeps its id from reuse.
        """
        while len(self._asked) >= 4:
            del self._asked[next(iter(self._asked))]
        self._asked[id(architectures)] = (architectures, result)

    def keep(self, architectures: Sequence[Architecture]) -> None:
        """Keep what was measured of some architectures as if it had just been asked for."""
        with self._lock:
            numbers = [self._numbers[a] for a in architectures if a in self._numbers]
            if self.graphs is not None:
                self.graphs.keep(
                    [self.graphs.architectures[self._graph_numbers[n]] for n in numbers]
                )
            for rows in self._rows.values():
                rows.taken.update(dict.fromkeys(numbers, rows.blocks))

    def block(self, measure: Measure, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """A measure between two lists of indices; of their graphs, whatever settings they have.

        Args:
            measure: What to measure.
            first: Indices `(n, 1)` or `(n,)`.
            second: Indices `(m, 1)` or `(m,)`.

        Returns:
            Matrix `(n, m)` in float64.
        """
        if self.graphs is not None:
            numbers = self.graph_numbers(first), self.graph_numbers(second)
            return self.graphs.block(measure, *numbers)
        known = self._last.get(measure)  # a fit asks for the same block again and again
        if first is second and known is not None and known[0] is first:
            return known[1]
        i, j = (x.detach().reshape(-1).long().numpy() for x in (first, second))
        with self._lock:
            rows = self._rows.setdefault(measure, MeasuredRows())
            # A row costs a measurement against the whole table, so take those that are there.
            missing = rows.missing(i)
            turned = (missing or len(i) > len(j)) and (
                (missing, len(i)) > (rows.missing(j), len(j))
            )
            values, *where = rows.find(
                *((j, i) if turned else (i, j)),
                len(self),
                lambda number, start: measure.row(self, number, start),
            )
        # What is found stays as it is, so that nobody has to wait until it is copied.
        found = torch.from_numpy(taken(values, *where))
        found = found.T if turned else found
        if first is second:
            self._last[measure] = (first, found)
        return found

    def begin_with(self, graphs: Sequence[Architecture]) -> None:
        """Number graphs without settings before any that an architecture here has.

        So all that is measured of them is the same whichever architectures come first.
        """
        with self._lock:
            self.graphs = self.graphs or ArchitectureTable()
            self.graphs.indices(graphs)

    def graph_numbers(self, inputs: torch.Tensor) -> torch.Tensor:
        """The numbers `(n, 1)`, in `graphs`, of indices `(n, 1)` or of points `(n, 1 + D)`.

        Points are a graph's number and encoded settings, see `kernels.settings`.
        """
        if inputs.ndim == 2 and inputs.shape[1] > 1:
            return inputs.detach()[:, :1].contiguous()
        return self._graphs_of(inputs)

    def _graphs_of(self, indices: torch.Tensor) -> torch.Tensor:
        """The numbers of their graphs; of one and the same list the same one again."""
        with self._lock:
            known = self._turned.get(id(indices))
            if known is None:
                numbers = np.asarray(self._graph_numbers, dtype=np.float64)
                places = indices.detach().reshape(-1).long().numpy()
                known = indices, torch.from_numpy(numbers[places]).reshape(-1, 1)
                while len(self._turned) >= TURNED:
                    del self._turned[next(iter(self._turned))]
                self._turned[id(indices)] = known  # which keeps its id from reuse
        return known[1]


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
