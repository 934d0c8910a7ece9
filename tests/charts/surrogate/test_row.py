import json

import numpy as np
import pytest

from nbnas.charts.render import to_svg
from nbnas.charts.surrogate import row

MEAN, STDDEV, SEEN = np.linspace(-1, 1, 8), np.full(8, 0.5), {2: 0.1, 5: 0.7}


def rows(layer):
    return json.loads(layer.data.values)


def test_the_band_holds_95_percent(said):
    chart = row.beliefs(row.Belief(MEAN, STDDEV, SEEN), heading="Believed")
    points = json.loads(chart.layer[0].data.values)
    for i, point in enumerate(points):
        assert point["place"] == i + 1
        assert point["high"] - point["low"] == pytest.approx(2 * 1.96 * 0.5)
    assert "Believed" in said(chart)


def test_draws_leave_out_what_was_not_drawn():
    draws = np.zeros((3, 8))
    draws[0, 4] = -np.inf
    chart = row.beliefs(row.Belief(MEAN, STDDEV, SEEN), draws=draws, chosen=3)
    thick = [r for layer in chart.layer for r in rows(layer) if r.get("draw") == 0]
    assert len(thick) == 7 + 8  # the first function, and the first of the thin ones
    assert to_svg(chart).startswith("<svg")


def test_levels_have_names_and_noise_has_bars(said):
    chart = row.beliefs(
        row.Belief(MEAN, STDDEV, SEEN, noise=0.3), levels={"measured": 0.7, "worth": 0.4}
    )
    assert "measured" in said(chart)
    assert "worth" in said(chart)
    bars = [r for layer in chart.layer for r in rows(layer) if r.get("low") == pytest.approx(0.4)]
    assert bars[0]["high"] == pytest.approx(1.0)


@pytest.mark.parametrize("counts", [[0, 0, 0], [0, 3, 1]])
def test_shares_add_up(counts):
    chart = row.shares(counts, chosen=1)
    total = sum(r["value"] for r in rows(chart.layer[0]))
    assert total == pytest.approx(1.0 if sum(counts) else 0.0)
    assert to_svg(chart).startswith("<svg")


def test_each_score_has_its_diamond(said):
    chart = row.worth({"a": [0.0, 2.0], "b": [1.0, 0.0]}, [1, 0])
    diamonds = [rows(layer)[0] for layer in chart.layer[1:]]
    assert diamonds == [{"place": 2, "value": 2.0}, {"place": 1, "value": 1.0}]
    assert "a" in said(chart)
    gap = row.worth({"a": [0.0, np.nan, 2.0]}, [2])
    assert [r["place"] for r in rows(gap.layer[0])] == [1, 3]
    assert to_svg(row.worth({"a": [0.0, 0.0]}, [0])).startswith("<svg")
