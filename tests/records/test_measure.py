import math
import pickle

import numpy as np
import pytest

from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import ACCURACY, Evaluation, Measure, Observations
from nbnas.records.measure import MULTIPLY_ADDS, PARAMETERS

PERPLEXITY = Measure("perplexity", maximize=False, lower=1)
LATENCY = Measure("latency", "ms", maximize=False, lower=0)
ERROR = Measure("error rate", maximize=False, lower=0, upper=1)
CELLS = CellSpace().sample(0, 4)


@pytest.mark.parametrize(
    ("measure", "value", "text", "difference", "improvement", "title"),
    [
        (ACCURACY, 0.9161, "91.61 %", "91.61 points", "higher by 91.61 points", "(%)"),
        (ERROR, 0.05, "5.00 %", "5.00 points", "lower by 5.00 points", "error rate (%)"),
        (PERPLEXITY, 96.314, "96.31", "96 perplexity", "lower by 96 perplexity", "perplexity"),
        (PERPLEXITY, 3.1, "3.100", "3.1 perplexity", "lower by 3.1 perplexity", "perplexity"),
        (LATENCY, 0.0123, "0.01230 ms", "0.012 ms", "lower by 0.012 ms", "latency (ms)"),
        (LATENCY, 12345.6, "12,346 ms", "12,346 ms", "lower by 12,346 ms", "latency (ms)"),
        (Measure("score"), -2.0, "-2.000", "-2.0 score", "higher by -2.0 score", "score"),
        (Measure("score"), 1e-12, "1e-12", "1e-12 score", "higher by 1e-12 score", "score"),
    ],
)
def test_is_told_in_its_own_words(measure, value, text, difference, improvement, title):
    assert measure.text(value) == text
    assert measure.difference(value) == difference
    assert measure.improvement(value) == improvement
    assert measure.title.endswith(title)


def test_what_is_counted_is_whole():
    assert [PARAMETERS.text(n) for n in (450.0, 3_378.0, 7, 0)] == ["450", "3,378", "7", "0"]
    assert PARAMETERS.text(450.5) == "450.5"  # a mean
    assert MULTIPLY_ADDS.text(184_730_250.0) == "1.847e+08"
    assert LATENCY.text(450.0) == "450.0 ms"
    assert PARAMETERS.difference(3.0) == "3 parameters"
    assert PARAMETERS.improvement(1_234) == "lower by 1,234 parameters"
    assert PARAMETERS.difference(0.25) == "0.25 parameters"


def test_gain_is_what_is_maximised_and_its_own_inverse():
    values = np.array([3.0, 1.0, 2.0])
    assert PERPLEXITY.gain(values).tolist() == [-3, -1, -2]
    assert PERPLEXITY.gain(PERPLEXITY.gain(2.5)) == 2.5
    assert ACCURACY.gain(0.5) == 0.5


@pytest.mark.parametrize(
    ("measure", "bounds"),
    [
        (ACCURACY, (0, 1)),
        (ERROR, (0, 1)),
        (PERPLEXITY, (-math.inf, -1)),
        (Measure("x", maximize=False), (-math.inf, math.inf)),
    ],
)
def test_a_reflected_fraction_stays_one(measure, bounds):
    assert measure.reflected == bounds


@pytest.mark.parametrize(
    "settings",
    [
        {"name": ""},
        {"name": 3},
        {"unit": None},
        {"maximize": "no"},
        {"maximize": 1},
        {"lower": "0"},
        {"lower": True},
        {"upper": None},
        {"lower": 1, "upper": 1},
        {"lower": math.nan},
    ],
    ids=str,
)
def test_wrong_settings_are_refused(settings):
    with pytest.raises(SettingError, match="expected"):
        Measure(**({"name": "loss"} | settings))


@pytest.mark.parametrize("value", [1.01, -0.1, math.inf, math.nan])
def test_values_outside_the_bounds_are_errors(value):
    with pytest.raises(ObservationError, match=r"expected validation accuracy from 0 to 1, got"):
        ACCURACY.check(value)


def test_percent_where_fractions_are_promised_is_guessed():
    with pytest.raises(ObservationError, match=r"got 95\.3; did you mean percent"):
        Observations((Evaluation(CELLS[0], 95.3),))
    assert Observations((Evaluation(CELLS[0], 95.3),), PERPLEXITY).incumbent.value == 95.3


def test_failed_trials_count_as_the_worst():
    failed = Evaluation(CELLS[2], None, "failed", error="no")
    seen = Observations((Evaluation(CELLS[0], 5.0), Evaluation(CELLS[1], 2.0), failed), PERPLEXITY)
    assert seen.values.tolist() == [5, 2, 5]
    assert seen.gains.tolist() == [-5, -2, -5]
    assert seen.incumbent.value == 2
    assert seen.trace.tolist() == [5, 2, 2]
    assert seen.first(1).measure == PERPLEXITY
    assert (seen + Evaluation(CELLS[3], 1.5)).incumbent.value == 1.5


def test_the_first_of_equals_is_the_incumbent():
    seen = Observations(tuple(Evaluation(cell, 2.0) for cell in CELLS), PERPLEXITY)
    assert seen.incumbent is seen[0]


def test_further_measures_are_frozen_and_travel():
    given = {"latency": 3.0, "energy": np.float64(0.5)}
    evaluation = Evaluation(CELLS[0], 0.5, measured=given)
    given["latency"] = 9.0
    assert dict(evaluation.measured) == {"latency": 3.0, "energy": 0.5}
    assert evaluation == pickle.loads(pickle.dumps(evaluation))
    assert hash(evaluation) == hash(pickle.loads(pickle.dumps(evaluation)))
    with pytest.raises(TypeError):
        evaluation.measured["latency"] = 1.0
    for wrong in ({"latency": "3"}, {3: 1.0}, 7, "latency", {"latency": None}):
        with pytest.raises(ObservationError, match="expected further measures"):
            Evaluation(CELLS[0], 0.5, measured=wrong)
