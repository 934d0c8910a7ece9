import json

import pytest

import nbnas as nb
from nbnas.charts.render import to_svg
from nbnas.charts.training.predicted_curve import REST, SO_FAR, TRUTH, summary
from nbnas.records import Measure

LOSS = Measure("validation loss", "nats", maximize=False, lower=0)
FOUND = nb.CurvePrediction((3.0, 2.5), (2.2, 2.0), (0.1, 0.2), (2.0, 1.6), (2.4, 2.5), LOSS)


def rows(chart, layer):
    spec = chart.to_dict()
    return json.loads(spec["datasets"][spec["layer"][layer]["data"]["name"]])


def test_the_rest_goes_on_from_what_is_known():
    chart = nb.charts.predicted_curve(FOUND, truth=(3.0, 2.5, 2.3, 2.1))
    by = {}
    for row in rows(chart, 1):
        by.setdefault(row["part"], []).append((row["epoch"], row["value"]))
    assert by[SO_FAR] == [(1, 3.0), (2, 2.5)]
    assert by[REST] == [(2, 2.5), (3, 2.2), (4, 2.0)]
    assert by[TRUTH] == [(2, 2.5), (3, 2.3), (4, 2.1)]
    band = [(row["epoch"], row["lower"], row["upper"]) for row in rows(chart, 0)]
    assert band == [(2, 2.5, 2.5), (3, 2.0, 2.4), (4, 1.6, 2.5)]
    assert "predicted, 95 % band" in to_svg(chart)


@pytest.mark.parametrize(
    "found",
    [
        nb.CurvePrediction((), (0.5, 0.6), (0.1, 0.1), (0.3, 0.4), (0.7, 0.8), nb.ACCURACY),
        nb.CurvePrediction((0.5, 0.6), (), (), (), (), nb.ACCURACY),
        nb.CurvePrediction((), (0.5,), (0.1,), (0.3,), (0.7,), nb.ACCURACY),
    ],
    ids=["nothing known", "all known", "one epoch"],
)
def test_whatever_is_known_can_be_drawn(found):
    assert "<svg" in to_svg(nb.charts.predicted_curve(found))


def test_the_end_is_told_in_words():
    assert summary(FOUND).startswith("Predicted after 2 epochs: 2.0")
    assert "between 1.6" in summary(FOUND)
    ended = nb.CurvePrediction((0.5, 0.6), (), (), (), (), nb.ACCURACY)
    assert summary(ended) == "All 2 epochs are known; it ended at 60.00 %."
