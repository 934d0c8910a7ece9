import json

import numpy as np
import pytest

from nbnas.charts.render import to_svg
from nbnas.charts.surrogate.acquisition import acquisition, summary


def bound(t, s):
    """μ + 2σ, whose lines of equal score are known."""
    return t + 2 * s


def lines(chart):
    return json.loads(chart.hconcat[1].layer[1].data.values)


def test_lines_of_equal_score_are_equal_in_score():
    for row in lines(acquisition(bound, name="UCB", point=(-0.3, 0.6))):
        through = [-1 + 2 * 0.5, -0.5 + 2 * 0.6, 2 * 0.5, 0.5 + 2 * 0.4, -0.3 + 2 * 0.6]
        assert row["t"] + 2 * row["sigma"] == pytest.approx(through[row["line"]], abs=1e-6)


def test_curves_are_the_scores():
    rows = json.loads(acquisition(bound, name="UCB").hconcat[0].layer[1].data.values)
    for row in rows:
        stddev = float(row["stddev"].removeprefix("stddev "))
        assert row["score"] == pytest.approx(row["t"] + 2 * stddev)


def test_the_marked_candidate_is_told():
    text = summary(bound, "UCB", (-0.3, 0.6))
    assert "0.30 below the incumbent with standard deviation 0.60 scores 0.9" in text
    assert "above" in summary(bound, "UCB", (0.3, 0.6))
    assert summary(bound, "UCB") == "UCB: larger is better."


def test_logarithms_end_where_they_fall_steeply():
    def falling(t, s):
        return -((t - 2.0) ** 2) * 100

    rows = json.loads(
        acquisition(falling, name="log", in_logs=True).hconcat[0].layer[1].data.values
    )
    assert min(row["score"] for row in rows) > -13.0


def test_a_constant_score_is_drawn(said):
    chart = acquisition(lambda t, s: np.zeros_like(t), name="<b>", point=(0.0, 0.5))
    assert to_svg(chart).startswith("<svg")
    assert "<b>" in said(chart)
    assert "<b>" not in to_svg(chart)
