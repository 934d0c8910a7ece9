import json

import numpy as np
import pytest

from nbnas.charts.graphs.distribution import distribution, summary
from nbnas.charts.render import to_svg


def bars(chart):
    """The rows of the bars; altair moves data that all layers share to the chart."""
    own = getattr(chart.layer[0].data, "values", None)
    return json.loads(chart.data.values if own is None else own)


def test_counts_have_bars_of_their_own():
    found = bars(distribution([1.0, 1.0, 2.0, 4.0], 2.0))
    assert [round(bar["share"], 3) for bar in found] == [0.0, 0.5, 0.25, 0.0, 0.25]
    assert [bar["from"] for bar in found] == [-0.5, 0.5, 1.5, 2.5, 3.5]


def test_bars_hold_all_finite_pairs():
    values = np.random.default_rng(0).gamma(2.0, 3.0, size=500)
    assert sum(bar["share"] for bar in bars(distribution(values))) == pytest.approx(1.0)
    with_infinite = [*values, *[np.inf] * 500]
    assert sum(bar["share"] for bar in bars(distribution(with_infinite))) == pytest.approx(0.5)


def test_words_count_nearer_equal_and_farther():
    text = summary([1.0, 2.0, 2.0, 3.0], 2.0)
    assert "Of 4 random pairs, 25 % are nearer" in text
    assert "50 % as near, 25 % farther." in text
    assert "as near" not in summary([1.0, 3.0], 2.0)
    assert "under 1 % are nearer" in summary([0.5, *[5.0] * 999], 1.0)


def test_the_pair_is_marked(said):
    assert "this pair: 2.5" in said(distribution([1.0, 2.0, 4.0], 2.5))
    assert "this pair" not in said(distribution([1.0, 2.0, 4.0]))
    assert "this pair" not in said(distribution([1.0, 2.0, 4.0], np.inf))


@pytest.mark.parametrize("values", [[], [np.inf], [0.0], [0.0, 0.0], [3.5]])
def test_unhappy_distances_are_drawn(values):
    assert to_svg(distribution(values, 1.0)).startswith("<svg")
