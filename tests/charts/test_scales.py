import math

import numpy as np
import pytest

from nbnas.charts import scales
from nbnas.records import ACCURACY, Measure

PERPLEXITY = Measure("perplexity", maximize=False, lower=1)
LATENCY = Measure("latency", "ms", maximize=False, lower=0)
PACE = Measure("pace", "images/s", lower=0)
MEASURES = [ACCURACY, PERPLEXITY, LATENCY, PACE]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("values", [[], [0.9], [0.9, 0.9], [math.nan, 0.9], [math.nan], [None, 0]])
def test_domain_is_never_empty(values, measure):
    low, high = scales.domain(values, measure=measure)
    assert low < high


def test_domain_leaves_far_out_poor_values_out():
    low, high = scales.domain([0.1, *(0.9 + i / 1000 for i in range(20))])
    assert 0.85 < low < 0.9
    assert high > 0.919
    low, high = scales.domain([9000, *range(90, 110)], measure=PERPLEXITY)
    assert 85 < low < 90
    assert 109 < high < 115
    low, high = scales.domain([1, *range(90, 110)], measure=PERPLEXITY)
    assert low < 1, "a value that is far better than all others is what one searches for"


def test_a_small_difference_of_large_values_fills_the_axis():
    low, high = scales.domain([100.0, 100.5], measure=LATENCY)
    assert high - low < 0.6


@pytest.mark.parametrize(
    ("measure", "poor", "side"), [(PACE, 10.0, "below"), (LATENCY, 20.0, "above")]
)
def test_the_poor_end(measure, poor, side):
    bounds = (10.0, 20.0)
    assert scales.poor_end(bounds, measure) == poor
    assert scales.poor_side(measure) == side
    assert 10 < scales.poor_end(bounds, measure, inside=0.03) < 20
    worse = measure.gain(measure.gain(poor) - 5)
    better = measure.gain(measure.gain(poor) + 50)
    assert scales.beyond(worse, bounds, measure)
    assert scales.within(worse, bounds, measure) == poor
    assert not scales.beyond(better, bounds, measure)


def test_axes_say_the_unit():
    assert (
        scales.axis(LATENCY, (3.0, 9.0), "predicted latency")["title"] == "predicted latency (ms)"
    )
    assert scales.axis(ACCURACY, (0.5, 0.9), "accuracy")["format"] == ".0%"
    assert scales.axis(PERPLEXITY, (90, 200), "perplexity")["title"] == "perplexity"


@pytest.mark.parametrize(
    ("values", "digits"), [([90, 200], ",.0f"), ([1, 3], ",.1f"), ([0.01, 0.05], ",.3f")]
)
def test_numbers_have_the_digits_that_tell_them_apart(values, digits):
    assert scales.number_format(LATENCY, values) == digits
    assert scales.number_format(LATENCY, [*values, np.nan]) == digits
    assert scales.number_format(ACCURACY, values) == ".1%"


def test_numbers_that_are_all_the_same_have_a_format():
    assert scales.number_format(LATENCY, [3.0, 3.0]) == scales.number_format(LATENCY, [])
