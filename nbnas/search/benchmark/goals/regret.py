"""How much of the hypervolume of a table's front a run has not found yet.

Notation
    n, k    number of queries and of goals
    u       goals on the scale of the table `(n, k)`: 0 at the reference point, 1 at the best value
    regret  hypervolume of u of the whole table less that of the queries so far, at least 0

The reference point is the worst value of each goal in the table; of an accuracy it is that of
chance, one divided by the number of classes, where that number is known.

References:
    Zitzler and Thiele, Multiobjective evolutionary algorithms: a comparative case study and the
    strength Pareto approach, IEEE Trans. Evol. Comput. 3, 1999 (the hypervolume).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nbnas.graphs.architecture import Architecture
from nbnas.records.goals.pareto import hypervolume, hypervolume_trace, pareto
from nbnas.search.benchmark.table import BenchmarkTable

_ROUNDING = 1e-12


def hypervolume_regrets(
    table: BenchmarkTable, architectures: Sequence[Architecture]
) -> NDArray[np.float64]:
    """The regret after each query of a run.

    Args:
        table: The table, with further goals.
        architectures: What was asked for, `n` of them.

    Returns:
        `(n,)`, each at most the one before; between 0 and 1.
    """
    everything = tuple(table.values)
    gains, place = _gains(table), {a: i for i, a in enumerate(everything)}
    lowest, highest = _reference(table, gains), gains.max(axis=0)
    extent = np.where(highest > lowest, highest - lowest, 1.0)
    scaled = (gains - lowest) / extent
    zero = np.zeros(gains.shape[1])
    whole = hypervolume(scaled[pareto(scaled)], zero)
    asked = scaled[[place[a] for a in architectures]]
    left = whole - hypervolume_trace(asked, zero)
    return np.where(left < _ROUNDING, 0.0, left)


def _gains(table: BenchmarkTable) -> NDArray[np.float64]:
    """What is maximised of each architecture of the table `(m, k)`."""
    columns = [(table.measure, table.values), *((f.measure, f.values) for f in table.further)]
    found = [m.gain(np.array([c[a] for a in table.values], np.float64)) for m, c in columns]
    return np.stack(found, axis=1)


def _reference(table: BenchmarkTable, gains: NDArray[np.float64]) -> NDArray[np.float64]:
    """The reference point, as gains in the units of the table `(k,)`."""
    lowest: NDArray[np.float64] = gains.min(axis=0)
    if table.classes and table.measure.fraction and table.measure.maximize:
        lowest[0] = table.unit.whole / table.classes
    return lowest
