"""A1 graded by nbgrader: nothing, the solution, and seven typical wrong answers."""

import pytest

POSTERIOR = """
def posterior(covariance, cross, variance, y, noise):
    factor = scipy.linalg.cholesky(covariance + noise * np.eye(len(y)), lower=True)
    a = scipy.linalg.solve_triangular(factor, cross, lower=True)
    z = scipy.linalg.solve_triangular(factor, y, lower=True)
"""
WRONG = {
    "ann": {
        # The 2 before the squared length-scale is forgotten.
        "a1-kernel": """
def rbf(a, b, lengthscale):
    return np.exp(-((a[:, None] - b[None, :]) / lengthscale) ** 2)
""",
        # Only one of the two triangular systems is solved for the mean.
        "a1-posterior": POSTERIOR
        + "    return cross.T @ z, np.sqrt(np.maximum(variance - (a**2).sum(axis=0), 0))",
        # The determinant of many points is 0.
        "a1-evidence": """
def log_evidence(covariance, y, noise):
    total = covariance + noise * np.eye(len(y))
    fit = y @ np.linalg.solve(total, y)
    return -0.5 * (fit + np.log(np.linalg.det(total)) + len(y) * np.log(2 * np.pi))
""",
        # Nothing is done where the standard deviation is 0.
        "a1-ei": """
def expected_improvement(mean, stddev, best):
    u = (mean - best) / stddev
    return np.maximum(stddev * (density(u) + u * ndtr(u)), 0)
""",
    },
    "bob": {
        # The variance in place of the standard deviation.
        "a1-posterior": POSTERIOR
        + "    return a.T @ z, np.maximum(variance - (a**2).sum(axis=0), 0)",
        # The formula for a minimum.
        "a1-ei": """
def expected_improvement(mean, stddev, best):
    known = stddev == 0
    u = (best - mean) / np.where(known, 1, stddev)
    improvement = stddev * (density(u) + u * ndtr(u))
    return np.maximum(np.where(known, best - mean, improvement), 0)
""",
        # The lower bound, as for a minimum.
        "a1-others": """
def probability_of_improvement(mean, stddev, best):
    return ndtr((mean - best) / stddev)


def upper_confidence_bound(mean, stddev, beta):
    return mean - beta * stddev
""",
    },
}
LOST = {
    "ann": {
        "a1-kernel-test": 3,
        "a1-mean-test": 3,
        "a1-evidence-test": 3,
        "a1-ei-limits-test": 2,
    },
    "bob": {"a1-stddev-test": 3, "a1-ei-test": 3, "a1-ei-limits-test": 2, "a1-ucb-test": 1},
}


@pytest.fixture(scope="module")
def a1(graded):
    return graded("a1", WRONG)


def test_scores_what_each_answer_earns(a1, check):
    check(a1, LOST)


def test_no_graded_cell_is_slow(a1):
    assert max(a1.seconds("right").values()) < 10
