"""What a benchmark by cost found: checked by hand on short runs."""

import numpy as np
import pytest

import nbnas as nb
from nbnas.records import Measure
from nbnas.search.benchmark.cost.limit import Limit
from nbnas.search.benchmark.cost.results import CostResults, results_of
from nbnas.search.benchmark.file import Row
from nbnas.search.benchmark.unit import PERCENT


def run(strategy, seed, trainings, better=max):
    """Rows of trainings, each an epoch and a value."""
    rows, cost, best = [], 0.0, None
    for number, (epochs, value) in enumerate(trainings, 1):
        cost = round(cost + epochs / 10, 9)
        if epochs == 10 and value is not None:
            best = value if best is None else better(best, value)
        test = None if best is None else best - 1
        numbers = value, best, test, 0.01 * number
        rows.append(Row(strategy, seed, number, "x", *numbers, epochs=epochs, cost=cost))
    return tuple(rows)


RUNS = {
    ("looks", 0): run("looks", 0, [(2, 40.0), (2, None), (10, 91.0), (10, 92.0), (10, 90.0)]),
    ("looks", 1): run("looks", 1, [(2, 40.0), (10, 90.0), (2, 45.0), (10, 90.5), (10, 92.0)]),
    ("plain", 0): run("plain", 0, [(10, 88.0), (10, 91.0), (10, 90.0)]),
    ("plain", 1): run("plain", 1, [(10, 89.0), (10, 90.0), (10, 90.0)]),
}


def results(runs=RUNS, cost=3.0, **options):
    names = tuple(dict.fromkeys(name for name, _ in runs))
    given = {"cost": cost, "epochs": 10, "test": "test"} | options
    return CostResults(runs, names, 300, 1, 92.0, PERCENT, "valid", **given)


def at(found, band, cost):
    return band[found.place(cost)]


def test_curves_are_the_best_full_value_by_cost():
    found = results()
    curves = found.best
    mean, lower, upper = curves.curves["looks"]
    assert np.isnan(at(found, mean, 1.19))  # seed 0 has no full training yet
    assert at(found, mean, 1.4) == pytest.approx((91 + 90) / 2)
    assert at(found, mean, 2.39) == pytest.approx((91 + 90) / 2)
    assert at(found, mean, 2.4) == pytest.approx((92 + 90.5) / 2)
    assert at(found, lower, 2.4) < at(found, mean, 2.4) < at(found, upper, 2.4)
    assert curves.counted == "cost, in full trainings"
    assert curves.places[-1] == 3.0
    assert at(found, found.regret.curves["plain"][0], 1.0) == pytest.approx(92 - 88.5)
    assert at(found, found.share.curves["looks"][0], 2.39) == 0
    assert at(found, found.share.curves["looks"][0], 2.4) == 50


def test_what_lies_beyond_the_cost_does_not_count():
    found = results()
    assert [len(found.runs["looks", seed]) for seed in (0, 1)] == [4, 4]
    longer = results(cost=3.5)
    assert found.share.curves["looks"][0][-1] == 50
    assert longer.share.curves["looks"][0][-1] == 100
    assert longer.reached["looks"].tolist() == [2.4, 3.4]
    assert longer.halves == {"looks": 3.4, "plain": np.inf}


def test_the_summary_has_means_errors_and_shares_at_costs():
    found = results()
    assert found.budgets == (1, 2, 3.0)
    looks, plain = found.summary.lines
    assert np.isnan(looks.best[0])
    assert looks.best[1:] == pytest.approx([90.5, 91.25])
    assert looks.errors[2] == pytest.approx(0.75)
    assert (looks.shares, plain.shares) == ((0, 0, 0.5), (0, 0, 0))
    assert (looks.looks, looks.full) == (2, 2)
    assert (plain.looks, plain.full) == (0, 3)
    assert plain.test == pytest.approx(89.5)
    lines = found.markdown.splitlines()
    assert lines[0] == (
        "| strategy | cost 1 | cost 2 | cost 3 | half at | test | looks | full | seconds |"
    )
    assert lines[2].startswith(
        "| looks | \N{EN DASH} | 90.50 ± 0.50 (0.00) | 91.25 ± 0.75 (0.50) |"
    )
    assert lines[3].startswith("| plain | 88.50 ± 0.50 (0.00) |")
    assert "share of seeds that have found the best of the table (92)" in lines[-1]
    assert r"$90.50 \pm 0.50 (0.00)$" in found.latex
    assert repr(found.summary) == "Summary(2 strategies at costs 1, 2, 3)"


def test_pairs_are_compared_where_both_have_a_value():
    found = results()
    assert [d.queries for d in found.paired.differences] == [2, 3.0]
    last = found.paired.differences[-1]
    assert last.mean == pytest.approx(((92 - 91) + (90.5 - 90)) / 2)
    assert "at cost 3: 0.75" in last.sentence
    assert last.when == "at cost 3"


def test_lower_can_be_better():
    loss = Measure("loss", maximize=False)
    runs = {("a", 0): run("a", 0, [(10, 3.0), (10, 2.0), (10, 4.0)], min)}
    found = CostResults(
        runs, ("a",), 300, 1, 2.0, PERCENT, "loss", measure=loss, cost=3.0, epochs=10
    )
    assert at(found, found.best.curves["a"][0], 1.5) == 3.0
    assert at(found, found.regret.curves["a"][0], 1.5) == 1.0
    assert found.reached["a"].tolist() == [2.0]


def test_without_runs_there_is_nothing_to_tell():
    found = results({("looks", 0): run("looks", 0, [(2, 40.0)] * 20)})
    assert np.isnan(found.best.curves["looks"][0]).all()
    assert found.paired.differences == ()
    assert found.halves == {"looks": np.inf}
    empty = CostResults({}, ("a",), 300, 1, 92.0, PERCENT, "valid", cost=3.0)
    assert empty.best.curves == {}
    assert empty.markdown.startswith("| strategy | cost 1 |")


def test_results_are_by_cost_where_the_table_has_fidelities(paid):
    table = paid()
    assert isinstance(results_of(table, {}, ("a",), Limit(cost=3.0), 1), CostResults)
    assert type(results_of(table, {}, ("a",), Limit(3), 1)) is nb.BenchmarkResults
