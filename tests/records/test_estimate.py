import pytest

import nbnas as nb
from nbnas.records.estimate import duration


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (nb.TimeEstimate(30, each=(30.0, 50.0)), "30 trials of about 40 s: 20 min"),
        (nb.TimeEstimate(1, each=(40.0,)), "1 trial of about 40 s: 40 s"),
        (nb.TimeEstimate(30, 12, (40.0,)), "18 more of 30 trials of about 40 s: 12 min"),
        (nb.TimeEstimate(9, each=(40.0,), at_once=4), "9 trials of about 40 s, 4 at once: 2 min"),
        (
            nb.TimeEstimate(30, 0, (40.0,), limit=600),
            "30 trials of about 40 s: about 15 of them begin within 10 min",
        ),
        (nb.TimeEstimate(30, 0, (40.0,), limit=6000), "30 trials of about 40 s: 20 min"),
        (nb.TimeEstimate(30, 30), "30 trials: all done"),
        (nb.TimeEstimate(30, 35, (1.0,)), "30 trials: all done"),
        (nb.TimeEstimate(0), "no trials"),
        (nb.TimeEstimate(3), "3 trials: how long one takes is not known"),
        (nb.TimeEstimate(3, reason="a table knows"), "3 trials: a table knows"),
        (nb.TimeEstimate(3, each=(0.0,)), "3 trials of about 0 s: 0 s"),
        (
            nb.TimeEstimate(8, 0, (40.0,), at_once=3, limit=50),
            "8 trials of about 40 s, 3 at once: about 6 of them begin within 50 s",
        ),
    ],
)
def test_says_it_in_words(estimate, said):
    assert estimate.text == said
    assert repr(estimate) == f"TimeEstimate({said})"


def test_totals():
    assert nb.TimeEstimate(30, 12, (40.0,), at_once=4).total == 5 * 40  # 18 are five rounds
    assert nb.TimeEstimate(30, limit=600, each=(40.0,)).total == 15 * 40
    assert nb.TimeEstimate(30).total is None
    assert nb.TimeEstimate(30).reached is None
    assert nb.TimeEstimate(30, 30).total == 0.0
    assert nb.TimeEstimate(30, each=(40.0,), limit=0.0).total == 0.0


@pytest.mark.parametrize(
    "wrong",
    [{"trials": -1}, {"each": (-1.0,)}, {"each": (float("nan"),)}, {"at_once": 0}, {"reason": 3}],
)
def test_what_is_none_is_refused(wrong):
    with pytest.raises(nb.NbnasError, match=f"expected {next(iter(wrong))}"):
        nb.TimeEstimate(**{"trials": 1, **wrong})


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (98.4, "98 s"),
        (99, "1.6 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (1e6, "12 days"),
    ],
)
def test_durations(seconds, said):
    assert duration(seconds) == said


def test_short_trials_are_under_a_tenth_of_a_second_and_not_about_that():
    assert nb.TimeEstimate(30, each=(0.04,), source="timed steps").text.startswith(
        "30 trials of under 0.1 s: 1.2 s"
    )
