"""All that is a table becomes a data frame and LaTeX in the same way."""

import inspect

import numpy as np
import pandas as pd
import pytest

import nbnas as nb
from nbnas.errors import SettingError
from nbnas.graphs.framed import Framed

CELLS = nb.CellSpace().sample(0, 6)
REPORTS = tuple(nb.EpochReport(n, 2, val_accuracy=0.4 * n) for n in (1, 2))
TRIALS = tuple(
    nb.Evaluation(a, 0.1 * n, seconds=1.0, reports=REPORTS, measured={"latency_ms": 2.5})
    for n, a in enumerate(CELLS)
)
SEEN = nb.Observations(TRIALS)
POSTERIOR = nb.GaussianProcess().condition(SEEN)
WEIGHTS = nb.CellWeights("cell", (("in", "out"),), ("skip_connect", "none"), ((0.75, 0.25),))
CANDIDATE = nb.Candidate(CELLS[0], 0.5, 0.1, 0.3, 0.7, 0.02, 0.0, 0.02, 1.5)
RATES = tuple(0.01 * n for n in range(1, 11))
TABLES = {
    "observations": (SEEN, 6, "value"),
    "evaluation": (TRIALS[0], 2, "val_accuracy"),
    "proposal": (nb.Proposal((CELLS[0],), "why", (CANDIDATE,)), 1, "expected_improvement"),
    "comparison": (nb.Comparison(("a", "b"), (SEEN, SEEN)), 12, "search"),
    "weights": (WEIGHTS, 2, "weight"),
    "leave one out": (POSTERIOR.leave_one_out(), 6, "truth"),
    "embedding": (nb.embed(CELLS, nb.HammingDistance()), 6, "x"),
    "lineup": (nb.Lineup(("a",), TRIALS[:1]), 1, "name"),
    "front": (nb.FrontTable(nb.Goals((nb.ACCURACY,)), TRIALS[:2], (1, 2)), 2, "trial"),
    "curve": (nb.CurvePrediction((0.1,), (0.5,), (0.1,), (0.4,), (0.6,), nb.ACCURACY), 1, "mean"),
    "range test": (nb.RangeTest(CELLS[0], RATES, (2.0,) * 10, 0.1), 10, "loss"),
    "step": (nb.StepProfile((("forward", 0.1),), 1, 1), 1, "part"),
}


@pytest.mark.parametrize("name", TABLES)
def test_has_rows_columns_and_latex(name):
    thing, rows, column = TABLES[name]
    frame = thing.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == rows
    assert column in frame
    latex = thing.to_latex()
    assert latex.startswith(r"\begin{tabular}")
    assert latex.count(r"\\") == rows + 1


def test_values_stay_in_their_units():
    frame = SEEN.to_frame()
    assert frame["value"].tolist() == [e.value for e in TRIALS]
    assert frame["latency_ms"].tolist() == [2.5] * 6


def test_latex_is_escaped_rounded_and_has_a_caption():
    latex = nb.Observations(TRIALS).to_latex(digits=2, caption="All_trials")
    assert r"latency\_ms" in latex
    assert r"\caption{All_trials}" in latex
    assert "0.30000000000000004" not in latex


@pytest.mark.parametrize("wrong", [{"digits": 0}, {"digits": "x"}, {"caption": 3}])
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(SettingError):
        SEEN.to_latex(**wrong)


def test_what_is_framed_gives_its_rows():
    found = [each for name in dir(nb) if inspect.isclass(each := getattr(nb, name))]
    framed = [each for each in found if issubclass(each, Framed)]
    assert len(framed) >= 18
    assert all(each._rows is not Framed._rows for each in framed)
    assert np.all([hasattr(each, "to_frame") for each in (nb.Search, nb.Sweep)])
