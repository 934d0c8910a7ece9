"""Exact optimal transport between the layers of two networks.

Notation
    x (n,), y (m,)   the masses of the layers of two networks; Σx, Σy their totals
    c (n, m)         the cost of moving a unit of mass from one layer to another, at most 2
    Z (n, m)         the mass moved, at least 0; row sums at most x, column sums at most y

The programme is: the least Σ c Z + (Σx - ΣZ) + (Σy - ΣZ), as a unit that stays costs 1 on its side
(equation 3 of the reference). A null layer of mass Σy beside x, and one of mass Σx beside y, which
cost 1 with a layer and 0 with each other, take what stays; so it is a balanced transport, which
POT's network simplex solves exactly.

References:
    Kandasamy et al., Neural architecture search with Bayesian optimisation and optimal transport,
    NeurIPS 2018, section 3 and appendix A.
    Bonneel et al., Displacement interpolation using Lagrangian mass transport, SIGGRAPH Asia 2011
    (the network simplex).
"""

import functools
import itertools
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from nbnas.errors import NbnasError

Floats = NDArray[np.float64]
_OPTIMAL = 1  # of the solver's enumeration: infeasible, optimal, unbounded, out of iterations
_MAX_ITERATIONS = 10_000_000


def solve_transport(x: Floats, y: Floats, costs: Floats) -> tuple[float, Floats]:
    """Solve the balanced transport programme exactly.

    Args:
        x: Masses `(n,)` to send, at least 0.
        y: Masses `(m,)` to receive, with the same total.
        costs: Finite costs `(n, m)` of a unit of mass.

    Returns:
        The least cost, and the plan `(n, m)`, which is sparse: at most n + m - 1 entries.

    Raises:
        NbnasError: If the solver fails, as it does where the totals differ.
    """
    if not x.any() and not y.any():  # the solver would call it infeasible
        return 0.0, np.zeros((len(x), len(y)))
    unit = mass_unit(max(x.sum(), y.sum()))
    x, y, costs = (np.ascontiguousarray(array, dtype=np.float64) for array in (x, y, costs))
    plan, cost, _, _, code = network_simplex()(x / unit, y / unit, costs, _MAX_ITERATIONS, 1)
    _check(code)
    return float(cost) * unit, plan * unit


def least_costs(x: Floats, y: Floats, starts: NDArray[np.int64], costs: Floats) -> Floats:
    """The least costs `(k,)` of the programme between one network and k others.

    Args:
        x: Masses `(n + 1,)` of the one network; the last is its null layer, whatever its mass.
        y: Masses `(L,)` of the others one after the other, each with its null layer at its end.
        starts: Where each of them begins in y, closed by L: `(k + 1,)`.
        costs: Costs `(L, n + 1)`, C-contiguous; 1 for a null layer with a layer, 0 for two null
            layers.

    Returns:
        The least costs, in the unit of the masses.

    Raises:
        NbnasError: If the solver fails.
    """
    x, y = x.copy(), y.copy()
    nulls = starts[1:] - 1
    y[nulls] = 0.0
    totals = np.add.reduceat(y, starts[:-1])
    y[nulls] = own = x[:-1].sum()
    least = np.zeros(len(totals))
    solve = network_simplex()
    for k, (start, end) in enumerate(itertools.pairwise(starts.tolist())):
        x[-1] = totals[k]
        if own or totals[k]:  # else there is nothing to move
            _, least[k], _, _, code = solve(y[start:end], x, costs[start:end], _MAX_ITERATIONS, 1)
            _check(code)
    return least


def mass_unit(total: float) -> float:
    """The power of two in which a total mass is between 2048 and 4096; 1 for no mass.

    The solver compares totals to an absolute tolerance of some 1e-8. Dividing by a power of two
    is exact.
    """
    return float(2.0 ** (np.ceil(np.log2(total)) - 12)) if total > 0 else 1.0


@functools.cache
def network_simplex() -> Callable[..., Any]:
    """POT's compiled solver, imported when first needed, as POT imports torch where it is.

    `ot.emd2` calls the same solver and takes some 80 µs more to check its arguments.
    """
    from ot.lp.emd_wrap import emd_c

    return cast(Callable[..., Any], emd_c)


def _check(code: int) -> None:
    if code != _OPTIMAL:
        raise NbnasError(
            f"expected an optimal transport, got code {code} of ot.lp.emd_wrap.emd_c; "
            "are the masses and costs finite and at least 0?"
        )
