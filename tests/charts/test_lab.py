"""The lab's charts: specifications that take data later, and random search's band."""

import itertools
import json

import numpy as np
import pytest

from nbnas.charts.lab.candidates import candidates_chart, candidates_data
from nbnas.charts.lab.curve import curve_chart, curve_data
from nbnas.charts.lab.map import KINDS, map_chart
from nbnas.charts.lab.page import drawing, specification
from nbnas.charts.lab.random import random_band
from nbnas.charts.lab.trace import (
    regret_chart,
    regret_data,
    regret_words,
    trace_chart,
    trace_data,
)
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Candidate, EpochReport, Evaluation, Observations, Proposal

CELLS = CellSpace().sample(0, 4)
VALUES = [0.3, 0.1, 0.7, 0.7, 0.9, 0.2, 0.5, 0.4]


@pytest.mark.parametrize("k", range(1, 9))
def test_band_is_that_of_all_draws(k):
    best = [max(draw) for draw in itertools.combinations(VALUES, k)]
    band = random_band([*VALUES, float("nan")], 10)
    assert band.mean[k - 1] == pytest.approx(np.mean(best))
    assert band.lower[k - 1] == np.quantile(best, 0.1, method="inverted_cdf")
    assert band.upper[k - 1] == np.quantile(best, 0.9, method="inverted_cdf")


def test_band_beyond_the_table_is_its_best():
    band = random_band(VALUES, 12)
    assert len(band.mean) == 12
    assert (band.mean[7:] == 0.9).all()


def test_band_of_a_large_table_agrees_with_draws(rng):
    values = rng.random(2_000)
    drawn = [rng.choice(values, 20, replace=False).max() for _ in range(4_000)]
    mean = random_band(values, 20).mean[-1]
    assert mean == pytest.approx(np.mean(drawn), abs=5 * np.std(drawn) / np.sqrt(4_000))


@pytest.mark.parametrize(
    ("chart", "data", "signals"),
    [
        (trace_chart, {"trials", "steps", "band", "optimum", "round"}, {"low", "high", "last"}),
        (regret_chart, {"steps", "band", "round"}, {"floor", "high", "last"}),
        (curve_chart, {"reports"}, {"low", "high", "epochs"}),
        (map_chart, {"points"}, {"low", "high", "places"}),
        (candidates_chart, {"rows", "best"}, {"low", "high"}),
    ],
)
def test_specifications_take_data_later(chart, data, signals):
    page = specification(chart())
    assert data <= {each["name"] for each in page["data"]}
    assert {"hovered", "selected"} | signals <= {each["name"] for each in page["signals"]}
    assert "var(--jp-ui-font-color1" in json.dumps(page)
    assert page["autosize"] == {"type": "fit", "contains": "padding", "resize": True}


def observations(*values):
    return Observations(
        tuple(
            Evaluation(cell, value, "failed" if value is None else "completed")
            for cell, value in zip(CELLS, values, strict=False)
        )
    )


def test_trace_has_every_trial_with_its_key():
    seen = observations(0.9, None, 0.95)
    page = trace_data(seen, {a: str(i) for i, a in enumerate(CELLS)}, trials=8, number=2)
    rows = page["data"]["trials"]
    assert [row["key"] for row in rows] == ["0", "1", "2"]
    assert [row["kind"] for row in rows] == ["trial", "failed trial", "trial"]
    assert page["data"]["round"] == [{"trial": 2.5}]
    assert page["signals"]["last"] == 8
    assert page["signals"]["low"] < 0.9 < 0.95 < page["signals"]["high"]


def test_trace_of_nothing_can_be_drawn():
    page = trace_data(Observations(), {})
    assert page["data"]["steps"] == page["data"]["trials"] == []
    assert page["signals"]["low"] < page["signals"]["high"]


def test_there_is_room_for_words_above_the_optimum():
    seen = observations(0.9, 0.95)
    page = trace_data(seen, {}, optimum=0.951)["signals"]
    span = page["high"] - page["low"]
    assert page["high"] - 0.951 > 0.1 * span
    assert trace_data(seen, {})["signals"]["high"] - 0.95 < 0.1 * span


def test_regret_is_exact_and_has_a_floor_for_zero():
    seen = observations(0.7, 0.8, 0.9)
    page = regret_data(seen, 0.9)
    regret = [row["regret"] for row in page["data"]["steps"]]
    assert regret[:2] == pytest.approx([20.0, 10.0])
    assert regret[2] == page["signals"]["floor"] == pytest.approx(5.0)
    assert regret_words(seen, 0.9).endswith("regret 0.")
    assert regret_words(observations(0.7), 0.9).startswith("Regret 20.00 points")
    assert regret_words(Observations(), 0.9) == ""
    assert regret_data(observations(None), 0.9)["data"]["steps"] == []


def test_candidates_keep_their_rank_and_mark_the_chosen():
    ranked = tuple(
        Candidate(a, 0.9, 0.01, 0.88, 0.92, 0.002, 0.001, 0.001, 1.0) for a in CELLS[:3]
    )
    proposal = Proposal(CELLS[1:2], "why", ranked, considered=9, best=0.91)
    page = candidates_data(proposal, {a: str(i) for i, a in enumerate(CELLS)})
    assert [row["chosen"] for row in page["data"]["rows"]] == [False, True, False]
    assert page["data"]["best"] == [{"best": 0.91}]
    assert candidates_data(Proposal(CELLS[:1], "random"), {})["data"] == {"rows": [], "best": []}


@pytest.mark.parametrize(
    ("gain", "said"), [(0.0001, "0.010"), (0.000087, "0.0087"), (0.123, "12"), (0, "0.0")]
)
def test_gains_are_said_with_two_digits(gain, said):
    one = Candidate(CELLS[0], 0.9, 0.01, 0.88, 0.92, gain, gain, 0.0, 1.0)
    rows = candidates_data(Proposal(CELLS[:1], "why", (one,)), {})["data"]["rows"]
    assert rows[0]["gain"] == f"EI {said}"


def test_curve_grows_by_epoch():
    report = EpochReport(1, 5, 1.0, 0.5, 1.0, 0.6, 0.1, 1.0, 1e3)
    page = curve_data((report,), 5)
    assert [row["value"] for row in page["data"]["reports"]] == [0.5, 0.6]
    assert page["signals"]["epochs"] == 5


def test_kinds_have_shapes_of_their_own():
    scales = {each["name"]: each for each in specification(map_chart())["scales"]}
    assert scales["shape"]["domain"] == list(KINDS)
    assert len(set(scales["shape"]["range"])) == len(KINDS)


def test_a_drawing_is_a_specification():
    page = drawing(CELLS[0])
    assert page["marks"]
    assert json.loads(json.dumps(page)) == page
