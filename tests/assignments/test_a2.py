"""A2 graded by nbgrader: nothing, the solution, and eight typical wrong answers."""

import pytest

WRONG = {
    "ann": {
        # The arcs are forgotten.
        "a2-canonical": """
def canonical(labels, arcs):
    return tuple(sorted(labels))
""",
        # A vertex looks along its arcs, not at what comes in.
        "a2-wl": """
def wl_counts(labels, arcs, depth):
    current, counts = list(labels), Counter(labels)
    for _ in range(depth):
        after = [sorted(repr(current[j]) for i, j in arcs if i == v) for v in range(len(labels))]
        current = [(old, *seen) for old, seen in zip(current, after, strict=True)]
        counts.update(current)
    return counts
""",
        # The counts are not brought to length 1.
        "a2-kernel": """
def kernel_matrix(first, second):
    return np.array([[sum(a[x] * b[x] for x in a) for b in second] for a in first], dtype=float)
""",
        # A positive determinant does not say that all eigenvalues are positive.
        "a2-covariance": """
def is_covariance(matrix):
    return bool(np.allclose(matrix, matrix.T) and np.linalg.det(matrix) > -1e-8)
""",
        # The linear correlation in place of that of the ranks.
        "a2-tau": """
def kendall(a, b):
    return np.corrcoef(a, b)[0, 1]
""",
    },
    "bob": {
        # The vertices keep the numbers that they happen to have.
        "a2-canonical": """
def canonical(labels, arcs):
    return tuple(labels), tuple(sorted(arcs))
""",
        # What comes in is not sorted.
        "a2-wl": """
def wl_counts(labels, arcs, depth):
    current, counts = list(labels), Counter(labels)
    for _ in range(depth):
        before = [[repr(current[i]) for i, j in arcs if j == v] for v in range(len(labels))]
        current = [(old, *seen) for old, seen in zip(current, before, strict=True)]
        counts.update(current)
    return counts
""",
        # The prior mean is 0, where accuracies are near 0.8.
        "a2-predict": """
def predict(train, cross, y, noise):
    return cross.T @ np.linalg.solve(train + noise * np.eye(len(y)), y)
""",
    },
}
LOST = {
    "ann": {
        "a2-canonical-different-test": 2,
        "a2-wl-value-test": 2,
        "a2-kernel-test": 3,
        "a2-covariance-test": 2,
        "a2-tau-test": 3,
    },
    "bob": {"a2-canonical-same-test": 3, "a2-wl-same-test": 2, "a2-predict-test": 3},
}


@pytest.fixture(scope="module")
def a2(graded):
    return graded("a2", WRONG)


def test_scores_what_each_answer_earns(a2, check):
    check(a2, LOST)


def test_no_graded_cell_is_slow(a2):
    assert max(a2.seconds("right").values()) < 10
