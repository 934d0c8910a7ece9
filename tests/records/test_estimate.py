import pytest

import nbnas as nb
from nbnas.errors import ObservationError
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


MIXED = {  # nine looks of 5 s, which cost a tenth each, a full training, a look, another one
    "each": (5.0,) * 9 + (40.0, 5.0, 45.0),
    "costs": (0.1,) * 9 + (1.0, 0.1, 1.0),
    "lengths": (2,) * 9 + (None, 2, None),
    "looks": True,
}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"trials": 30, "done": 12}, "18 more of 30 trials of about 30 s: 9 min"),
        (
            {"trials": 0, "done": 12, "cost": 13.0, "spent": 3.0},
            "10 more of 13 full trainings of about 45 s: 7.5 min",
        ),
        (
            {"trials": 0, "done": 12, "cost": 13.5, "spent": 3.0, "at_once": 2, "limit": 90},
            "10.5 more of 13.5 full trainings of about 45 s, 2 at once: about 4 of them begin "
            "within 90 s",
        ),
        ({"trials": 0, "cost": 3.0, "spent": 3.0 - 1e-12}, "3 full trainings: all done"),
        (
            {"trials": 0, "cost": 1.0, "each": (), "costs": (), "lengths": ()},
            "1 full training: how long one takes is not known",
        ),
    ],
)
def test_looks_and_full_trainings_are_told_apart(given, said):
    assert nb.TimeEstimate(**(MIXED | given)).text == said


def test_before_the_first_full_training_a_trial_is_at_most_one():
    looks = {"each": (5.0, 5.0), "costs": (0.1, 0.1), "lengths": (2, 2), "looks": True}
    found = nb.TimeEstimate(12, 2, **looks)
    assert found.text == "10 more of 12 trials of at most about 50 s: at most 8.3 min"
    limited = nb.TimeEstimate(12, 2, limit=100, **looks)
    assert limited.text.endswith(
        "at least 2 of them begin within 100 s".replace("100 s", "1.7 min")
    )
    timed = nb.TimeEstimate(12, each=(40.0,), looks=True)
    assert timed.text == "12 trials of at most about 40 s: at most 8 min"
    assert nb.TimeEstimate(0, cost=12.0, each=(40.0,), looks=True).total == 480.0


def test_seconds_by_length():
    found = nb.TimeEstimate(30, **MIXED)
    assert found.by_length == {2: (10, 5.0), None: (2, 42.5)}
    assert found.training == pytest.approx(45.0)
    assert nb.TimeEstimate(3, each=(30.0, 50.0)).by_length == {None: (2, 40.0)}
    nothing = nb.TimeEstimate(3, each=(0.1,), costs=(0.0,), lengths=(2,))  # failed, at no cost
    assert (nothing.training, nothing.total) == (None, None)


def test_costs_and_lengths_are_those_of_each():
    for name in ("costs", "lengths"):
        with pytest.raises(ObservationError, match=f"expected {name} of each of 12 trials"):
            nb.TimeEstimate(30, **(MIXED | {name: (1,)}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"trials": -1},
        {"each": (-1.0,)},
        {"each": (float("nan"),)},
        {"at_once": 0},
        {"reason": 3},
        {"cost": -1},
        {"lengths": (0,)},
        {"looks": "no"},
    ],
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
