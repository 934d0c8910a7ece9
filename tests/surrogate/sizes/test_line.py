import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma, multivariate_normal

from nbnas.surrogate.sizes.line import GRID, A, _evidence, fit_line

EXPECTED = 0.02


def made(seed=0, n=14, p=4):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 5, (n, p)).astype(float)
    y = 3.0 + x @ rng.standard_normal(p) * 0.3 + 0.1 * rng.standard_normal(n)
    return x, y


def solved(x, y, groups, line):
    """The same posterior by the normal equations of all weights and levels; flat levels."""
    levels = np.eye(max(groups) + 1)[list(groups)]
    design = np.hstack([levels, (x - line.centre) / line.spread])
    precision = np.diag([0.0] * levels.shape[1] + [1 / line.scale] * x.shape[1])
    covariance = np.linalg.inv(design.T @ design + precision)
    return covariance @ design.T @ y, covariance


@pytest.mark.parametrize("groups", [(0,) * 14, (0,) * 5 + (1,) * 6 + (2,) * 3, (0,) + (1,) * 13])
def test_prediction_equals_the_normal_equations(groups):
    x, y = made()
    line = fit_line(x, y, groups, EXPECTED)
    weights, covariance = solved(x, y, groups, line)
    new = np.random.default_rng(1).integers(0, 5, (6, 4)).astype(float)
    level = np.zeros((6, max(groups) + 1))
    level[:, 0] = 1
    design = np.hstack([level, (new - line.centre) / line.spread])
    mean, stddev = line.predict(new, np.zeros(6))
    variance = 1 + np.einsum("ij,jk,ik->i", design, covariance, design)
    np.testing.assert_allclose(mean, design @ weights, rtol=1e-9)
    np.testing.assert_allclose(stddev, np.sqrt(line.variance * variance), rtol=1e-9)


def test_leave_one_out_equals_to_leave_one_out():
    x, y = made()
    groups = [0] * 9 + [1] * 5
    line = fit_line(x, y, groups, EXPECTED)
    for i in range(len(y)):
        others = [j for j in range(len(y)) if j != i]
        kept = [groups[j] for j in others]
        weights, covariance = solved(x[others], y[others], kept, line)
        row = np.hstack([np.eye(2)[groups[i]], (x[i] - line.centre) / line.spread])
        assert line.left[0][i] == pytest.approx(row @ weights, rel=1e-9)
        variance = line.variance * (1 + row @ covariance @ row)
        assert line.left[1][i] == pytest.approx(variance, rel=1e-9)


def test_evidence_equals_quadrature_over_the_noise():
    """log p(y | λ) of two λ differs as the integral of the normal density over 1/σ² does."""
    x, y = made(n=6, p=2)
    x, y = x - x.mean(axis=0), y - y.mean()
    u, s, _ = np.linalg.svd(x, full_matrices=False)
    basis = np.linalg.svd(np.eye(6) - 1 / 6)[0][:, :5]  # the level is flat: it leaves five numbers
    prior = gamma(A, scale=1 / (A * EXPECTED))

    def integral(scale):
        k = basis.T @ (np.eye(6) + scale * x @ x.T) @ basis

        def density(precision):
            normal = multivariate_normal(np.zeros(5), k / precision)
            return prior.pdf(precision) * normal.pdf(basis.T @ y)

        return math.log(quad(density, 0, 3000, limit=400, points=(1, 10, 100))[0])

    found = [
        _evidence(scale, s, u.T @ y, float(y @ y), 5, EXPECTED)[0] for scale in (0.1, 1.0, 30.0)
    ]
    truth = [integral(scale) for scale in (0.1, 1.0, 30.0)]
    np.testing.assert_allclose(np.diff(found), np.diff(truth), rtol=1e-5)


def test_what_tells_nothing_weighs_nothing():
    rng = np.random.default_rng(0)
    line = fit_line(rng.standard_normal((60, 5)), rng.standard_normal(60), [0] * 60, EXPECTED)
    assert np.abs(line.weights).max() < 0.15
    assert line.variance == pytest.approx(1.0, rel=0.3)


def test_the_scale_of_the_greatest_evidence_is_taken():
    x, y = made()
    line = fit_line(x, y, [0] * 14, EXPECTED)
    assert GRID[0] < line.scale < GRID[-1]
    assert line.scale in GRID


def test_sizes_in_other_units_change_nothing():
    x, y = made()
    a, b = (fit_line(z, y, [0] * 14, EXPECTED) for z in (x, 1000 * x + 7))
    first, second = a.predict(x, np.zeros(14)), b.predict(1000 * x + 7, np.zeros(14))
    np.testing.assert_allclose(first, second, rtol=1e-8)


def test_a_size_that_never_was_makes_it_less_sure():
    x, y = made()
    line = fit_line(x, y, [0] * 14, EXPECTED)
    known, unknown = (line.predict(x[:1], np.array([b]))[1][0] for b in (0.0, 4.0))
    assert unknown > known
