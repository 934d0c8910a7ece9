import json

import altair as alt
import numpy as np
import pytest

from nbnas import charts
from nbnas.charts.render import to_svg
from nbnas.charts.table import accuracies, foresight, noise

RNG = np.random.default_rng(0)
CURVES = RNG.random((200, 3, 4))


def data_of(chart):
    """The rows of a chart and of its layers, where they have some of their own."""
    parts = (part.data for part in (chart, *chart.layer))
    return [json.loads(data.values) for data in parts if data is not alt.Undefined]


def test_every_architecture_is_in_a_bar():
    means = CURVES[:, :, -1].mean(axis=1)
    bars = data_of(accuracies(means))[0]
    assert sum(bar["count"] for bar in bars) == 200
    assert bars[-1]["to"] == pytest.approx(means.max())


def test_noise_is_the_pooled_deviation_of_each_group():
    runs = CURVES[:, :, -1]
    (point,) = data_of(noise(runs, groups=1))[0]
    assert point["deviation"] == pytest.approx(np.sqrt(runs.var(axis=1, ddof=1).mean()))
    assert point["mean"] == pytest.approx(runs.mean())


def test_negative_correlations_are_shown():
    chart = foresight(np.array([-0.5, 0.2, 1.0])).to_dict(validate=False)
    assert chart["layer"][0]["encoding"]["y"]["scale"]["domain"] == [-0.5, 1]


def test_all_three_are_drawn():
    svg = to_svg(charts.table(CURVES, np.linspace(0.2, 1, 4)))
    for words in ("How good the architectures are", "How noisy", "How early"):
        assert words in svg
