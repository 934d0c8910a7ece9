import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nbnas.records import Measure
from nbnas.search.benchmark.file import Row
from nbnas.search.benchmark.report import summary
from nbnas.search.benchmark.results import BenchmarkResults
from nbnas.search.benchmark.unit import FRACTION, PERCENT, Unit

OPTIMUM, QUERIES, SEEDS = 91.5, 60, 7


def rows(strategy, seed, queries=QUERIES):
    """The better a strategy, the sooner it is at the optimum; seeds differ."""
    rng = np.random.default_rng(seed)
    noise = rng.uniform(0, 1, size=queries)
    gain = {"fast": 0.2, "slow": 0.02}[strategy]
    values = np.minimum(OPTIMUM, 88 + gain * np.arange(queries) + np.round(noise, 2))
    best = np.maximum.accumulate(values)
    return tuple(
        Row(strategy, seed, q + 1, "x", values[q], best[q], best[q] + 2, 1e-3 * (q + 1))
        for q in range(queries)
    )


def results(ran=("fast", "slow"), seeds=SEEDS, **options):
    runs = {(s, seed): rows(s, seed) for s in ran for seed in range(seeds)}
    given = {"queries": QUERIES, "initial": 10, "optimum": OPTIMUM, "unit": PERCENT}
    given |= {"value": "valid", "test": "t_est", "strategies": ran}
    return BenchmarkResults(runs, **given | options)


def test_curves_are_means_of_the_best_so_far():
    found = results()
    middle, lower, upper = found.best.curves["slow"]
    expected = np.array([[row.best for row in rows("slow", s)] for s in range(SEEDS)])
    assert middle == pytest.approx(expected.mean(axis=0))
    half = stats.t.ppf(0.975, SEEDS - 1) * stats.sem(expected, axis=0)
    assert lower == pytest.approx(middle - half)
    assert upper == pytest.approx(np.minimum(middle + half, OPTIMUM))
    assert found.best.limit == OPTIMUM
    assert found.best.axis == "valid (percent)"


def test_a_mean_at_the_best_has_no_regret_but_for_rounding(monkeypatch):
    monkeypatch.setattr(f"{__name__}.OPTIMUM", 73.49333349609375)
    regret = results().regret.curves["fast"]
    assert regret[0][-1] == regret[1][-1] == 0


def test_regret_is_what_is_missing_and_ends_at_zero():
    found = results()
    best, regret = found.best.curves["fast"], found.regret.curves["fast"]
    assert regret[0] == pytest.approx(OPTIMUM - best[0])
    assert (regret[1] >= 0).all()
    assert regret[0][-1] == 0
    assert (regret[1] <= regret[0]).all()
    assert (regret[0] <= regret[2]).all()


def test_the_share_counts_seeds_at_the_optimum():
    share = results().share.curves["fast"][0]
    hits = [[row.best >= OPTIMUM for row in rows("fast", s)] for s in range(SEEDS)]
    assert share == pytest.approx(100 * np.mean(hits, axis=0))
    assert (share[0], share[-1]) == (0, 100)


def test_budgets_are_round_numbers_and_the_last():
    assert results().budgets == (20, 50, 60)
    assert results(initial=20).budgets == (50, 60)
    assert results(queries=12).budgets == (12,)


def test_a_shorter_budget_looks_at_the_beginning():
    short = results(queries=30)
    assert short.traces("fast").shape == (SEEDS, 30)
    assert short.traces("fast") == pytest.approx(results().traces("fast")[:, :30])


def test_comparisons_are_over_the_seeds_of_both():
    runs = {("fast", s): rows("fast", s) for s in range(1, 9)}
    runs |= {("slow", s): rows("slow", s) for s in range(7)}
    found = results()
    both = BenchmarkResults(runs, *(("fast", "slow"), QUERIES, 10, OPTIMUM, PERCENT, "valid"))
    (at_20, _, _) = both.paired.differences
    assert (at_20.seeds, at_20.queries) == (6, 20)
    expected = [rows("fast", s)[19].best - rows("slow", s)[19].best for s in range(1, 7)]
    assert at_20.mean == pytest.approx(np.mean(expected))
    assert [d.queries for d in found.paired.differences] == [20, 50, 60]
    assert found.paired.sentences[0].startswith("fast beats slow at 20 queries by ")


def test_the_order_decides_who_is_compared():
    assert results(("slow", "fast")).paired.differences[0].first == "slow"
    assert results(("slow",)).paired.differences == ()


def test_strategies_without_a_run_are_left_out():
    found = results(("fast",), strategies=("slow", "fast"))
    assert found.present == ("fast",)
    assert found.best.strategies == ("slow", "fast")  # so that colours stay
    assert results((), strategies=("fast",)).best.curves == {}


def test_the_summary_is_what_pandas_says():
    found = results()
    table = summary(found).set_index("strategy")
    frame = pd.DataFrame([row for run in found.runs.values() for row in run])
    at = frame[frame["query"] == 50].groupby("strategy")["best"]
    assert table["best at 50"].to_dict() == pytest.approx(at.mean().to_dict())
    assert table["± at 50"].to_dict() == pytest.approx(at.sem().to_dict())
    last = frame[frame["query"] == QUERIES].groupby("strategy")
    assert table["test"].to_dict() == pytest.approx(last["test_of_best"].mean().to_dict())
    later = frame[frame["query"] > 10].groupby("strategy")["seconds"]
    assert table["seconds"].to_dict() == pytest.approx(later.median().to_dict())
    assert table["found"].to_dict() == {"fast": 1.0, "slow": 0.0}
    assert table["seeds"].tolist() == [SEEDS, SEEDS]


def test_the_markdown_table_has_a_cell_for_every_head():
    lines = results().markdown.splitlines()
    assert (
        lines[0] == "| strategy | 20 queries | 50 queries | 60 queries | found | test | seconds |"
    )
    assert {line.count("|") for line in lines[:4]} == {8}
    assert re.match(r"\| fast \| 91\.50 ± 0\.00 \||\| fast \| \d\d\.\d\d ± ", lines[2])
    assert "over 7 seeds" in lines[-1]
    assert "share of seeds at the best of the table (91.5)" in lines[-1]
    assert "t_est of the incumbent" in lines[-1]


def test_the_latex_table_is_booktabs_and_escaped():
    text = results(("fast",), strategies=("fast", "slow")).latex
    comment, begin, *rest = text.splitlines()
    assert comment.startswith("% Mean best valid (percent)")
    assert begin == r"\begin{tabular}{lrrrrrr}"
    assert [rest[0], rest[2], rest[-2], rest[-1]] == [
        r"\toprule", r"\midrule", r"\bottomrule", r"\end{tabular}",
    ]  # fmt: skip
    body = rest[3]
    assert body.count("&") == 6
    assert re.fullmatch(r"fast & \$\d\d\.\d\d \\pm \d\.\d\d\$ & .* \\\\", body)
    assert "_" not in body


def test_without_tests_or_with_one_seed_nothing_is_made_up():
    one = results(seeds=1, test="")
    assert "test" not in one.markdown.splitlines()[0]
    assert "±" not in one.markdown.splitlines()[2]
    assert "over 1 seed;" in one.markdown
    assert np.isnan(one.best.curves["fast"][1]).all()


def test_fractions_have_more_digits():
    assert re.search(r"\d\.\d{4} ± 0\.\d{4}", results(unit=FRACTION).markdown)
    assert "as a fraction" in results(unit=FRACTION).regret.axis


def test_lower_can_be_better():
    loss = Measure("loss", unit="nats", maximize=False, lower=0)
    unit = Unit("nats", 1.0, "nats", 3)
    flipped = {
        pair: tuple(
            dataclasses.replace(row, value=100 - row.value, best=100 - row.best) for row in found
        )
        for pair, found in results().runs.items()
    }
    given = ("fast", "slow"), QUERIES, 10, 100 - OPTIMUM, unit, "valid"
    lower = BenchmarkResults(flipped, *given, measure=loss)
    higher = BenchmarkResults(results().runs, *given[:3], OPTIMUM, unit, "valid")
    for strategy in ("fast", "slow"):
        for one, other in zip(
            lower.regret.curves[strategy], higher.regret.curves[strategy], strict=True
        ):
            assert one == pytest.approx(other, abs=1e-9)
            assert (one >= 0).all()
        middle, low, high = lower.best.curves[strategy]
        mirrored = [100 - end for end in higher.best.curves[strategy]]
        assert middle == pytest.approx(mirrored[0])
        assert (low, high) == (pytest.approx(mirrored[2]), pytest.approx(mirrored[1]))
        assert (low[np.isfinite(low)] >= lower.optimum - 1e-9).all()
        share = lower.share.curves[strategy][0]
        assert share == pytest.approx(higher.share.curves[strategy][0])
    assert lower.best.title == "Best loss so far"
    assert lower.best.axis == "valid (nats)"
    assert "above the best of the table" in lower.regret.title
    for one, other in zip(lower.paired.differences, higher.paired.differences, strict=True):
        assert (one.mean, one.better) == (pytest.approx(other.mean), other.better)
    assert "fast beats slow" in lower.paired.sentences[0]
    assert "nats" in lower.paired.sentences[0]
    assert "Mean best valid (nats) ±" in lower.markdown
