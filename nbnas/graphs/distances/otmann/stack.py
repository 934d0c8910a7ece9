"""Many networks or cells at once: what belongs to a pair is vectorised over their layers.

Notation
    network  a whole network or a cell; its layers are those of its `layer_graph`
    L        layers of all networks together, with a null layer after each network's own
    c        the cost of a unit of mass: min(M + ν_str C_str, 2); 1 with a null layer, and 0
             between two of them

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from nbnas.graphs.architecture import Architecture
from nbnas.graphs.distances.otmann.mismatch import MismatchTable
from nbnas.graphs.distances.otmann.paths import layer_table
from nbnas.graphs.distances.otmann.transport import least_costs, mass_unit

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


@dataclass(frozen=True, slots=True, eq=False)
class StackSolver:
    """The raw distances of one network of a stack to some of another; a `PairSolver`.

    Attributes:
        first: The stack of the one.
        second: The stack of the others.
        mismatch: `MismatchTable.clipped()`.
    """

    first: LayerStack
    second: LayerStack
    mismatch: Floats

    def __call__(self, row: int, columns: Integers) -> Floats:
        """The distances of one network of the first stack to some of the second."""
        if not len(columns):
            return np.zeros(0)
        one, others = self.first.take(np.array([row])), self.second.take(columns)
        unit = mass_unit(one.masses.sum() + others.totals.max())
        costs = unit_costs(others, one, self.mismatch)
        return least_costs(one.masses / unit, others.masses / unit, others.starts, costs) * unit
