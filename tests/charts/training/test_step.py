import dataclasses
import json
import math

import nbnas as nb
from nbnas import charts
from nbnas.charts.training.step import said as sentence

PROFILE = nb.StepProfile(
    (("data", 0.001), ("forward", 0.004), ("backward", 0.014), ("optimiser", 0.001)),
    *(20, 64, "images", 2, 1, 1_412_300_000, "the whole process"),
)


def test_a_step_is_drawn_by_part(said):
    text = said(charts.step(PROFILE))
    assert "One step: 20.0 ms" in text
    assert "the median of 20 timed steps" in text
    assert "backward" in text
    assert "14.0 ms · 70 %" in text
    assert "64 images in 2 pieces" in text
    assert "peak 1.41 GB of the whole process" in text


def test_bars_are_as_long_as_the_times():
    drawn = charts.step(PROFILE).to_dict()
    (rows,) = (
        json.loads(each) if isinstance(each, str) else each
        for each in drawn["datasets"].values()
        if "right" in str(each)
    )
    lengths = [row["right"] - row["left"] for row in rows]
    assert [round(length / lengths[0]) for length in lengths] == [1, 4, 14, 1]


def test_what_is_unknown_is_not_drawn(said):
    empty = said(charts.step(nb.StepProfile()))
    assert "its time is not known on this device" in empty
    assert "nothing was measured" in empty
    assert sentence(nb.StepProfile()) == ""
    only = nb.StepProfile(memory=5_000_000, memory_of="the whole process")
    assert "peak 5 MB" in said(charts.step(only))
    assert sentence(only) == " Memory: peak 5 MB of the whole process."


def test_a_step_that_took_no_time_is_drawn(said):
    nothing = nb.StepProfile((("data", 0.0), ("forward", 0.0)), 1, 1)
    assert "0 ms · 0 %" in said(charts.step(nothing))
    assert "takes 0 ms" in sentence(nothing)


def test_a_training_has_its_step_below_it(make_reports, said):
    reports = make_reports(3)
    plain = said(charts.training(reports))
    assert "One step" not in plain
    last = dataclasses.replace(reports[-1], profile=PROFILE)
    text = said(charts.training((*reports[:-1], last)))
    for words in ("10,000 images per second", "0.1 in the last step", "One step: 20.0 ms"):
        assert words in text
    trial = nb.Evaluation(nb.CellSpace().sample(0, 1)[0], 0.5, reports=(*reports[:-1], last))
    assert "One step: 20.0 ms" in said(charts.learning_curve(trial))


def test_numbers_that_are_none_are_left_out(said):
    report = nb.EpochReport(1, 1, profile=PROFILE)
    assert math.isnan(report.images_per_second)
    text = said(charts.training((report,)))
    assert "throughput" not in text
    assert "learning rate" not in text
    assert "nan" not in text


def test_the_sentence_says_where_the_time_goes():
    assert sentence(PROFILE) == (
        " One step of 64 images in 2 pieces takes 20.0 ms, 70 % of it backward; "
        "memory: peak 1.41 GB of the whole process."
    )
