"""A3 graded by nbgrader: nothing, the solution, and nine typical wrong answers."""

import pytest

MUTATE = """
def mutate(codes, rng):
    child = np.array(codes)
    edge = rng.integers(6)
    child[edge] = (child[edge] + rng.integers(1, 5)) % 5
    return child
"""
TOURNAMENT = """
def tournament(values, size, rng):
    drawn = rng.choice(len(values), size=size, replace=False)
    return max(drawn, key=lambda place: values[place])
"""
OPTIMIZE = """
def optimize(train, budget, initial, rng):
    tried = rng.permutation(len(CODES))[:initial].tolist()
    values = [train(number) for number in tried]
    while len(tried) < budget:
        tried.append(propose(tried, values))
        values.append(train(tried[-1]))
"""
WRONG = {
    "ann": {
        # Some cells are drawn twice, others never.
        "a3-random": """
def random_search(train, count, budget, rng):
    for number in rng.integers(count, size=budget):
        train(number)
""",
        # One child in five is its parent.
        "a3-mutate": """
def mutate(codes, rng):
    child = np.array(codes)
    child[rng.integers(6)] = rng.integers(5)
    return child
"""
        + TOURNAMENT,
        # The worst member dies, so that a lucky one lives for ever.
        "a3-evolve": """
def evolve(train, budget, population, size, rng):
    numbers = rng.permutation(len(CODES))[:population].tolist()
    values = [train(number) for number in numbers]
    for _ in range(budget - population):
        winner = tournament(values, size, rng)
        numbers.append(number_of(mutate(CODES[numbers[winner]], rng)))
        values.append(train(numbers[-1]))
        worst = values.index(min(values))
        del numbers[worst], values[worst]
""",
        # What was tried is proposed again.
        "a3-propose": """
def propose(tried, values):
    mean, stddev = posterior(tried, values)
    u = (mean - np.max(values)) / stddev
    return int((stddev * (density(u) + u * ndtr(u))).argmax())
"""
        + OPTIMIZE,
        # n in place of n - 1.
        "a3-statistics": """
def best_so_far(values):
    return np.maximum.accumulate(values, axis=1)


def mean_and_error(sample):
    return np.mean(sample), np.std(sample) / np.sqrt(len(sample))


def paired_interval(a, b):
    found = scipy.stats.ttest_rel(a, b).confidence_interval(0.95)
    return found.low, found.high
""",
    },
    "bob": {
        # A member may take part twice, so the best of all need not win.
        "a3-mutate": MUTATE
        + """
def tournament(values, size, rng):
    return max(rng.integers(len(values), size=size), key=lambda place: values[place])
""",
        # The highest mean: nothing is explored.
        "a3-propose": """
def propose(tried, values):
    mean, _ = posterior(tried, values)
    mean[tried] = -np.inf
    return int(mean.argmax())
"""
        + OPTIMIZE,
        # Along the seeds in place of the trainings; and an interval that forgets the pairs.
        "a3-statistics": """
def best_so_far(values):
    return np.maximum.accumulate(values, axis=0)


def mean_and_error(sample):
    return np.mean(sample), np.std(sample, ddof=1) / np.sqrt(len(sample))


def paired_interval(a, b):
    found = scipy.stats.ttest_ind(a, b).confidence_interval(0.95)
    return found.low, found.high
""",
    },
}
LOST = {
    "ann": {
        "a3-random-test": 3,
        "a3-mutate-test": 2,
        "a3-evolve-test": 4,
        "a3-propose-test": 4,
        "a3-error-test": 2,
    },
    "bob": {
        "a3-tournament-test": 2,
        "a3-propose-test": 4,
        "a3-best-test": 1,
        "a3-paired-test": 2,
    },
}


@pytest.fixture(scope="module")
def a3(graded):
    return graded("a3", WRONG)


def test_scores_what_each_answer_earns(a3, check):
    check(a3, LOST)


def test_no_graded_cell_is_slow(a3):
    assert max(a3.seconds("right").values()) < 10
