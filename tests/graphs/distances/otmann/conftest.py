"""Shared by the tests of this folder."""

import math

import numpy as np
import ot
import pytest
from scipy.optimize import linprog

from nbnas.graphs.distances.otmann.mismatch import MismatchTable
from nbnas.graphs.distances.otmann.paths import layer_table


def _structural(a, b):
    """Equation (3), C_str, written out."""
    s, t = layer_table(a).paths, layer_table(b).paths
    return np.array([[np.abs(u - v).mean() for v in t] for u in s])


def _labels(a, b):
    table = MismatchTable.default()
    kinds = [layer_table(x).kinds for x in (a, b)]
    return np.array([[table.cost(k, j) for j in kinds[1]] for k in kinds[0]])


def _by_linprog(a, b, nu):
    """The programme as the paper states it, without null layers: Z within the masses."""
    x, y = layer_table(a).masses, layer_table(b).masses
    costs = _labels(a, b) + nu * _structural(a, b)
    n, m = costs.shape
    within = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    bounds = [(0, None) if math.isfinite(c) else (0, 0) for c in costs.ravel()]
    gains = np.where(np.isfinite(costs), costs - 2, 0).ravel()
    found = linprog(gains, A_ub=within, b_ub=np.concatenate([x, y]), bounds=bounds)
    return found.fun + x.sum() + y.sum()


def _by_pot(a, b, nu):
    """POT's own entry, with null layers and a large cost for what cannot be matched."""
    x, y = layer_table(a).masses, layer_table(b).masses
    costs = np.ones((len(x) + 1, len(y) + 1))
    costs[:-1, :-1] = np.minimum(_labels(a, b) + nu * _structural(a, b), 1e3)
    costs[-1, -1] = 0
    total = x.sum() + y.sum()
    masses = np.append(x, y.sum()) / total, np.append(y, x.sum()) / total
    return ot.emd2(*masses, costs) * total


@pytest.fixture(scope="session")
def structural():
    return _structural


@pytest.fixture(scope="session")
def labels():
    return _labels


@pytest.fixture(scope="session")
def by_linprog():
    return _by_linprog


@pytest.fixture(scope="session")
def by_pot():
    return _by_pot
