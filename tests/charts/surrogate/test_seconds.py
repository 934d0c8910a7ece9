import json

from nbnas import charts
from nbnas.charts.render import to_svg
from nbnas.charts.surrogate.seconds import MOST, summary

FACTORS = {"nor_conv_3x3": (1.5, 1.2, 1.9), "none": (0.9, 0.8, 1.02)}


def rows(chart):
    spec = chart.to_dict()
    return json.loads(spec["datasets"][spec["layer"][1]["data"]["name"]])


def kind(chart):
    return chart.to_dict()["layer"][0]["encoding"]["x"]["scale"]["type"]


def test_draws_a_factor_with_its_band_in_the_order_given():
    chart = charts.drivers(FACTORS)
    found = rows(chart)
    assert [row["name"] for row in found] == ["nor_conv_3x3", "none"]
    assert (found[0]["times"], found[0]["low"], found[0]["high"]) == (1.5, 1.2, 1.9)
    assert kind(chart) == "linear"
    svg = to_svg(chart)
    assert "nor_conv_3x3" in svg


def test_factors_far_apart_are_drawn_on_a_logarithmic_axis():
    assert kind(charts.drivers({"log width": (9.0, 8.0, 10.0)})) == "log"


def test_a_band_without_end_is_cut():
    domain = charts.drivers({"a": (1.1, 1e-9, 1e9)}).to_dict()["layer"][0]["encoding"]["x"]
    low, high = domain["scale"]["domain"]
    assert 0.8 < low < 1 < high < 1.4


def test_only_what_matters_most_is_drawn():
    many = {f"layer {i}": (1.0 + i / 9, 1.0, 3.0) for i in range(2 * MOST)}
    assert len(rows(charts.drivers(many))) == MOST


def test_what_is_written_is_no_markup():
    assert "<b>" not in to_svg(charts.drivers({"<b>bold</b>": (1.5, 1.2, 1.9)}))


def test_nothing_varied():
    assert "of one size" in to_svg(charts.drivers({}))
    assert summary({}) == ""


def test_in_words():
    assert summary(FACTORS) == (
        "One more of nor_conv_3x3 makes a training 1.5 times as long (1.2 to 1.9)."
    )
