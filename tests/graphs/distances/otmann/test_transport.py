import itertools

import numpy as np
import ot
import pytest
from scipy.optimize import linprog

from nbnas.errors import NbnasError
from nbnas.graphs.distances.otmann.transport import least_costs, mass_unit, solve_transport


def problem(rng, scale=1.0):
    """Masses and costs of a transport, balanced by null layers of cost 1 at the ends."""
    n, m = rng.integers(1, 12, 2)
    x, y = rng.random(n) * scale, rng.random(m) * scale
    costs = np.ones((n + 1, m + 1))
    costs[:-1, :-1] = np.minimum(3 * rng.random((n, m)), 2)
    costs[-1, -1] = 0
    return np.append(x, y.sum()), np.append(y, x.sum()), costs


def by_linprog(x, y, costs):
    """The least cost of a balanced transport as a linear programme (one equation is spare)."""
    n, m = costs.shape
    rows = np.kron(np.eye(n), np.ones(m))
    columns = np.kron(np.ones(n), np.eye(m))
    equal = np.vstack([rows, columns])[:-1]
    return linprog(costs.ravel(), A_eq=equal, b_eq=np.concatenate([x, y])[:-1]).fun


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e12])
def test_a_transport_is_that_of_pot_and_of_a_linear_programme(scale):
    rng = np.random.default_rng(0)
    for _ in range(40):
        x, y, costs = problem(rng, scale)
        least, plan = solve_transport(x, y, costs)
        total = x.sum()
        assert least == pytest.approx(ot.emd2(x / total, y / total, costs) * total, rel=1e-10)
        assert least == pytest.approx(by_linprog(x / total, y / total, costs) * total, rel=1e-8)
        assert least == pytest.approx((plan * costs).sum(), rel=1e-12)


def test_a_plan_moves_the_masses_and_is_sparse():
    rng = np.random.default_rng(1)
    for _ in range(40):
        x, y, costs = problem(rng)
        _, plan = solve_transport(x, y, costs)
        np.testing.assert_allclose(plan.sum(1), x, atol=1e-12)
        np.testing.assert_allclose(plan.sum(0), y, atol=1e-12)
        assert plan.min() >= 0
        assert np.count_nonzero(plan) <= sum(plan.shape) - 1


def test_nothing_to_move_costs_nothing():
    least, plan = solve_transport(np.zeros(2), np.zeros(3), np.ones((2, 3)))
    assert least == 0
    assert not plan.any()


def test_different_totals_are_an_error():
    with pytest.raises(NbnasError, match="optimal transport"):
        solve_transport(np.ones(2), np.full(2, 2.0), np.ones((2, 2)))


def test_the_transports_of_one_network_with_many_are_those_one_by_one():
    rng = np.random.default_rng(2)
    x = rng.random(5)
    others = [rng.random(n) for n in (1, 4, 3)]
    blocks = []
    for y in others:
        block = np.ones((len(y) + 1, 6))
        block[:-1, :-1] = 2 * rng.random((len(y), 5))
        block[-1, -1] = 0
        blocks.append(block)
    starts = np.cumsum([0, *(len(y) + 1 for y in others)])
    masses = np.concatenate([np.append(y, 7.0) for y in others])  # null masses are set inside
    least = least_costs(np.append(x, 7.0), masses, starts, np.concatenate(blocks))
    expected = [
        by_linprog(np.append(y, x.sum()), np.append(x, y.sum()), block)
        for y, block in zip(others, blocks, strict=True)
    ]
    np.testing.assert_allclose(least, expected, rtol=1e-8)
    assert [masses[end - 1] for _, end in itertools.pairwise(starts)] == [7.0] * 3  # unchanged


@pytest.mark.parametrize("total", [1e-9, 1.0, 2048.0, 3e17])
def test_the_unit_is_a_power_of_two_that_brings_the_total_to_a_few_thousand(total):
    unit = mass_unit(total)
    assert 2048 <= total / unit <= 4096
    assert np.log2(unit) == round(np.log2(unit))


def test_no_mass_has_the_unit_one():
    assert mass_unit(0.0) == 1.0
