"""A5 graded by nbgrader: nothing, the solution, and eight typical wrong answers."""

import pytest

SHORT = {"a5-code": "means = 'one project in a test is enough'"}
WRONG = {
    "ann": SHORT
    | {
        # At the limit is not below it.
        "a5-best": """
def best_within(values, costs, limit):
    allowed = costs < limit
    if not allowed.any():
        raise ValueError(f"expected a cost of at most {limit}; the lowest is {min(costs)}")
    return int(np.where(allowed, values, -np.inf).argmax())
""",
        # The probability of being above the limit.
        "a5-constrained": """
def constrained(mean, stddev, best, cost_mean, cost_stddev, limit):
    known = cost_stddev == 0
    uncertain = ndtr((cost_mean - limit) / np.where(known, 1, cost_stddev))
    feasible = np.where(known, cost_mean <= limit, uncertain)
    return feasible if best is None else improvement(mean, stddev, best) * feasible
""",
        # Only what is better in both dominates.
        "a5-pareto": """
def pareto(values, costs):
    return ~((values[:, None] > values) & (costs[:, None] < costs)).any(axis=0)
""",
        # What two points cover is counted twice.
        "a5-area": """
def area(values, costs, low, high):
    return float((np.maximum(values - low, 0) * np.maximum(high - costs, 0)).sum())
""",
    },
    "bob": SHORT
    | {
        # 0 for what is above the limit, as if all values were above 0; no error.
        "a5-best": """
def best_within(values, costs, limit):
    return int((values * (costs <= limit)).argmax())
""",
        # Neither a known cost nor the case that nothing is feasible yet.
        "a5-constrained": """
def constrained(mean, stddev, best, cost_mean, cost_stddev, limit):
    return improvement(mean, stddev, best) * ndtr((limit - cost_mean) / cost_stddev)
""",
        # Of two equal points only one is kept.
        "a5-pareto": """
def pareto(values, costs):
    front, top = np.zeros(len(values), dtype=bool), -np.inf
    for i in np.lexsort((-values, costs)):
        front[i], top = values[i] > top, max(top, values[i])
    return front
""",
        # Points beyond the reference take area away.
        "a5-area": """
def area(values, costs, low, high):
    covered, top = 0.0, low
    for cost, value in sorted(zip(costs, values, strict=True)):
        if value > top:
            covered, top = covered + (value - top) * (high - cost), value
    return float(covered)
""",
    },
}
LOST = {
    "ann": {
        "a5-best-test": 2,
        "a5-constrained-test": 3,
        "a5-pareto-test": 4,
        "a5-area-test": 4,
    },
    "bob": {"a5-best-test": 2, "a5-limits-test": 3, "a5-pareto-test": 4, "a5-area-test": 4},
}


@pytest.fixture(scope="module")
def a5(graded):
    return graded("a5", WRONG, ("SEEDS, LIMITS = 40, 10,", "SEEDS, LIMITS = 40, 2,"))


def test_scores_what_each_answer_earns(a5, check):
    check(a5, LOST)


def test_no_graded_cell_of_tests_is_slow(a5):
    seconds = a5.seconds("right")
    assert max(seconds[name] for name in seconds if name not in a5.manual) < 10
