"""Every chart compiles, for usual and for unhappy records, and says in words what is seen."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from nbnas import charts
from nbnas.charts.render import to_svg
from nbnas.graphs.architecture import Architecture
from nbnas.graphs.spaces.cell import cell
from nbnas.records import Evaluation, Observations
from nbnas.search.tables.curves import reports

IDLE = ("nor_conv_3x3", "none", "none", "none", "none", "avg_pool_3x3")


def words(chart):
    """The texts of a chart's picture."""
    root = ET.fromstring(to_svg(chart))
    return [e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text")]


def said(chart):
    return " ".join(words(chart))


def test_architecture_names_operations_and_flow(cells):
    text = said(charts.architecture(cells[2]))
    assert "6 of 6 edges carry data" in text
    assert {"in", "1", "2", "out", "skip", "avg pool"} <= set(words(charts.architecture(cells[0])))


def test_architecture_without_flow_says_so():
    assert "Nothing flows" in said(charts.architecture(cell(IDLE)))


def test_architecture_of_any_graph():
    edges = tuple((u, v, f"op{(u + v) % 7}") for u in range(10) for v in range(u + 1, 10))
    graph = Architecture(("input", *("sum",) * 8, "output"), edges, "any")
    assert "op6" in said(charts.architecture(graph, width=700))
    pair = Architecture(("input", "output"), ((0, 1, "tanh"),), "pair")
    assert "tanh" in said(charts.architecture(pair))
    assert "Nothing flows" in said(charts.architecture(Architecture(("i", "o"), (), "empty")))


def test_gallery_has_one_legend(cells):
    text = words(charts.gallery(cells))
    assert text.count("avg pool") == 1
    assert "no architectures" in said(charts.gallery(()))


@pytest.mark.parametrize("count", [0, 1, 2, 12, 200])
def test_learning_curve(make_reports, count):
    text = said(charts.learning_curve(make_reports(count, max(count, 12))))
    assert ("no epoch has ended yet" in text) == (count == 0)
    if count:
        assert f"After epoch {count} of" in text


@pytest.mark.parametrize("count", [0, 1, 12])
def test_training_shows_the_learning_rate_too(make_reports, count):
    text = said(charts.training(make_reports(count)))
    assert ("learning rate" in text) == (count > 0)
    assert ("no epoch has ended yet" in text) == (count == 0)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_an_epoch_has_one_tick(make_reports, count):
    svg = charts.to_svg(charts.learning_curve(make_reports(count, count)))
    assert [svg.count(f">{epoch}</text>") for epoch in range(1, count + 1)] == [2] * count


def test_learning_curve_of_evaluations(cells, make_reports):
    done = Evaluation(cells[0], 0.925, reports=make_reports(12))
    failed = Evaluation(cells[0], None, "failed", reports=make_reports(3))
    assert "92.50 %" in said(charts.learning_curve(done))
    assert "failed" in said(charts.learning_curve(failed))


def test_learning_curve_of_equal_and_missing_numbers(make_reports):
    import dataclasses

    flat = [dataclasses.replace(r, val_loss=1.0, train_loss=1.0) for r in make_reports(3)]
    assert "loss" in said(charts.learning_curve(flat))
    broken = [*make_reports(2), dataclasses.replace(make_reports(3)[2], train_loss=float("nan"))]
    assert "After epoch 3" in said(charts.learning_curve(broken))


def test_leave_one_out_counts_in_words(make_predictions):
    predictions = make_predictions([0.9, 0.91, 0.92], [0.9, 0.91, 0.99])
    assert "2 of 3 truths lie in their 95 % band." in said(charts.leave_one_out(predictions))


@pytest.mark.parametrize(
    ("truth", "mean"),
    [([], []), ([0.9], [0.9]), ([0.9] * 4, [0.9] * 4), ([0.9, 0.8], [float("nan"), 0.8])],
)
def test_leave_one_out_of_unhappy_records(make_predictions, truth, mean):
    text = said(charts.leave_one_out(make_predictions(truth, mean)))
    assert ("nothing has been measured" in text) == (not truth)


def test_leave_one_out_says_what_it_leaves_out(make_predictions):
    truth = [0.1, *(0.9 + i / 1000 for i in range(20))]
    assert "(1 below 90 % not drawn)" in said(charts.leave_one_out(make_predictions(truth, truth)))


@pytest.mark.parametrize("count", [0, 1, 5, 40])
def test_proposal(make_proposal, count):
    proposal = make_proposal(count)
    text = said(charts.proposal(proposal))
    assert "Trial 31" in text
    assert "It is uncertain." in text
    assert ("incumbent 90.00 %" in text) == (count > 0)


def test_proposal_without_improvement_or_incumbent(make_proposal):
    text = said(charts.proposal(make_proposal(3, improvement=0.0, best=None)))
    assert "incumbent" not in text


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "No trial has ended yet."),
        ([0.9], "1 trial; the incumbent has 90.00 %, found in trial 1."),
        ([None, None], "2 trials, 2 failed; nothing completed yet."),
        ([None, 0.8, 0.8], "3 trials, 1 failed; the incumbent has 80.00 %, found in trial 2."),
        ([0.9 + i / 1e4 for i in range(300)], "found in trial 300."),
    ],
)
def test_trace(make_observations, values, expected):
    assert expected in said(charts.trace(make_observations(values)))


def test_trace_explains_its_signs(make_observations):
    values = [0.1, None, *(0.9 + i / 1000 for i in range(20))]
    text = said(charts.trace(make_observations(values), trials=30))
    assert "crosses failed, triangles lie below 90 %" in text
    assert "22 of 30 trials" in text


def test_comparison_names_every_line(make_observations):
    observations = [make_observations([0.8, 0.9]), make_observations([None, 0.85]), Observations()]
    text = words(charts.comparison(("ours", "random", "empty"), observations))
    assert {"ours", "random"} <= set(text)
    assert "ours 90.00 % after 2; random 85.00 % after 2." in text
    nothing = charts.comparison(("a", "b"), [Observations(), make_observations([None])])
    assert "no trial has been completed yet" in said(nothing)


def test_search_composes_what_there_is(make_observations, make_predictions, make_proposal):
    observations = make_observations([0.9, None, 0.91])
    assert "No trial has ended yet." in said(charts.search(Observations()))
    assert "The best: 91.00 %" in said(charts.search(observations, None, make_proposal(0)))
    predictions = make_predictions([0.9, 0.9, 0.91], [0.9, 0.9, 0.91])
    full = said(charts.search(observations, predictions, make_proposal(20), trials=30))
    for part in ("3 of 30 trials", "The best", "3 of 3 truths", "the 9 best of 15,625"):
        assert part in full


def test_text_from_data_is_escaped(attack, make_proposal, make_observations):
    graph = Architecture((attack, attack), ((0, 1, attack),), attack)
    observations = Observations((Evaluation(graph, 0.9),))
    drawn = [
        charts.architecture(graph),
        charts.gallery([graph]),
        charts.proposal(make_proposal(3, reason=attack)),
        charts.comparison((attack,), [make_observations([0.9])]),
        charts.search(observations),
    ]
    for chart in drawn:
        assert "<script" not in to_svg(chart)
        assert "alert" in said(chart)


@pytest.mark.parametrize("draw", [charts.learning_curve, charts.training])
def test_a_table_may_know_the_accuracy_only(draw):
    curve = reports(["a"], np.array([[0.25, 0.5]]), {})["a"]
    text = said(draw(curve))
    assert "After epoch 2 of 2: 50.00 % held out" in text
    assert "accuracy" in text
    assert not {"loss", "nats", "nan", "in training", "learning rate"} & {*text.split()}
