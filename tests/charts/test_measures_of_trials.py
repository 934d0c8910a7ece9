"""Trials know what their values are, and what is not said is validation accuracy."""

import pytest

from nbnas import charts
from nbnas.charts.search.trace import summary
from nbnas.errors import ObservationError, SettingError
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import ACCURACY, Comparison, Evaluation, Measure, Observations

CELLS = CellSpace().sample(1, 7)
PERPLEXITY = Measure("perplexity", maximize=False, lower=1)
LATENCY = Measure("latency", "ms", maximize=False, lower=0)


def test_trials_know_their_measure_and_refuse_another():
    seen = Observations((Evaluation(CELLS[0], 99.0),), PERPLEXITY)
    assert seen[0].measure == PERPLEXITY
    assert seen.incumbent.measure == PERPLEXITY
    assert seen[0] == Evaluation(CELLS[0], 99.0)
    with pytest.raises(ObservationError, match="evaluations of latency, got one of perplexity"):
        Observations(seen.evaluations, LATENCY)
    with pytest.raises(SettingError, match="one measure"):
        Comparison(("a", "b"), (seen, Observations()))


def test_the_default_is_said_as_ever(make_observations, said):
    seen = make_observations([0.9, 0.95, None])
    assert "the incumbent has 95.00 %" in summary(seen)
    assert "validation accuracy" in said(charts.trace(seen))
    assert ACCURACY.expected(0.004) == "expected improvement 0.4 percentage points"
