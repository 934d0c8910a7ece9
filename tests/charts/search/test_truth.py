import json
import re

import numpy as np
import pytest

from nbnas.charts.render import to_png, to_svg
from nbnas.charts.search.truth import alike, ordinal, tell, truth
from nbnas.graphs.spaces.cell import CellSpace
from nbnas.records import Comparison, Evaluation, Measure, Observations

SPACE = [*dict.fromkeys(CellSpace().sample(0, 500))][:400]
TRUTHS = {a.text: 0.95 - 0.001 * k for k, a in enumerate(SPACE)}
LATENCY = Measure("latency", "ms", maximize=False, lower=0)


def found(places, measure=None):
    """A search that evaluated the architectures of these ranks, from 0, and measured the truth."""
    trials = (Evaluation(SPACE[k], TRUTHS[SPACE[k].text]) for k in places)
    return Observations(tuple(trials), *([measure] if measure else []))


BOTH = Comparison(
    ("bayes", "random"), (found([200, 90, 40, 3, 8]), found([200, 90, 120, 60, 77])), TRUTHS
)


def test_says_rank_and_regret_of_both():
    assert tell(BOTH) == (
        "bayes found the 4th best of all 400 architectures, 0.30 points behind the best; "
        "random the 61st best, 6.00 points behind."
    )
    best = Comparison(("bayes",), (found([5, 0]),), TRUTHS)
    assert tell(best) == "bayes found the best of all 400 architectures."


def test_the_picture_holds_what_it_is_for(said):
    words = said(truth(BOTH))
    assert "the best of all: 95.00 %" in words
    assert "bayes: 4th best, regret 0.30 points" in words
    assert "random: 61st best, regret 6.00 points" in words
    assert "the same first 2" in words
    assert "validation accuracy" in words


def bars(comparison):
    """The bars of the picture, and the values of all architectures."""
    rows = json.loads(truth(comparison).hconcat[1].layer[0].data.values)
    return rows, np.array([*comparison.truths.values()])


def test_what_lies_beyond_the_axis_is_told(said):
    near = Comparison(("bayes",), (found([20, 3]),), TRUTHS)
    rows, values = bars(near)
    beyond = 100 * np.mean(values < min(row["value"] for row in rows))
    assert 60 < beyond < 80
    assert f"({beyond:.0f} % are worse still)" in said(truth(near))


def test_where_lower_is_better_the_lowest_is_the_best(said):
    comparison = Comparison(("bayes",), (found([20, 390], LATENCY),), TRUTHS)
    words = said(truth(comparison))
    assert "the best of all: 0.5510 ms" in words
    assert "bayes: 10th best, regret 0.0090 ms" in words
    assert "latency (ms)" in words


def test_fits_into_a_notebook_beside_its_sidebar():
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', to_svg(truth(BOTH)))[1])
    assert width < 900


def test_searches_that_found_the_same_are_told_apart(said):
    same = Comparison(("bayes", "random"), (found([9, 3]), found([8, 3])), TRUTHS)
    words = said(truth(same))
    assert "bayes: 4th best" in words
    assert "random: 4th best" in words


def test_without_any_trial_it_says_so(said):
    nothing = Comparison(("bayes",), (Observations(),), TRUTHS)
    assert "no trial has been completed yet" in said(truth(nothing))


def test_failed_and_outlying_trials_are_borne():
    trials = (Evaluation(SPACE[0], None, "failed"), Evaluation(SPACE[399], 0.1))
    poor = Comparison(
        ("a",),
        (
            Observations(
                (*trials, *found([7])),
            ),
        ),
        TRUTHS,
    )
    assert to_png(truth(poor)).startswith(b"\x89PNG")


def test_names_are_escaped(attack):
    assert attack not in to_svg(truth(Comparison((attack,), (found([9, 3]),), TRUTHS)))


@pytest.mark.parametrize(
    ("rank", "word"),
    [(1, ""), (2, "2nd "), (3, "3rd "), (11, "11th "), (21, "21st "), (1112, "1,112th ")],
)
def test_ranks_are_said_as_ordinals(rank, word):
    assert ordinal(rank) == word


def test_the_shared_beginning_ends_where_they_differ():
    assert alike(BOTH.observations) == 2
    assert alike([found([1, 2, 3])]) == 3
    assert alike([found([1]), found([2])]) == 0


def test_bars_hold_every_architecture_that_the_axis_shows():
    rows, values = bars(BOTH)
    low, high = min(r["value"] for r in rows), max(r["to"] for r in rows)
    assert sum(r["count"] for r in rows) == np.sum((values >= low) & (values <= high))
