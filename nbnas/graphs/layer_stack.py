"""All pairs between many networks: what belongs to a pair is vectorised over their layers.

Notation
    L        layers of all networks together, with a null layer after each network's own
    c        the cost of a unit of mass: min(M + ν_str C_str, 2); 1 with a null layer, and 0
             between two of them

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, section 3.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.layer_paths import layer_table
from nbnas.graphs.mismatch import MismatchTable
from nbnas.graphs.transport import least_costs, mass_unit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LayerStack:
    """The layers of k networks, one network after the other.

    Attributes:
        codes: The kind of each layer as a row of the mismatch table `(L,)`; -1 for null layers.
        masses: lm `(L,)`; 0 for null layers.
        places: ν_str / 6 times the six path lengths `(L, 6)`, so that ν_str C_str is the sum of
            the absolute differences; 0 for null layers.
        starts: Where each network begins, closed by L: `(k + 1,)`.
    """

    codes: Integers
    masses: Floats
    places: Floats
    starts: Integers

    def __len__(self) -> int:
        """The number of networks."""
        return len(self.starts) - 1

    @property
    def totals(self) -> Floats:
        """tm `(k,)`, the total mass of each network."""
        return np.add.reduceat(self.masses, self.starts[:-1])

    def take(self, networks: Integers) -> "LayerStack":
        """Some of the networks, in ascending order."""
        if len(networks) == len(self):
            return self
        sizes = np.diff(self.starts)
        chosen = np.zeros(len(self), dtype=bool)
        chosen[networks] = True
        rows = np.repeat(chosen, sizes)
        starts = np.concatenate([[0], np.cumsum(sizes[networks])])
        return LayerStack(self.codes[rows], self.masses[rows], self.places[rows], starts)


def stack_layers(
    networks: Sequence[Architecture], structure: float, mismatch: MismatchTable
) -> LayerStack:
    """Stack the layers of networks, each followed by its null layer.

    Args:
        networks: At least one network.
        structure: ν_str.
        mismatch: The table whose rows the codes are.

    Returns:
        The stack.

    Raises:
        ArchitectureError: If one is no whole network, or has a layer that the table lacks.
    """
    tables = [layer_table(network) for network in networks]
    codes = [code for table in tables for code in (*mismatch.codes(table.kinds), -1)]
    masses = np.concatenate([np.append(table.masses, 0.0) for table in tables])
    null = np.zeros((1, 6))
    paths = np.concatenate([part for table in tables for part in (table.paths, null)])
    starts = np.cumsum([0, *(len(table.kinds) + 1 for table in tables)])
    return LayerStack(np.array(codes), masses, paths * (structure / 6), starts)


def unit_costs(first: LayerStack, second: LayerStack, mismatch: Floats) -> Floats:
    """The costs c `(L, L')` of a unit of mass between the layers of two stacks.

    Args:
        first: A stack of L layers.
        second: A stack of L' layers.
        mismatch: `MismatchTable.clipped()`.

    Returns:
        The costs, at most 2, C-contiguous.
    """
    costs = structural_costs(first, second)
    costs += mismatch[:, second.codes].take(first.codes, axis=0, mode="wrap")
    return np.minimum(costs, 2.0, out=costs)


def structural_costs(first: LayerStack, second: LayerStack) -> Floats:
    """ν_str C_str `(L, L')`: the mean difference of the path lengths; 0 with a null layer."""
    costs: Floats = cdist(first.places, second.places, "cityblock")
    costs[first.codes < 0] = 0.0
    costs[:, second.codes < 0] = 0.0
    return costs


def all_distances(
    first: LayerStack,
    second: LayerStack,
    mismatch: Floats,
    twin: Integers,
    workers: int,
) -> Floats:
    """The distances `(n, m)` between n and m networks, each pair solved once.

    Args:
        first: The n networks, all different.
        second: The m networks, all different.
        mismatch: `MismatchTable.clipped()`.
        twin: For each network of the second stack its number in the first, or -1 `(m,)`.
        workers: Number of processes.

    Returns:
        The raw distances.
    """
    pairs = _Pairs(first, second, mismatch, twin)
    distances = np.zeros((len(first), len(second)))
    for row, columns, values in _solved(pairs, workers):
        distances[row, columns] = values
    for column, row in enumerate(twin):
        if row >= 0:  # what stands right of the diagonal also stands below it
            later = np.flatnonzero(twin > row)
            distances[twin[later], column] = distances[row, later]
    return distances


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    first: LayerStack
    second: LayerStack
    mismatch: Floats
    twin: Integers

    def columns(self, row: int) -> Integers:
        """The networks of the second stack to solve for one of the first."""
        if row not in self.twin:
            return np.arange(len(self.second))
        return np.flatnonzero((self.twin < 0) | (self.twin > row))

    def solve(self, row: int) -> tuple[int, Integers, Floats]:
        columns = self.columns(row)
        if not len(columns):
            return row, columns, np.zeros(0)
        one, others = self.first.take(np.array([row])), self.second.take(columns)
        unit = mass_unit(one.masses.sum() + others.totals.max())
        costs = unit_costs(others, one, self.mismatch)
        least = least_costs(one.masses / unit, others.masses / unit, others.starts, costs)
        return row, columns, least * unit


def _solved(pairs: _Pairs, workers: int) -> Iterator[tuple[int, Integers, Floats]]:
    rows = range(len(pairs.first))
    if workers == 1:
        yield from map(pairs.solve, rows)
        return
    # New processes, as the solver's calls are too short for threads to share the interpreter.
    with ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (pairs,)) as pool:
        yield from pool.map(_solve_row, rows, chunksize=4)


_given: list[_Pairs] = []  # what a worker process works on; empty in all others


def _start_worker(pairs: _Pairs) -> None:
    for name in ("PYTORCH", "JAX", "CUPY", "TENSORFLOW"):  # POT would import them; not needed here
        os.environ[f"POT_BACKEND_DISABLE_{name}"] = "1"
    _given.append(pairs)


def _solve_row(row: int) -> tuple[int, Integers, Floats]:
    return _given[0].solve(row)
