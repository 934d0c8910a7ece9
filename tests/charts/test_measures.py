"""Every chart says name, unit and direction of what it shows, whichever way is better."""

import json
from types import SimpleNamespace

import pytest

from nbnas import charts
from nbnas.charts.graphs.map import predicted
from nbnas.charts.lab.candidates import candidates_chart, candidates_data
from nbnas.charts.lab.curve import curve_data
from nbnas.charts.lab.map import map_chart
from nbnas.charts.lab.page import specification
from nbnas.charts.lab.random import random_band
from nbnas.charts.lab.trace import regret_chart, regret_data, regret_words, trace_chart, trace_data
from nbnas.charts.surrogate.why import summary as because
from nbnas.charts.training.learning_curve import summary as trained
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import (
    Candidate,
    EpochReport,
    Evaluation,
    Measure,
    Observations,
    Proposal,
)

PERPLEXITY = Measure("perplexity", maximize=False, lower=1)
ERROR = Measure("error rate", maximize=False, lower=0, upper=1)
LATENCY = Measure("latency", "ms", maximize=False, lower=0)
SURPRISE = Measure("surprise", "nats", maximize=False)  # around 0, and below
PACE = Measure("pace", "images/s", lower=0)
VALUES = {
    PERPLEXITY: (132.5, 96.31, 5200.0, 101.0, 99.0, 98.0, 97.0),
    ERROR: (0.31, 0.08, 0.9, 0.1, 0.09, 0.095, 0.1),
    LATENCY: (12.5, 3.25, 900.0, 4.0, 5.0, 4.5, 3.5),
    SURPRISE: (0.02, -0.41, 60.0, -0.3, 0.1, -0.2, -0.35),
    PACE: (5200.0, 9100.0, 2.0, 9000.0, 8800.0, 8700.0, 9050.0),
}
BEST = {m: m.text(values[1]) for m, values in VALUES.items()}
CELLS = CellSpace().sample(1, 7)
EVERY = pytest.mark.parametrize("measure", VALUES, ids=lambda m: m.name)


def sets(chart):
    """All rows of a chart, whatever layer they belong to."""
    found = []

    def visit(node):
        if isinstance(node, str) and node.startswith("[{"):
            found.extend(json.loads(node))
        for each in node.values() if isinstance(node, dict) else ():
            visit(each)
        for each in node if isinstance(node, list) else ():
            visit(each)

    visit(chart.to_dict(validate=False))
    return found


@EVERY
def test_the_course_goes_to_the_better_values(measure, make_observations, said):
    seen = make_observations([*VALUES[measure], None], measure)
    drawn = said(charts.trace(seen))
    assert f"the incumbent has {BEST[measure]}, found in trial 2" in drawn
    assert measure.titled(measure.name) in drawn
    assert f"triangles lie {'below' if measure.maximize else 'above'}" in drawn
    rows = [row for row in sets(charts.trace(seen)) if "value" in row]
    steps = [measure.gain(row["value"]) for row in rows if set(row) == {"trial", "value"}][:8]
    assert steps == sorted(steps), "the best so far gets better only"
    kinds = {row["trial"]: row for row in rows if "kind" in row}
    assert kinds[3]["kind"] == "trial beyond the axis"
    assert kinds[8]["kind"] == "failed trial"
    drawn_ones = [row["value"] for row in kinds.values() if row["kind"] == "trial"]
    assert measure.gain(kinds[8]["value"]) < min(map(measure.gain, drawn_ones))


@EVERY
def test_searches_are_compared_in_words_of_the_measure(measure, make_observations, said):
    both = [
        make_observations(VALUES[measure], measure),
        make_observations(VALUES[measure][:1], measure),
    ]
    drawn = said(charts.comparison(("ours", "random"), both))
    assert f"The best {measure.noun} so far" in drawn
    assert f"ours {BEST[measure]} after 7" in drawn


def test_names_of_lines_go_to_where_there_is_room(make_observations):
    same = [make_observations(VALUES[LATENCY], LATENCY) for _ in range(3)]
    chart = charts.comparison(("a", "b", "c"), same)
    ends = sorted({row["value"] for row in sets(chart) if row.get("trial") == 7 and "name" in row})
    assert ends[0] == 3.25
    assert len(ends) == 3, "apart, and above the best"


@EVERY
def test_a_search_says_its_best(measure, make_observations, make_predictions, said):
    seen = make_observations(VALUES[measure], measure)
    truth = VALUES[measure][3:]
    predictions = make_predictions(truth, truth, 0.01, measure)
    drawn = said(charts.search(seen, predictions))
    assert f"The best: {BEST[measure]}" in drawn
    assert measure.titled(f"measured {measure.noun}") in drawn
    assert measure.titled(f"predicted {measure.noun}, 95 % band") in drawn


@EVERY
def test_what_is_too_poor_is_counted_on_its_side(measure, make_predictions, said):
    many = [*VALUES[measure][3:], *VALUES[measure][3:], VALUES[measure][2]]
    drawn = said(charts.leave_one_out(make_predictions(many, many, 0.01, measure)))
    assert f"(1 {'below' if measure.maximize else 'above'} " in drawn


@EVERY
def test_candidates_say_the_unit(measure, said):
    best = VALUES[measure][1]
    one = Candidate(CELLS[0], best, 0.1, best - 1, best + 1, 0.031, 0.01, 0.021, -1.0)
    proposal = Proposal(CELLS[:1], "why", (one,), 9, "ExpectedImprovement", best, measure=measure)
    drawn = said(charts.proposal(proposal))
    assert f"incumbent {BEST[measure]}" in drawn
    assert measure.titled(f"predicted {measure.noun}: mean and 95 % band") in drawn
    assert f"expected improvement ({measure.points})" in drawn
    page = candidates_data(proposal, {})
    assert page["data"]["rows"][0]["gain"] == ("EI 3.1" if measure.fraction else "EI 0.031")
    title = measure.titled(f"predicted {measure.noun}: mean and 95 % band")
    assert title in json.dumps(specification(candidates_chart(measure)), ensure_ascii=False)


@EVERY
def test_the_reasons_pull_the_right_way(measure, said):
    candidate = Candidate(CELLS[0], 3.0, 0.1, 2.0, 4.0, 0.031, 0.01, 0.021, -1.0)
    near = [
        SimpleNamespace(
            evaluation=Evaluation(CELLS[k], VALUES[measure][k]),
            contribution=weight,
            share=0.5,
            distance=1.0,
        )
        for k, weight in ((1, 0.6), (2, -0.6))
    ]
    why = SimpleNamespace(
        candidate=candidate, neighbors=near, differences=("", ""), measure=measure
    )
    words = because(why)
    good, poor = ("raises", "lowers") if measure.maximize else ("lowers", "raises")
    assert f"({BEST[measure]}, distance 1) {good} the prediction" in words
    assert f"({measure.text(VALUES[measure][2])}, distance 1) {poor} the prediction" in words
    amount = f"{measure.amount(0.031)} {measure.points}"
    promise = f" {amount}" if measure.maximize else f": lower by {amount}"
    assert f"Expected improvement{promise}" in words
    rows = [row for row in sets(charts.why(why)) if "kind" in row]
    assert (rows[0]["pull"] > 0) == measure.maximize
    assert good in rows[0]["kind"]


@EVERY
def test_the_bright_end_of_the_map_is_the_good_one(measure):
    mean = predicted("mean", VALUES[measure], measure)
    assert mean.turned != measure.maximize
    assert mean.name == measure.titled(f"mean of {measure.noun}")
    stddev = predicted("stddev", [0.1, 0.3], measure)
    assert not stddev.turned
    places = charts.Places([[0, 0], [1, 1], [2, 0]], VALUES[measure][:3], [True] * 3, ["a"] * 3)
    drawn = json.dumps(charts.landscape(places, mean).to_dict(validate=False))
    assert ('"reverse": true' in drawn) != measure.maximize


def test_the_map_leaves_out_what_is_far_too_poor():
    values = [*range(90, 110), 9000]
    places = charts.Places([[i, i % 3] for i in range(21)], values, [True] * 21, ["a"] * 21)
    turned = charts.landscape(places, predicted("mean", values, PERPLEXITY))
    assert '"domain": [90.0, 109.0]' in json.dumps(turned.to_dict(validate=False))


@EVERY
def test_the_course_of_the_lab(measure):
    seen = Observations(
        tuple(Evaluation(a, v) for a, v in zip(CELLS, VALUES[measure], strict=True)), measure
    )
    optimum = measure.gain(measure.gain(VALUES[measure][1]) + 0.01)
    band = random_band(VALUES[measure], 9, measure)
    page = trace_data(seen, {}, band=band, optimum=optimum)
    assert page["data"]["optimum"][0]["text"] == f"best there is: {measure.text(optimum)}"
    steps = [measure.gain(row["value"]) for row in page["data"]["steps"]]
    assert steps == sorted(steps)
    low, high = page["signals"]["low"], page["signals"]["high"]
    room = high - optimum if measure.maximize else optimum - low
    assert room > 0.08 * (high - low)
    regret = regret_data(seen, optimum, band=band)["data"]
    assert regret["steps"][-1]["regret"] == pytest.approx(0.01 * measure.scale)
    assert all(row["regret"] > 0 for row in regret["band"])
    missing = measure.difference(abs(optimum - VALUES[measure][1]))
    assert regret_words(seen, optimum).startswith(f"Regret {missing}: ")
    drawn = json.dumps(specification(trace_chart(measure)))
    assert f'"{measure.titled(measure.name)}"' in drawn
    assert f"regret ({measure.points})" in json.dumps(specification(regret_chart(measure)))
    if not measure.fraction:
        assert "%'" not in drawn
    first = {
        each["name"]: each.get("value") for each in specification(map_chart(measure))["signals"]
    }
    assert first["percent"] is measure.fraction  # until the page colours by something else


def test_random_search_finds_the_lowest_where_lower_is_better():
    band = random_band([5.0, 1.0, 9.0], 3, LATENCY)
    assert band.mean.tolist() == pytest.approx([5.0, (1 + 1 + 5) / 3, 1.0])
    assert (band.lower <= band.mean).all()
    assert (band.mean <= band.upper).all()


@EVERY
def test_values_after_each_epoch_are_drawn_where_there_is_no_accuracy(measure, said):
    reports = [EpochReport(k, 5, value=v) for k, v in enumerate(VALUES[measure][:3], 1)]
    drawn = said(charts.training(reports, measure=measure))
    assert measure.titled(measure.noun) in drawn
    assert "held out" not in drawn
    assert "loss" not in drawn.replace(measure.noun, "")
    words = trained(reports, measure)
    assert f"After epoch 3 of 5: {measure.text(VALUES[measure][2])} {measure.noun}" in words
    assert f"best {BEST[measure]} in epoch 2" in words
    page = curve_data(reports, 5, measure)
    assert page["signals"]["value_title"] == measure.titled(measure.noun)
    assert page["signals"]["percent"] == measure.fraction
    assert not page["parts"]


def test_accuracies_stay_accuracies_whatever_the_measure(make_reports, said):
    drawn = said(charts.training(make_reports(3), measure=LATENCY))
    assert "accuracy" in drawn
    assert "ms" not in drawn.split()
    assert curve_data(make_reports(3), 12, LATENCY)["signals"]["value_title"] == "accuracy"


def test_epochs_without_a_number_are_drawn(said):
    assert "without a number" in said(charts.training([EpochReport(1, 2)]))
    assert trained([EpochReport(1, 2)]) == "After epoch 1 of 2."


@EVERY
def test_a_distance_is_told_by_differences_in_the_unit(measure, said):
    bins = tuple(
        SimpleNamespace(shortest=k, longest=k, pairs=9, mean=0.1 * k, lower=0.0, upper=0.2 * k)
        for k in (1.0, 2.0)
    )
    found = SimpleNamespace(
        distance="D()", spearman=0.3, leave_one_out_kendall=0.7, microseconds=1.0,
        variogram=bins, problem="", measure=measure,
    )  # fmt: skip
    unit = "%-points" if measure.fraction else measure.points
    assert f"mean difference ({unit})" in said(charts.diagnosis(found))
