import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from nbnas.charts.graphs.wording import TIMES
from nbnas.charts.render import to_svg
from nbnas.charts.surrogate.why import also, summary, why
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import ACCURACY, Candidate, Evaluation, Measure
from nbnas.records.measure import MULTIPLY_ADDS
from nbnas.records.proposal import Prediction

CELLS = CellSpace().sample(5, 4)
CANDIDATE = Candidate(CELLS[0], 0.9, 0.01, 0.88, 0.92, 0.004, 0.001, 0.003, -1.0)


def neighbor(i, contribution, share, value=0.9):
    status = "failed" if value is None else "completed"
    evaluation = Evaluation(CELLS[i], value, status)
    return SimpleNamespace(
        evaluation=evaluation, contribution=contribution, share=share, distance=float(i)
    )


def made(*neighbors, differences=("nor_conv_3x3 on edge in→1", "", ""), measure=ACCURACY):
    differences = differences[: len(neighbors)]
    return SimpleNamespace(
        candidate=CANDIDATE, neighbors=neighbors, differences=differences, measure=measure
    )


def test_says_what_raises_and_what_lowers(said):
    found = made(neighbor(1, 0.6, 0.5), neighbor(2, -0.3, 0.25, None))
    text = summary(found)
    assert "0.4 percentage points, 0.1 of them by a better mean and 0.3 by uncertainty" in text
    assert "(90.00 %, distance 1) raises the prediction with 50 %" in text
    assert "(failed, distance 2) lowers the prediction with 25 %" in text
    drawn = said(why(found))
    assert "distance 1, 50 % of all weight" in drawn
    assert "lowers it" in drawn


def test_operations_are_called_as_in_the_pictures(said):
    cell = CellSpace().parse("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|skip_connect~2|")
    one = SimpleNamespace(
        evaluation=Evaluation(cell, 0.9), contribution=1.0, share=1.0, distance=1.0
    )
    found = made(one)
    assert f"conv 3{TIMES}3 on edge in→1" in summary(found)
    assert "nor_conv" not in said(why(found))


def test_a_model_without_contributions_shows_the_closest(said):
    found = made(neighbor(1, np.nan, np.nan), neighbor(2, np.nan, np.nan))
    assert "Close to it is" in summary(found)
    drawn = said(why(found))
    assert "What is closest" in drawn
    assert "nan" not in drawn.lower()


def test_no_neighbors_and_no_contribution_are_drawn(said):
    assert "no evaluation weighs" in said(why(made()))
    assert to_svg(why(made(neighbor(1, 0.0, 0.0)))).startswith("<svg")


@pytest.mark.parametrize("letters", [10, 400])
def test_long_differences_are_cut(said, letters):
    drawn = said(why(made(neighbor(1, 1.0, 1.0), differences=("x" * letters,))))
    assert ("…" in drawn) == (letters == 400)


def test_says_what_is_predicted_of_further_goals_and_limits():
    latency = Measure("latency", "ms", maximize=False)
    further = (Prediction(latency, 3.41, 0.25), Prediction(MULTIPLY_ADDS, 1200.0))
    beside = also(further, 0.62)
    assert beside == [
        "Beside it: latency 3.410 ms ± 0.2500 ms, multiply-adds 1,200 (known).",
        "It meets the limits with a probability of 62 %.",
    ]
    assert also(()) == []
    found = made(neighbor(1, 0.6, 0.5))
    found.candidate = dataclasses.replace(CANDIDATE, further=further, feasible=0.62)
    assert " ".join(beside) in summary(found)
    assert "Beside it" not in summary(made(neighbor(1, 0.6, 0.5)))
