"""A small table whose trainings may go less far than all."""

import numpy as np
import pytest

import nbnas as nb
from nbnas.search.benchmark.unit import PERCENT

CELLS = list(dict.fromkeys(nb.CellSpace().sample(0, 60)))
FIDELITIES = nb.Fidelities((2, 10))


def _paid(fidelities=FIDELITIES, missing=(), cells=CELLS):
    """Full values from 60 up; looks that rank nearly the same, and are lower."""
    rng = np.random.default_rng(0)
    values = {a: 60.0 + i / 2 for i, a in enumerate(cells)}
    looks = {
        epochs: {a: v / 2 + rng.normal() for a, v in values.items() if a not in missing}
        for epochs in fidelities.lower
    }
    space = nb.Subspace(nb.CellSpace(), cells)
    tests = {a: v - 1 for a, v in values.items()}
    return nb.BenchmarkTable(
        "valid", space, values, PERCENT, "test", tests, fidelities=fidelities, looks=looks
    )


@pytest.fixture(scope="session")
def paid():
    """Makes the table."""
    return _paid
