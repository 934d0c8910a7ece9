"""The simulated clock of a benchmark: checked by hand on runs of a few queries."""

import numpy as np
import pytest

from nbnas.records import Measure
from nbnas.search.benchmark.file import Row
from nbnas.search.benchmark.results import BenchmarkResults
from nbnas.search.benchmark.unit import PERCENT, Unit

HOUR = 3600.0


def run(strategy, seed, values, ends, better=max):
    best = values[0]
    rows = []
    for number, (value, end) in enumerate(zip(values, ends, strict=True), 1):
        best = better(best, value)
        rows.append(Row(strategy, seed, number, "x", value, best, None, 0.1, end))
    return tuple(rows)


def results(runs, **options):
    strategies = tuple(dict.fromkeys(name for name, _ in runs))
    queries = min(map(len, runs.values()))
    given = {"strategies": strategies, "queries": queries, "initial": 1, "optimum": 92.0}
    given |= {"unit": PERCENT, "value": "valid"}
    return BenchmarkResults(runs, **given | options)


@pytest.fixture
def found():
    """Three seeds of which two find the best, after two and after three hours."""
    a, b, c = (90.0, 92.0, 91.0), (91.0, 91.0, 92.0), (89.0, 90.0, 91.0)
    return results(
        {
            ("bayes x 2", 0): run("bayes x 2", 0, a, [HOUR, 2 * HOUR, 3 * HOUR]),
            ("bayes x 2", 1): run("bayes x 2", 1, b, [2 * HOUR, 2.5 * HOUR, 3 * HOUR]),
            ("bayes x 2", 2): run("bayes x 2", 2, c, [HOUR, 3 * HOUR, 5 * HOUR]),
            ("random", 0): run("random", 0, c, [HOUR, 3 * HOUR, 5 * HOUR]),
        },
        workers={"bayes x 2": 2},
    )


def at(clock, name, hour, which=0):
    """The curve's value at an instant."""
    place = np.searchsorted(clock.times[name], hour, side="right") - 1
    return clock.curves.curves[name][which][place]


def test_regret_is_the_mean_over_seeds_at_each_instant(found):
    clock = found.clock
    assert clock.unit == "hours"
    times = clock.times["bayes x 2"]
    assert (times[0], times[-1]) == (2.0, 5.0)  # from when every seed has a value
    assert (np.diff(times) > 0).all()
    assert at(clock, "bayes x 2", 2.0) == pytest.approx((0 + 1 + 3) / 3)
    assert at(clock, "bayes x 2", 2.99) == pytest.approx((0 + 1 + 3) / 3)
    assert at(clock, "bayes x 2", 3.05) == pytest.approx((0 + 0 + 2) / 3)
    assert at(clock, "bayes x 2", 5.0) == pytest.approx((0 + 0 + 1) / 3)
    for name in clock.times:
        middle, lower, upper = clock.curves.curves[name]
        assert len(middle) == len(clock.times[name])
        assert (lower[np.isfinite(lower)] >= 0).all()
        assert not (upper < middle).any()


def test_when_the_best_was_found(found):
    clock = found.clock
    assert clock.reached["bayes x 2"].tolist() == [2.0, 3.0, np.inf]
    assert clock.halves == {"bayes x 2": 3.0, "random": np.inf}
    assert clock.ended["bayes x 2"].tolist() == [3.0, 3.0, 5.0]
    assert clock.workers == {"bayes x 2": 2, "random": 1}
    assert clock.families == {"bayes x 2": "bayes", "random": "random"}
    lines = clock.markdown.splitlines()
    head = "strategy", "workers", "best of the table found", "median hours to it"
    assert lines[0] == " | ".join(["| " + head[0], *head[1:], "mean hours of a run |"])
    assert lines[2:] == [
        "| bayes | 2 | 2 of 3 seeds | 3 | 3.67 |",
        "| random | 1 | 0 of 1 seeds | not in half of the seeds | 5 |",
    ]
    assert repr(clock).startswith("BenchmarkClock(")


def test_a_curve_has_the_very_instant_at_which_all_have_found_it():
    ends = [1.0, 1.1, 77.7]
    clock = results({("a", 0): run("a", 0, (90.0, 91.0, 92.0), ends)}).clock
    assert clock.unit == "seconds"
    assert at(clock, "a", 77.7) == 0
    assert at(clock, "a", 77.6999) == 1
    middle = results({("a", 0): run("a", 0, (90.0, 92.0, 91.0), [1.0, 7.7, 99.9])}).clock
    assert 7.7 in middle.times["a"]


def test_lower_can_be_better():
    values = (3.0, 1.0, 2.0)
    found = results(
        {("a", 0): run("a", 0, values, [100.0, 200.0, 300.0], min)},
        measure=Measure("loss", maximize=False),
        unit=Unit("nats", 1.0, "nats", 2),
        optimum=1.0,
    )
    clock = found.clock
    assert clock.unit == "minutes"
    assert clock.reached["a"].tolist() == pytest.approx([200 / 60])
    assert "above the best of the table" in clock.curves.title
    assert (at(clock, "a", 2.0), at(clock, "a", 4.0)) == (2.0, 0.0)


def test_an_even_number_of_seeds_has_its_median_between_two():
    runs = {
        ("a", seed): run("a", seed, (90.0, 92.0), [HOUR, (2 + seed) * HOUR]) for seed in range(4)
    }
    assert results(runs).clock.halves["a"] == pytest.approx(3.5)
    never = {("a", 9): run("a", 9, (90.0, 91.0), [HOUR, 2 * HOUR])}
    assert results({**dict(list(runs.items())[:1]), **never}).clock.halves["a"] == np.inf


@pytest.mark.parametrize("runs", [{}, {("a", 0): run("a", 0, (90.0, 91.0), [None, None])}])
def test_without_times_there_is_no_clock(runs):
    given = {"strategies": ("a",), "queries": 2}
    clock = (
        results(runs, **given).clock
        if runs
        else BenchmarkResults(runs, ("a",), 2, 1, 92.0, PERCENT, "valid").clock
    )
    assert clock.times == clock.halves == {}
    assert clock.markdown.startswith("The table knows no training times")


def test_trainings_that_take_no_time_have_a_clock():
    clock = results({("a", 0): run("a", 0, (90.0, 92.0), [0.0, 0.0])}).clock
    assert clock.reached["a"].tolist() == [0.0]
    assert np.isfinite(clock.times["a"]).all()
