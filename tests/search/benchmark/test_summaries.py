"""Means, intervals and comparisons agree with scipy's own."""

import numpy as np
import pytest
from scipy import stats

from nbnas.search.benchmark.curves import median_band
from nbnas.search.benchmark.summaries import (
    bootstrap_interval,
    mean_band,
    paired_difference,
    share_band,
    standard_error,
)
from nbnas.search.benchmark.unit import FRACTION, PERCENT


@pytest.fixture
def values(rng):
    return rng.normal(90, 2, size=(12, 4))


def test_the_mean_has_students_interval(values):
    mean, lower, upper = mean_band(values)
    for k in range(4):
        interval = stats.ttest_1samp(values[:, k], 0).confidence_interval(0.95)
        assert (lower[k], upper[k]) == pytest.approx((interval.low, interval.high))
    assert mean == pytest.approx(values.mean(axis=0))
    assert standard_error(values) == pytest.approx(stats.sem(values, axis=0))


def test_one_seed_has_no_interval(values):
    mean, lower, upper = mean_band(values[:1])
    assert mean == pytest.approx(values[0])
    assert np.isnan([*lower, *upper]).all()
    assert np.isnan(bootstrap_interval(np.array([1.0]))).all()


@pytest.mark.parametrize("hits", [0, 1, 7, 20])
def test_the_share_has_wilsons_interval(hits):
    found = np.arange(20)[:, None] < hits
    share, lower, upper = share_band(found)
    expected = stats.binomtest(hits, 20).proportion_ci(method="wilson")
    assert share == pytest.approx(hits / 20)
    assert lower == pytest.approx(expected.low, abs=1e-12)
    assert upper == pytest.approx(expected.high, abs=1e-12)


def test_the_median_lies_between_the_quartiles(values):
    median, lower, upper = median_band(values)
    assert median == pytest.approx(np.median(values, axis=0))
    assert upper - lower == pytest.approx(stats.iqr(values, axis=0))


@pytest.mark.parametrize("n", [6, 25])
def test_the_bootstrap_agrees_with_scipys(rng, n):
    differences = rng.normal(0.3, 1, size=n)
    level = 1 - 2 * stats.norm.sf(np.sqrt(n / (n - 1)) * stats.t.ppf(0.975, n - 1))
    expected = stats.bootstrap(
        (differences,), np.mean, n_resamples=50_000, method="percentile", confidence_level=level,
        rng=np.random.default_rng(5),
    ).confidence_interval  # fmt: skip
    found = bootstrap_interval(differences)
    assert found == pytest.approx((expected.low, expected.high), abs=0.05)
    assert found == bootstrap_interval(differences)  # it repeats


def test_the_interval_of_a_few_seeds_holds_the_truth_often_enough(rng):
    trials = [bootstrap_interval(rng.normal(0.3, 1, size=8), 2_000) for _ in range(400)]
    held = sum(lower <= 0.3 <= upper for lower, upper in trials)
    assert held > 400 * 0.95 - 3 * np.sqrt(400 * 0.95 * 0.05)  # the plain interval holds 89 %


def compared(differences, unit=PERCENT, queries=50):
    differences = np.asarray(differences, dtype=float)
    return paired_difference(
        ("ours", "other"), 90 + differences, np.full(len(differences), 90.0), queries, unit
    )


def test_a_clear_difference_has_a_winner():
    clear = compared([0.25, 0.5, 0.25, 0.5, 0.0, 0.25, -0.125, 0.5])
    assert (clear.better, clear.equal, clear.seeds) == (6, 1, 8)
    assert clear.mean == pytest.approx(0.265625)
    assert clear.error == pytest.approx(stats.sem([0.25, 0.5, 0.25, 0.5, 0.0, 0.25, -0.125, 0.5]))
    assert clear.sentence.startswith(
        "ours beats other at 50 queries by 0.27 ± 0.08 percentage points "
        "(better in 6 of 8 seeds, equal in 1; 95 % interval 0."
    )


def test_the_other_may_win():
    lost = compared([-0.25, -0.5, -0.25, -0.5, 0.0, -0.25, 0.125, -0.5])
    assert lost.sentence.startswith("other beats ours at 50 queries by 0.27 ± 0.08")
    assert "(better in 6 of 8 seeds, equal in 1; 95 % interval 0." in lost.sentence
    low, high = lost.sentence.rpartition("interval ")[2].rstrip(").").split(" to ")
    assert 0 < float(low) < float(high)


def test_what_may_be_chance_has_no_winner():
    said = compared([0.5, -0.5, 0.25, -0.25, 0.125, -0.0625, 0.5]).sentence
    assert said.startswith("ours and other cannot be told apart at 50 queries: 0.08 ± ")
    assert said.endswith("(ours is better in 4 of 7 seeds).")


def test_a_few_seeds_are_too_few():
    said = compared([0.5, 0.75, 0.5, 0.25]).sentence
    assert "percentage points, too few seeds to tell (ours is better in 4 of 4 seeds)" in said
    assert "beats" not in said
    assert (
        "0.50 percentage points, too few seeds to tell (ours is better in 1 of 1 seed)"
        in compared([0.5]).sentence
    )


def test_equals_are_equal():
    assert compared([0.0] * 8).sentence == "ours and other are equal at 50 queries in 8 seeds."


def test_small_differences_keep_a_digit():
    small = compared(1e-3 * np.array([1, 2, 1, 2, 1, 2, 1, 2.0]))
    assert "by 0.0015 ± 0.0002 percentage points" in small.sentence
    assert (
        "by 0.2656 ± 0.0833 as a fraction"
        in compared([0.25, 0.5, 0.25, 0.5, 0.0, 0.25, -0.125, 0.5], FRACTION).sentence
    )
