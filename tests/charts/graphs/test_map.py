import json

import numpy as np
import pytest

from nbnas.charts.graphs.map import Places, landscape, summary
from nbnas.charts.render import to_svg

POSITIONS = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 1.0], [2.0, 1.0]])
NAMES = ["a", "b", "c", "<d>"]


def rows(chart, layer):
    return json.loads(chart.layer[layer].data.values)


def test_evaluated_ones_have_a_shape_of_their_own(said):
    chart = landscape(Places(POSITIONS, [0.9, 0.8, 0.7, 0.6], [True, False, False, False], NAMES))
    text = said(chart)
    assert "evaluated" in text
    assert "not evaluated" in text
    kinds = [row["kind"] for row in rows(chart, 1)]
    assert kinds == ["evaluated", *["not evaluated"] * 3]


def test_evaluated_ones_are_larger_than_the_rest():
    chart = landscape(
        Places(POSITIONS, [0.9, 0.8, np.nan, np.nan], [True, False, True, False], NAMES)
    )
    for layer in chart.to_dict(validate=False)["layer"][:2]:
        for channel in ("size", "strokeWidth"):
            drawn = layer["encoding"][channel]
            assert drawn["condition"]["test"] == "datum.kind === 'evaluated'"
            assert drawn["condition"]["value"] > drawn["value"]


def test_where_nothing_has_a_value_all_is_seen_well():
    chart = landscape(Places(POSITIONS, np.full(4, np.nan), np.zeros(4), NAMES), legend=False)
    grey = chart.to_dict(validate=False)["layer"][0]["encoding"]
    assert grey["opacity"]["value"] > 0.8


def test_both_axes_have_the_same_scale():
    chart = landscape(Places(POSITIONS, np.ones(4), np.zeros(4), NAMES), width=300, height=200)
    encoding = chart.to_dict(validate=False)["layer"][1]["encoding"]
    x, y = (encoding[axis]["scale"]["domain"] for axis in "xy")
    assert (x[1] - x[0]) / 300 == pytest.approx((y[1] - y[0]) / 200)
    assert x[0] <= 0
    assert x[1] >= 2


def test_what_has_no_value_is_grey_and_not_lost():
    chart = landscape(
        Places(POSITIONS, [0.9, np.nan, np.inf, 0.7], [True, True, False, False], NAMES)
    )
    assert [row["label"] for row in rows(chart, 0)] == ["b", "c"]
    assert [row["label"] for row in rows(chart, 1)] == ["a", "<d>"]
    assert to_svg(chart).startswith("<svg")


def test_marked_ones_are_named_and_escaped():
    chart = landscape(Places(POSITIONS, np.arange(4.0), np.zeros(4), NAMES), marked=[3])
    svg = to_svg(chart)
    assert "&lt;d&gt;" in svg
    assert "<d>" not in svg
    assert ">a<" not in svg


def test_a_far_out_low_value_does_not_take_all_the_colours():
    values = [0.1, *(0.9 + i / 1000 for i in range(20))]
    places = np.random.default_rng(0).normal(size=(21, 2))
    chart = landscape(Places(places, values, np.zeros(21), [""] * 21))
    encoding = chart.to_dict(validate=False)["layer"][1]["encoding"]
    low, high = encoding["color"]["scale"]["domain"]
    assert (low, high) == pytest.approx((0.9, 0.919))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_points_and_equal_places_are_drawn(said, count):
    chart = landscape(Places(np.zeros((count, 2)), np.ones(count), np.zeros(count), ["x"] * count))
    assert ("nothing to map" in said(chart)) == (count == 0)


def test_all_values_missing_is_drawn():
    assert to_svg(landscape(Places(POSITIONS, [np.nan] * 4, np.zeros(4), NAMES))).startswith(
        "<svg"
    )


def test_words_say_how_far_to_believe_it():
    text = summary(POSITIONS, [True, False, True, False], 0.234)
    assert "4 architectures, 2 of them evaluated (squares)" in text
    assert "23 % of the variance" in text
    assert "squares" not in summary(POSITIONS, np.zeros(4), 1.0)
